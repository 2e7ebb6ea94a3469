#![doc = include_str!("../README.md")]

mod context;
mod lines;
/// Numbers for whoever watches.
pub mod metrics;
mod trace_id;

use std::io::IsTerminal;

use nexus_config::Settings;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

pub use context::{TraceParent, adopt_parent, current_traceparent};
pub use trace_id::{Request, current_request, on_behalf_of, trace_id, with_request};

use lines::Traced;

/// The target of every span of ours. Spans cost nothing unless an exporter listens to them.
pub const SPANS: &str = "nexus::span";

/// Keeps the exporter alive; dropping it sends what is still waiting.
#[must_use = "spans are exported only while it lives"]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            let _best_effort = provider.shutdown();
        }
    }
}

/// Starts logging and, when an endpoint is configured, exporting. Called once, first thing in `main`.
///
/// # Errors
/// When the exporter cannot be built, or logging was started before.
pub fn start(service: &'static str) -> Result<Telemetry, Box<dyn std::error::Error + Send + Sync>> {
    metrics::started();
    let mut settings = Settings::from_env();
    let json = settings.or("LOG_FORMAT", String::from("text")) == "json";
    let endpoint: Option<String> = settings.optional("OTEL_EXPORTER_OTLP_ENDPOINT");
    let filter: String = settings.or("RUST_LOG", String::from("info,actix_server=warn"));

    let provider = endpoint
        .as_deref()
        .map(|url| exporter(service, url))
        .transpose()?;
    let spans = provider
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer(service)))
        .map(|layer| layer.with_filter(Targets::new().with_target(SPANS, LevelFilter::DEBUG)));
    if provider.is_some() {
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    }
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines
            .json()
            .flatten_event(true)
            .map_event_format(|format| Traced { format, json })
            .boxed()
    } else {
        lines
            .compact()
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .map_event_format(|format| Traced { format, json })
            .boxed()
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(EnvFilter::try_new(filter)?))
        .with(spans)
        .try_init()?;
    Ok(Telemetry(provider))
}

fn exporter(
    service: &'static str,
    url: &str,
) -> Result<SdkTracerProvider, Box<dyn std::error::Error + Send + Sync>> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", url.trim_end_matches('/')))
        .with_timeout(std::time::Duration::from_secs(5))
        .build()?;
    let resource = Resource::builder()
        .with_service_name(format!("nexus-{service}"))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

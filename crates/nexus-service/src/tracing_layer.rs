//! Around every request: its trace, and problems instead of bare errors.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use nexus_problem::{ApiError, Problem};
use nexus_telemetry::metrics::REQUESTS;
use nexus_telemetry::{Request, SPANS, TraceParent, adopt_parent, with_request};
use tracing::Instrument;
use utoipa::openapi::OpenApi;

use crate::drain::{Counted, Drain};

/// Who watches a service is not what it is watched for.
const WATCHING: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Which methods each path knows, for 405: read off the service's own document when somebody is told.
pub(crate) struct Methods {
    document: fn() -> OpenApi,
    known: OnceLock<HashMap<String, String>>,
}

impl Methods {
    pub(crate) fn new(document: fn() -> OpenApi) -> Self {
        Self {
            document,
            known: OnceLock::new(),
        }
    }

    fn of(&self, path: &str) -> &str {
        let known = self.known.get_or_init(|| methods(&(self.document)()));
        known.get(path).map_or("", String::as_str)
    }
}

fn methods(document: &OpenApi) -> HashMap<String, String> {
    let paths = document.paths.paths.iter().map(|(path, item)| {
        let known = [
            (Method::GET, item.get.is_some()),
            (Method::POST, item.post.is_some()),
            (Method::PUT, item.put.is_some()),
            (Method::PATCH, item.patch.is_some()),
            (Method::DELETE, item.delete.is_some()),
        ];
        let names: Vec<_> = known
            .into_iter()
            .filter_map(|(method, has)| has.then(|| method.to_string()))
            .collect();
        (path.clone(), names.join(", "))
    });
    paths.collect()
}

fn fresh_context() -> TraceParent {
    let mut bytes = [0; 24];
    bytes[..16].copy_from_slice(uuid::Uuid::now_v7().as_bytes());
    bytes[16..].copy_from_slice(&uuid::Uuid::now_v7().as_bytes()[8..]);
    TraceParent::from_random(bytes)
}

pub(crate) async fn trace(
    methods: Arc<Methods>,
    drain: Arc<Drain>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Counted>, Error> {
    let (begun, under_way) = (Instant::now(), drain.begin());
    let parent = request
        .headers()
        .get("traceparent")
        .and_then(|value| TraceParent::parse(value.to_str().ok()?))
        .unwrap_or_else(fresh_context);
    let id = parent.trace_id().to_owned();
    let route = request.match_pattern();
    let span = tracing::debug_span!(
        target: SPANS,
        "request",
        otel.name = format!("{} {}", request.method(), route.as_deref().unwrap_or("?")),
        otel.kind = "server",
        http.status = tracing::field::Empty,
    );
    if !span.is_disabled() {
        adopt_parent(&span, &parent);
    }
    let answering = next.call(request).instrument(span.clone());
    let asked = Request::new(id.clone(), route.as_deref());
    let response = with_request(asked, async {
        let response = answering.await?.map_into_boxed_body();
        Ok::<_, Error>(speak_problem(response, route.as_deref(), &methods))
    })
    .await?;
    let status = response.status().as_u16();
    span.record("http.status", status);
    let known = route.as_deref().unwrap_or("?");
    if !WATCHING.contains(&known) {
        let method = response.request().method().as_str();
        REQUESTS.answered(method, known, status, begun.elapsed());
    }
    if response.status().is_server_error() && route.as_deref() != Some("/readyz") {
        tracing::warn!(
            status,
            method = %response.request().method(),
            route = known,
            trace_id = id,
            "request failed"
        );
    }
    Ok(drain.finish(response, under_way))
}

/// The framework's own bare errors become problems too.
fn speak_problem(
    response: ServiceResponse<BoxBody>,
    route: Option<&str>,
    methods: &Methods,
) -> ServiceResponse<BoxBody> {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let allow = route.map_or("", |route| methods.of(route));
    let problem = Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "This path does not know this method",
        format!("It knows: {allow}."),
    )
    .with_header(
        ALLOW,
        HeaderValue::from_str(allow).unwrap_or(HeaderValue::from_static("")),
    );
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, ApiError(problem).error_response())
}

//! What each path answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use nexus_telemetry::{SPANS, TraceParent, adopt_parent};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tracing::Instrument;

use super::Desk;
use super::admission::{self, NoBody};
use super::line::{self, Line};
use crate::request::Fault;
use crate::work::Outcome;

/// As vroom-express says it: whoever can reach it may use it.
const ANYBODY: (&str, &str) = ("access-control-allow-origin", "*");

fn build(status: StatusCode) -> HttpResponseBuilder {
    let mut builder = HttpResponse::build(status);
    builder.insert_header(ANYBODY);
    builder
}

fn told(fault: &Fault) -> HttpResponse {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    build(status).json(json!({"code": fault.code(), "error": fault.to_string()}))
}

/// Ends the search when whoever waits for it is gone: dropping this is how one learns of it.
struct Waiting {
    cancelled: Arc<AtomicBool>,
    answered: bool,
    desk: Data<Desk>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        if !self.answered {
            self.desk.metrics.cancelled();
        }
    }
}

/// `POST /`: VROOM's request, VROOM's response.
pub async fn solve(desk: Data<Desk>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let received = Instant::now();
    let Ok(place) = Arc::clone(&desk.places).try_acquire_owned() else {
        desk.metrics.refused();
        return build(StatusCode::SERVICE_UNAVAILABLE)
            .insert_header((RETRY_AFTER, "1"))
            .json(json!({"code": 1, "error": "All solvers are busy: try again in a second."}));
    };
    let span = tracing::debug_span!(
        target: SPANS,
        "request",
        otel.name = "POST /",
        otel.kind = "server",
        http.status = tracing::field::Empty,
        tasks = tracing::field::Empty,
        vehicles = tracing::field::Empty,
        iterations = tracing::field::Empty,
    );
    let parent = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    if let Some(parent) = parent.and_then(TraceParent::parse)
        && !span.is_disabled()
    {
        adopt_parent(&span, &parent);
    }
    let body = match admission::body(payload, desk.body_bytes).await {
        Ok(body) => body,
        Err(NoBody::Refused(fault)) => {
            desk.metrics
                .answered(fault.code(), received.elapsed(), &Outcome::default());
            return told(&fault);
        }
        Err(NoBody::Gone) => {
            desk.metrics.cancelled();
            return build(StatusCode::BAD_REQUEST).finish();
        }
    };
    let line = request.conn_data::<Line>().cloned();
    let working = work(desk, body, received, place, line);
    let response = working.instrument(span.clone()).await;
    span.record("http.status", response.status().as_u16());
    response
}

async fn work(
    desk: Data<Desk>,
    body: actix_web::web::Bytes,
    received: Instant,
    place: OwnedSemaphorePermit,
    line: Option<Line>,
) -> HttpResponse {
    let span = tracing::Span::current();
    let cancelled = Arc::new(AtomicBool::new(false));
    let mut waiting = Waiting {
        cancelled: Arc::clone(&cancelled),
        answered: false,
        desk: desk.clone(),
    };
    let (send, receive) = oneshot::channel();
    let workshop = Arc::clone(&desk.workshop);
    let inside = span.clone();
    desk.pool.run(move || {
        // Held until the work has ended, not until nobody waits for it.
        let _place = place;
        if cancelled.load(Ordering::Relaxed) {
            return;
        }
        let answer = inside.in_scope(|| workshop.respond(&body, received, &cancelled));
        let _nobody_waits = send.send(answer);
    });
    let answer = tokio::select! {
        answer = receive => answer,
        // Nobody reads this answer.
        () = line::gone(line) => return build(StatusCode::BAD_REQUEST).finish(),
    };
    waiting.answered = true;
    match answer {
        Ok(Ok((text, outcome))) => {
            span.record("tasks", outcome.tasks);
            span.record("vehicles", outcome.vehicles);
            span.record("iterations", outcome.iterations);
            desk.metrics.answered(0, received.elapsed(), &outcome);
            build(StatusCode::OK)
                .insert_header((CONTENT_TYPE, "application/json"))
                .body(text)
        }
        Ok(Err(fault)) => {
            desk.metrics
                .answered(fault.code(), received.elapsed(), &Outcome::default());
            told(&fault)
        }
        Err(_) => {
            desk.metrics.panicked();
            told(&Fault::Internal("Internal error".to_owned()))
        }
    }
}

/// `OPTIONS /`: a browser asks before it posts.
pub async fn preflight() -> HttpResponse {
    build(StatusCode::OK)
        .insert_header((
            "access-control-allow-headers",
            "Origin, X-Requested-With, Content-Type, Accept",
        ))
        .finish()
}

/// VROOM's health: 200 and nothing else.
pub async fn health() -> HttpResponse {
    build(StatusCode::OK).finish()
}

/// Alive: restart me when this does not answer.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "alive"}))
}

/// Ready: send me requests.
pub async fn readyz(desk: Data<Desk>) -> HttpResponse {
    let serving = !desk.draining.load(Ordering::Acquire);
    let parts = json!({"serving": serving});
    if serving {
        HttpResponse::Ok().json(json!({"status": "ready", "parts": parts}))
    } else {
        HttpResponse::ServiceUnavailable()
            .insert_header((RETRY_AFTER, "1"))
            .json(json!({"status": "not ready", "parts": parts}))
    }
}

/// Counters for Prometheus.
pub async fn metrics(desk: Data<Desk>) -> HttpResponse {
    let waiting = desk.pool.waiting();
    let running = desk.in_hand().saturating_sub(waiting);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4"))
        .body(desk.metrics.told(running, waiting))
}

/// Everything else.
pub async fn unknown() -> HttpResponse {
    build(StatusCode::NOT_FOUND).json(json!({"code": 2, "error": "Not here: POST / is."}))
}

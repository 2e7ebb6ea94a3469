//! `/healthz`: this process lives. `/readyz`: it can do its work, and if not, which part is missing.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::body::Reply;
use crate::upstream::Upstream;

const PATIENCE: Duration = Duration::from_secs(1);

pub fn alive() -> Response<Reply> {
    json(StatusCode::OK, r#"{"status":"ok"}"#)
}

/// Asks every service at once; ready when all are, the keys are known and no shutdown is under way.
pub async fn ready(
    upstreams: &[Arc<Upstream>],
    keys_known: bool,
    stopping: bool,
) -> Response<Reply> {
    let asked: Vec<_> = upstreams
        .iter()
        .cloned()
        .map(|upstream| {
            let name = upstream.service.name();
            (
                name,
                tokio::spawn(async move { upstream.ask("/readyz", PATIENCE).await }),
            )
        })
        .collect();
    let mut parts = Map::new();
    parts.insert("keys".to_owned(), state(keys_known));
    for (name, answer) in asked {
        let ready = matches!(answer.await, Ok(Ok((status, _))) if status.is_success());
        parts.insert(name.to_owned(), state(ready));
    }
    if stopping {
        parts.insert("gateway".to_owned(), serde_json::json!("stopping"));
    }
    let ready = parts.values().all(|part| part == "ok");
    let (status, word) = if ready {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    json(
        status,
        serde_json::json!({ "status": word, "parts": parts }).to_string(),
    )
}

fn state(ok: bool) -> Value {
    serde_json::json!(if ok { "ok" } else { "down" })
}

pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Reply> {
    let mut response = Response::new(Reply::whole(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

//! `/healthz`: this process lives. `/readyz`: it can do its work, and if not, which part is missing.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::body::Reply;
use crate::upstream::Upstream;

const PATIENCE: Duration = Duration::from_secs(1);

pub fn alive() -> Response<Reply> {
    json(StatusCode::OK, r#"{"status":"ok"}"#)
}

/// What the services said last. Asking them costs connections, so strangers may not make the gateway ask often.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Parts, Instant)>>);

type Parts = Map<String, Value>;

const FRESH: Duration = Duration::from_millis(250);

impl Readiness {
    /// Ready when every service is, the keys are known and no shutdown is under way.
    pub async fn answer(
        &self,
        upstreams: &[Arc<Upstream>],
        keys_known: bool,
        stopping: bool,
    ) -> Response<Reply> {
        let mut parts = self.services(upstreams).await;
        parts.insert("keys".to_owned(), state(keys_known));
        if stopping {
            parts.insert("gateway".to_owned(), serde_json::json!("stopping"));
        }
        let ready = parts.values().all(|part| part == "ok");
        let (status, word) = if ready {
            (StatusCode::OK, "ready")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready")
        };
        let body = serde_json::json!({ "status": word, "parts": parts });
        json(status, body.to_string())
    }

    async fn services(&self, upstreams: &[Arc<Upstream>]) -> Parts {
        let mut known = self.0.lock().await;
        if let Some((parts, at)) = &*known
            && at.elapsed() < FRESH
        {
            return parts.clone();
        }
        let asking = upstreams.iter().cloned().map(|upstream| {
            let name = upstream.service.name();
            (
                name,
                tokio::spawn(async move { upstream.ask("/readyz", PATIENCE).await }),
            )
        });
        let mut parts = Parts::new();
        for (name, answer) in asking.collect::<Vec<_>>() {
            let ready = matches!(answer.await, Ok(Ok((status, _))) if status.is_success());
            parts.insert(name.to_owned(), state(ready));
        }
        *known = Some((parts.clone(), Instant::now()));
        parts
    }
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

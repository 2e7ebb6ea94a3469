//! The trace id of the request being answered, for problems made deep inside.

use std::future::Future;

tokio::task_local! {
    static TRACE_ID: String;
}

/// Answers a request under its trace id.
pub async fn with_trace_id<F: Future>(id: String, answering: F) -> F::Output {
    TRACE_ID.scope(id, answering).await
}

/// The trace id of the request being answered here, if one is.
#[must_use]
pub fn trace_id() -> Option<String> {
    TRACE_ID.try_with(Clone::clone).ok()
}

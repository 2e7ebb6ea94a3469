//! Which request is being answered here: on an async task and on the threads that work for it.

use std::future::Future;
use std::sync::Arc;

tokio::task_local! {
    static TRACE_ID: Arc<str>;
}

/// Answers a request under its trace id: problems carry it, and so does every log line meanwhile.
pub async fn with_trace_id<F: Future>(id: String, answering: F) -> F::Output {
    TRACE_ID.scope(id.into(), answering).await
}

/// The trace id of the request being answered here, if one is.
#[must_use]
pub fn trace_id() -> Option<Arc<str>> {
    TRACE_ID.try_with(Arc::clone).ok()
}

/// Works on another thread for the request of this trace id.
pub fn on_behalf_of<T>(id: Option<Arc<str>>, work: impl FnOnce() -> T) -> T {
    match id {
        Some(id) => TRACE_ID.sync_scope(id, work),
        None => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_for_a_request_knows_its_trace() {
        assert_eq!(trace_id(), None);
        let seen = std::thread::spawn(|| on_behalf_of(Some("abc".into()), trace_id))
            .join()
            .unwrap();
        assert_eq!(seen.as_deref(), Some("abc"));
        assert_eq!(on_behalf_of(None, trace_id), None);
    }
}

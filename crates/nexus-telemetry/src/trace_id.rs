//! Which request is being answered here: on an async task and on the threads that work for it.

use std::future::Future;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

tokio::task_local! {
    static REQUEST: Request;
}

/// A request, as those who work for it know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    trace_id: Arc<str>,
    /// Which part of the service it asks, so that one part's trouble can be kept from the others.
    part: Option<u64>,
}

impl Request {
    /// `route` is a pattern such as `/api/v1/clients/{id}`: its part is `clients`.
    #[must_use]
    pub fn new(trace_id: String, route: Option<&str>) -> Self {
        let below = route.and_then(|route| route.strip_prefix("/api/v1/"));
        let named = below.and_then(|below| below.split('/').next());
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        Self {
            trace_id: trace_id.into(),
            part: named.map(|name| hasher.hash_one(name)),
        }
    }

    /// The part's number, if it asks for one.
    #[must_use]
    pub fn part(&self) -> Option<u64> {
        self.part
    }
}

/// Answers a request: problems carry its trace id, and so does every log line meanwhile.
pub async fn with_request<F: Future>(request: Request, answering: F) -> F::Output {
    REQUEST.scope(request, answering).await
}

/// The request being answered here, if one is.
#[must_use]
pub fn current_request() -> Option<Request> {
    REQUEST.try_with(Clone::clone).ok()
}

/// The trace id of the request being answered here, if one is.
#[must_use]
pub fn trace_id() -> Option<Arc<str>> {
    REQUEST
        .try_with(|request| Arc::clone(&request.trace_id))
        .ok()
}

/// Works on another thread for this request.
pub fn on_behalf_of<T>(request: Option<Request>, work: impl FnOnce() -> T) -> T {
    match request {
        Some(request) => REQUEST.sync_scope(request, work),
        None => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_works_for_a_request_knows_its_trace() {
        assert_eq!(trace_id(), None);
        let request = Request::new("abc".to_owned(), None);
        let seen = std::thread::spawn(|| on_behalf_of(Some(request), trace_id))
            .join()
            .unwrap();
        assert_eq!(seen.as_deref(), Some("abc"));
        assert_eq!(on_behalf_of(None, trace_id), None);
    }

    #[test]
    fn routes_of_one_slice_are_one_part() {
        let part = |route| Request::new(String::new(), Some(route)).part();
        assert_eq!(part("/api/v1/clients"), part("/api/v1/clients/{id}/move"));
        assert_ne!(part("/api/v1/clients"), part("/api/v1/products"));
        assert_eq!(part("/internal/events"), None);
        assert_eq!(Request::new(String::new(), None).part(), None);
    }
}

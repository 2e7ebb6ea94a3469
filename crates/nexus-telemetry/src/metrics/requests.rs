use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::histogram::Histogram;
use super::page::Page;

/// The statuses that our services answer; anything else counts as the first, `other`.
const STATUSES: [u16; 24] = [
    0, 200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 422, 428,
    429, 500, 502, 503, 504,
];
const METHODS: [&str; 7] = ["other", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// Routes are patterns, and there are not so many of them; whoever counts something else is stopped here.
const ROUTES_MOST: usize = 1_000;
const ANY_OTHER: &str = "other";

#[derive(Debug, Default)]
struct Seen {
    statuses: [AtomicU64; STATUSES.len()],
    took: Histogram,
}

/// Answers by method, route and status, and how long they took by method and route.
#[derive(Debug, Default)]
pub struct Requests {
    by_method: [RwLock<HashMap<Box<str>, Arc<Seen>>>; METHODS.len()],
}

impl Requests {
    /// Counts an answer. `route` is a pattern such as `/api/v1/clients/{id}`, never a path as it came.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let seen = self.seen(method, route);
        let status = STATUSES.iter().position(|known| *known == status);
        seen.statuses[status.unwrap_or(0)].fetch_add(1, Ordering::Relaxed);
        seen.took.observe(took);
    }

    fn seen(&self, method: &str, route: &str) -> Arc<Seen> {
        let method = METHODS.iter().position(|known| *known == method);
        let routes = &self.by_method[method.unwrap_or(0)];
        let known = routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = known.get(route) {
            return Arc::clone(seen);
        }
        drop(known);
        let mut routes = routes.write().unwrap_or_else(PoisonError::into_inner);
        let route = if routes.len() < ROUTES_MOST {
            route
        } else {
            ANY_OTHER
        };
        Arc::clone(routes.entry(route.into()).or_default())
    }

    pub(super) fn tell(&self, page: &mut Page) {
        for (method, routes) in METHODS.iter().zip(&self.by_method) {
            let routes = routes.read().unwrap_or_else(PoisonError::into_inner);
            let mut routes: Vec<_> = routes.iter().collect();
            routes.sort_by_key(|(route, _)| *route);
            for (route, seen) in routes {
                seen.tell(method, route, page);
            }
        }
    }
}

impl Seen {
    fn tell(&self, method: &str, route: &str, page: &mut Page) {
        let counts = STATUSES.iter().zip(&self.statuses);
        for (status, count) in counts {
            let count = count.load(Ordering::Relaxed);
            if count == 0 {
                continue;
            }
            let status = match status {
                0 => ANY_OTHER.to_owned(),
                known => known.to_string(),
            };
            let labels = [("method", method), ("route", route), ("status", &status)];
            page.counter(
                "nexus_http_requests_total",
                "Answers by route pattern and status.",
            )
            .sample(&labels, count as f64);
        }
        self.took.tell(
            page,
            "nexus_http_request_seconds",
            "From the head of a request to the head of its answer.",
            &[("method", method), ("route", route)],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_method_route_and_status() {
        let requests = Requests::default();
        let took = Duration::from_millis(3);
        requests.answered("GET", "/x/{id}", 200, took);
        requests.answered("GET", "/x/{id}", 200, took);
        requests.answered("GET", "/x/{id}", 599, took);
        requests.answered("BREW", "?", 501, took);
        let mut page = Page::default();
        requests.tell(&mut page);
        let text = page.text();
        for line in [
            "nexus_http_requests_total{method=\"GET\",route=\"/x/{id}\",status=\"200\"} 2\n",
            "nexus_http_requests_total{method=\"GET\",route=\"/x/{id}\",status=\"other\"} 1\n",
            "nexus_http_requests_total{method=\"other\",route=\"?\",status=\"other\"} 1\n",
            "nexus_http_request_seconds_count{method=\"GET\",route=\"/x/{id}\"} 3\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn strange_routes_do_not_fill_the_memory() {
        let requests = Requests::default();
        for number in 0..ROUTES_MOST + 50 {
            requests.answered("GET", &number.to_string(), 200, Duration::ZERO);
        }
        let known = requests.by_method[1].read().unwrap();
        assert_eq!(known.len(), ROUTES_MOST + 1);
        let other = known.get(ANY_OTHER).unwrap();
        assert_eq!(other.statuses[1].load(Ordering::Relaxed), 50);
    }
}

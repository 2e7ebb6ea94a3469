//! Numbers for whoever watches: kept in memory, told as Prometheus' text when somebody asks.
//!
//! No label ever carries a person's data: routes are patterns, services and reasons are words of ours.

mod histogram;
mod page;
mod process;
mod requests;

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

pub use histogram::Histogram;
pub use page::{Kind, Page};
pub use requests::Requests;

/// What a page is served as.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The requests that this process has answered.
pub static REQUESTS: LazyLock<Requests> = LazyLock::new(Requests::default);

type Source = Box<dyn Fn(&mut Page) + Send + Sync>;

static SOURCES: Mutex<Vec<(&'static str, Source)>> = Mutex::new(Vec::new());
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// From now on this part tells its numbers, too; an earlier one of the same name no longer does.
pub fn provide(name: &'static str, source: impl Fn(&mut Page) + Send + Sync + 'static) {
    let mut sources = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
    sources.retain(|(known, _)| *known != name);
    sources.push((name, Box::new(source)));
}

/// Everything this process knows, as text.
#[must_use]
pub fn told(service: &str) -> String {
    let mut page = Page::default();
    let version = env!("CARGO_PKG_VERSION");
    page.gauge("nexus_build_info", "Which program this is.")
        .sample(&[("service", service), ("version", version)], 1.0);
    page.gauge("nexus_uptime_seconds", "Since the process started.")
        .sample(&[], STARTED.elapsed().as_secs_f64());
    process::tell(&mut page);
    REQUESTS.tell(&mut page);
    let sources = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
    for (_, source) in sources.iter() {
        source(&mut page);
    }
    page.text()
}

/// Marks the start of the process.
pub(crate) fn started() {
    LazyLock::force(&STARTED);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_told_twice_is_told_once_and_the_last_one_counts() {
        for value in [1.0, 2.0] {
            provide("test-part", move |page| {
                page.gauge("nexus_test_part", "A part.")
                    .sample(&[("of", "x")], value);
            });
        }
        let text = told("test");
        assert!(text.contains("nexus_test_part{of=\"x\"} 2\n"), "{text}");
        assert_eq!(text.matches("nexus_test_part{").count(), 1);
        assert!(text.contains("nexus_build_info{service=\"test\""), "{text}");
        assert!(text.contains("process_resident_memory_bytes "), "{text}");
    }
}

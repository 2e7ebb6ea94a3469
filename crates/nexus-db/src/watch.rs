//! What the database threads tell of themselves.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use nexus_telemetry::metrics::{Histogram, Page};

#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub waited: Histogram,
    pub worked: Histogram,
    busy: AtomicUsize,
    connected: AtomicUsize,
    full: AtomicU64,
    late: AtomicU64,
    unreachable: AtomicU64,
}

/// A thread at work, until dropped.
pub(crate) struct Busy<'w>(&'w AtomicUsize);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Watch {
    pub fn busy(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(&self.busy)
    }

    pub fn connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    pub fn disconnected(&self) {
        self.connected.fetch_sub(1, Ordering::Relaxed);
    }

    /// Too much work waited already.
    pub fn full(&self) {
        self.full.fetch_add(1, Ordering::Relaxed);
    }

    /// No thread was free in time.
    pub fn late(&self) {
        self.late.fetch_add(1, Ordering::Relaxed);
    }

    pub fn unreachable(&self) {
        self.unreachable.fetch_add(1, Ordering::Relaxed);
    }

    pub fn tell(&self, page: &mut Page, threads: usize, waiting: usize) {
        let gauges = [
            ("nexus_db_threads", "Database threads.", threads),
            (
                "nexus_db_threads_busy",
                "Database threads at work.",
                self.busy.load(Ordering::Relaxed),
            ),
            (
                "nexus_db_connections",
                "Open database connections of requests.",
                self.connected.load(Ordering::Relaxed),
            ),
            ("nexus_db_queue", "Work that waits for a thread.", waiting),
        ];
        for (name, help, value) in gauges {
            page.gauge(name, help).sample(&[], value as f64);
        }
        let refused = [
            ("full", &self.full),
            ("late", &self.late),
            ("unreachable", &self.unreachable),
        ];
        for (reason, count) in refused {
            page.counter(
                "nexus_db_refused_total",
                "Work answered with 503: the queue was full, no thread was free in time, or no connection.",
            )
            .sample(&[("reason", reason)], count.load(Ordering::Relaxed) as f64);
        }
        self.waited.tell(
            page,
            "nexus_db_wait_seconds",
            "From asking for a database thread to getting one.",
            &[],
        );
        self.worked.tell(
            page,
            "nexus_db_work_seconds",
            "What a database thread did for one request.",
            &[],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_threads_and_refusals_are_told() {
        let watch = Watch::default();
        watch.connected();
        watch.late();
        let one = watch.busy();
        drop(watch.busy());
        let mut page = Page::default();
        watch.tell(&mut page, 4, 7);
        drop(one);
        let text = page.text();
        for line in [
            "nexus_db_threads 4\n",
            "nexus_db_threads_busy 1\n",
            "nexus_db_connections 1\n",
            "nexus_db_queue 7\n",
            "nexus_db_refused_total{reason=\"late\"} 1\n",
            "nexus_db_refused_total{reason=\"full\"} 0\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}

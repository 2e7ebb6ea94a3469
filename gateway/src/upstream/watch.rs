//! What an upstream tells of itself.

use std::sync::atomic::{AtomicU64, Ordering};

use nexus_telemetry::metrics::Page;

/// Since the start.
#[derive(Debug, Default)]
pub struct Watch {
    pub unreachable: AtomicU64,
    pub timed_out: AtomicU64,
    pub broken: AtomicU64,
    pub overloaded: AtomicU64,
    pub refused_by_breaker: AtomicU64,
    pub retries: AtomicU64,
    pub opened: AtomicU64,
}

/// What is so at this moment.
pub struct Moment {
    pub in_flight: usize,
    pub idle: usize,
    pub open: bool,
}

pub fn one_more(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Watch {
    pub fn tell(&self, page: &mut Page, upstream: &str, moment: &Moment) {
        let failures = [
            ("unreachable", &self.unreachable),
            ("timeout", &self.timed_out),
            ("broken", &self.broken),
            ("overloaded", &self.overloaded),
            ("breaker", &self.refused_by_breaker),
        ];
        for (reason, count) in failures {
            let labels = [("upstream", upstream), ("reason", reason)];
            page.counter(
                "nexus_upstream_failures_total",
                "Requests that a service did not answer, by why.",
            )
            .sample(&labels, count.load(Ordering::Relaxed) as f64);
        }
        let labels = [("upstream", upstream)];
        page.counter("nexus_upstream_retries_total", "Requests sent again.")
            .sample(&labels, self.retries.load(Ordering::Relaxed) as f64);
        page.counter(
            "nexus_upstream_breaker_opened_total",
            "Times that a service was given up for a while.",
        )
        .sample(&labels, self.opened.load(Ordering::Relaxed) as f64);
        page.gauge(
            "nexus_upstream_breaker_open",
            "1 while a service is not asked because it does not answer.",
        )
        .sample(&labels, f64::from(moment.open));
        page.gauge("nexus_upstream_in_flight", "Requests under way.")
            .sample(&labels, moment.in_flight as f64);
        page.gauge(
            "nexus_upstream_idle_connections",
            "Connections ready for the next request.",
        )
        .sample(&labels, moment.idle as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_by_reason() {
        let watch = Watch::default();
        one_more(&watch.timed_out);
        let moment = Moment {
            in_flight: 3,
            idle: 1,
            open: true,
        };
        let mut page = Page::default();
        watch.tell(&mut page, "crm", &moment);
        let text = page.text();
        for line in [
            "nexus_upstream_failures_total{upstream=\"crm\",reason=\"timeout\"} 1\n",
            "nexus_upstream_failures_total{upstream=\"crm\",reason=\"broken\"} 0\n",
            "nexus_upstream_breaker_open{upstream=\"crm\"} 1\n",
            "nexus_upstream_in_flight{upstream=\"crm\"} 3\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}

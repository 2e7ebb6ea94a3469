//! Counters in Prometheus' words.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::work::Outcome;

/// Since the start.
#[derive(Default)]
pub struct Metrics {
    answers: [AtomicU64; 5],
    refused: AtomicU64,
    cancelled: AtomicU64,
    panicked: AtomicU64,
    tasks: AtomicU64,
    iterations: AtomicU64,
    solving_micros: AtomicU64,
    total_micros: AtomicU64,
}

fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

impl Metrics {
    /// An answer with this code was sent.
    pub fn answered(&self, code: u8, took: Duration, outcome: &Outcome) {
        if let Some(counter) = self.answers.get(usize::from(code)) {
            add(counter, 1);
        }
        add(&self.tasks, outcome.tasks as u64);
        add(&self.iterations, outcome.iterations);
        add(&self.solving_micros, micros(outcome.solving));
        add(&self.total_micros, micros(took));
    }

    /// Nobody had time.
    pub fn refused(&self) {
        add(&self.refused, 1);
    }

    /// The client went away.
    pub fn cancelled(&self) {
        add(&self.cancelled, 1);
    }

    /// Work ended without an answer.
    pub fn panicked(&self) {
        add(&self.panicked, 1);
    }

    /// As text.
    pub fn told(&self, running: usize, waiting: usize) -> String {
        let mut text = String::new();
        let name = |name: &str| format!("route_optimizer_{name}");
        let mut family = |kind: &str, of: &str, samples: &[(String, f64)]| {
            let of = name(of);
            // Writing to a string does not fail.
            let _infallible = writeln!(text, "# TYPE {of} {kind}");
            for (labels, value) in samples {
                let _infallible = writeln!(text, "{of}{labels} {value}");
            }
        };
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        let codes = self.answers.iter().enumerate();
        let codes: Vec<_> = codes
            .map(|(code, count)| (format!("{{code=\"{code}\"}}"), read(count)))
            .collect();
        let one = |value: f64| [(String::new(), value)];
        family("counter", "answers_total", &codes);
        family("counter", "refused_total", &one(read(&self.refused)));
        family("counter", "cancelled_total", &one(read(&self.cancelled)));
        family("counter", "panics_total", &one(read(&self.panicked)));
        family("counter", "tasks_total", &one(read(&self.tasks)));
        family("counter", "iterations_total", &one(read(&self.iterations)));
        family(
            "counter",
            "solving_seconds_total",
            &one(read(&self.solving_micros) / 1e6),
        );
        family(
            "counter",
            "seconds_total",
            &one(read(&self.total_micros) / 1e6),
        );
        family("gauge", "requests_in_hand", &one(running as f64));
        family("gauge", "requests_waiting", &one(waiting as f64));
        text
    }
}

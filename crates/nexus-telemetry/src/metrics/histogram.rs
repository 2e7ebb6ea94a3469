use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::page::{Kind, Page};

/// Upper bounds in microseconds, and as the format writes them in seconds.
const BOUNDS: [(u64, &str); 12] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
];

/// How long something took, counted by size: two additions each time.
#[derive(Debug, Default)]
pub struct Histogram {
    counts: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Counts one more.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|(bound, _)| *bound < micros);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Adds its numbers to a page.
    pub fn tell(
        &self,
        page: &mut Page,
        name: &'static str,
        help: &'static str,
        labels: &[(&str, &str)],
    ) {
        let family = page.family(name, help, Kind::Histogram);
        let mut all = 0;
        let bounds = BOUNDS.iter().map(|(_, text)| *text).chain(["+Inf"]);
        for (count, bound) in self.counts.iter().zip(bounds) {
            all += count.load(Ordering::Relaxed);
            family.suffixed("_bucket", labels, Some(bound), all as f64);
        }
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        family.suffixed("_sum", labels, None, seconds);
        family.suffixed("_count", labels, None, all as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lands_in_the_smallest_bucket_that_holds_it() {
        let histogram = Histogram::default();
        for micros in [0, 1_000, 1_001, 60_000, 5_000_000, 5_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let mut page = Page::default();
        histogram.tell(&mut page, "t_seconds", "Time.", &[("r", "x")]);
        let text = page.text();
        for line in [
            "t_seconds_bucket{r=\"x\",le=\"0.001\"} 2\n",
            "t_seconds_bucket{r=\"x\",le=\"0.0025\"} 3\n",
            "t_seconds_bucket{r=\"x\",le=\"0.05\"} 3\n",
            "t_seconds_bucket{r=\"x\",le=\"0.1\"} 4\n",
            "t_seconds_bucket{r=\"x\",le=\"5\"} 5\n",
            "t_seconds_bucket{r=\"x\",le=\"+Inf\"} 6\n",
            "t_seconds_sum{r=\"x\"} 10.062002\n",
            "t_seconds_count{r=\"x\"} 6\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}

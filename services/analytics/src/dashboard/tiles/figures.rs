//! Shares and percentiles.

use crate::dashboard::model::Days;

/// A part of a whole, four decimals; nothing of nothing.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and cents, far below 2^52"
)]
pub fn share(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}

/// Mean, median and ninetieth percentile of days, each so many times. A percentile is the smallest day that at least that
/// share of all does not exceed, as SQL's `percentile_disc`.
#[must_use]
pub fn days(counts: impl IntoIterator<Item = (i64, i64)>) -> Days {
    let mut counts: Vec<(i64, i64)> = counts.into_iter().filter(|(_, times)| *times > 0).collect();
    counts.sort_unstable();
    let count: i64 = counts.iter().map(|(_, times)| times).sum();
    let sum: i64 = counts.iter().map(|(day, times)| day * times).sum();
    let percentile = |percent: i64| {
        let rank = (count * percent + 99) / 100;
        let mut seen = 0;
        counts.iter().find_map(|(day, times)| {
            seen += times;
            (seen >= rank).then_some(*day)
        })
    };
    #[expect(clippy::cast_precision_loss, reason = "days, far below 2^52")]
    let mean = (count > 0).then(|| (sum as f64 / count as f64 * 100.0).round() / 100.0);
    Days {
        count,
        mean_days: mean,
        median_days: percentile(50),
        p90_days: percentile(90),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_nothing() {
        for (part, whole, told) in [
            (1, 3, Some(0.3333)),
            (4_238, 6_711, Some(0.6315)),
            (0, 5, Some(0.0)),
            (5, 0, None),
        ] {
            assert_eq!(share(part, whole), told);
        }
    }

    #[test]
    fn percentiles_are_days_that_occurred() {
        for (counts, mean, median, p90) in [
            (vec![(10, 1), (20, 1)], 15.0, 10, 20),
            (vec![(1, 9), (50, 1)], 5.9, 1, 1),
            (vec![(1, 8), (50, 2)], 10.8, 1, 50),
            (vec![(7, 1)], 7.0, 7, 7),
            (vec![(30, 3), (5, 0), (2, 2)], 18.8, 30, 30),
        ] {
            let told = days(counts.clone());
            assert_eq!(
                (told.mean_days, told.median_days, told.p90_days),
                (Some(mean), Some(median), Some(p90)),
                "{counts:?}"
            );
        }
        assert_eq!(days([]), Days::default());
    }
}

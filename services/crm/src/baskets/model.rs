use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use nexus_records::text_enum;

/// Orders older than this say nothing about what a shop usually orders: a year, and the weeks by which one is late.
pub const DAYS: u64 = 400;

text_enum! {
    /// Where a shop stands with a product.
    Standing {
        /// It has gone without for 1.5 of its usual intervals or longer.
        Missing = "missing",
        /// From 0.8 of the usual interval on.
        Due = "due",
        /// Ordered recently.
        Fine = "fine",
        /// Ordered on one day only: there is no interval yet.
        Once = "once",
    }
}

/// How a shop orders one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habit {
    /// The median of what was ordered on a day; of two in the middle, the smaller: one that was really ordered.
    pub usual_quantity: Decimal,
    /// The median of the days between orders, half-up; `None` with one order.
    pub interval_days: Option<i64>,
    /// The latest day it was ordered on.
    pub last_on: NaiveDate,
    /// On how many days it was ordered.
    pub times: usize,
    pub standing: Standing,
}

/// The habit that purchases of one product show. `None` without purchases.
#[must_use]
pub fn habit(purchases: &[(NaiveDate, Decimal)], today: NaiveDate) -> Option<Habit> {
    let mut by_day: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    for (day, quantity) in purchases {
        *by_day.entry(*day).or_default() += quantity;
    }
    let last_on = *by_day.keys().next_back()?;
    let days: Vec<NaiveDate> = by_day.keys().copied().collect();
    let mut quantities: Vec<Decimal> = by_day.into_values().collect();
    quantities.sort_unstable();
    let interval_days = interval(&days);
    Some(Habit {
        usual_quantity: quantities[(quantities.len() - 1) / 2],
        interval_days,
        last_on,
        times: days.len(),
        standing: standing(interval_days, (today - last_on).num_days()),
    })
}

/// The median of the gaps between days in ascending order.
fn interval(days: &[NaiveDate]) -> Option<i64> {
    let mut gaps: Vec<i64> = days
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).num_days())
        .collect();
    gaps.sort_unstable();
    let upper = *gaps.get(gaps.len() / 2)?;
    let lower = gaps[(gaps.len() - 1) / 2];
    Some((lower + upper + 1) / 2)
}

fn standing(interval: Option<i64>, elapsed: i64) -> Standing {
    match interval {
        None => Standing::Once,
        Some(days) if elapsed * 10 >= days * 15 => Standing::Missing,
        Some(days) if elapsed * 10 >= days * 8 => Standing::Due,
        Some(_) => Standing::Fine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn of(purchases: &[(&str, i64)], today: &str) -> Option<Habit> {
        let purchases: Vec<(NaiveDate, Decimal)> = purchases
            .iter()
            .map(|(on, quantity)| (day(on), Decimal::from(*quantity)))
            .collect();
        habit(&purchases, day(today))
    }

    #[test]
    fn quantity_and_interval_are_medians() {
        type Case = (&'static [(&'static str, i64)], i64, Option<i64>);
        let cases: [Case; 5] = [
            (&[("2026-01-10", 5)], 5, None),
            (&[("2026-01-10", 12), ("2026-01-20", 6)], 6, Some(10)),
            // 10 and 21 days: 15.5, half-up.
            (
                &[("2026-01-01", 6), ("2026-01-11", 6), ("2026-02-01", 90)],
                6,
                Some(16),
            ),
            // Two orders on one day are one purchase.
            (
                &[("2026-01-01", 2), ("2026-01-01", 4), ("2026-01-31", 10)],
                6,
                Some(30),
            ),
            // One big order changes neither.
            (
                &[
                    ("2026-01-01", 10),
                    ("2026-01-15", 10),
                    ("2026-01-29", 500),
                    ("2026-02-12", 12),
                    ("2026-02-26", 10),
                ],
                10,
                Some(14),
            ),
        ];
        for (purchases, quantity, interval) in cases {
            let found = of(purchases, "2026-03-01").unwrap();
            assert_eq!(
                found.usual_quantity,
                Decimal::from(quantity),
                "{purchases:?}"
            );
            assert_eq!(found.interval_days, interval, "{purchases:?}");
        }
        assert_eq!(of(&[], "2026-03-01"), None);
    }

    #[test]
    fn a_product_is_due_from_four_fifths_and_missing_from_one_and_a_half_intervals() {
        let every_thirty = &[("2026-01-01", 1), ("2026-01-31", 1)];
        let cases = [
            ("2026-01-31", Standing::Fine),
            ("2026-02-23", Standing::Fine),
            ("2026-02-24", Standing::Due),
            ("2026-03-16", Standing::Due),
            ("2026-03-17", Standing::Missing),
            ("2027-01-01", Standing::Missing),
        ];
        for (today, standing) in cases {
            assert_eq!(
                of(every_thirty, today).unwrap().standing,
                standing,
                "{today}"
            );
        }
        assert_eq!(
            of(&[("2025-01-01", 1)], "2026-01-01").unwrap().standing,
            Standing::Once
        );
    }
}

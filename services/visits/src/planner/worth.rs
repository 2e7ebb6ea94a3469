//! What a visit is worth, in points, and why. See docs/planning.md.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rules::model::Weights;

/// Twice the interval is as urgent as it gets.
const URGENCY_MOST: f64 = 2.0;
/// A weighted open value at which half of the points are reached.
const DEALS_HALF_CENTS: f64 = 200_000.0;
/// An offer counts in its last days.
const OFFER_DAYS: f64 = 14.0;
/// Orders from this number on make a rhythm.
const ORDERS_LEAST: i64 = 3;

/// What is being sold to a client.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sales {
    /// Open amounts × their stages' probability, in cents.
    pub weighted_cents: i64,
    /// When the next offer runs out.
    pub offer_until: Option<NaiveDate>,
    pub orders: i64,
    pub first_order_on: Option<NaiveDate>,
    pub last_order_on: Option<NaiveDate>,
}

/// One part of what a visit is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = StopReason)]
pub enum Reason {
    /// Somebody agreed on it, or put it there.
    Agreed { points: i32 },
    /// Nobody was there for so many days; it should be every so many.
    Urgency {
        points: i32,
        days: i64,
        cadence_days: i32,
    },
    /// Nobody was ever there.
    Never { points: i32 },
    /// Open deals, weighted by their stages.
    Deals { points: i32, weighted_cents: i64 },
    /// An offer runs out.
    Offer { points: i32, until: NaiveDate },
    /// Orders came every so many days; the last one is this long ago.
    Churn {
        points: i32,
        days: i64,
        usual_days: i64,
    },
}

impl Reason {
    /// Its points.
    #[must_use]
    pub fn points(&self) -> i32 {
        match self {
            Self::Agreed { points }
            | Self::Urgency { points, .. }
            | Self::Never { points }
            | Self::Deals { points, .. }
            | Self::Offer { points, .. }
            | Self::Churn { points, .. } => *points,
        }
    }
}

/// How a shop stands.
#[derive(Debug, Clone, Copy)]
pub struct Shop<'a> {
    pub class: Option<&'a str>,
    pub cadence_days: i32,
    pub last_visit_on: Option<NaiveDate>,
    pub known_since: NaiveDate,
    pub urgency: f64,
}

/// The parts that count, the greatest first. Each is between 0 and its weight.
#[must_use]
pub fn reasons(weights: Weights, shop: Shop<'_>, sales: &Sales, day: NaiveDate) -> Vec<Reason> {
    let mut found = Vec::new();
    let importance = match shop.class {
        Some("A") => 1.0,
        Some("B") => 0.8,
        Some("C") => 0.6,
        _ => 0.7,
    };
    let points = part(weights.urgency, shop.urgency / URGENCY_MOST * importance);
    found.push(match shop.last_visit_on {
        Some(last) => Reason::Urgency {
            points,
            days: (day - last).num_days(),
            cadence_days: shop.cadence_days,
        },
        None => Reason::Never { points },
    });
    let value = cents(sales.weighted_cents);
    found.push(Reason::Deals {
        points: part(weights.deals, value / (value + DEALS_HALF_CENTS)),
        weighted_cents: sales.weighted_cents,
    });
    if let Some(until) = sales.offer_until.filter(|until| *until >= day) {
        let left = days((until - day).num_days());
        found.push(Reason::Offer {
            points: part(weights.offers, 1.0 - left / OFFER_DAYS),
            until,
        });
    }
    if let (Some(first), Some(last)) = (sales.first_order_on, sales.last_order_on)
        && sales.orders >= ORDERS_LEAST
    {
        let usual = ((last - first).num_days() / (sales.orders - 1)).max(1);
        let since = (day - last).num_days();
        let late = days(since) / days(usual) - 1.0;
        found.push(Reason::Churn {
            points: part(weights.churn, late),
            days: since,
            usual_days: usual,
        });
    }
    found.retain(|reason| reason.points() > 0);
    found.sort_by_key(|reason| -reason.points());
    found
}

/// A share of a weight, in whole points.
#[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
fn part(weight: i32, share: f64) -> i32 {
    (f64::from(weight) * share.clamp(0.0, 1.0)).round() as i32
}

#[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^52")]
fn cents(value: i64) -> f64 {
    value.max(0) as f64
}

fn days(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

/// The sum, as the optimiser's priority: 1 to 99, for 100 is what was agreed.
#[must_use]
pub fn priority(reasons: &[Reason]) -> i32 {
    reasons.iter().map(Reason::points).sum::<i32>().clamp(1, 99)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const WEIGHTS: Weights = Weights {
        urgency: 60,
        deals: 20,
        offers: 10,
        churn: 10,
    };

    fn shop(class: &'static str, urgency: f64) -> Shop<'static> {
        Shop {
            class: Some(class),
            cadence_days: 30,
            last_visit_on: Some(day("2026-10-24")),
            known_since: day("2025-01-01"),
            urgency,
        }
    }

    #[test]
    fn each_part_has_its_points_and_its_facts() {
        let today = day("2026-11-23");
        let sales = Sales {
            weighted_cents: 200_000,
            offer_until: Some(day("2026-11-30")),
            orders: 5,
            first_order_on: Some(day("2026-06-01")),
            last_order_on: Some(day("2026-09-09")),
        };
        let found = reasons(WEIGHTS, shop("A", 1.0), &sales, today);
        assert_eq!(
            found,
            [
                Reason::Urgency {
                    points: 30,
                    days: 30,
                    cadence_days: 30
                },
                Reason::Deals {
                    points: 10,
                    weighted_cents: 200_000
                },
                Reason::Churn {
                    points: 10,
                    days: 75,
                    usual_days: 25
                },
                Reason::Offer {
                    points: 5,
                    until: day("2026-11-30")
                },
            ]
        );
        assert_eq!(priority(&found), 55);
    }

    #[test]
    fn more_urgent_and_more_important_is_never_worth_less() {
        let none = Sales::default();
        let worth = |class, urgency| {
            priority(&reasons(
                WEIGHTS,
                shop(class, urgency),
                &none,
                day("2026-11-23"),
            ))
        };
        for class in ["A", "B", "C"] {
            let steps: Vec<i32> = [0.0, 0.5, 0.7, 1.0, 1.5, 2.0, 9.0]
                .map(|urgency| worth(class, urgency))
                .into();
            assert!(steps.is_sorted(), "{class}: {steps:?}");
        }
        assert!(worth("A", 1.0) > worth("B", 1.0) && worth("B", 1.0) > worth("C", 1.0));
        assert_eq!((worth("A", 0.0), worth("A", 99.0)), (1, 60));
    }

    #[test]
    fn an_offer_that_has_run_out_and_a_client_in_rhythm_bring_nothing() {
        let sales = Sales {
            offer_until: Some(day("2026-11-20")),
            orders: 4,
            first_order_on: Some(day("2026-08-20")),
            last_order_on: Some(day("2026-11-18")),
            ..Sales::default()
        };
        assert_eq!(
            reasons(WEIGHTS, shop("B", 0.0), &sales, day("2026-11-23")),
            []
        );
        // Nothing at all, however much is negative.
        let odd = Sales {
            weighted_cents: -500,
            ..Sales::default()
        };
        assert_eq!(
            reasons(WEIGHTS, shop("B", 0.0), &odd, day("2026-11-23")),
            []
        );
    }
}

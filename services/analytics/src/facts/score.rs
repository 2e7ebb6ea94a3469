//! How a client orders: recency, frequency and money (RFM) and the risk of losing them, by thresholds that are published.

use chrono::NaiveDate;

/// What is known of a client's counted orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordering {
    /// Days with an order, in all.
    pub days: i64,
    pub first_on: NaiveDate,
    pub last_on: NaiveDate,
    /// Orders of the last 365 days.
    pub orders_year: i64,
    /// Their net, without VAT.
    pub net_year_cents: i64,
}

/// The words that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    pub segment: &'static str,
    pub churn: &'static str,
}

/// 1 (poor) to 5 (best): days since the last order.
fn recency(days: i64) -> u8 {
    match days {
        ..=30 => 5,
        31..=60 => 4,
        61..=90 => 3,
        91..=180 => 2,
        _ => 1,
    }
}

/// Orders of the last 365 days.
fn frequency(orders: i64) -> u8 {
    match orders {
        12.. => 5,
        6.. => 4,
        3.. => 3,
        2 => 2,
        _ => 1,
    }
}

/// Net of the last 365 days, in cents.
fn money(cents: i64) -> u8 {
    match cents {
        1_000_000.. => 5,
        500_000.. => 4,
        200_000.. => 3,
        50_000.. => 2,
        _ => 1,
    }
}

/// Without an order for longer than this many of its usual intervals a client is at risk, or at high risk.
const RISK: f64 = 1.5;
const HIGH_RISK: f64 = 2.5;
/// Whoever has not shown how often they order is measured by this.
const USUAL_DAYS: f64 = 60.0;

/// Scores a client on a day.
#[must_use]
pub fn score(client: &Ordering, today: NaiveDate) -> Score {
    let since = (today - client.last_on).num_days().max(0);
    let (recent, frequent) = (recency(since), frequency(client.orders_year));
    let dear = money(client.net_year_cents);
    let segment = match (recent, frequent, dear) {
        (4.., 4.., _) => "champions",
        (4.., ..=2, _) if client.days == 1 => "new",
        (3.., 3.., _) => "loyal",
        (3.., _, _) => "promising",
        (2, _, 4..) => "cannot_lose",
        (2, _, _) => "at_risk",
        _ => "lost",
    };
    Score {
        segment,
        churn: churn(client, since),
    }
}

fn churn(client: &Ordering, since: i64) -> &'static str {
    let span = (client.last_on - client.first_on).num_days();
    #[expect(clippy::cast_precision_loss, reason = "days, far below 2^52")]
    let (usual, since) = if client.days >= 3 {
        (span as f64 / (client.days - 1) as f64, since as f64)
    } else {
        (USUAL_DAYS, since as f64)
    };
    match since / usual.max(1.0) {
        ratio if ratio >= HIGH_RISK => "high",
        ratio if ratio >= RISK => "medium",
        _ => "low",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordering(days: i64, first: &str, last: &str, year: i64, cents: i64) -> Ordering {
        Ordering {
            days,
            first_on: first.parse().unwrap(),
            last_on: last.parse().unwrap(),
            orders_year: year,
            net_year_cents: cents,
        }
    }

    #[test]
    fn segments_follow_the_published_thresholds() {
        let today = "2026-12-01".parse().unwrap();
        for (client, segment, churn) in [
            (
                ordering(12, "2026-01-01", "2026-11-25", 12, 900_000),
                "champions",
                "low",
            ),
            (
                ordering(1, "2026-11-20", "2026-11-20", 1, 10_000),
                "new",
                "low",
            ),
            (
                ordering(4, "2026-06-01", "2026-09-10", 4, 10_000),
                "loyal",
                "medium",
            ),
            (
                ordering(2, "2026-06-01", "2026-09-10", 2, 10_000),
                "promising",
                "low",
            ),
            (
                ordering(6, "2026-01-01", "2026-07-01", 6, 600_000),
                "cannot_lose",
                "high",
            ),
            (
                ordering(2, "2026-01-01", "2026-07-01", 2, 60_000),
                "at_risk",
                "high",
            ),
            (
                ordering(3, "2024-01-01", "2025-01-01", 0, 0),
                "lost",
                "high",
            ),
        ] {
            let told = score(&client, today);
            assert_eq!((told.segment, told.churn), (segment, churn), "{client:?}");
        }
    }

    #[test]
    fn thresholds_are_met_on_their_own_day() {
        for (days, level) in [
            (0, 5),
            (30, 5),
            (31, 4),
            (60, 4),
            (61, 3),
            (90, 3),
            (91, 2),
            (180, 2),
            (181, 1),
        ] {
            assert_eq!(recency(days), level, "{days}");
        }
        for (orders, level) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (3, 3),
            (5, 3),
            (6, 4),
            (11, 4),
            (12, 5),
        ] {
            assert_eq!(frequency(orders), level, "{orders}");
        }
        for (cents, level) in [
            (49_999, 1),
            (50_000, 2),
            (200_000, 3),
            (500_000, 4),
            (1_000_000, 5),
        ] {
            assert_eq!(money(cents), level, "{cents}");
        }
    }
}

//! What follows from the versions of a deal: the stages it has been in, how long, and the months in which it was expected.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::{business_day, start_of_business_day};
use uuid::Uuid;

use crate::measures::read::first_of_month;

/// A deal as one event told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub at: DateTime<Utc>,
    pub stage_id: Uuid,
    pub stage_entered_at: DateTime<Utc>,
    pub status: String,
    pub amount_cents: i64,
    pub expected_close_on: Option<NaiveDate>,
}

/// A stage that was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub stage_id: Uuid,
    pub entered_at: DateTime<Utc>,
    pub left_on: NaiveDate,
    /// Whole days.
    pub days: i32,
}

/// A month that a deal was expected to close in when the month began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub month: NaiveDate,
    pub stage_id: Uuid,
    pub amount_cents: i64,
}

/// The stages a deal has been in, `pipeline:stage,stage`, in the order of their ids; `:won` behind it when it was won.
#[must_use]
pub fn path(pipeline: Uuid, won: bool, versions: &[Version]) -> String {
    let stages: BTreeSet<Uuid> = versions.iter().map(|version| version.stage_id).collect();
    let stages: Vec<String> = stages.into_iter().map(|stage| stage.to_string()).collect();
    let end = if won { ":won" } else { "" };
    format!("{pipeline}:{}{end}", stages.join(","))
}

/// The stages it left. `versions` are in the order of their numbers.
#[must_use]
pub fn passages(versions: &[Version]) -> Vec<Passage> {
    let mut entered: Vec<(Uuid, DateTime<Utc>)> = Vec::new();
    for version in versions {
        let here = (version.stage_id, version.stage_entered_at);
        if entered.last() != Some(&here) {
            entered.push(here);
        }
    }
    let steps = entered.windows(2).map(|step| {
        let ((stage_id, entered_at), (_, left_at)) = (step[0], step[1]);
        let days = (left_at - entered_at).num_days().max(0);
        Passage {
            stage_id,
            entered_at,
            left_on: business_day(left_at),
            days: i32::try_from(days).unwrap_or(i32::MAX),
        }
    });
    steps.collect()
}

/// The months in which it was expected, as known when each began. A month that has not begun is as it is known now.
#[must_use]
pub fn forecasts(versions: &[Version]) -> Vec<Expected> {
    let mut months: Vec<Expected> = Vec::new();
    for (place, version) in versions.iter().enumerate() {
        let (Some(expected), "open") = (version.expected_close_on, version.status.as_str()) else {
            continue;
        };
        let month = first_of_month(expected);
        let began = start_of_business_day(month);
        let known = version.at <= began;
        let held = versions.get(place + 1).is_none_or(|next| next.at > began);
        if known && held && months.iter().all(|other| other.month != month) {
            months.push(Expected {
                month,
                stage_id: version.stage_id,
                amount_cents: version.amount_cents,
            });
        }
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn version(
        at: &str,
        stage: Uuid,
        entered: &str,
        status: &str,
        amount: i64,
        expected: Option<&str>,
    ) -> Version {
        Version {
            at: instant(at),
            stage_id: stage,
            stage_entered_at: instant(entered),
            status: status.to_owned(),
            amount_cents: amount,
            expected_close_on: expected.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn a_path_names_each_stage_once_whatever_the_order() {
        let (one, two) = ("2026-01-01T10:00:00Z", "2026-01-05T10:00:00Z");
        let there = version(one, B, one, "open", 1, None);
        let back = version(two, A, two, "won", 1, None);
        let pipeline = Uuid::from_u128(9);
        let forth = path(
            pipeline,
            true,
            &[there.clone(), back.clone(), there.clone()],
        );
        assert_eq!(forth, format!("{pipeline}:{A},{B}:won"));
        assert_eq!(
            path(pipeline, false, &[back, there]),
            format!("{pipeline}:{A},{B}")
        );
    }

    #[test]
    fn a_stage_lasts_from_its_entry_to_the_next_and_changes_in_between_are_none() {
        let versions = [
            version(
                "2026-01-01T10:00:00Z",
                A,
                "2026-01-01T10:00:00Z",
                "open",
                1,
                None,
            ),
            version(
                "2026-01-02T10:00:00Z",
                A,
                "2026-01-01T10:00:00Z",
                "open",
                2,
                None,
            ),
            version(
                "2026-01-04T09:59:59Z",
                B,
                "2026-01-04T09:59:59Z",
                "open",
                2,
                None,
            ),
            // After eleven in the evening in UTC it is the next day in Rome.
            version(
                "2026-01-09T23:30:00Z",
                A,
                "2026-01-09T23:30:00Z",
                "won",
                2,
                None,
            ),
        ];
        let told: Vec<_> = passages(&versions)
            .into_iter()
            .map(|passage| (passage.stage_id, passage.days, passage.left_on.to_string()))
            .collect();
        assert_eq!(
            told,
            [
                (A, 2, "2026-01-04".to_owned()),
                (B, 5, "2026-01-10".to_owned())
            ]
        );
    }

    #[test]
    fn history_that_is_imported_later_keeps_its_own_dates() {
        let versions = [
            version(
                "2026-11-30T10:00:00Z",
                A,
                "2017-01-01T00:00:00Z",
                "open",
                1,
                None,
            ),
            version(
                "2026-11-30T10:00:00Z",
                B,
                "2017-02-20T00:00:00Z",
                "won",
                1,
                None,
            ),
        ];
        let passages = passages(&versions);
        assert_eq!(
            (passages[0].days, passages[0].left_on.to_string()),
            (50, "2017-02-20".to_owned())
        );
    }

    #[test]
    fn a_forecast_is_what_was_known_when_the_month_began() {
        let first = "2026-01-10T10:00:00Z";
        let versions = [
            version(first, A, first, "open", 100, Some("2026-03-15")),
            // In March, too late for March's forecast.
            version(
                "2026-03-05T10:00:00Z",
                B,
                "2026-03-05T10:00:00Z",
                "open",
                300,
                Some("2026-04-02"),
            ),
            version(
                "2026-04-03T10:00:00Z",
                B,
                "2026-03-05T10:00:00Z",
                "won",
                300,
                Some("2026-04-02"),
            ),
        ];
        let told: Vec<_> = forecasts(&versions)
            .into_iter()
            .map(|expected| {
                (
                    expected.month.to_string(),
                    expected.stage_id,
                    expected.amount_cents,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("2026-03-01".to_owned(), A, 100),
                ("2026-04-01".to_owned(), B, 300)
            ]
        );
        let late = [version(
            "2026-03-05T10:00:00Z",
            A,
            first,
            "open",
            1,
            Some("2026-03-20"),
        )];
        assert_eq!(forecasts(&late), []);
    }
}

//! When a shop can be visited on a day. Windows are what the wall clock in Italy shows.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use nexus_kernel::at_wall_clock;
use nexus_problem::FieldErrors;
use serde::{Deserialize, Serialize};

/// From and until, as `09:00`.
pub type Window = [String; 2];

/// The days of a week as crm spells them, each with its windows; a day that is absent is closed.
pub type Week = BTreeMap<String, Vec<Window>>;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// A lunch break makes two; more than this is a mistake.
const WINDOWS_MOST: usize = 4;

/// A stretch of time, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// How a weekday is spelled.
#[must_use]
pub fn spelled(day: Weekday) -> &'static str {
    DAYS[day.num_days_from_monday() as usize]
}

/// The windows of a day as instants. What cannot be read is no window.
#[must_use]
pub fn spans(day: NaiveDate, windows: &[Window]) -> Vec<Span> {
    let read = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
    windows
        .iter()
        .filter_map(|[from, until]| {
            let span = Span {
                from: at_wall_clock(day, read(from)?),
                until: at_wall_clock(day, read(until)?),
            };
            (span.from < span.until).then_some(span)
        })
        .collect()
}

/// What says how a place opens: its own week, what is different for a while, and where it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opening {
    /// Empty: nobody has said, and the company's usual hours hold.
    pub week: Week,
    pub changes: Vec<Change>,
}

/// On these days these windows hold instead; none: closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub from_day: NaiveDate,
    pub until_day: NaiveDate,
    pub windows: Vec<Window>,
}

impl Opening {
    /// When a visit can be made on a day. `usual` are the hours of places that have not said theirs; on a holiday only what was
    /// said for that very day counts.
    #[must_use]
    pub fn on(&self, day: NaiveDate, usual: &Week, holiday: bool) -> Vec<Span> {
        let changed = self
            .changes
            .iter()
            // The newest word about a day is the last one.
            .rfind(|change| (change.from_day..=change.until_day).contains(&day));
        if let Some(change) = changed {
            return spans(day, &change.windows);
        }
        if holiday {
            return Vec::new();
        }
        let week = if self.week.is_empty() {
            usual
        } else {
            &self.week
        };
        week.get(spelled(day.weekday()))
            .map(|windows| spans(day, windows))
            .unwrap_or_default()
    }
}

/// Checks windows that somebody wrote.
pub fn review_windows(errors: &mut FieldErrors, pointer: &str, windows: &[Window]) {
    let times: Option<Vec<NaiveTime>> = windows
        .iter()
        .flatten()
        .map(|text| NaiveTime::parse_from_str(text, "%H:%M").ok())
        .collect();
    let in_order = times.is_some_and(|times| times.is_sorted_by(|a, b| a < b));
    if !in_order || windows.len() > WINDOWS_MOST {
        let detail =
            "Give up to four windows as [\"09:00\", \"12:30\"], in order and not touching.";
        errors.add(pointer, "windows.order", detail);
    }
}

/// Checks a week that somebody wrote.
pub fn review_week(errors: &mut FieldErrors, pointer: &str, week: &Week) {
    for (day, windows) in week {
        let pointer = format!("{pointer}/{day}");
        if DAYS.contains(&day.as_str()) {
            review_windows(errors, &pointer, windows);
        } else {
            let detail = "The days are mon, tue, wed, thu, fri, sat, sun.";
            errors.add(pointer, "windows.day", detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn window(from: &str, until: &str) -> Window {
        [from.to_owned(), until.to_owned()]
    }

    fn told(spans: &[Span]) -> Vec<String> {
        let hour = |at: DateTime<Utc>| at.format("%H:%M").to_string();
        spans
            .iter()
            .map(|span| format!("{}-{}", hour(span.from), hour(span.until)))
            .collect()
    }

    fn shop() -> Opening {
        let week = [
            ("mon", vec![window("15:30", "19:30")]),
            (
                "tue",
                vec![window("09:00", "12:30"), window("15:30", "19:30")],
            ),
        ];
        Opening {
            week: week
                .into_iter()
                .map(|(day, windows)| (day.to_owned(), windows))
                .collect(),
            changes: vec![
                Change {
                    from_day: day("2026-08-10"),
                    until_day: day("2026-08-23"),
                    windows: Vec::new(),
                },
                Change {
                    from_day: day("2026-12-08"),
                    until_day: day("2026-12-08"),
                    windows: vec![window("10:00", "13:00")],
                },
            ],
        }
    }

    #[test]
    fn a_shop_opens_as_it_says() {
        let usual = [("wed".to_owned(), vec![window("09:00", "18:00")])].into();
        for (on, holiday, expected) in [
            // In winter Rome is an hour ahead of UTC, in summer two.
            ("2026-11-23", false, vec!["14:30-18:30"]),
            ("2026-11-24", false, vec!["08:00-11:30", "14:30-18:30"]),
            ("2026-07-07", false, vec!["07:00-10:30", "13:30-17:30"]),
            // A day it does not name, though the usual hours do.
            ("2026-11-25", false, vec![]),
            // Holidays of its own, and a public one on which it says it opens.
            ("2026-08-11", false, vec![]),
            ("2026-12-08", true, vec!["09:00-12:00"]),
            ("2026-06-02", true, vec![]),
        ] {
            let found = shop().on(day(on), &usual, holiday);
            assert_eq!(told(&found), expected, "{on}");
        }
    }

    #[test]
    fn a_shop_that_says_nothing_opens_as_shops_do() {
        let usual = [("wed".to_owned(), vec![window("09:00", "18:00")])].into();
        let found = Opening::default().on(day("2026-11-25"), &usual, false);
        assert_eq!(told(&found), ["08:00-17:00"]);
    }

    #[test]
    fn on_days_of_23_and_25_hours_doors_open_by_the_wall_clock() {
        let early = [window("01:30", "09:00")];
        for (on, minutes) in [
            ("2026-03-29", 390),
            ("2026-10-25", 510),
            ("2026-11-24", 450),
        ] {
            let span = spans(day(on), &early)[0];
            assert_eq!((span.until - span.from).num_minutes(), minutes, "{on}");
        }
    }

    #[test]
    fn windows_that_cannot_be_are_none() {
        for (from, until) in [
            ("12:30", "09:00"),
            ("09:00", "09:00"),
            ("9 o'clock", "12:00"),
        ] {
            assert_eq!(
                spans(day("2026-11-24"), &[window(from, until)]),
                [],
                "{from}"
            );
        }
        let mut errors = FieldErrors::default();
        review_week(
            &mut errors,
            "/week",
            &[
                ("monday".to_owned(), vec![]),
                ("tue".to_owned(), vec![window("12:00", "09:00")]),
            ]
            .into(),
        );
        assert_eq!(errors.0.len(), 2);
    }
}

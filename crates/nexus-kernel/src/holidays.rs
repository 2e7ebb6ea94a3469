//! Days on which nobody in Italy works: weekends and the national holidays of law 260/1949 as it stands today.
//! Local patron saints are not in it: they differ from town to town.

use crate::{business_day, start_of_business_day};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};

/// Month and day of the holidays that stay in place, with the year from which each holds.
const FIXED: [(u32, u32, i32); 11] = [
    (1, 1, 0),
    (1, 6, 1986),
    (4, 25, 0),
    (5, 1, 0),
    (6, 2, 2001),
    (8, 15, 0),
    // San Francesco, again since law 151/2025.
    (10, 4, 2026),
    (11, 1, 0),
    (12, 8, 0),
    (12, 25, 0),
    (12, 26, 0),
];

/// Easter Sunday of a year (Gregorian, anonymous algorithm).
#[must_use]
pub fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(n / 31).ok()?,
        u32::try_from(n % 31 + 1).ok()?,
    )
}

/// Whether a day is a national holiday.
#[must_use]
pub fn is_holiday(day: NaiveDate) -> bool {
    let fixed = FIXED.iter().any(|(month, of_month, since)| {
        (day.month(), day.day()) == (*month, *of_month) && day.year() >= *since
    });
    let easter_monday = || {
        easter(day.year())
            .and_then(|easter| easter.checked_add_days(Days::new(1)))
            .is_some_and(|monday| monday == day)
    };
    fixed || easter_monday()
}

/// Whether people work on a day.
#[must_use]
pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(day)
}

/// The instant after so many hours of which only those of working days count, all 24 of each: 48 hours from Friday
/// at ten end on Tuesday at ten. What comes on a day off begins to count when the next working day begins.
#[must_use]
pub fn add_working_hours(from: DateTime<Utc>, hours: i64) -> DateTime<Utc> {
    let (mut at, mut left) = (from, TimeDelta::hours(hours));
    loop {
        let day = business_day(at);
        let Some(next) = day.succ_opt() else {
            return at;
        };
        let ends = start_of_business_day(next);
        if is_working_day(day) {
            if at + left < ends {
                return at + left;
            }
            left -= ends - at;
        }
        at = ends;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn easter_is_when_the_church_says() {
        for text in [
            "1999-04-04",
            "2000-04-23",
            "2008-03-23",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
        ] {
            assert_eq!(easter(day(text).year()), Some(day(text)), "{text}");
        }
    }

    #[test]
    fn holidays_are_the_national_ones() {
        for text in [
            "2026-01-01",
            "2026-01-06",
            "2026-04-06",
            "2026-04-25",
            "2026-05-01",
            "2026-06-02",
            "2026-08-15",
            "2026-10-04",
            "2026-11-01",
            "2026-12-08",
            "2026-12-25",
            "2026-12-26",
        ] {
            assert!(is_holiday(day(text)), "{text}");
        }
        for text in ["2025-10-04", "2026-04-05", "2026-12-24", "2026-06-24"] {
            assert!(!is_holiday(day(text)), "{text}");
        }
    }

    #[test]
    fn only_working_days_count() {
        for (what, from, until) in [
            ("mid-week", "2026-11-24T09:00:00Z", "2026-11-26T09:00:00Z"),
            (
                "over a weekend",
                "2026-11-20T09:00:00Z",
                "2026-11-24T09:00:00Z",
            ),
            (
                "from a Saturday",
                "2026-11-21T09:00:00Z",
                "2026-11-24T23:00:00Z",
            ),
            (
                "over Easter Monday",
                "2026-04-03T08:00:00Z",
                "2026-04-08T08:00:00Z",
            ),
            (
                "over Christmas",
                "2026-12-24T09:00:00Z",
                "2026-12-29T09:00:00Z",
            ),
            (
                "over the change of clocks",
                "2026-03-27T09:00:00Z",
                "2026-03-31T08:00:00Z",
            ),
        ] {
            let expected = at(until);
            let found = add_working_hours(at(from), 48);
            // 48 hours are 48 hours, so the change of clocks moves the wall clock by one.
            let slack = TimeDelta::hours(i64::from(what.contains("clocks")));
            assert!((found - expected).abs() <= slack, "{what}: {found}");
        }
    }
}

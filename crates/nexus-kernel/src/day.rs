//! The business day: Europe/Rome, whatever zone the server or the reader is in.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Rome;

/// The date on the company's wall calendar at that instant.
#[must_use]
pub fn business_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Rome).date_naive()
}

/// The first instant of a business day.
///
/// # Panics
/// Never: Rome changes its clocks at 02:00 and 03:00, so midnight exists once every day.
#[must_use]
pub fn start_of_business_day(day: NaiveDate) -> DateTime<Utc> {
    Rome.from_local_datetime(&day.and_time(NaiveTime::MIN))
        .earliest()
        .expect("midnight exists in Rome on every day")
        .with_timezone(&Utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_changes_at_midnight_in_rome_in_winter_and_in_summer() {
        for (at, day) in [
            ("2026-01-15T22:59:59Z", "2026-01-15"),
            ("2026-01-15T23:00:00Z", "2026-01-16"),
            ("2026-07-15T21:59:59Z", "2026-07-15"),
            ("2026-07-15T22:00:00Z", "2026-07-16"),
        ] {
            assert_eq!(business_day(instant(at)).to_string(), day, "{at}");
        }
    }

    #[test]
    fn days_of_23_and_25_hours_start_where_the_one_before_ends() {
        for (day, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)] {
            let day: NaiveDate = day.parse().unwrap();
            let next = day.succ_opt().unwrap();
            let length = start_of_business_day(next) - start_of_business_day(day);
            assert_eq!(length.num_hours(), hours, "{day}");
        }
    }
}

//! The business day: Europe/Rome, whatever zone the server or the reader is in.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
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

/// The instant at which the wall clock shows this time on a business day. A time that the clock leaps over in spring is the
/// instant of the leap; one that comes twice in autumn is the first.
///
/// # Panics
/// Never: an hour after a time that does not exist there is one that does.
#[must_use]
pub fn at_wall_clock(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let local = day.and_time(time);
    let instant = Rome.from_local_datetime(&local).earliest();
    instant
        .or_else(|| {
            let leaped = Rome.from_local_datetime(&(local + TimeDelta::hours(1)));
            leaped
                .earliest()
                .map(|after| after - (after.time() - time_of_leap(after.time())))
        })
        .expect("the clock leaps by one hour")
        .with_timezone(&Utc)
}

/// What the wall clock shows at that instant.
#[must_use]
pub fn wall_clock(at: DateTime<Utc>) -> NaiveTime {
    at.with_timezone(&Rome).time()
}

/// The full hour in which a leap ends.
fn time_of_leap(after: NaiveTime) -> NaiveTime {
    NaiveTime::from_hms_opt(after.hour(), 0, 0).unwrap_or(after)
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

    #[test]
    fn a_time_of_day_is_one_instant_also_when_the_clock_leaps() {
        for (day, time, at) in [
            ("2026-01-15", "09:00:00", "2026-01-15T08:00:00Z"),
            ("2026-07-15", "09:00:00", "2026-07-15T07:00:00Z"),
            ("2026-03-29", "01:59:00", "2026-03-29T00:59:00Z"),
            // From two to three o'clock there is nothing.
            ("2026-03-29", "02:30:00", "2026-03-29T01:00:00Z"),
            ("2026-03-29", "03:00:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25", "02:30:00", "2026-10-25T00:30:00Z"),
        ] {
            let instant_of = at_wall_clock(day.parse().unwrap(), time.parse().unwrap());
            assert_eq!(instant_of, instant(at), "{day} {time}");
        }
        assert_eq!(
            wall_clock(instant("2026-07-15T07:00:00Z")).to_string(),
            "09:00:00"
        );
    }
}

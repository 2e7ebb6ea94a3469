//! A backup every night; one that was missed, because the machine was off, is made up for.

use std::thread;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{Plan, clock, newest_at, save};

/// In the small hours of Italy, summer and winter.
const AT: NaiveTime = NaiveTime::from_hms_opt(1, 30, 0).expect("half past one");
/// How often we look whether it is time; also how long an installation has to settle first.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// Whether a backup should be made now.
#[must_use]
pub fn is_due(newest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let today = now.date_naive().and_time(AT).and_utc();
    let last_time = if today <= now {
        today
    } else {
        today - TimeDelta::days(1)
    };
    newest.is_none_or(|at| at < last_time)
}

/// Never returns. A backup that fails is said, and tried again at the next look.
pub fn keep_on(plan: &Plan<'_>, say: impl Fn(&str)) -> ! {
    loop {
        thread::sleep(LOOK_EVERY);
        let now = clock();
        if is_due(newest_at(plan.folder), now) {
            match save(plan, now) {
                Ok(told) => say(&told),
                Err(error) => say(&format!("no backup was made: {error:#}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn one_is_due_when_the_last_night_has_none() {
        for (newest, now, due) in [
            (None, "2026-11-22T12:00:00Z", true),
            (Some("2026-11-22T01:30:05Z"), "2026-11-22T12:00:00Z", false),
            (Some("2026-11-22T01:30:05Z"), "2026-11-23T01:29:00Z", false),
            (Some("2026-11-22T01:30:05Z"), "2026-11-23T01:30:00Z", true),
            // Made by hand in the afternoon: the night's comes all the same.
            (Some("2026-11-22T15:00:00Z"), "2026-11-23T01:30:00Z", true),
            (Some("2026-11-20T01:30:05Z"), "2026-11-23T00:10:00Z", true),
        ] {
            assert_eq!(is_due(newest.map(at), at(now)), due, "{newest:?} {now}");
        }
    }
}

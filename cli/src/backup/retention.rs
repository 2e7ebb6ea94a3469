//! Which backups to keep: every one of the last week, then one a week for five weeks, then one a month for a year.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Datelike, Duration, NaiveDateTime, Utc};

const PREFIX: &str = "nexus-";
const SUFFIX: &str = ".backup";
const FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// A backup's file name.
pub fn name(at: DateTime<Utc>) -> String {
    format!("{PREFIX}{}{SUFFIX}", at.format(FORMAT))
}

/// When the backup of this name was made; `None` of anything else, which is never touched.
pub fn made_at(name: &str) -> Option<DateTime<Utc>> {
    let stamp = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let at = NaiveDateTime::parse_from_str(stamp, FORMAT).ok()?;
    Some(at.and_utc())
}

/// The backups of a folder, the newest first.
pub fn list(folder: &Path) -> Result<Vec<(DateTime<Utc>, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| folder.display().to_string()),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let at = path.file_name().and_then(|name| made_at(name.to_str()?));
        found.extend(at.map(|at| (at, path)));
    }
    found.sort_by(|one, other| other.cmp(one));
    Ok(found)
}

/// Removes what a backup left behind that was killed half-way.
pub fn sweep(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        let half = ["partial", "dump"]
            .iter()
            .any(|end| path.extension() == Some(end.as_ref()));
        let whole = path.with_extension("backup");
        if half
            && whole
                .file_name()
                .and_then(|name| made_at(name.to_str()?))
                .is_some()
        {
            fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// Those that may go, of times sorted from the newest. The newest always stays.
pub fn superfluous(times: &[DateTime<Utc>], now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut weeks = HashSet::new();
    let mut months = HashSet::new();
    let stays = |at: &DateTime<Utc>| {
        let age = now - *at;
        let week = at.iso_week();
        // Of each week and month the newest stays.
        let first_of_week = weeks.insert((week.year(), week.week()));
        let first_of_month = months.insert((at.year(), at.month()));
        age < Duration::days(7)
            || (first_of_week && age < Duration::days(35))
            || (first_of_month && age < Duration::days(366))
    };
    let kept: HashSet<_> = times
        .iter()
        .copied()
        .filter(stays)
        .chain(times.first().copied())
        .collect();
    times
        .iter()
        .copied()
        .filter(|at| !kept.contains(at))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_when_and_a_strange_file_is_none_of_ours() {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        assert_eq!(made_at(&name(at)), Some(at));
        for strange in [
            "nexus-.backup",
            "notes.txt",
            "nexus-20261122T010000Z.backup.partial",
        ] {
            assert_eq!(made_at(strange), None, "{strange}");
        }
    }

    #[test]
    fn days_then_weeks_then_months_stay() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        // One each night for two years.
        let times: Vec<_> = (0..730).map(|days| now - Duration::days(days)).collect();
        let gone: HashSet<_> = superfluous(&times, now).into_iter().collect();
        let kept: Vec<i64> = (0..730)
            .filter(|days| !gone.contains(&times[usize::try_from(*days).unwrap()]))
            .collect();
        assert_eq!(&kept[..7], [0, 1, 2, 3, 4, 5, 6]);
        let within = |from: i64, to: i64| {
            kept.iter()
                .filter(|days| (from..to).contains(*days))
                .count()
        };
        assert!((4..=6).contains(&within(7, 35)), "{kept:?}");
        assert!((10..=12).contains(&within(35, 366)), "{kept:?}");
        assert_eq!(within(366, 730), 0);
        // What is left is left again: nothing dwindles from night to night.
        let left: Vec<_> = times
            .iter()
            .copied()
            .filter(|at| !gone.contains(at))
            .collect();
        assert!(superfluous(&left, now).is_empty());
    }

    #[test]
    fn the_newest_stays_however_old() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let old = now - Duration::days(2000);
        assert_eq!(
            superfluous(&[old, old - Duration::days(1)], now),
            [old - Duration::days(1)]
        );
    }
}

//! Whether there is a backup, and how old it is.

use chrono::{DateTime, TimeDelta, Utc};

use super::Finding;
use crate::backup;
use crate::state::State;

pub fn examine(state: &State) -> Finding {
    let named = std::env::var_os("NEXUS_BACKUP_DIR").map(std::path::PathBuf::from);
    match backup::folder(named.as_deref(), state) {
        Ok(folder) => judge(backup::newest_at(&folder), backup::clock()),
        Err(error) => Finding::bad(format!("{error:#}"), "set NEXUS_BACKUP_DIR to a folder"),
    }
}

fn judge(newest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Finding {
    match newest {
        None => Finding::doubtful(
            "there is no backup yet",
            "`nexus backup` makes one; `nexus up` does, every night. Keep copies on another machine",
        ),
        Some(at) if now - at > TimeDelta::hours(36) => Finding::doubtful(
            format!(
                "the newest backup is of {}",
                at.format("%Y-%m-%d %H:%M UTC")
            ),
            "look in the log why there is none of last night",
        ),
        Some(at) => Finding::good(format!(
            "the newest backup is of {}",
            at.format("%Y-%m-%d %H:%M UTC")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_good_for_a_day_and_a_half() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        assert!(matches!(judge(None, now), Finding::Doubtful { .. }));
        let aged = |hours| judge(Some(now - TimeDelta::hours(hours)), now);
        assert!(matches!(aged(30), Finding::Good(_)));
        assert!(matches!(aged(40), Finding::Doubtful { .. }));
    }
}

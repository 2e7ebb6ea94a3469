//! What the machine has to offer: PostgreSQL's programs, room on the disk, a clock that is right.

use std::path::Path;
use std::process::Command;

use nexus_cluster::Binaries;
use rustix::fs::statvfs;

use super::Finding;
use crate::state::State;

const MEGABYTE: u64 = 1024 * 1024;
const TIGHT_MB: u64 = 2048;
const FULL_MB: u64 = 200;

pub fn examine(pg_bin: Option<&Path>, state: &State) -> Vec<Finding> {
    let mut findings = vec![postgres(pg_bin), clock()];
    findings.extend(disk(&state.postgres()));
    findings
}

fn postgres(pg_bin: Option<&Path>) -> Finding {
    match Binaries::find(pg_bin, None) {
        Ok(found) => Finding::good(format!(
            "PostgreSQL {} in {}",
            found.major,
            found.folder.display()
        )),
        Err(error) => Finding::bad("PostgreSQL's programs are not found", error.to_string()),
    }
}

/// Of the nearest folder that exists.
fn disk(folder: &Path) -> Option<Finding> {
    let absolute = std::path::absolute(folder).ok()?;
    let existing = absolute.ancestors().find(|folder| folder.exists())?;
    let usage = statvfs(existing).ok()?;
    Some(room(usage.f_bavail * usage.f_frsize / MEGABYTE, existing))
}

fn room(free_mb: u64, folder: &Path) -> Finding {
    let what = format!("{free_mb} MB free in {}", folder.display());
    match free_mb {
        0..FULL_MB => Finding::bad(
            what,
            "make room now: PostgreSQL stops when the disk is full",
        ),
        FULL_MB..TIGHT_MB => Finding::doubtful(what, "make room before it runs out"),
        _ => Finding::good(what),
    }
}

/// Tokens carry times: a clock minutes off makes every sign-in fail between machines.
fn clock() -> Finding {
    let output = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .output();
    let said = output
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    match said.as_str() {
        "yes" => Finding::good("the clock is synchronised"),
        "no" => Finding::doubtful(
            "the clock is not synchronised",
            "switch it on (timedatectl set-ntp true): tokens and dates depend on it",
        ),
        _ => Finding::good("the clock: this machine does not say whether it is synchronised"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_wrong_and_a_tight_one_worth_a_look() {
        assert!(matches!(room(100, Path::new("/")), Finding::Bad { .. }));
        assert!(matches!(
            room(1000, Path::new("/")),
            Finding::Doubtful { .. }
        ));
        assert!(matches!(room(10_000, Path::new("/")), Finding::Good(_)));
    }
}

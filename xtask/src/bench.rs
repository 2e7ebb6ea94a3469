//! Figures against the goals, into `docs/benchmarks.md`.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::installation::{self, Installation};

const NAME: &str = "bench";
const SETTLE: Duration = Duration::from_secs(10);
const STARTS: usize = 3;

struct Figure {
    what: &'static str,
    goal: f64,
    measured: f64,
    unit: &'static str,
}

impl Figure {
    fn verdict(&self) -> &'static str {
        if self.measured <= self.goal {
            "met"
        } else {
            "**not met**"
        }
    }
}

pub fn run() -> Result<()> {
    crate::run(
        Command::new("cargo")
            .args(["build", "--workspace", "--release", "--locked"])
            .current_dir(crate::root()),
    )?;
    installation::remove(NAME)?;
    let fresh = Installation::start("release", NAME, &[])?;
    let fresh_seconds = fresh.ready_after.as_secs_f64();
    drop(fresh);
    let mut existing_seconds = f64::MAX;
    let mut memory = 0.0;
    for round in 1..=STARTS {
        let existing = Installation::start("release", NAME, &[])?;
        existing_seconds = existing_seconds.min(existing.ready_after.as_secs_f64());
        if round == STARTS {
            sleep(SETTLE);
            memory = own_memory_mb(existing.pid())?;
            planning(&existing)?;
        }
    }
    let figures = [
        Figure {
            what: "P13 idle memory of all our processes, without PostgreSQL",
            goal: 80.0,
            measured: memory,
            unit: "MB",
        },
        Figure {
            what: "P14 `nexus up`, existing folder, to ready",
            goal: 3.0,
            measured: existing_seconds,
            unit: "s",
        },
        Figure {
            what: "P14 `nexus up`, fresh folder, to ready",
            goal: 15.0,
            measured: fresh_seconds,
            unit: "s",
        },
    ];
    let report = report(&figures)?;
    println!("{report}");
    println!(
        "P8 (dashboards at full size, rebuild, freshness): python3 bench/analytics/measure.py target/release/analytics \
         \"$(cat target/test-pg/url)\" (after `cargo x test-db`); its last figures stand in docs/benchmarks.md."
    );
    let path = crate::root().join("docs/benchmarks.md");
    // What other commands measured stands in sections of its own and stays.
    let before = fs::read_to_string(&path).unwrap_or_default();
    let sections = before.find("\n## ").map_or("", |at| &before[at..]);
    fs::write(&path, report + sections).with_context(|| path.display().to_string())?;
    crate::run(Command::new("bench/optimiser/goals.sh").current_dir(crate::root()))
}

/// What a person waits for when planning, but for the twenty days: prints figure, goal and verdict.
fn planning(running: &Installation) -> Result<()> {
    let mut measure = Command::new("python3");
    measure
        .arg(crate::root().join("bench/visits/measure.py"))
        .arg(&running.url)
        .arg(running.state())
        .arg("--short");
    crate::run(&mut measure)
}

fn report(figures: &[Figure]) -> Result<String> {
    let mut text = String::from(
        "# Benchmarks\n\n\
         Written by `make bench`; the least of several rounds, release build. Memory is proportional set size, so that shared\n\
         pages count once.\n\n\
         | figure | goal | measured | |\n|---|---|---|---|\n",
    );
    for figure in figures {
        let Figure {
            what,
            goal,
            measured,
            unit,
        } = figure;
        writeln!(
            text,
            "| {what} | ≤ {goal} {unit} | {measured:.1} {unit} | {} |",
            figure.verdict()
        )?;
    }
    writeln!(text, "\nMachine: {}.", machine())?;
    Ok(text)
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or(": unknown");
    let cores = cpu
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    format!(
        "{cores} × {}",
        model.trim_start_matches(|c: char| c == ':' || c.is_whitespace())
    )
}

/// The supervisor and its children; PostgreSQL's processes are left out.
fn own_memory_mb(supervisor: u32) -> Result<f64> {
    let mut kilobytes = 0;
    for entry in fs::read_dir("/proc")? {
        let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let ours = pid == supervisor || field(&status, "PPid:") == Some(u64::from(supervisor));
        if ours && !status.starts_with("Name:\tpostgres") {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            kilobytes += field(&rollup, "Pss:").context("no Pss in smaps_rollup")?;
        }
    }
    Ok(f64::from(u32::try_from(kilobytes)?) / 1024.0)
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_or_not() {
        let met = Figure {
            what: "memory",
            goal: 80.0,
            measured: 79.9,
            unit: "MB",
        };
        let missed = Figure {
            what: "start",
            goal: 3.0,
            measured: 3.1,
            unit: "s",
        };
        let text = report(&[met, missed]).unwrap();
        assert!(
            text.contains("| memory | ≤ 80 MB | 79.9 MB | met |"),
            "{text}"
        );
        assert!(
            text.contains("| start | ≤ 3 s | 3.1 s | **not met** |"),
            "{text}"
        );
    }
}

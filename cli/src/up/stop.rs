//! `nexus stop`.

use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};
use nexus_cluster::{Cluster, Options, Purpose};
use rustix::process::{Pid, Signal, kill_process};

use crate::state::{State, moved};

const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Ends what `nexus up` started here, including a PostgreSQL that outlived it.
pub fn stop(state: &Path) -> Result<ExitCode> {
    let state = State::at(state);
    if let Some(running) = state.running() {
        let pid = Pid::from_raw(running.pid.cast_signed()).context("the lock file is damaged")?;
        kill_process(pid, Signal::TERM).with_context(|| format!("process {}", running.pid))?;
        while state.running().is_some() {
            sleep(LOOK_EVERY);
        }
        println!("stopped");
    } else if stop_left_over(&state)? {
        println!("stopped the database that was left running");
    } else {
        println!("nothing is running");
    }
    Ok(ExitCode::SUCCESS)
}

fn stop_left_over(state: &State) -> Result<bool> {
    let folder = state.postgres();
    if !moved(&folder).join("data").exists() {
        return Ok(false);
    }
    let cluster = Cluster::open(&Options {
        folder: &folder,
        binaries: None,
        purpose: Purpose::Durable,
        password: "",
    })?;
    let left_over = cluster.is_running();
    cluster.stop()?;
    Ok(left_over)
}

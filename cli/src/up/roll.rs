//! `nexus restart`: each service in turn lets go of its requests, ends and comes back, from the programs as they are now.
//! Nobody who uses the installation notices: the gateway's socket stays open, and requests wait for a service that starts.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::timeout;

use super::child::Kept;
use super::journal::Journal;
use super::ready;
use crate::state::State;

/// What tells `nexus up` to do it.
pub const SIGNAL: Signal = Signal::USR1;
const EACH_WITHIN: Duration = Duration::from_secs(40);
const ALL_WITHIN: Duration = Duration::from_secs(240);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Restarts every service, one after the other; the next one only when the last is ready again.
pub async fn restart_all(
    kept: &[Kept],
    addresses: &[(&str, SocketAddr)],
    state: &State,
    journal: &Journal,
) -> Result<()> {
    journal.say("restarting each service in turn");
    let mut outcome = "done".to_owned();
    for (name, address) in addresses {
        let Some(child) = kept.iter().find(|child| child.name == *name) else {
            continue;
        };
        child.restart();
        ready::gone(*address).await;
        let one = [(*name, *address)];
        let back = ready::services(kept, &one, journal);
        if timeout(EACH_WITHIN, back).await.is_err() {
            outcome = format!("{name} is not ready again; those after it were left alone");
            break;
        }
    }
    journal.say(&format!("restarting: {outcome}"));
    fs::write(state.restarted(), outcome).context("the state folder")
}

/// Tells the `nexus up` of this folder, and waits until it is done.
pub fn run(state: &Path) -> Result<ExitCode> {
    let state = State::at(state);
    let running = state
        .running()
        .context("nothing is running here: `nexus up` starts it")?;
    let pid = Pid::from_raw(running.pid.cast_signed()).context("the lock file is damaged")?;
    let told = state.restarted();
    if told.exists() {
        fs::remove_file(&told)?;
    }
    kill_process(pid, SIGNAL).with_context(|| format!("process {}", running.pid))?;
    let since = Instant::now();
    while !told.exists() {
        if since.elapsed() > ALL_WITHIN || state.running().is_none() {
            bail!("it did not finish: `nexus doctor` and the log say more");
        }
        sleep(LOOK_EVERY);
    }
    // Written in one go, but perhaps not yet when we saw it.
    sleep(LOOK_EVERY);
    match fs::read_to_string(&told)?.as_str() {
        "done" => {
            println!("every service was restarted");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("{other}"),
    }
}

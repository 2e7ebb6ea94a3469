//! `nexus rebuild`: a service's read model made anew from the feeds, through the public API, with its progress.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::api::{Api, Refusal};
use crate::connection::Connection;

#[derive(Args)]
pub struct RebuildArgs {
    /// The service whose read model is made anew: `analytics`, `visits`. It answers meanwhile.
    service: String,
    /// Begin, and do not wait for the end.
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    connection: Connection,
}

const LOOK_EVERY: Duration = Duration::from_millis(500);

pub fn run(args: &RebuildArgs, state: &Path) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(rebuild(args, state))
}

async fn rebuild(args: &RebuildArgs, state: &Path) -> Result<ExitCode> {
    let named = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    if args.service.is_empty() || !args.service.chars().all(named) {
        bail!("{:?} is no service", args.service);
    }
    let path = format!("/{}/rebuild", args.service);
    let api = args.connection.open(state).await?;
    match api.post(&path, &json!({})).await {
        Ok(_) => {}
        Err(error) => match error.downcast_ref::<Refusal>() {
            Some(refusal) if refusal.slug() == "rebuild-running" => {
                println!("one is running already");
            }
            Some(refusal) if refusal.status == 404 => {
                bail!("{} has no read model that can be made anew", args.service)
            }
            _ => return Err(error),
        },
    }
    if args.no_wait {
        return Ok(ExitCode::SUCCESS);
    }
    wait(&api, &path).await
}

async fn wait(api: &Api, path: &str) -> Result<ExitCode> {
    let mut told = String::new();
    loop {
        let rebuild = api.get(path).await?;
        let now = progress(&rebuild);
        if now != told {
            println!("{now}");
            told = now;
        }
        match rebuild["status"].as_str() {
            Some("done") => return Ok(ExitCode::SUCCESS),
            Some("failed") => return Ok(ExitCode::FAILURE),
            _ => sleep(LOOK_EVERY).await,
        }
    }
}

/// `reading: 12000 of 40000 events`.
fn progress(rebuild: &Value) -> String {
    let (applied, expected) = (&rebuild["applied"], &rebuild["expected"]);
    let status = rebuild["status"].as_str().unwrap_or_default();
    let what = rebuild["detail"].as_str().unwrap_or(status);
    format!("{what}: {applied} of {expected} events")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_what_is_done_and_how_far() {
        let running =
            json!({"status": "running", "detail": "reading", "applied": 5, "expected": 9});
        assert_eq!(progress(&running), "reading: 5 of 9 events");
        let done = json!({"status": "done", "detail": null, "applied": 9, "expected": 9});
        assert_eq!(progress(&done), "done: 9 of 9 events");
    }
}

//! `nexus doctor`: looks at everything that commonly goes wrong, and says what to do in words that need no manual.

mod backups;
mod events;
mod installation;
mod machine;
mod migrations;
mod running;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::state::State;

#[derive(Args)]
pub struct DoctorArgs {
    #[arg(long, env = "NEXUS_PORT", default_value_t = 8080)]
    port: u16,
    #[arg(long, env = "NEXUS_LISTEN", default_value = "127.0.0.1")]
    listen: IpAddr,
    #[arg(long, env = "PUBLIC_URL")]
    public_url: Option<String>,
    #[arg(long, env = "NEXUS_PG_BIN")]
    pg_bin: Option<PathBuf>,
    #[arg(long, env = "WEB_ROOT", default_value = "frontend/build")]
    web_root: PathBuf,
}

/// One thing looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    Good(String),
    /// Works, but somebody should know.
    Doubtful {
        what: String,
        advice: String,
    },
    Bad {
        what: String,
        advice: String,
    },
}

impl Finding {
    fn good(what: impl Into<String>) -> Self {
        Self::Good(what.into())
    }

    fn doubtful(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Doubtful {
            what: what.into(),
            advice: advice.into(),
        }
    }

    fn bad(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Bad {
            what: what.into(),
            advice: advice.into(),
        }
    }
}

/// Looks, tells, and fails when something is broken.
pub fn run(args: &DoctorArgs, state: &Path) -> Result<ExitCode> {
    let state = State::at(state);
    let running = state.running();
    let mut findings = machine::examine(args.pg_bin.as_deref(), &state);
    findings.extend(installation::examine(args, &state));
    findings.push(backups::examine(&state));
    findings.extend(running::examine(args.port, args.listen, running.as_ref())?);
    if let Some(server) = migrations::server(&state, args.pg_bin.as_deref()) {
        findings.extend(migrations::examine(&server));
        findings.extend(events::examine(&server));
    }
    for finding in &findings {
        match finding {
            Finding::Good(what) => println!("ok     {what}"),
            Finding::Doubtful { what, advice } => println!("look   {what}\n       → {advice}"),
            Finding::Bad { what, advice } => println!("WRONG  {what}\n       → {advice}"),
        }
    }
    let broken = findings
        .iter()
        .filter(|finding| matches!(finding, Finding::Bad { .. }))
        .count();
    match broken {
        0 => println!("\nNothing is wrong."),
        1 => println!("\nOne thing is wrong."),
        more => println!("\n{more} things are wrong."),
    }
    Ok(if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

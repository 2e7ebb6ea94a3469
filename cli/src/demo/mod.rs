//! `nexus demo`: a believable Italian sales company, put in through the public API so that rules and events apply.
//! It is invented the same way every time; what is there already is left alone.

mod catalogue;
mod clients;
mod company;
mod deals;
mod dice;
mod fill;
mod identity;
mod leads;
mod selling;
mod staff;
mod tours;
mod towns;
mod visits;
mod words;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use chrono::{NaiveDate, Utc};
use clap::Args;

use self::staff::Staff;
use crate::connection::Connection;

#[derive(Args)]
pub struct DemoArgs {
    #[command(flatten)]
    connection: Connection,
}

impl DemoArgs {
    pub fn at(url: &str) -> Self {
        Self {
            connection: Connection::to(url),
        }
    }
}

pub fn run(args: &DemoArgs, state: &Path) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(fill(&args.connection, state))?;
    Ok(ExitCode::SUCCESS)
}

/// Fills the installation and prints who may sign in.
pub async fn fill(connection: &Connection, state: &Path) -> Result<()> {
    let started = Instant::now();
    let staff = Staff::assemble(&connection.url(state), connection, state).await?;
    let today = today();
    let bundles = clients::invent(today);
    let new = fill::fill(&staff, &bundles).await?;
    selling::fill(&staff, &bundles, today).await?;
    let visited = visits::fill(&staff, &bundles, today).await?;
    match new + visited {
        0 => println!("the demo company is there already; nothing was added"),
        _ => println!(
            "{new} clients with contacts, deals, talks, leads, offers and orders, and {visited} visits in {:.1} s",
            started.elapsed().as_secs_f32()
        ),
    }
    staff.print();
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one look at the calendar: the demo is always recent"
)]
fn today() -> NaiveDate {
    nexus_kernel::business_day(Utc::now())
}

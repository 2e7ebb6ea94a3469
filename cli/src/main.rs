#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a command for a terminal")]

mod api;
mod backup;
mod connection;
mod demo;
mod doctor;
mod dotenv;
mod import;
mod probe;
mod rebuild;
mod state;
mod up;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Starts, examines and fills NEXUS-CRM.
#[derive(Parser)]
#[command(version, about)]
struct Nexus {
    /// The folder with secrets, log and the private database.
    #[arg(long, global = true, env = "NEXUS_STATE", default_value = ".nexus")]
    state: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start everything and keep it running until Ctrl-C.
    Up(up::UpArgs),
    /// Stop what `nexus up` started in this folder.
    Stop,
    /// Restart each service in turn, without a failed request: how a new version comes into use.
    Restart,
    /// Fill a believable Italian sales company, through the public API.
    Demo(demo::DemoArgs),
    /// Import a CSV file, or the four files of a folder, through the public API.
    Import(import::ImportArgs),
    /// Save everything in one encrypted file; older ones are thinned out.
    Backup(backup::BackupArgs),
    /// Bring back what a backup saved, into an empty installation.
    Restore(backup::RestoreArgs),
    /// Make a service's read model anew from the events.
    Rebuild(rebuild::RebuildArgs),
    /// Read a backup to its end and count what is in it, without restoring it.
    Verify(backup::VerifyArgs),
    /// Say in plain words what is wrong and what to do about it.
    Doctor(doctor::DoctorArgs),
}

fn main() -> ExitCode {
    let outcome = dotenv::load().and_then(|()| {
        let nexus = Nexus::parse();
        match nexus.command {
            Command::Up(args) => up::run(&args, &nexus.state),
            Command::Doctor(args) => doctor::run(&args, &nexus.state),
            Command::Import(args) => import::run(&args, &nexus.state),
            Command::Demo(args) => demo::run(&args, &nexus.state),
            Command::Backup(args) => backup::run(&args, &nexus.state),
            Command::Restore(args) => backup::restore::run(&args, &nexus.state),
            Command::Rebuild(args) => rebuild::run(&args, &nexus.state),
            Command::Verify(args) => backup::verify::run(&args, &nexus.state),
            Command::Restart => up::roll::run(&nexus.state),
            Command::Stop => up::stop(&nexus.state),
        }
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

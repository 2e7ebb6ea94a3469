#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a command for a terminal")]

mod bench;
mod ci;
mod collector;
mod e2e;
mod installation;
mod openapi;
mod test_db;
mod tidy;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo x <task>
  ci [step …]    everything `make test` checks, or the steps named
  tidy           who may depend on whom, folder names, migration pairs
  openapi        write the OpenAPI documents from the code
  bench          memory and start-up time against the goals
  test-db        start (or reuse) the PostgreSQL that tests use; prints its URL
  test-db-stop   stop it";

fn main() -> ExitCode {
    match task() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn task() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["ci", steps @ ..] => ci::check(steps)?,
        ["tidy"] => tidy::check()?,
        ["openapi"] => openapi::write()?,
        ["bench"] => bench::run()?,
        ["test-db"] => println!("export {}={}", test_db::VARIABLE, test_db::start()?),
        ["test-db-stop"] => test_db::stop()?,
        [] | ["help"] => println!("{HELP}"),
        other => bail!("unknown task {other:?}\n{HELP}"),
    }
    Ok(())
}

/// The project's folder.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(PathBuf::from)
        .expect("xtask/ lies in the project's folder")
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Runs a program with its output where ours goes; its failure is ours.
fn run(command: &mut Command) -> Result<()> {
    let shown = format!(
        "{} {}",
        command.get_program().display(),
        command
            .get_args()
            .map(|word| word.display().to_string())
            .collect::<Vec<_>>()
            .join(" ")
    );
    let status = command.status().with_context(|| shown.clone())?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a command for a terminal")]

mod test_db;

use std::path::PathBuf;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo x <task>
  test-db        start (or reuse) the PostgreSQL that tests use; prints its URL
  test-db-stop   stop it";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
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

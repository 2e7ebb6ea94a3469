//! What `make test` checks, as a table.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{e2e, openapi, root, run, test_db, tidy};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: [Step; 13] = [
    ("fmt", || cargo(&["fmt", "--all", "--check", "--", "-l"])),
    ("tidy", tidy::check),
    ("clippy", || {
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ])
    }),
    ("build", || {
        cargo(&["build", "--workspace", "--all-targets", "--locked"])
    }),
    ("test", rust_tests),
    ("openapi", openapi::check),
    ("web-install", install),
    ("web-check", || npm("check")),
    ("web-api", || npm("check:api")),
    ("web-test", || npm("test")),
    ("web-build", || npm("build")),
    ("web-size", || npm("size")),
    ("e2e", e2e::run),
];

/// Runs the named steps, or all, and stops at the first that fails.
pub fn check(named: &[&str]) -> Result<()> {
    if let Some(unknown) = named
        .iter()
        .find(|name| STEPS.iter().all(|(step, _)| step != *name))
    {
        let known: Vec<&str> = STEPS.iter().map(|(step, _)| *step).collect();
        bail!(
            "there is no step {unknown:?}; there are: {}",
            known.join(" ")
        );
    }
    let begun = Instant::now();
    let mut seconds = Vec::new();
    for (name, step) in STEPS
        .iter()
        .filter(|(name, _)| named.is_empty() || named.contains(name))
    {
        println!("==> {name}");
        let started = Instant::now();
        step().with_context(|| format!("{name} failed. Run it alone: cargo x ci {name}"))?;
        println!("==> {name}: ok in {:.0} s", started.elapsed().as_secs_f32());
        seconds.push(format!("{name} {:.0}", started.elapsed().as_secs_f32()));
    }
    println!(
        "==> all green in {:.0} s ({})",
        begun.elapsed().as_secs_f32(),
        seconds.join(", ")
    );
    Ok(())
}

fn cargo(arguments: &[&str]) -> Result<()> {
    run(Command::new("cargo").args(arguments).current_dir(root()))
}

/// cargo-nextest is quicker and tells more, but nobody must install it.
fn rust_tests() -> Result<()> {
    let url = test_db::start()?;
    let nextest = Command::new("cargo")
        .args(["nextest", "--version"])
        .output();
    let arguments: &[&str] = match nextest {
        Ok(output) if output.status.success() => &["nextest", "run", "--workspace", "--locked"],
        _ => &["test", "--workspace", "--locked"],
    };
    run(Command::new("cargo")
        .args(arguments)
        .env(test_db::VARIABLE, url)
        .current_dir(root()))
}

/// Only when the lock file changed since the last time.
fn install() -> Result<()> {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let installed = changed(frontend().join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= changed(frontend().join("package-lock.json")) {
        return Ok(());
    }
    run(Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(frontend()))
}

fn npm(script: &str) -> Result<()> {
    run(Command::new("npm")
        .args(["run", "--silent", script])
        .current_dir(frontend()))
}

pub fn frontend() -> PathBuf {
    root().join("frontend")
}

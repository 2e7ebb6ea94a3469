//! The services' API descriptions: written by the services themselves, kept in the repository so that a change shows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

const SERVICES: [&str; 4] = ["auth", "crm", "visits", "analytics"];

/// Writes every service's document, and the web app's typed client from them.
pub fn write() -> Result<()> {
    crate::run(Command::new("cargo").args(["build", "--workspace"]))?;
    for service in SERVICES {
        fs::write(path(service), printed(service)?)?;
    }
    if frontend().join("node_modules").is_dir() {
        crate::run(
            Command::new("npm")
                .args(["run", "api"])
                .current_dir(frontend()),
        )?;
    }
    Ok(())
}

/// Fails when a committed document is not what the built service prints.
pub fn check() -> Result<()> {
    for service in SERVICES {
        let committed = fs::read_to_string(path(service)).unwrap_or_default();
        if committed != printed(service)? {
            bail!(
                "{} is not what `{service}` says: run `cargo x openapi` and commit it",
                path(service).display()
            );
        }
    }
    Ok(())
}

fn printed(service: &str) -> Result<String> {
    let program = crate::target().join("debug").join(service);
    let output = Command::new(&program)
        .arg("openapi")
        .output()
        .with_context(|| program.display().to_string())?;
    if !output.status.success() || output.stdout.is_empty() {
        bail!(
            "`{service} openapi` printed no document: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn path(service: &str) -> PathBuf {
    crate::root()
        .join("services")
        .join(service)
        .join("openapi.json")
}

fn frontend() -> PathBuf {
    let root: &Path = &crate::root();
    root.join("frontend")
}

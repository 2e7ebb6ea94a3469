//! A `nexus up` of our own: in a folder under the build folder, on a free port, with built binaries.

use std::fs::{self, File};
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const PATIENCE: Duration = Duration::from_secs(90);

/// Running until dropped.
pub struct Installation {
    nexus: PathBuf,
    folder: PathBuf,
    child: Child,
    pub url: String,
    /// From the command to the line that says ready.
    pub ready_after: Duration,
}

impl Installation {
    /// Starts the binaries of a profile (`debug`, `release`) in `target/<name>`.
    pub fn start(profile: &str, name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let folder = folder(name);
        fs::create_dir_all(&folder)?;
        let nexus = crate::target().join(profile).join("nexus");
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = File::create(folder.join("up.log"))?;
        let started = Instant::now();
        let child = Command::new(&nexus)
            .args(["up", "--port", &port.to_string(), "--web-root"])
            .arg(crate::root().join("frontend/build"))
            .current_dir(&folder)
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stderr(log.try_clone()?)
            .stdout(log)
            .spawn()
            .with_context(|| nexus.display().to_string())?;
        let url = format!("http://localhost:{port}");
        let mut installation = Self {
            nexus,
            folder,
            child,
            url,
            ready_after: Duration::ZERO,
        };
        installation.wait_ready(started)?;
        Ok(installation)
    }

    /// The folder with its secrets and its database.
    pub fn state(&self) -> PathBuf {
        self.folder.join(".nexus")
    }

    /// The supervisor's process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_ready(&mut self, started: Instant) -> Result<()> {
        let log = self.folder.join("up.log");
        loop {
            if fs::read_to_string(&log)?.contains("ready in ") {
                self.ready_after = started.elapsed();
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("nexus up ended ({status}):\n{}", tail(&log)?);
            }
            if started.elapsed() > PATIENCE {
                bail!("not ready after {} s:\n{}", PATIENCE.as_secs(), tail(&log)?);
            }
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let stop = Command::new(&self.nexus)
            .arg("stop")
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .status();
        if !stop.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Makes room for a fresh start.
pub fn remove(name: &str) -> Result<()> {
    let folder = folder(name);
    let moved = folder.join(".nexus/postgres/moved-to");
    if let Ok(elsewhere) = fs::read_to_string(moved) {
        let _ = fs::remove_dir_all(elsewhere.trim());
    }
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

pub fn folder(name: &str) -> PathBuf {
    crate::target().join(name)
}

pub fn tail(path: &Path) -> Result<String> {
    let mut text = String::new();
    File::open(path)?.read_to_string(&mut text)?;
    // Requests that were answered are the bulk of a log, and not what one looks for in it.
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("INFO request"))
        .collect();
    Ok(lines[lines.len().saturating_sub(30)..].join("\n"))
}

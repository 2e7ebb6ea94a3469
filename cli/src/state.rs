//! The state folder, `.nexus`: what `nexus up` keeps between starts, and the lock of the one that runs.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder and the names in it.
#[derive(Clone, Debug)]
pub struct State {
    folder: PathBuf,
}

impl State {
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Makes the folder. An unprivileged PostgreSQL must pass through it, so root lets others pass, not list.
    pub fn create(folder: &Path) -> Result<Self> {
        let doing = || format!("the state folder {}", folder.display());
        fs::create_dir_all(folder).with_context(doing)?;
        let mode = if nexus_cluster::is_root() {
            0o711
        } else {
            0o700
        };
        fs::set_permissions(folder, fs::Permissions::from_mode(mode)).with_context(doing)?;
        Ok(Self {
            folder: fs::canonicalize(folder).with_context(doing)?,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn secrets(&self) -> PathBuf {
        self.folder.join("secrets.env")
    }

    pub fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub fn backups(&self) -> PathBuf {
        self.folder.join("backups")
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("log").join("nexus.log")
    }

    /// How the last `nexus restart` went.
    pub fn restarted(&self) -> PathBuf {
        self.folder.join("restarted")
    }

    fn lock(&self) -> PathBuf {
        self.folder.join("up.lock")
    }

    /// Who runs in this folder, if anybody.
    pub fn running(&self) -> Option<Running> {
        let mut file = File::open(self.lock()).ok()?;
        if file.try_lock().is_ok() {
            return None; // nobody holds it: whoever wrote it is gone
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        Running::parse(&text)
    }

    /// Becomes the one that runs here; `None` when another one is.
    pub fn claim(&self) -> Result<Option<Claim>> {
        let path = self.lock();
        let mut options = OpenOptions::new();
        options
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600);
        let file = options
            .open(&path)
            .with_context(|| path.display().to_string())?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let claim = Claim { file };
        claim.write("", &[])?;
        Ok(Some(claim))
    }
}

/// Where a cluster's folder really is: elsewhere when its account could not reach the wished one.
pub fn moved(folder: &Path) -> PathBuf {
    fs::read_to_string(folder.join("moved-to"))
        .map_or_else(|_| folder.to_owned(), |path| path.trim().into())
}

/// A `nexus up` at work.
#[derive(Debug, PartialEq, Eq)]
pub struct Running {
    pub pid: u32,
    /// Empty until it knows its address.
    pub url: String,
    /// Name and address of each service.
    pub services: Vec<(String, SocketAddr)>,
}

impl Running {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid = lines.next()?.parse().ok()?;
        let url = lines.next().unwrap_or_default().to_owned();
        let service = |line: &str| {
            let (name, address) = line.split_once(' ')?;
            Some((name.to_owned(), address.parse().ok()?))
        };
        let services = lines.filter_map(service).collect();
        Some(Self { pid, url, services })
    }
}

/// Held while we run; the operating system lets go of it even when we are killed.
pub struct Claim {
    file: File,
}

impl Claim {
    pub fn write(&self, url: &str, services: &[(&str, SocketAddr)]) -> Result<()> {
        let mut file = &self.file;
        file.rewind()?;
        file.set_len(0)?;
        let mut text = format!("{}\n{url}\n", std::process::id());
        for (name, address) in services {
            writeln!(text, "{name} {address}")?;
        }
        file.write_all(text.as_bytes())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_runs_in_a_folder() {
        let folder = std::env::temp_dir().join(format!("nexus-state-{}", std::process::id()));
        let state = State::create(&folder).unwrap();
        assert_eq!(state.running(), None);

        let claim = state.claim().unwrap().expect("the first one may");
        claim
            .write("http://localhost:1", &[("crm", ([127, 0, 0, 1], 2).into())])
            .unwrap();
        assert!(state.claim().unwrap().is_none());
        let running = state.running().expect("it is seen");
        assert_eq!(
            running,
            Running {
                pid: std::process::id(),
                url: "http://localhost:1".into(),
                services: vec![("crm".into(), ([127, 0, 0, 1], 2).into())],
            }
        );

        drop(claim);
        assert_eq!(state.running(), None);
        fs::remove_dir_all(folder).unwrap();
    }
}

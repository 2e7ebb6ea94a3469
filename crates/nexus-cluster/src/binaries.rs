//! Where PostgreSQL's programs are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::ClusterError;

const DEBIAN: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 4] = ["initdb", "pg_ctl", "postgres", "psql"];

/// A folder with PostgreSQL's programs, and their major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    pub folder: PathBuf,
    pub major: u32,
}

impl Binaries {
    /// The folder that was named, or the newest installed; `made_by` is the version that existing data asks for.
    pub fn find(named: Option<&Path>, made_by: Option<u32>) -> Result<Self, ClusterError> {
        if let Some(folder) = named {
            return Self::in_folder(folder);
        }
        let installed: Vec<Self> = candidates()
            .iter()
            .filter_map(|folder| Self::in_folder(folder).ok())
            .collect();
        installed
            .iter()
            .find(|found| Some(found.major) == made_by)
            .or_else(|| installed.iter().max_by_key(|found| found.major))
            .cloned()
            .ok_or_else(|| ClusterError::NotInstalled {
                looked: format!("{DEBIAN}/*/bin, pg_config --bindir and PATH"),
            })
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn in_folder(folder: &Path) -> Result<Self, ClusterError> {
        let missing = |program: &str| ClusterError::ProgramMissing {
            program: program.to_owned(),
            folder: folder.to_owned(),
        };
        if let Some(program) = NEEDED.iter().find(|name| !folder.join(name).is_file()) {
            return Err(missing(program));
        }
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .output();
        let text = output
            .map(|out| String::from_utf8_lossy(&out.stdout).into_owned())
            .unwrap_or_default();
        let major = major_version(&text).ok_or_else(|| missing("a working `postgres`"))?;
        Ok(Self {
            folder: folder.to_owned(),
            major,
        })
    }
}

fn candidates() -> Vec<PathBuf> {
    let debian = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    folders
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → 15; `… 18beta1` → 18.
fn major_version(text: &str) -> Option<u32> {
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let end = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("bash: not found"), None);
    }

    #[test]
    fn a_folder_without_the_programs_is_named_in_the_error() {
        let error = Binaries::find(Some(Path::new("/nowhere")), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "initdb is missing from /nowhere: set NEXUS_PG_BIN to a folder with all of PostgreSQL's programs"
        );
    }
}

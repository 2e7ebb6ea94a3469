//! The secrets of an installation: made at the first start, kept in a file that only its owner can read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

const SECRET_BYTES: usize = 32;

/// Named secrets; one that is asked for and missing is made.
pub struct Secrets {
    path: PathBuf,
    values: BTreeMap<String, String>,
    changed: bool,
}

impl Secrets {
    pub fn load(path: &Path) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let values = text.lines().filter_map(|line| line.split_once('='));
        let values = values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Ok(Self {
            path: path.to_owned(),
            values,
            changed: false,
        })
    }

    pub fn get(&mut self, name: &str) -> Result<String> {
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        let value = random_hex().context("no random numbers from /dev/urandom")?;
        self.values.insert(name.to_owned(), value.clone());
        self.changed = true;
        Ok(value)
    }

    /// What is known, by name.
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// Takes a value over.
    pub fn set(&mut self, name: &str, value: &str) {
        self.changed |= self
            .values
            .insert(name.to_owned(), value.to_owned())
            .as_deref()
            != Some(value);
    }

    /// Written whole to another file first: a power cut leaves the old or the new, never half of one.
    pub fn save(&self) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let mut text = String::from(
            "# Made by `nexus up`. Whoever reads this file rules the installation: keep it private, and back it up.\n",
        );
        for (name, value) in &self.values {
            writeln!(text, "{name}={value}")?;
        }
        let half = self.path.with_extension("new");
        let doing = || half.display().to_string();
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&half)
            .with_context(doing)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(doing)?;
        fs::rename(&half, &self.path).with_context(doing)
    }
}

/// 256 bits from the operating system, as 64 hexadecimal digits.
pub fn random_hex() -> io::Result<String> {
    let mut bytes = [0_u8; SECRET_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_is_made_once_and_kept_private() {
        let path = std::env::temp_dir().join(format!("nexus-secrets-{}", std::process::id()));
        let mut first = Secrets::load(&path).unwrap();
        let made = first.get("AUTH_MASTER_SECRET").unwrap();
        first.save().unwrap();
        assert_eq!(made.len(), 64);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );

        let mut second = Secrets::load(&path).unwrap();
        assert_eq!(second.get("AUTH_MASTER_SECRET").unwrap(), made);
        assert_ne!(second.get("OTHER").unwrap(), made);
        fs::remove_file(path).unwrap();
    }
}

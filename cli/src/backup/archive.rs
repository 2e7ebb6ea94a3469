//! What is inside a backup: a tar archive with a manifest, the secrets and the database.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tar::{Archive, Builder, Header};

use super::sealed::{Key, Opener, Sealer};

const MANIFEST: &str = "manifest.json";
const SECRETS: &str = "secrets.env";
const DUMP: &str = "database.dump";
const FORMAT: u64 = 1;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub made_at: String,
    /// Of PostgreSQL; an older one cannot read a newer one's dump.
    pub postgres: String,
    /// Rows of each table, at the instant of the backup.
    pub tables: BTreeMap<String, u64>,
}

impl Manifest {
    fn to_json(&self) -> Value {
        json!({
            "format": FORMAT,
            "made_by": env!("CARGO_PKG_VERSION"),
            "made_at": self.made_at,
            "postgres": self.postgres,
            "tables": self.tables,
        })
    }

    fn from_json(value: &Value) -> Result<Self> {
        if value["format"] != json!(FORMAT) {
            bail!(
                "this backup was made by a newer nexus ({}): use that one",
                value["made_by"]
            );
        }
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let tables = value["tables"].as_object().into_iter().flatten();
        Ok(Self {
            made_at: text("made_at").context("the manifest has no time")?,
            postgres: text("postgres").context("the manifest names no PostgreSQL")?,
            tables: tables
                .map(|(name, rows)| Some((name.clone(), rows.as_u64()?)))
                .collect::<Option<_>>()
                .context("the manifest's counts are no numbers")?,
        })
    }

    /// All rows together.
    pub fn rows(&self) -> u64 {
        self.tables.values().sum()
    }
}

/// Writes a whole backup.
pub fn write(
    to: &File,
    key: &Key,
    manifest: &Manifest,
    secrets: &BTreeMap<String, String>,
    dump: &mut File,
) -> Result<()> {
    let mut archive = Builder::new(Sealer::new(to, key)?);
    let secrets: String = secrets
        .iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    for (name, text) in [
        (MANIFEST, manifest.to_json().to_string()),
        (SECRETS, secrets),
    ] {
        archive.append_data(&mut header(text.len() as u64), name, text.as_bytes())?;
    }
    let length = dump.metadata()?.len();
    archive.append_data(&mut header(length), DUMP, dump)?;
    archive.into_inner()?.finish()?.flush()?;
    Ok(())
}

fn header(length: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    header
}

/// Reads a backup to its end: hands out manifest and secrets, then lets `take` read the database's dump.
pub fn read<T>(
    file: File,
    key: &Key,
    take: impl FnOnce(&Manifest, &BTreeMap<String, String>, &mut dyn Read) -> Result<T>,
) -> Result<T> {
    let mut archive = Archive::new(Opener::new(file, key)?);
    let (mut manifest, mut secrets, mut take, mut taken) = (None, None, Some(take), None);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.display().to_string();
        match (name.as_str(), &manifest, &secrets) {
            (MANIFEST, ..) => {
                manifest = Some(Manifest::from_json(&serde_json::from_reader(&mut entry)?)?);
            }
            (SECRETS, ..) => {
                let mut text = String::new();
                entry.read_to_string(&mut text)?;
                let pairs = text.lines().filter_map(|line| line.split_once('='));
                let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
                secrets = Some(owned.collect::<BTreeMap<_, _>>());
            }
            (DUMP, Some(manifest), Some(secrets)) => {
                let take = take.take().context("the backup holds two databases")?;
                taken = Some(take(manifest, secrets, &mut entry)?);
            }
            _ => bail!("the backup holds {name}, which nobody knows"),
        }
    }
    // The end of the archive is not yet the end of the file.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink())?;
    taken.context("the backup holds no database")
}

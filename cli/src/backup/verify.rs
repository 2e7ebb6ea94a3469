//! `nexus verify`: reads a backup as a restore would, and counts the rows, without a database.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::archive::{self, Manifest};
use super::{folder, key, newest, programs};
use crate::state::State;

#[derive(Args)]
pub struct VerifyArgs {
    /// The backup; the newest one when not said.
    file: Option<PathBuf>,
    /// Where backups are.
    #[arg(long, env = "NEXUS_BACKUP_DIR")]
    folder: Option<PathBuf>,
    /// The folder with PostgreSQL's programs.
    #[arg(long, env = "NEXUS_PG_BIN")]
    pg_bin: Option<PathBuf>,
}

pub fn run(args: &VerifyArgs, state: &Path) -> Result<ExitCode> {
    let state = State::create(state)?;
    let key = key(&state)?;
    let path = match &args.file {
        Some(path) => path.clone(),
        None => newest(&folder(args.folder.as_deref(), &state)?)?,
    };
    let file = File::open(&path).with_context(|| path.display().to_string())?;
    let programs = programs(args.pg_bin.as_deref())?;
    let manifest = archive::read(file, &key, |manifest, _, dump| {
        let found = count(&programs.join("pg_restore"), dump)?;
        compare(manifest, &found)?;
        Ok(manifest.clone())
    })
    .with_context(|| path.display().to_string())?;
    println!(
        "{} is whole: {} rows in {} tables, as of {}.",
        path.display(),
        manifest.rows(),
        manifest.tables.len(),
        manifest.made_at
    );
    Ok(ExitCode::SUCCESS)
}

/// The rows of each table in a dump, which `pg_restore` turns into text.
fn count(pg_restore: &Path, dump: &mut dyn Read) -> Result<BTreeMap<String, u64>> {
    let mut child = nexus_cluster::plain_command(pg_restore)
        .args(["--file=-", "--no-owner"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| pg_restore.display().to_string())?;
    let mut to = child.stdin.take().context("pg_restore takes nothing")?;
    let from = child.stdout.take().context("pg_restore gives nothing")?;
    let counter = thread::spawn(move || count_rows(BufReader::new(from)));
    std::io::copy(dump, &mut to)?;
    drop(to);
    let counts = counter
        .join()
        .map_err(|_| anyhow::anyhow!("counting failed"))??;
    let status = child.wait()?;
    if !status.success() {
        bail!("pg_restore cannot read the dump ({status})");
    }
    Ok(counts)
}

fn count_rows(mut script: impl BufRead) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    let mut table: Option<String> = None;
    let mut line = Vec::new();
    while script.read_until(b'\n', &mut line)? > 0 {
        match &table {
            Some(_) if line == b"\\.\n" => table = None,
            Some(name) => *counts.entry(name.clone()).or_insert(0) += 1,
            None => {
                let text = String::from_utf8_lossy(&line);
                if let Some(rest) = text.strip_prefix("COPY ") {
                    let name = rest.split(' ').next().unwrap_or_default().replace('"', "");
                    counts.entry(name.clone()).or_insert(0);
                    table = Some(name);
                }
            }
        }
        line.clear();
    }
    Ok(counts)
}

/// Every table with as many rows as the manifest says.
pub fn compare(manifest: &Manifest, found: &BTreeMap<String, u64>) -> Result<()> {
    let tables = manifest.tables.keys().chain(found.keys());
    let mut wrong: Vec<String> = tables
        .filter(|table| manifest.tables.get(*table) != found.get(*table))
        .map(|table| {
            let number = |rows: Option<&u64>| rows.map_or("none".to_owned(), u64::to_string);
            format!(
                "{table}: {} rows instead of {}",
                number(found.get(table)),
                number(manifest.tables.get(table))
            )
        })
        .collect();
    wrong.dedup();
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("the backup is not what it says:\n  {}", wrong.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_between_copy_and_its_end() {
        let script = "SET x;\nCOPY auth.users (id, name) FROM stdin;\n1\ta\n2\tCOPY b\n\\.\n\n\
                      COPY crm.\"lines\" (id) FROM stdin;\n\\.\nSELECT 1;\n";
        let counts = count_rows(script.as_bytes()).unwrap();
        assert_eq!(
            counts,
            BTreeMap::from([("auth.users".to_owned(), 2), ("crm.lines".to_owned(), 0)])
        );
    }

    #[test]
    fn a_missing_row_a_missing_table_and_one_too_many_are_told() {
        let said = |tables: &[(&str, u64)]| -> BTreeMap<String, u64> {
            tables
                .iter()
                .map(|(name, rows)| ((*name).to_owned(), *rows))
                .collect()
        };
        let manifest = Manifest {
            made_at: String::new(),
            postgres: String::new(),
            tables: said(&[("a.x", 1), ("a.y", 2)]),
        };
        assert!(compare(&manifest, &said(&[("a.x", 1), ("a.y", 2)])).is_ok());
        for other in [
            said(&[("a.x", 1), ("a.y", 1)]),
            said(&[("a.x", 1)]),
            said(&[("a.x", 1), ("a.y", 2), ("a.z", 0)]),
        ] {
            assert!(compare(&manifest, &other).is_err());
        }
    }
}

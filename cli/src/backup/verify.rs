//! `nexus verify`: reads a backup as a restore would, counts the rows and walks the chains of events, without a database;
//! or walks the chains of the database as it is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use clap::Args;

use nexus_cluster::Server;

use super::archive::{self, Manifest};
use super::chain::{COLUMNS, Chain};
use super::snapshot::schemas;
use super::{key, programs, wanted};
use crate::state::State;
use crate::up::database::{DATABASE, Database};
use crate::up::secrets::Secrets;

#[derive(Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    backup: super::Which,
    /// The folder with PostgreSQL's programs.
    #[arg(long, env = "NEXUS_PG_BIN")]
    pg_bin: Option<PathBuf>,
    /// Walk the chains of events in the database as it is now; read no backup.
    #[arg(long)]
    live: bool,
}

/// The table in which each service keeps its chain.
const EVENTS: &str = ".events";

/// What was found in a dump.
#[derive(Default)]
struct Found {
    rows: BTreeMap<String, u64>,
    /// Events of each chain.
    chains: BTreeMap<String, u64>,
}

pub fn run(args: &VerifyArgs, state: &Path) -> Result<ExitCode> {
    let state = State::create(state)?;
    if args.live {
        return live(&state, args.pg_bin.as_deref());
    }
    let key = key(&state)?;
    let path = wanted(&args.backup, &state)?;
    let file = File::open(&path).with_context(|| path.display().to_string())?;
    let programs = programs(args.pg_bin.as_deref())?;
    let (manifest, chains) = archive::read(file, &key, |manifest, _, dump| {
        let found = count(&programs.join("pg_restore"), dump)?;
        compare(manifest, &found.rows)?;
        Ok((manifest.clone(), found.chains))
    })
    .with_context(|| path.display().to_string())?;
    println!(
        "{} is whole: {} rows in {} tables, as of {}.",
        path.display(),
        manifest.rows(),
        manifest.tables.len(),
        manifest.made_at
    );
    tell(&chains);
    Ok(ExitCode::SUCCESS)
}

fn tell(chains: &BTreeMap<String, u64>) {
    for (table, events) in chains {
        println!("{table}: {events} events, each as it was written, none missing.");
    }
}

fn live(state: &State, pg_bin: Option<&Path>) -> Result<ExitCode> {
    let mut secrets = Secrets::load(&state.secrets())?;
    let server = Database::choose(state, pg_bin, &mut secrets)?.server()?;
    let mut chains = BTreeMap::new();
    for schema in schemas() {
        let table = format!("{schema}{EVENTS}");
        let known = server.run(DATABASE, &format!("SELECT to_regclass('{table}');"))?;
        if !known.is_empty() {
            chains.insert(table.clone(), walk(&server, &table)?);
        }
    }
    tell(&chains);
    Ok(ExitCode::SUCCESS)
}

fn walk(server: &Server, table: &str) -> Result<u64> {
    let columns = COLUMNS.join(", ");
    let sql = format!("COPY (SELECT {columns} FROM {table} ORDER BY position) TO STDOUT");
    let mut psql = server
        .client("psql", DATABASE)
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", &sql])
        .stdout(Stdio::piped())
        .spawn()
        .context("psql")?;
    let from = psql.stdout.take().context("psql gives nothing")?;
    let mut chain = Chain::new(table, COLUMNS.into_iter())?;
    for line in BufReader::new(from).lines() {
        chain.add(&line?)?;
    }
    if !psql.wait()?.success() {
        bail!("{table} could not be read");
    }
    chain.end()
}

/// The rows and chains in a dump, which `pg_restore` turns into text.
fn count(pg_restore: &Path, dump: &mut dyn Read) -> Result<Found> {
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

fn count_rows(mut script: impl BufRead) -> Result<Found> {
    let mut found = Found::default();
    let mut table: Option<(String, Option<Chain>)> = None;
    let mut line = Vec::new();
    while script.read_until(b'\n', &mut line)? > 0 {
        match &mut table {
            Some((name, chain)) if line == b"\\.\n" => {
                if let Some(chain) = chain {
                    found.chains.insert(name.clone(), chain.end()?);
                }
                table = None;
            }
            Some((name, chain)) => {
                *found.rows.entry(name.clone()).or_insert(0) += 1;
                if let Some(chain) = chain {
                    let text = std::str::from_utf8(&line).context("a row is no text")?;
                    chain.add(text.trim_end_matches('\n'))?;
                }
            }
            None => table = begun(&String::from_utf8_lossy(&line), &mut found)?,
        }
        line.clear();
    }
    Ok(found)
}

/// `COPY crm.events (position, …) FROM stdin;` begins a table's rows, and perhaps a chain.
fn begun(line: &str, found: &mut Found) -> Result<Option<(String, Option<Chain>)>> {
    let Some(rest) = line.strip_prefix("COPY ") else {
        return Ok(None);
    };
    let name = rest.split(' ').next().unwrap_or_default().replace('"', "");
    found.rows.entry(name.clone()).or_insert(0);
    let columns = rest
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let columns = columns.map_or("", |(columns, _)| columns).split(", ");
    let columns = columns.map(|column| column.trim_matches('"'));
    // Not every table of that name is a chain: one has hashes.
    let chained = name.ends_with(EVENTS) && columns.clone().any(|column| column == "hash");
    let chain = chained.then(|| Chain::new(&name, columns)).transpose()?;
    Ok(Some((name, chain)))
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
        let counts = count_rows(script.as_bytes()).unwrap().rows;
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

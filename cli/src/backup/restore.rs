//! `nexus restore`: brings a backup back, into an installation that holds nothing yet.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use nexus_cluster::{Server, bootstrap};

use super::archive;
use super::snapshot::{Snapshot, schemas};
use super::verify::compare;
use super::{KEY, key_given, wanted};
use crate::state::State;
use crate::up::database::{self, DATABASE, Database};
use crate::up::secrets::Secrets;

#[derive(Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    backup: super::Which,
    /// The folder with PostgreSQL's programs.
    #[arg(long, env = "NEXUS_PG_BIN")]
    pg_bin: Option<PathBuf>,
}

pub fn run(args: &RestoreArgs, state: &Path) -> Result<ExitCode> {
    let state = State::create(state)?;
    let _claim = state.claim()?.context(
        "nexus is running in this folder: `nexus stop` first, and restore into an empty folder",
    )?;
    let mut secrets = Secrets::load(&state.secrets())?;
    let (key_text, key) = key_given(&secrets)?;
    let path = wanted(&args.backup, &state)?;
    let file = File::open(&path).with_context(|| path.display().to_string())?;
    let rows = archive::read(file, &key, |manifest, saved, dump| {
        println!("Restoring what was saved at {} …", manifest.made_at);
        // What seals records must be what it was; the databases' passwords may be new ones.
        for (name, value) in saved {
            if !secrets.values().contains_key(name) || !name.contains("PASSWORD") {
                secrets.set(name, value);
            }
        }
        secrets.set(KEY, &key_text);
        secrets.save()?;
        let database = Database::choose(&state, args.pg_bin.as_deref(), &mut secrets)?;
        secrets.save()?;
        let running = Running::of(&database)?;
        let server = database.server()?;
        bootstrap(&server, DATABASE, &database::roles(&mut secrets)?)?;
        secrets.save()?;
        refuse_unless_empty(&server)?;
        load(&server, dump)?;
        compare(manifest, &Snapshot::take(&server)?.counts()?)?;
        drop(running);
        Ok(manifest.rows())
    })
    .with_context(|| path.display().to_string())?;
    println!("Restored {rows} rows, and counted them again. Start with `nexus up`.");
    Ok(ExitCode::SUCCESS)
}

/// A private database that runs while we work, if it is ours to start.
struct Running<'d>(&'d Database);

impl<'d> Running<'d> {
    fn of(database: &'d Database) -> Result<Self> {
        if let Database::Private(cluster) = database {
            cluster.start()?;
        }
        Ok(Self(database))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Database::Private(cluster) = self.0 {
            let _ = cluster.stop();
        }
    }
}

/// Nothing is ever overwritten: whoever means to, empties the installation first.
fn refuse_unless_empty(server: &Server) -> Result<()> {
    let names: Vec<String> = schemas().map(|schema| format!("'{schema}'")).collect();
    let sql = format!(
        "SELECT count(*) FROM pg_tables WHERE schemaname IN ({});",
        names.join(", ")
    );
    let tables = server.run(DATABASE, &sql)?;
    if tables != "0" {
        bail!(
            "there is an installation here already ({tables} tables). Restore with `--state` naming an empty folder, \
             or into an empty database"
        );
    }
    Ok(())
}

fn load(server: &Server, dump: &mut dyn Read) -> Result<()> {
    let mut child = server
        .client("pg_restore", DATABASE)
        // The empty schemas make room for the saved ones; all of it, or nothing.
        .args([
            "--clean",
            "--if-exists",
            "--single-transaction",
            "--exit-on-error",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .context("pg_restore")?;
    let mut to = child.stdin.take().context("pg_restore takes nothing")?;
    let copied = std::io::copy(dump, &mut to);
    drop(to);
    let status = child.wait()?;
    if !status.success() {
        bail!("pg_restore did not finish ({status}); nothing was changed");
    }
    copied?;
    Ok(())
}

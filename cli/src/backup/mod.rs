//! `nexus backup`: everything in one encrypted file, from one instant, every night.

mod archive;
mod chain;
pub mod nightly;
pub mod restore;
mod retention;
mod sealed;
mod snapshot;
pub mod storage;
pub mod verify;

use std::env;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use nexus_cluster::Binaries;

use self::archive::Manifest;
pub use self::restore::RestoreArgs;
use self::sealed::Key;
use self::snapshot::Snapshot;
use self::storage::StorageArgs;
pub use self::verify::VerifyArgs;
use crate::state::State;
use crate::up::database::Database;
use crate::up::secrets::Secrets;

/// The secret that opens backups, in `secrets.env` or the environment.
const KEY: &str = "BACKUP_KEY";
/// Without these, some of what is in the records cannot be read or checked any more.
const SEALS: [&str; 2] = ["AUTH_MASTER_SECRET", "CRM_LINK_SECRET"];

#[derive(Args)]
pub struct BackupArgs {
    /// Where backups go. Best on another disk, or a folder that is copied elsewhere.
    #[arg(long, env = "NEXUS_BACKUP_DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    storage: StorageArgs,
    /// The folder with PostgreSQL's programs.
    #[arg(long, env = "NEXUS_PG_BIN")]
    pg_bin: Option<PathBuf>,
    /// Show the key that opens the backups, to be kept somewhere else; save nothing.
    #[arg(long)]
    show_key: bool,
    /// Keep running, and save every night.
    #[arg(long, conflicts_with = "show_key")]
    nightly: bool,
}

/// Which backup to read.
#[derive(Args)]
pub struct Which {
    /// The backup; the newest one of the folder when not said. With --from-storage its name there.
    file: Option<PathBuf>,
    /// Where backups are.
    #[arg(long, env = "NEXUS_BACKUP_DIR")]
    folder: Option<PathBuf>,
    /// Bring it from the storage first.
    #[arg(long)]
    from_storage: bool,
    #[command(flatten)]
    storage: StorageArgs,
}

/// What every backup is made with.
pub struct Plan<'a> {
    pub state: &'a State,
    pub folder: &'a Path,
    pub storage: &'a StorageArgs,
    pub pg_bin: Option<&'a Path>,
}

pub fn run(args: &BackupArgs, state: &Path) -> Result<ExitCode> {
    let state = State::create(state)?;
    if args.show_key {
        let mut secrets = Secrets::load(&state.secrets())?;
        let text = key_made(&mut secrets)?;
        println!("{text}");
        return Ok(ExitCode::SUCCESS);
    }
    let folder = folder(args.folder.as_deref(), &state)?;
    let plan = Plan {
        state: &state,
        folder: &folder,
        storage: &args.storage,
        pg_bin: args.pg_bin.as_deref(),
    };
    if args.nightly {
        nightly::keep_on(&plan, |what| println!("{what}"));
    }
    println!("{}", save(&plan, clock())?);
    println!(
        "Without the key nobody can read it, you neither: `nexus backup --show-key`, and keep it elsewhere."
    );
    Ok(ExitCode::SUCCESS)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a command of its own: there is no request whose time it could be"
)]
pub fn clock() -> DateTime<Utc> {
    Utc::now()
}

/// Where backups are: PostgreSQL's programs are told from elsewhere, so the path is a whole one.
pub fn folder(named: Option<&Path>, state: &State) -> Result<PathBuf> {
    let folder = named.map_or_else(|| state.backups(), Path::to_path_buf);
    std::path::absolute(&folder).with_context(|| folder.display().to_string())
}

/// The file that is wanted, brought here if it lies elsewhere.
fn wanted(which: &Which, state: &State) -> Result<PathBuf> {
    let folder = folder(which.folder.as_deref(), state)?;
    if which.from_storage {
        let storage = which.storage.open()?;
        let storage = storage.context("name the storage: --s3, or NEXUS_BACKUP_S3_URL")?;
        let name = which.file.as_deref().and_then(Path::to_str);
        return storage.fetch(name, &folder);
    }
    match &which.file {
        Some(path) => Ok(path.clone()),
        None => newest(&folder),
    }
}

/// Makes a backup, and sends it to the storage, if there is one. Says what it did. A storage that does not answer is an
/// error, but the backup is in the folder by then.
fn save(plan: &Plan<'_>, now: DateTime<Utc>) -> Result<String> {
    let storage = plan.storage.open()?;
    let (path, manifest) = make(plan.state, plan.folder, plan.pg_bin, now)?;
    let mut told = format!(
        "Saved {} rows to {} ({} kB).",
        manifest.rows(),
        path.display(),
        fs::metadata(&path)?.len().div_ceil(1024)
    );
    if let Some(storage) = storage {
        let there = storage
            .keep(&path, now)
            .with_context(|| format!("{told} It could not be sent to the storage"))?;
        told += &format!(" A copy is at {there}.");
    }
    Ok(told)
}

/// Makes a backup, then lets older ones go that are no longer needed.
fn make(
    state: &State,
    folder: &Path,
    pg_bin: Option<&Path>,
    now: DateTime<Utc>,
) -> Result<(PathBuf, Manifest)> {
    let mut secrets = Secrets::load(&state.secrets())?;
    let text = key_made(&mut secrets)?;
    let key = Key::from_hex(&text).context("BACKUP_KEY is not 64 hexadecimal digits")?;
    let server = Database::choose(state, pg_bin, &mut secrets)?.server()?;
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;

    retention::sweep(folder)?;
    let path = folder.join(retention::name(now));
    let half = Scratch(path.with_extension("partial"));
    let dump = Scratch(path.with_extension("dump"));
    private(&dump.0)?;
    let mut snapshot = Snapshot::take(&server)?;
    let manifest = Manifest {
        made_at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        postgres: snapshot.postgres()?,
        tables: snapshot.counts()?,
    };
    snapshot.dump(&server, &dump.0)?;
    drop(snapshot);

    let file = private(&half.0)?;
    let mut saved = secrets.values().clone();
    saved.remove(KEY);
    // Where an operator keeps what seals records, it belongs to them all the same.
    for name in SEALS {
        if let Some(value) = given(name)? {
            saved.insert(name.to_owned(), value);
        }
    }
    archive::write(&file, &key, &manifest, &saved, &mut File::open(&dump.0)?)?;
    file.sync_all()?;
    fs::rename(&half.0, &path).with_context(|| path.display().to_string())?;
    thin_out(folder, now)?;
    Ok((path, manifest))
}

fn thin_out(folder: &Path, now: DateTime<Utc>) -> Result<()> {
    let found = retention::list(folder)?;
    let times: Vec<_> = found.iter().map(|(at, _)| *at).collect();
    let gone = retention::superfluous(&times, now);
    for (_, path) in found.iter().filter(|(at, _)| gone.contains(at)) {
        fs::remove_file(path).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// A file that is gone when we are done with it, or fail.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    options
        .open(path)
        .with_context(|| path.display().to_string())
}

/// The key from the environment or the installation; made when there is none yet.
fn key_made(secrets: &mut Secrets) -> Result<String> {
    if let Some(given) = from_environment()? {
        return Ok(given);
    }
    let text = secrets.get(KEY)?;
    secrets.save()?;
    Ok(text)
}

/// The key as it must be there already.
fn key_given(secrets: &Secrets) -> Result<(String, Key)> {
    let text = match from_environment()? {
        Some(given) => given,
        None => secrets.values().get(KEY).cloned().context(
            "set BACKUP_KEY to the key that `nexus backup --show-key` showed on the old machine",
        )?,
    };
    let key = Key::from_hex(&text).context("BACKUP_KEY is not 64 hexadecimal digits")?;
    Ok((text.trim().to_owned(), key))
}

fn key(state: &State) -> Result<Key> {
    Ok(key_given(&Secrets::load(&state.secrets())?)?.1)
}

fn from_environment() -> Result<Option<String>> {
    given(KEY)
}

/// What the operator says in the environment, or in a file that it names.
pub fn given(name: &str) -> Result<Option<String>> {
    if let Some(path) = env::var_os(format!("{name}_FILE")).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(path);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        return Ok(Some(text.trim().to_owned()));
    }
    let given = env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    Ok(given.filter(|text| !text.is_empty()))
}

/// The newest backup of a folder.
fn newest(folder: &Path) -> Result<PathBuf> {
    match retention::list(folder)?.into_iter().next() {
        Some((_, path)) => Ok(path),
        None => bail!("there is no backup in {}", folder.display()),
    }
}

/// When the newest backup of a folder was made.
pub fn newest_at(folder: &Path) -> Option<DateTime<Utc>> {
    retention::list(folder).ok()?.first().map(|(at, _)| *at)
}

fn programs(named: Option<&Path>) -> Result<PathBuf> {
    Ok(Binaries::find(named, None)?.folder)
}

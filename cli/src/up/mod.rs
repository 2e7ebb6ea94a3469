//! `nexus up`: from an empty folder to a running installation, and back to silence on Ctrl-C.

mod child;
mod database;
mod journal;
pub mod ports;
pub mod ready;
pub mod secrets;
pub mod services;

use std::env;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use nexus_cluster::{Cluster, Options, Purpose};
use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{Signal as UnixSignal, SignalKind, signal};

use self::child::{Kept, Plan};
use self::database::Database;
use self::journal::{Journal, Show};
use self::secrets::Secrets;
use self::services::{Installation, Launch, PUBLIC, SERVICES};
use crate::state::{Claim, State};

/// Services drain for less than 10 s.
const DRAIN: Duration = Duration::from_secs(12);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Args)]
pub struct UpArgs {
    /// The port of the web app and the API.
    #[arg(long, env = "NEXUS_PORT", default_value_t = 8080)]
    port: u16,
    /// The address to listen on; 0.0.0.0 lets other machines in.
    #[arg(long, env = "NEXUS_LISTEN", default_value = "127.0.0.1")]
    listen: IpAddr,
    /// The address people type, when it is not this machine's (`https://crm.example.it`).
    #[arg(long, env = "PUBLIC_URL")]
    public_url: Option<String>,
    /// The folder with PostgreSQL's programs.
    #[arg(long, env = "NEXUS_PG_BIN")]
    pg_bin: Option<PathBuf>,
    /// The folder of the built web app.
    #[arg(long, env = "WEB_ROOT", default_value = "frontend/build")]
    web_root: PathBuf,
}

/// Runs until told to stop.
pub fn run(args: &UpArgs, state: &Path) -> Result<ExitCode> {
    let state = State::create(state)?;
    let Some(claim) = state.claim()? else {
        let running = state
            .running()
            .context("another nexus is using this folder")?;
        bail!(
            "already running at {} (process {}). `nexus stop` ends it",
            running.url,
            running.pid
        );
    };
    // One thread: the children end with the thread that started them.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(up(args, &state, &claim))
}

/// Ends what `nexus up` started here, including a PostgreSQL that outlived it.
pub fn stop(state: &Path) -> Result<ExitCode> {
    let state = State::at(state);
    if let Some(running) = state.running() {
        let pid = Pid::from_raw(running.pid.cast_signed()).context("the lock file is damaged")?;
        kill_process(pid, Signal::TERM).with_context(|| format!("process {}", running.pid))?;
        while state.running().is_some() {
            thread::sleep(LOOK_EVERY);
        }
        println!("stopped");
    } else if crate::state::moved(&state.postgres()).join("data").exists() {
        let folder = state.postgres();
        let cluster = Cluster::open(&Options {
            folder: &folder,
            binaries: None,
            purpose: Purpose::Durable,
            password: "",
        })?;
        println!(
            "{}",
            if cluster.is_running() {
                "stopped the database that was left running"
            } else {
                "nothing is running"
            }
        );
        cluster.stop()?;
    } else {
        println!("nothing is running");
    }
    Ok(ExitCode::SUCCESS)
}

async fn up(args: &UpArgs, state: &State, claim: &Claim) -> Result<ExitCode> {
    let started = Instant::now();
    let mut interrupts = Interrupts::listen()?;
    let public = ports::public(args.listen, args.port)?;
    let public_url = args
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://localhost:{}", public.port()));
    let journal = Journal::open(
        &state.log(),
        env::var_os("LOG_FORMAT").is_none_or(|format| format != "json"),
    )?;
    let mut secrets = Secrets::load(&state.secrets())?;
    let database = Database::choose(state, args.pg_bin.as_deref(), &mut secrets)?;
    let launches = launches(args, public, &public_url, &database, &mut secrets)?;
    let roles = database::roles(&mut secrets)?;
    secrets.save()?;
    let addresses: Vec<_> = launches
        .iter()
        .map(|launch| (launch.name, launch.address))
        .collect();
    claim.write(&public_url, &addresses)?;

    let postgres = database.start(&journal)?;
    let prepared =
        tokio::task::spawn_blocking(move || database.prepare(&roles).map(|()| database)).await?;
    let database = match prepared {
        Ok(database) => database,
        Err(error) => {
            stop_all(postgres.into_iter().collect()).await;
            return Err(error);
        }
    };
    let mut kept: Vec<Kept> = postgres.into_iter().collect();
    kept.extend(launches.into_iter().map(|launch| keep(launch, &journal)));

    let outcome = tokio::select! {
        ready = ready::wait(&kept, &addresses, &journal) => ready.map(|()| true),
        () = interrupts.next() => Ok(false),
    };
    if matches!(outcome, Ok(true)) {
        ready::greet(&journal, started, &public_url, public).await;
        interrupts.next().await;
    }
    if outcome.is_ok() {
        journal.say("stopping");
    }
    tokio::select! {
        () = stop_all(kept) => {}
        () = interrupts.next() => bail!("interrupted again: not waiting for a clean end"),
    }
    database.stop()?;
    outcome.map(|_| ExitCode::SUCCESS)
}

/// Programs, ports and settings: all that can be wrong is found before anything is started.
fn launches(
    args: &UpArgs,
    public: SocketAddr,
    public_url: &str,
    database: &Database,
    secrets: &mut Secrets,
) -> Result<Vec<Launch>> {
    let roles = database::roles(secrets)?;
    let mut addresses = vec![(PUBLIC, public)];
    let private = SERVICES.iter().filter(|service| service.name != PUBLIC);
    for (service, wish) in private.zip(args.port.saturating_add(1)..) {
        let taken: Vec<SocketAddr> = addresses.iter().map(|(_, address)| *address).collect();
        addresses.push((service.name, ports::inner(wish, &taken)?));
    }
    let installation = Installation {
        addresses,
        public_url: public_url.to_owned(),
        web_root: std::path::absolute(&args.web_root)?,
        database_url: &|service| database.url(service, &roles),
    };
    let program = env::current_exe()?;
    let folder = program.parent().context("this program lies in no folder")?;
    SERVICES
        .iter()
        .map(|service| installation.launch(service, folder, secrets))
        .collect()
}

fn keep(launch: Launch, journal: &Journal) -> Kept {
    let plan = Plan {
        name: launch.name.to_owned(),
        command: Box::new(move || launch.command()),
        end_by: Signal::TERM,
        grace: DRAIN,
        show: Show::All,
    };
    Kept::start(plan, journal.clone())
}

/// The last started first: the gateway, then the services, PostgreSQL at the very end.
async fn stop_all(mut kept: Vec<Kept>) {
    while let Some(child) = kept.pop() {
        child.stop().await;
    }
}

/// Ctrl-C, a service manager's TERM, and the terminal that was closed.
struct Interrupts([UnixSignal; 3]);

impl Interrupts {
    fn listen() -> Result<Self> {
        let [int, term, hup] = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ]
        .map(signal);
        Ok(Self([int?, term?, hup?]))
    }

    async fn next(&mut self) {
        let [int, term, hup] = &mut self.0;
        tokio::select! {
            _ = int.recv() => {}
            _ = term.recv() => {}
            _ = hup.recv() => {}
        }
    }
}

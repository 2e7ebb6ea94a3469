//! `nexus up`: from an empty folder to a running installation, and back to silence on Ctrl-C.

mod child;
pub mod database;
mod journal;
pub mod ports;
pub mod ready;
pub mod roll;
pub mod secrets;
pub mod services;
mod stop;

use std::env;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use nexus_cluster::ServiceRole;
use rustix::process::Signal;
use tokio::signal::unix::{Signal as UnixSignal, SignalKind, signal};

use self::child::{Kept, Socket};
use self::database::Database;
use self::journal::{Journal, Show};
use self::secrets::Secrets;
use self::services::{Installation, Launch, PUBLIC, SERVICES};
use crate::backup;
use crate::connection::Connection;
use crate::demo::{self, DemoArgs};
use crate::state::{Claim, State};

pub use self::stop::stop;

/// Services drain for less than 10 s.
const DRAIN: Duration = Duration::from_secs(12);

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
    /// Where the nightly backup goes; `backups` in the state folder when not said.
    #[arg(long, env = "NEXUS_BACKUP_DIR")]
    backup_dir: Option<PathBuf>,
    #[command(flatten)]
    storage: backup::storage::StorageArgs,
    /// No nightly backup: somebody else makes them.
    #[arg(long, env = "NEXUS_NO_BACKUP", value_parser = clap::builder::FalseyValueParser::new())]
    no_backup: bool,
    /// Once ready, fill in the demo company (again if it is there: that adds nothing).
    #[arg(long)]
    demo: bool,
}

/// Runs until told to stop.
pub fn run(args: &UpArgs, state: &Path) -> Result<ExitCode> {
    let state = State::create(state)?;
    let Some(claim) = state.claim()? else {
        let running = state
            .running()
            .context("another nexus is using this folder")?;
        if args.demo {
            return demo::run(&DemoArgs::at(&running.url), state.folder());
        }
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
    let outcome = runtime.block_on(up(args, &state, &claim));
    // Interrupted while it still waited for the database: nobody needs the answer any more.
    runtime.shutdown_background();
    outcome?;
    Ok(ExitCode::SUCCESS)
}

async fn up(args: &UpArgs, state: &State, claim: &Claim) -> Result<()> {
    let started = Instant::now();
    let mut interrupts = Interrupts::listen()?;
    let mut restarts = signal(SignalKind::from_raw(roll::SIGNAL.as_raw()))?;
    let Plan {
        journal,
        database,
        roles,
        launches,
        mut listener,
        public,
        url,
        public_url,
    } = Plan::make(args, state)?;
    let addresses: Vec<_> = launches
        .iter()
        .map(|launch| (launch.name, launch.address))
        .collect();
    claim.write(&url, &addresses)?;

    let mut kept: Vec<Kept> = database.start(&journal)?.into_iter().collect();
    let work = async {
        ready::database(&kept, &database, roles).await?;
        for launch in launches {
            let address = launch.address;
            let listener = listener.take_if(|_| launch.name == PUBLIC);
            let socket = launch.keeps_socket.then_some(Socket {
                address,
                listener,
                always: launch.name == PUBLIC,
            });
            kept.push(keep(launch, socket, &journal));
            // Whoever is started next finds this one at work, and need not ask again.
            ready::head_start(address).await;
        }
        ready::services(&kept, &addresses, &journal).await?;
        ready::greet(&journal, started, &url, &public_url, public).await;
        back_up(args, state, &database, &journal)?;
        if args.demo {
            demo::fill(&Connection::to(&url), state.folder()).await?;
        }
        while restarts.recv().await.is_some() {
            roll::restart_all(&kept, &addresses, state, &journal).await?;
        }
        Ok(())
    };
    let outcome = tokio::select! {
        broken = work => broken,
        () = interrupts.next() => {
            journal.say("stopping");
            Ok(())
        }
    };
    tokio::select! {
        () = stop_all(kept) => database.stop()?,
        () = interrupts.next() => bail!("interrupted again: not waiting for a clean end"),
    }
    outcome
}

/// Saves everything each night, beside the rest.
fn back_up(args: &UpArgs, state: &State, database: &Database, journal: &Journal) -> Result<()> {
    if args.no_backup {
        return Ok(());
    }
    if database.server().is_err() {
        journal.say("no nightly backup: each service has a database of its own here");
        return Ok(());
    }
    let folder = backup::folder(args.backup_dir.as_deref(), state)?;
    let (state, pg_bin, journal) = (state.clone(), args.pg_bin.clone(), journal.clone());
    let storage = args.storage.clone();
    std::thread::spawn(move || {
        let plan = backup::Plan {
            state: &state,
            folder: &folder,
            storage: &storage,
            pg_bin: pg_bin.as_deref(),
        };
        backup::nightly::keep_on(&plan, |what| journal.say(what))
    });
    Ok(())
}

/// What is to be started and how: everything that can be wrong is found before anything runs.
struct Plan {
    journal: Journal,
    database: Arc<Database>,
    roles: Vec<ServiceRole>,
    launches: Vec<Launch>,
    /// The socket the world sees, from the first moment on.
    listener: Option<TcpListener>,
    public: SocketAddr,
    /// From this machine.
    url: String,
    /// From a person's.
    public_url: String,
}

impl Plan {
    fn make(args: &UpArgs, state: &State) -> Result<Self> {
        let listener = ports::public(args.listen, args.port)?;
        let public = listener.local_addr()?;
        let url = format!("http://localhost:{}", public.port());
        let public_url = args.public_url.clone().unwrap_or_else(|| url.clone());
        let for_people = env::var_os("LOG_FORMAT").is_none_or(|format| format != "json");
        let journal = Journal::open(&state.log(), for_people)?;
        let mut secrets = Secrets::load(&state.secrets())?;
        let database = Database::choose(state, args.pg_bin.as_deref(), &mut secrets)?;
        let roles = database::roles(&mut secrets)?;
        let installation = Installation {
            addresses: addresses(public)?,
            public_url: public_url.clone(),
            web_root: std::path::absolute(&args.web_root)?,
            database_url: &|service| database.url(service, &roles),
        };
        let program = env::current_exe()?;
        let folder = program.parent().context("this program lies in no folder")?;
        let launches =
            services::started().map(|service| installation.launch(service, folder, &mut secrets));
        let launches = launches.collect::<Result<_>>()?;
        secrets.save()?;
        Ok(Self {
            journal,
            database: Arc::new(database),
            roles,
            launches,
            listener: Some(listener),
            public,
            url,
            public_url,
        })
    }
}

/// The public one as asked for; the others beside it, wherever there is room.
fn addresses(public: SocketAddr) -> Result<Vec<(&'static str, SocketAddr)>> {
    let mut addresses = vec![(PUBLIC, public)];
    let private = SERVICES.iter().filter(|service| service.name != PUBLIC);
    for (service, wish) in private.zip(public.port().saturating_add(1)..) {
        let taken: Vec<SocketAddr> = addresses.iter().map(|(_, address)| *address).collect();
        addresses.push((service.name, ports::inner(wish, &taken)?));
    }
    Ok(addresses)
}

fn keep(launch: Launch, socket: Option<Socket>, journal: &Journal) -> Kept {
    let plan = child::Plan {
        name: launch.name.to_owned(),
        command: Box::new(move || launch.command()),
        end_by: Signal::TERM,
        grace: DRAIN,
        show: Show::All,
        socket,
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

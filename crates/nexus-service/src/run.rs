//! A service's life, from its settings to its drain.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::web::ServiceConfig;
use diesel::Connection;
use diesel::pg::PgConnection;
use diesel_migrations::EmbeddedMigrations;
use nexus_auth::Verifier;
use nexus_config::{BadSettings, Listener, Secret, Settings};
use nexus_db::{Db, DbSettings, MigrationError, migrate};
use nexus_peers::{Credentials, Peers};
use utoipa::openapi::OpenApi;

use crate::app::App;
use crate::clock;
use crate::once::forget_old;
use crate::server::{Running, serve};

/// What makes one service differ from another.
#[derive(Clone, Copy)]
pub struct Service {
    /// `crm`; its settings start with `CRM_`.
    pub name: &'static str,
    /// Where it listens when nothing is said.
    pub bind: &'static str,
    /// Mounts its routes.
    pub configure: fn(&mut ServiceConfig),
    /// Its document.
    pub openapi: fn() -> OpenApi,
    /// Its schema.
    pub migrations: fn() -> EmbeddedMigrations,
    /// Starts what runs beside the requests: consumers, jobs, key keeping.
    pub background: fn(App),
}

/// What a service makes of settings of its own.
pub struct Parts {
    /// Who it is to auth, and where auth is.
    pub credentials: Credentials,
    /// Mounts its routes, and what they share.
    pub configure: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
    /// Starts what runs beside the requests.
    pub background: Box<dyn FnOnce(App)>,
}

/// The threads that own a database connection.
const DB_THREADS: usize = 4;
const MIGRATE_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How long a service may prepare itself before it answers anything.
const QUIET_START: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(5);
const HOURLY: Duration = Duration::from_secs(3600);

/// The whole program.
#[must_use]
pub fn main(service: Service) -> ExitCode {
    main_with(service, move |settings| {
        Some(Parts {
            credentials: Credentials::from_settings(settings, service.name)?,
            configure: Arc::new(service.configure),
            background: Box::new(service.background),
        })
    })
}

/// The whole program of a service with settings of its own. They are read with the shared ones, so that all problems are
/// told together; what `read` returns stands in for the service's `configure` and `background`.
pub fn main_with(service: Service, read: impl FnOnce(&mut Settings) -> Option<Parts>) -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        None => start(service, read),
        Some("openapi") => print_openapi(service),
        Some("healthcheck") => {
            let address = bind_address(service, &mut Settings::from_env());
            nexus_peers::healthcheck(address).map_err(Failure::from)
        }
        Some(other) => {
            Err(format!("{other} is no command: there are openapi and healthcheck").into())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Before logging has started there is only this.
            let _nowhere_else = writeln!(std::io::stderr(), "{}: {error}", service.name);
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn print_openapi(service: Service) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&(service.openapi)())?;
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

fn bind_address(service: Service, settings: &mut Settings) -> SocketAddr {
    let fallback = service
        .bind
        .parse()
        .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    settings.or(&format!("{}_BIND", service.name.to_uppercase()), fallback)
}

struct Start {
    bind: SocketAddr,
    listener: Listener,
    database_url: Secret,
    parts: Parts,
}

fn settings(
    service: Service,
    read: impl FnOnce(&mut Settings) -> Option<Parts>,
) -> Result<Start, BadSettings> {
    let mut settings = Settings::from_env();
    let bind = bind_address(service, &mut settings);
    let listener = settings.or("NEXUS_LISTENER", Listener::Own);
    let database_url = settings.required("DATABASE_URL", "postgres://role:password@host/nexus");
    let parts = read(&mut settings);
    let start = database_url.zip(parts).map(|(database_url, parts)| Start {
        bind,
        listener,
        database_url,
        parts,
    });
    settings.finish(start)
}

fn start(
    service: Service,
    read: impl FnOnce(&mut Settings) -> Option<Parts>,
) -> Result<(), Failure> {
    let _telemetry = nexus_telemetry::start(service.name)?;
    let start = settings(service, read)?;
    let listener = start.listener.open(start.bind);
    let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", start.bind))?;
    actix_web::rt::System::new().block_on(live(service, start, listener))
}

async fn live(service: Service, start: Start, listener: TcpListener) -> Result<(), Failure> {
    let db = Db::start(&DbSettings {
        url: start.database_url.clone(),
        threads: DB_THREADS,
        name: service.name,
    });
    let app = App {
        db,
        peers: Arc::new(Peers::new(start.parts.credentials)),
        verifier: Arc::new(Verifier::default()),
        feed: nexus_outbox::start(start.database_url.clone()),
        clock: clock::now,
    };
    let migrated = Arc::new(AtomicBool::new(false));
    let preparing = prepare(
        service,
        start.database_url,
        app.clone(),
        start.parts.background,
        Arc::clone(&migrated),
    );
    tokio::pin!(preparing);
    // Requests that come while this goes well wait unanswered: a restart is a pause to them, not an error. When it takes
    // longer, they are told so, and whoever watches is told why.
    let ready = tokio::select! {
        result = &mut preparing => result.map(|()| true)?,
        () = tokio::time::sleep(QUIET_START) => false,
        () = told_to_stop() => return Ok(()),
    };
    let configure = start.parts.configure;
    let mount = move |cfg: &mut ServiceConfig| configure(cfg);
    let running = serve(listener, app, service, migrated, mount)?;
    tracing::info!(service = service.name, address = %running.address, "listening");
    if !ready {
        tokio::select! {
            result = preparing => result?,
            () = told_to_stop() => return Ok(running.drain().await?),
        }
    }
    until_told_to_stop(running).await
}

/// Brings the schema up to date, starts what runs beside the requests, and returns when tokens can be checked.
async fn prepare(
    service: Service,
    url: Secret,
    app: App,
    background: Box<dyn FnOnce(App)>,
    migrated: Arc<AtomicBool>,
) -> Result<(), Failure> {
    // A thread of its own: nobody waits for it when the process is told to stop.
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("migrate".to_owned())
        .spawn(move || tell.send(migrate_when_possible(service, &url)))?;
    told.await??;
    migrated.store(true, Ordering::Release);
    background(app.clone());
    tokio::spawn(clean_up(app.clone()));
    while app.verifier.keys.is_empty() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Waits for PostgreSQL as long as it takes; gives up only when the schema itself is the trouble.
fn migrate_when_possible(service: Service, url: &Secret) -> Result<(), MigrationError> {
    loop {
        match PgConnection::establish(url.expose()) {
            Ok(mut conn) => return migrate(&mut conn, (service.migrations)()),
            Err(error) => tracing::warn!(cause = %error, "waiting for the database"),
        }
        std::thread::sleep(MIGRATE_AGAIN_AFTER);
    }
}

async fn clean_up(app: App) {
    loop {
        if let Err(error) = app.db.transaction(forget_old).await {
            tracing::debug!(cause = %error, "old idempotency keys stay for now");
        }
        tokio::time::sleep(HOURLY).await;
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

async fn until_told_to_stop(running: Running) -> Result<(), Failure> {
    told_to_stop().await;
    tracing::info!("stopping");
    Ok(running.drain().await?)
}

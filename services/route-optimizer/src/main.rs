//! `route-optimizer` serves; `route-optimizer healthcheck` asks the running one whether it is alive.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::ExitCode;

use nexus_config::Settings;
use route_optimizer::config::{BIND, Config};
use route_optimizer::server;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let done = match std::env::args().nth(1).as_deref() {
        None => serve(),
        Some("healthcheck") => {
            let address = Settings::from_env().or("ROUTE_OPTIMIZER_BIND", BIND);
            nexus_peers::healthcheck(address).map_err(Failure::from)
        }
        Some(other) => Err(format!("{other} is no command: there is healthcheck").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Before logging has started there is only this.
            let _nowhere_else = writeln!(std::io::stderr(), "route-optimizer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Result<(), Failure> {
    let _telemetry = nexus_telemetry::start("route-optimizer")?;
    let config = Config::from_env()?;
    let listener = TcpListener::bind(config.bind)
        .map_err(|error| format!("cannot listen on {}: {error}", config.bind))?;
    listener.set_nonblocking(true)?;
    actix_web::rt::System::new().block_on(async {
        let running = server::start(listener, &config)?;
        tracing::info!(address = %running.address, "listening");
        told_to_stop().await;
        tracing::info!("stopping");
        running.drain().await?;
        Ok(())
    })
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

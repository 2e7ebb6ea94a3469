//! `gateway` serves; `gateway healthcheck` asks the running one whether it is alive; `gateway openapi FILE…` prints the services' merged API description.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use gateway::config::{self, Config};
use gateway::openapi;
use gateway::server::Server;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        None => serve(),
        Some("healthcheck") => {
            let address = config::bind_address(&mut nexus_config::Settings::from_env());
            nexus_peers::healthcheck(address).context("the gateway is not well")
        }
        Some("openapi") => print_merged(&arguments[1..]),
        Some(other) => Err(anyhow::anyhow!(
            "there is no command {other:?}: run `gateway`, or `gateway openapi FILE…`"
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let _telemetry = nexus_telemetry::start("gateway").map_err(|error| anyhow::anyhow!(error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let server = Server::bind(config).await?;
        tracing::info!(address = %server.address()?, "the gateway listens");
        server
            .run(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            })
            .await;
        tracing::info!("the gateway has stopped");
        anyhow::Ok(())
    })
}

fn print_merged(files: &[String]) -> anyhow::Result<()> {
    let documents = files
        .iter()
        .map(|file| {
            let text = std::fs::read(file).with_context(|| format!("{file} cannot be read"))?;
            serde_json::from_slice(&text).with_context(|| format!("{file} is not JSON"))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let merged = openapi::merge(&documents)?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &merged)?;
    writeln!(out)?;
    Ok(())
}

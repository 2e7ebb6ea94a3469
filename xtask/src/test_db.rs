//! The throwaway PostgreSQL that tests use. It stays up between runs; the test kit finds it by the environment or by
//! the file `target/test-pg/url`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use nexus_cluster::{Cluster, Options, Purpose, ServiceRole, bootstrap};

pub const VARIABLE: &str = "NEXUS_TEST_DATABASE_URL";
/// The socket's folder keeps strangers out; the password only has to be known to every test.
const PASSWORD: &str = "nexus";
const DATABASE: &str = "nexus";
const SERVICES: [&str; 4] = ["auth", "crm", "visits", "analytics"];

/// Starts or reuses it; answers the administrator's URL of the database `nexus`.
pub fn start() -> Result<String> {
    if let Some(given) = std::env::var_os(VARIABLE) {
        return given
            .into_string()
            .ok()
            .context("the test database's URL is not text");
    }
    let cluster = open()?;
    cluster.start()?;
    let server = cluster.server();
    let roles = SERVICES.map(|service| ServiceRole::of(service, PASSWORD));
    bootstrap(&server, DATABASE, &roles)?;
    let url = server.admin_url_of(DATABASE);
    fs::write(folder().join("url"), &url)?;
    Ok(url)
}

pub fn stop() -> Result<()> {
    if folder().is_dir() {
        open()?.stop()?;
    }
    Ok(())
}

fn open() -> Result<Cluster> {
    let binaries = std::env::var_os("NEXUS_PG_BIN").map(PathBuf::from);
    let options = Options {
        folder: &folder(),
        binaries: binaries.as_deref(),
        purpose: Purpose::Throwaway,
        password: PASSWORD,
    };
    Ok(Cluster::open(&options)?)
}

fn folder() -> PathBuf {
    crate::target().join("test-pg")
}

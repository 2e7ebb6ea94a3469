//! The throwaway PostgreSQL that tests use. It stays up between runs; the test kit finds it by the environment or by
//! the file `target/test-pg/url`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use nexus_cluster::{Binaries, Cluster, Options, Purpose, ServiceRole, bootstrap};

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
    let programs = Programs::named()?;
    let cluster = programs.open()?;
    cluster.start()?;
    let server = cluster.server();
    let roles = SERVICES.map(|service| ServiceRole::of(service, PASSWORD));
    bootstrap(&server, DATABASE, &roles)?;
    let url = server.admin_url_of(DATABASE);
    fs::write(programs.folder.join("url"), &url)?;
    Ok(url)
}

pub fn stop() -> Result<()> {
    let programs = Programs::named()?;
    if programs.folder.is_dir() {
        programs.open()?.stop()?;
    }
    Ok(())
}

/// PostgreSQL's programs, and the folder with their data.
struct Programs {
    named: Option<PathBuf>,
    folder: PathBuf,
}

impl Programs {
    /// Those that `NEXUS_PG_BIN` names have a folder of their own for each version.
    fn named() -> Result<Self> {
        let target = crate::target();
        let Some(named) = std::env::var_os("NEXUS_PG_BIN").map(PathBuf::from) else {
            return Ok(Self {
                named: None,
                folder: target.join("test-pg"),
            });
        };
        let version = Binaries::find(Some(&named), None)?.major;
        Ok(Self {
            named: Some(named),
            folder: target.join(format!("test-pg-{version}")),
        })
    }

    fn open(&self) -> Result<Cluster> {
        let options = Options {
            folder: &self.folder,
            binaries: self.named.as_deref(),
            purpose: Purpose::Throwaway,
            password: PASSWORD,
        };
        Ok(Cluster::open(&options)?)
    }
}

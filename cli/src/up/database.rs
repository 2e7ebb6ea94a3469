//! Which PostgreSQL the services use: a private one, one that we may administer, or databases that were made for them.

use std::env;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nexus_cluster::{Cluster, Options, Purpose, Server, ServiceRole, bootstrap};
use rustix::process::Signal;

use super::child::{Kept, Plan};
use super::journal::{Journal, Show};
use super::secrets::Secrets;
use super::services::{SERVICES, database_variable};
use crate::state::State;

/// The one database; each service has a schema in it.
pub const DATABASE: &str = "nexus";
const START_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(60);

/// Where records are kept.
pub enum Database {
    Private(Cluster),
    Administered(Server),
    /// One URL per service; making roles and schemas is the operator's work.
    Given,
}

impl Database {
    pub fn choose(state: &State, binaries: Option<&Path>, secrets: &mut Secrets) -> Result<Self> {
        let stores = SERVICES.iter().filter(|service| service.stores);
        let variables: Vec<String> = stores
            .map(|service| database_variable(service.name))
            .collect();
        let missing: Vec<&String> = variables
            .iter()
            .filter(|name| text(name).is_none())
            .collect();
        if missing.is_empty() {
            return Ok(Self::Given);
        }
        if missing.len() < variables.len() {
            bail!(
                "some services have a database of their own, but {missing:?} are not set: set all or none"
            );
        }
        if let Some(admin_url) = crate::backup::given("ADMIN_DATABASE_URL")? {
            return Ok(Self::Administered(
                Server::external(&admin_url, None).context("ADMIN_DATABASE_URL")?,
            ));
        }
        let password = secrets.get("POSTGRES_PASSWORD")?;
        // The password is set when the cluster is made: it has to be on disk before.
        secrets.save()?;
        let folder = state.postgres();
        let options = Options {
            folder: &folder,
            binaries,
            purpose: Purpose::Durable,
            password: &password,
        };
        Ok(Self::Private(Cluster::open(&options)?))
    }

    /// Starts a private one as a child; one that still runs from before is used as it is.
    pub fn start(&self, journal: &Journal) -> Result<Option<Kept>> {
        let Self::Private(cluster) = self else {
            return Ok(None);
        };
        if let Some(note) = cluster.note() {
            journal.say(note);
        }
        if cluster.is_running() {
            journal.say("using the PostgreSQL that still runs from last time");
            cluster.wait_ready(START_WITHIN)?;
            return Ok(None);
        }
        let cluster = cluster.clone();
        let plan = Plan {
            name: "postgres".to_owned(),
            command: Box::new(move || cluster.foreground()),
            end_by: Signal::INT,
            grace: STOP_WITHIN,
            show: Show::Alarms,
            socket: None,
        };
        Ok(Some(Kept::start(plan, journal.clone())))
    }

    /// Waits until it answers, then makes what the services need in it.
    pub fn prepare(&self, roles: &[ServiceRole]) -> Result<()> {
        match self {
            Self::Private(cluster) => {
                cluster.wait_ready(START_WITHIN)?;
                Ok(bootstrap(&cluster.server(), DATABASE, roles)?)
            }
            Self::Administered(server) => Ok(bootstrap(server, DATABASE, roles)?),
            Self::Given => Ok(()),
        }
    }

    /// Where an administrator's commands go.
    pub fn server(&self) -> Result<Server> {
        match self {
            Self::Private(cluster) => Ok(cluster.server()),
            Self::Administered(server) => Ok(server.clone()),
            Self::Given => {
                bail!("each service has a database of its own here: set ADMIN_DATABASE_URL, too")
            }
        }
    }

    /// Ends a private one that was not our child.
    pub fn stop(&self) -> Result<()> {
        match self {
            Self::Private(cluster) => Ok(cluster.stop()?),
            Self::Administered(_) | Self::Given => Ok(()),
        }
    }

    /// The URL of a service's own login.
    pub fn url(&self, service: &str, roles: &[ServiceRole]) -> Result<String> {
        let variable = database_variable(service);
        let server = match self {
            Self::Private(cluster) => cluster.server(),
            Self::Administered(server) => server.clone(),
            Self::Given => {
                return text(&variable).with_context(|| format!("{variable} is not set"));
            }
        };
        let role = roles
            .iter()
            .find(|role| role.schema == service)
            .context("a service without a role")?;
        Ok(server.url(&role.role, &role.password, DATABASE))
    }
}

/// One login per service that stores something.
pub fn roles(secrets: &mut Secrets) -> Result<Vec<ServiceRole>> {
    let stores = SERVICES.iter().filter(|service| service.stores);
    stores
        .map(|service| {
            let password = secrets.get(&format!(
                "{}_DATABASE_PASSWORD",
                service.name.to_uppercase()
            ))?;
            Ok(ServiceRole::of(service.name, &password))
        })
        .collect()
}

fn text(name: &str) -> Option<String> {
    env::var_os(name)
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
}

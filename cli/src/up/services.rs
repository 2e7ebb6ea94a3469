//! The services, as data, and the environment each of them gets.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use nexus_cluster::leashed;

use super::secrets::Secrets;

/// One binary.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    pub name: &'static str,
    /// Has a schema of its own.
    pub stores: bool,
    /// Whom it calls, and therefore needs the address of.
    pub calls: &'static [&'static str],
    /// The variable by which an operator names another one, which then does its work.
    pub replaced_by: Option<&'static str>,
}

impl Service {
    /// We keep its socket, so that nobody is refused while it is started again. The optimiser is asked again instead.
    pub fn keeps_socket(&self) -> bool {
        self.stores || self.name == PUBLIC
    }
}

/// In the order of starting; stopped in reverse, so that nothing is asked of one that is gone.
pub const SERVICES: [Service; 6] = [
    Service {
        name: "auth",
        stores: true,
        calls: &[],
        replaced_by: None,
    },
    Service {
        name: "crm",
        stores: true,
        calls: &["auth", "visits"],
        replaced_by: None,
    },
    Service {
        name: "route-optimizer",
        stores: false,
        calls: &[],
        replaced_by: Some("ROUTE_OPTIMIZER_URL"),
    },
    Service {
        name: "visits",
        stores: true,
        calls: &["auth", "crm", "route-optimizer"],
        replaced_by: None,
    },
    Service {
        name: "analytics",
        stores: true,
        calls: &["auth", "crm", "visits"],
        replaced_by: None,
    },
    Service {
        name: PUBLIC,
        stores: false,
        calls: &["auth", "crm", "visits", "analytics"],
        replaced_by: None,
    },
];

/// Those that are started here: all but what runs elsewhere already.
pub fn started() -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().filter(|service| {
        let elsewhere = service.replaced_by.and_then(env::var_os);
        elsewhere.is_none_or(|url| url.is_empty())
    })
}

/// One that runs elsewhere is reached by the variable that says so, which services inherit.
fn is_started(name: &str) -> bool {
    started().any(|service| service.name == name)
}

/// The one that the world talks to.
pub const PUBLIC: &str = "gateway";
/// The one that knows everybody's secret, since it checks them.
const ISSUER: &str = "auth";
/// The one that signs the links which customers open.
const OFFERS: &str = "crm";
/// The command itself may ask for a service token, too.
const OTHER_CLIENTS: [&str; 1] = ["nexus"];

/// Makes the C library's allocator give memory back: after an import, crm holds 66 MB less.
const FRUGAL: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "2"),
    ("MALLOC_TRIM_THRESHOLD_", "131072"),
    ("MALLOC_MMAP_THRESHOLD_", "131072"),
];

/// What must not be handed on to a child that it is not meant for.
const CONFIDENTIAL: [&str; 8] = [
    "BACKUP_KEY",
    "ADMIN_DATABASE_URL",
    "DATABASE_URL",
    "AUTH_MASTER_SECRET",
    "AUTH_SERVICE_SECRETS",
    "CRM_LINK_SECRET",
    "NEXUS_CLIENT_SECRET",
    "NEXUS_TOKEN",
];

/// What all environments are made from.
pub struct Installation<'a> {
    pub addresses: Vec<(&'static str, SocketAddr)>,
    pub public_url: String,
    pub web_root: PathBuf,
    /// The URL of a service's own database login.
    pub database_url: &'a dyn Fn(&str) -> Result<String>,
}

/// A service's program and settings, ready to be started any number of times.
#[derive(Clone, Debug)]
pub struct Launch {
    pub name: &'static str,
    pub address: SocketAddr,
    pub keeps_socket: bool,
    program: PathBuf,
    settings: Vec<(String, String)>,
}

impl Launch {
    pub fn command(&self) -> Command {
        let mut command = leashed(&self.program, "TERM");
        for name in CONFIDENTIAL
            .iter()
            .map(|name| (*name).to_owned())
            .chain(own_database_variables())
        {
            command.env_remove(format!("{name}_FILE"));
            command.env_remove(name);
        }
        let frugal = FRUGAL
            .iter()
            .filter(|(name, _)| env::var_os(name).is_none());
        command.envs(frugal.copied());
        command.envs(self.settings.iter().cloned());
        command
    }
}

impl Installation<'_> {
    fn address(&self, name: &str) -> SocketAddr {
        let found = self.addresses.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, address)| *address)
            .expect("every service of the table has an address")
    }

    pub fn launch(
        &self,
        service: &Service,
        folder: &Path,
        secrets: &mut Secrets,
    ) -> Result<Launch> {
        let program = folder.join(service.name);
        if !program.is_file() {
            bail!(
                "{} is missing: build it with `make up` or `cargo build --workspace`",
                program.display()
            );
        }
        let settings = self.settings(service, secrets)?;
        Ok(Launch {
            name: service.name,
            address: self.address(service.name),
            keeps_socket: service.keeps_socket(),
            program,
            settings,
        })
    }

    fn settings(&self, service: &Service, secrets: &mut Secrets) -> Result<Vec<(String, String)>> {
        let mut settings = vec![
            (
                variable(service.name, "BIND"),
                self.address(service.name).to_string(),
            ),
            ("PUBLIC_URL".to_owned(), self.public_url.clone()),
        ];
        for peer in service.calls.iter().filter(|peer| is_started(peer)) {
            settings.push((
                variable(peer, "URL"),
                format!("http://{}", self.address(peer)),
            ));
        }
        if service.stores {
            settings.push((
                "DATABASE_URL".to_owned(),
                (self.database_url)(service.name)?,
            ));
        }
        if service.name == ISSUER {
            settings.push(secret("AUTH_MASTER_SECRET", || {
                secrets.get("AUTH_MASTER_SECRET")
            })?);
            settings.push(("AUTH_SERVICE_SECRETS".to_owned(), client_secrets(secrets)?));
        } else if !service.calls.is_empty() {
            settings.push(("NEXUS_CLIENT_ID".to_owned(), service.name.to_owned()));
            settings.push((
                "NEXUS_CLIENT_SECRET".to_owned(),
                client_secret(service.name, secrets)?,
            ));
        }
        if service.name == OFFERS {
            settings.push(secret("CRM_LINK_SECRET", || {
                secrets.get("CRM_LINK_SECRET")
            })?);
        }
        if service.keeps_socket() {
            settings.push(("NEXUS_LISTENER".to_owned(), "stdin".to_owned()));
        }
        if service.name == PUBLIC {
            settings.push(("WEB_ROOT".to_owned(), self.web_root.display().to_string()));
        }
        Ok(settings)
    }
}

/// The variable by which an operator names a database of his own for one service.
pub fn database_variable(service: &str) -> String {
    variable(service, "DATABASE_URL")
}

/// A service's own variable.
fn variable(service: &str, what: &str) -> String {
    format!("{}_{what}", service.to_uppercase().replace('-', "_"))
}

fn own_database_variables() -> impl Iterator<Item = String> {
    SERVICES
        .iter()
        .map(|service| database_variable(service.name))
}

/// The operator's own value, from the environment or a file it names, else ours.
fn secret(name: &str, ours: impl FnOnce() -> Result<String>) -> Result<(String, String)> {
    let file = format!("{name}_FILE");
    if let Some(path) = env::var_os(&file) {
        return Ok((file, path.to_string_lossy().into_owned()));
    }
    let given = env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    Ok((name.to_owned(), given.map_or_else(ours, Ok)?))
}

fn client_secret(client: &str, secrets: &mut Secrets) -> Result<String> {
    secrets.get(&format!("{}_CLIENT_SECRET", client.to_uppercase()))
}

fn client_secrets(secrets: &mut Secrets) -> Result<String> {
    let services = SERVICES
        .iter()
        .filter(|service| service.name != ISSUER && !service.calls.is_empty());
    let services = services.map(|service| service.name);
    let clients = services.chain(OTHER_CLIENTS);
    let pairs: Result<Vec<String>> = clients
        .map(|client| Ok(format!("{client}={}", client_secret(client, secrets)?)))
        .collect();
    Ok(pairs?.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings_of(name: &str, secrets: &mut Secrets) -> Vec<(String, String)> {
        let addresses = SERVICES
            .iter()
            .zip(8080..)
            .map(|(service, port)| (service.name, ([127, 0, 0, 1], port).into()));
        let installation = Installation {
            addresses: addresses.collect(),
            public_url: "http://localhost:8083".into(),
            web_root: "frontend/build".into(),
            database_url: &|service| Ok(format!("postgres://nexus_{service}@host/nexus")),
        };
        let service = SERVICES
            .iter()
            .find(|service| service.name == name)
            .unwrap();
        installation.settings(service, secrets).unwrap()
    }

    fn value<'a>(settings: &'a [(String, String)], name: &str) -> Option<&'a str> {
        settings
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    #[test]
    fn each_service_gets_what_it_needs_and_no_more() {
        let mut secrets = Secrets::load(Path::new("/nonexistent/secrets.env")).unwrap();
        let auth = settings_of("auth", &mut secrets);
        let crm = settings_of("crm", &mut secrets);
        let gateway = settings_of("gateway", &mut secrets);
        let optimizer = settings_of("route-optimizer", &mut secrets);

        assert_eq!(value(&crm, "AUTH_URL"), Some("http://127.0.0.1:8080"));
        assert_eq!(value(&crm, "CRM_BIND"), Some("127.0.0.1:8081"));
        assert_eq!(
            value(&crm, "DATABASE_URL"),
            Some("postgres://nexus_crm@host/nexus")
        );
        assert_eq!(value(&gateway, "CRM_URL"), Some("http://127.0.0.1:8081"));
        assert!(value(&crm, "CRM_LINK_SECRET").is_some_and(|secret| secret.len() == 64));
        for (settings, name) in [
            (&gateway, "CRM_LINK_SECRET"),
            (&auth, "CRM_LINK_SECRET"),
            (&crm, "AUTH_MASTER_SECRET"),
            (&gateway, "DATABASE_URL"),
            (&gateway, "AUTH_SERVICE_SECRETS"),
            (&optimizer, "DATABASE_URL"),
            (&optimizer, "NEXUS_CLIENT_SECRET"),
        ] {
            assert_eq!(value(settings, name), None, "{name}");
        }
        assert_eq!(
            value(&optimizer, "ROUTE_OPTIMIZER_BIND"),
            Some("127.0.0.1:8082")
        );
        let known = value(&auth, "AUTH_SERVICE_SECRETS").unwrap();
        let own = value(&crm, "NEXUS_CLIENT_SECRET").unwrap();
        assert!(
            known.split(',').any(|pair| pair == format!("crm={own}")),
            "auth knows crm's secret"
        );
    }
}

//! The settings, read once.

use std::net::IpAddr;

use nexus_config::{Secret, Settings};
use serde::Serialize;
use utoipa::ToSchema;

use crate::mail::PostSettings;
use crate::secrets::Key;

/// What happens when somebody registers who is not the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RegistrationMode)]
pub enum Registration {
    /// Refused: one comes in by invitation.
    Invitation,
    /// They wait until somebody approves them.
    Approval,
}

impl std::str::FromStr for Registration {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "invitation" => Ok(Self::Invitation),
            "approval" => Ok(Self::Approval),
            _ => Err("it is `invitation` or `approval`"),
        }
    }
}

/// Where people reach the system.
#[derive(Debug, Clone)]
pub struct PublicUrl {
    base: String,
    /// Whether browsers keep `Secure` cookies from there: over TLS, and on the machine itself.
    pub secure: bool,
}

impl PublicUrl {
    /// The address of a page.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

impl std::str::FromStr for PublicUrl {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let base = text.trim_end_matches('/').to_owned();
        let host = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
        let secure = if let Some(rest) = base.strip_prefix("https://") {
            !host(rest).is_empty()
        } else if let Some(rest) = base.strip_prefix("http://") {
            is_loopback(&host(rest))
        } else {
            return Err("it starts with http:// or https://");
        };
        Ok(Self { base, secure })
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let by_name = host == "localhost" || host.ends_with(".localhost");
    by_name || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// Auth's own settings.
pub struct Config {
    /// `AUTH_MASTER_SECRET`: encrypts signing keys, derives tokens.
    pub master: Key,
    /// `AUTH_SERVICE_SECRETS`: the services' names and secrets.
    pub services: Vec<(String, Secret)>,
    /// `PUBLIC_URL`.
    pub public_url: PublicUrl,
    /// `AUTH_REGISTRATION`.
    pub registration: Registration,
    /// `AUTH_SMTP_URL` and `AUTH_MAIL_FROM`.
    pub post: Option<PostSettings>,
}

impl Config {
    /// Reads the settings; what is wrong is told by `settings`.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let master: Option<Secret> =
            settings.required("AUTH_MASTER_SECRET", "64 hexadecimal digits, kept for ever");
        let services: Option<Secret> = settings.required(
            "AUTH_SERVICE_SECRETS",
            "the services' secrets, `gateway=…,crm=…`",
        );
        let public_url = settings.required(
            "PUBLIC_URL",
            "where people reach the system, e.g. https://crm.example.it",
        );
        let post = PostSettings::read(settings);
        let registration = settings.or("AUTH_REGISTRATION", Registration::Invitation);
        let master = master.and_then(|secret| {
            let key = Key::from_hex(secret.expose());
            if key.is_none() {
                settings.problem("AUTH_MASTER_SECRET is malformed: it has 64 hexadecimal digits");
            }
            key
        });
        let services = services.and_then(|secret| {
            let pairs = service_secrets(secret.expose());
            if pairs.is_none() {
                settings.problem(
                    "AUTH_SERVICE_SECRETS is malformed: it reads `name=secret,name=secret`",
                );
            }
            pairs
        });
        Some(Self {
            master: master?,
            services: services?,
            public_url: public_url?,
            registration,
            post,
        })
    }
}

fn service_secrets(text: &str) -> Option<Vec<(String, Secret)>> {
    let pair = |pair: &str| {
        let (name, secret) = pair.trim().split_once('=')?;
        let told = !name.is_empty() && !secret.is_empty();
        told.then(|| (name.to_owned(), Secret::new(secret.to_owned())))
    };
    text.split(',').map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_secure_over_tls_and_on_the_machine_itself() {
        for (url, secure) in [
            ("https://crm.example.it", true),
            ("http://localhost:8080/", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://192.168.1.5:8080", false),
            ("http://localhost.example.it", false),
        ] {
            assert_eq!(url.parse::<PublicUrl>().unwrap().secure, secure, "{url}");
        }
        assert!("crm.example.it".parse::<PublicUrl>().is_err());
    }

    #[test]
    fn all_that_is_wrong_is_told_together_and_no_secret_with_it() {
        let mut settings = Settings::from_lookup(|name| match name {
            "AUTH_MASTER_SECRET" => Some("too-short".to_owned()),
            "AUTH_SERVICE_SECRETS" => Some("crm".to_owned()),
            "AUTH_REGISTRATION" => Some("anybody".to_owned()),
            "AUTH_SMTP_URL" => Some("example.it".to_owned()),
            "AUTH_MAIL_FROM" => Some("crm@example.it".to_owned()),
            _ => None,
        });
        let config = Config::read(&mut settings);
        let told = settings.finish(config.map(|_| ())).unwrap_err().0;
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(!told.concat().contains("too-short"));
    }
}

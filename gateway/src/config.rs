//! The gateway's settings, from the environment.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use nexus_config::{BadSettings, Listener, Settings};
use nexus_peers::Credentials;

use crate::guard::{GuardDeadlines, HeadLimits};
use crate::headers::TrustedProxies;
use crate::table::{BodyLimits, Service};
use crate::tiles::{Address, Source};
use crate::upstream::UpstreamLimits;

#[derive(Debug, Clone)]
pub struct Config {
    /// `GATEWAY_BIND`: the one public address.
    pub bind: SocketAddr,
    /// `NEXUS_LISTENER`: `own`, or `stdin` when whoever starts the gateway keeps the listener open between its lives.
    pub listener: Listener,
    /// `GATEWAY_METRICS_BIND`: where Prometheus may ask, on an address that only the inside reaches.
    pub metrics_bind: Option<SocketAddr>,
    /// `AUTH_URL`, `CRM_URL`, `VISITS_URL`, `ANALYTICS_URL`: the services there are, as `http://host:port`; replicas
    /// separated by commas.
    pub upstreams: Vec<(Service, String)>,
    /// `WEB_ROOT`: the folder of the built web app.
    pub web_root: Option<PathBuf>,
    /// `PUBLIC_URL`: what browsers call this place.
    pub public_url: String,
    /// `TRUSTED_PROXIES`: whose `X-Forwarded-For` counts, as addresses or networks, comma-separated.
    pub trusted_proxies: TrustedProxies,
    /// `NEXUS_CLIENT_ID`, `NEXUS_CLIENT_SECRET`: how the gateway signs in to auth's revocation feed.
    pub credentials: Credentials,
    /// `NEXUS_TILES_URL`, `NEXUS_TILES_ATTRIBUTION`, `NEXUS_TILES_MAX_ZOOM`: who has the map's streets.
    pub tiles: Option<Source>,
    pub limits: Limits,
}

/// Bounds and deadlines. Not settings: one good value each, smaller ones in tests.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Below the usual 1024 open files of a process, with room for the connections to services.
    pub connections: usize,
    /// How long the gateway may prepare itself before it accepts anybody.
    pub quiet_start: Duration,
    /// How long the gateway goes on accepting, and gives each connection back after its answer, before it stops.
    pub farewell: Duration,
    /// How long requests under way may take to finish when the process is told to stop.
    pub drain: Duration,
    pub head: HeadLimits,
    pub guard: GuardDeadlines,
    pub body: BodyLimits,
    pub upload: BodyLimits,
    pub upstream: UpstreamLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 800,
            quiet_start: Duration::from_secs(2),
            farewell: Duration::from_millis(300),
            drain: Duration::from_secs(8),
            head: HeadLimits::default(),
            guard: GuardDeadlines::default(),
            body: BodyLimits::default(),
            upload: BodyLimits::upload(),
            upstream: UpstreamLimits::default(),
        }
    }
}

/// Where it listens when nothing is said: this machine only.
const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Where the gateway listens.
pub fn bind_address(env: &mut Settings) -> SocketAddr {
    env.or("GATEWAY_BIND", LOCAL)
}

impl Config {
    pub fn from_env() -> Result<Self, BadSettings> {
        Self::read(Settings::from_env())
    }

    fn read(mut env: Settings) -> Result<Self, BadSettings> {
        let bind = bind_address(&mut env);
        let credentials = Credentials::from_settings(&mut env, "gateway");
        let auth: Option<String> = env.optional("AUTH_URL");
        let crm: Option<String> = env.optional("CRM_URL");
        let visits: Option<String> = env.optional("VISITS_URL");
        let analytics: Option<String> = env.optional("ANALYTICS_URL");
        let web_root = env.optional("WEB_ROOT");
        let listener = env.or("NEXUS_LISTENER", Listener::Own);
        let metrics_bind = env.optional("GATEWAY_METRICS_BIND");
        let public_url: String = env.or("PUBLIC_URL", String::from("http://localhost:8080"));
        let trusted_proxies = env.or("TRUSTED_PROXIES", TrustedProxies::default());
        let tiles: Option<Address> = env.optional("NEXUS_TILES_URL");
        let attribution: Option<String> = env.optional("NEXUS_TILES_ATTRIBUTION");
        let max_zoom = env.or("NEXUS_TILES_MAX_ZOOM", 19);
        let tiles = tiles.map(|address| Source {
            address,
            attribution: attribution.unwrap_or_default(),
            max_zoom,
        });
        let config = credentials.map(|credentials| Self {
            bind,
            listener,
            metrics_bind,
            upstreams: [
                (Service::Auth, auth),
                (Service::Crm, crm),
                (Service::Visits, visits),
                (Service::Analytics, analytics),
            ]
            .into_iter()
            .filter_map(|(service, url)| Some((service, url?)))
            .collect(),
            web_root,
            public_url: public_url.trim_end_matches('/').to_owned(),
            trusted_proxies,
            credentials,
            tiles,
            limits: Limits::default(),
        });
        env.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_services_that_are_configured_exist() {
        let env = |name: &str| match name {
            "AUTH_URL" => Some("http://auth:8081".to_owned()),
            "NEXUS_CLIENT_SECRET" => Some("s".to_owned()),
            "PUBLIC_URL" => Some("https://crm.example.it/".to_owned()),
            _ => None,
        };
        let config = Config::read(Settings::from_lookup(env)).unwrap();
        assert_eq!(
            config.upstreams,
            [(Service::Auth, "http://auth:8081".to_owned())]
        );
        assert_eq!(config.public_url, "https://crm.example.it");
        let told = Config::read(Settings::from_lookup(|_| None))
            .unwrap_err()
            .to_string();
        assert!(
            told.contains("AUTH_URL") && told.contains("NEXUS_CLIENT_SECRET"),
            "{told}"
        );
    }
}

//! Settings, all from the environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use nexus_config::{BadSettings, Settings};

use crate::request::Limits;
use crate::travel::{GreatCircle, Osrm, OsrmSettings, SpeedBand, Travel};
use crate::work::Workshop;

/// Where it listens when nothing is said.
pub const BIND: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8085);

/// Everything that can be set.
pub struct Config {
    /// Where to listen.
    pub bind: SocketAddr,
    /// Solver threads.
    pub threads: usize,
    /// Requests that may wait for one.
    pub queue: usize,
    /// Largest body.
    pub body_bytes: usize,
    /// What a request may ask for.
    pub limits: Limits,
    /// No request is worked on for longer.
    pub longest: Duration,
    /// Where travel times come from when the request has none.
    pub osrm: Option<OsrmSettings>,
    /// And if nobody knows.
    pub estimate: GreatCircle,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_env() -> Result<Self, BadSettings> {
        let mut settings = Settings::from_env();
        let config = Self::read(&mut settings);
        settings.finish(Some(config))
    }

    /// Reads settings; what is wrong is noted in them.
    pub fn read(settings: &mut Settings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            bind: settings.or("ROUTE_OPTIMIZER_BIND", BIND),
            threads: settings.or("ROUTE_OPTIMIZER_THREADS", cores),
            queue: settings.or("ROUTE_OPTIMIZER_QUEUE", 16),
            body_bytes: settings.or("ROUTE_OPTIMIZER_MAX_BODY_BYTES", 32 << 20),
            limits: Limits {
                locations: bounded(settings, "ROUTE_OPTIMIZER_MAX_LOCATIONS", 2000),
                vehicles: bounded(settings, "ROUTE_OPTIMIZER_MAX_VEHICLES", 500),
            },
            longest: Duration::from_secs(settings.or("ROUTE_OPTIMIZER_TIMEOUT_SECONDS", 300)),
            osrm: osrm(settings),
            estimate: estimate(settings),
        }
    }

    /// What all requests share.
    #[must_use]
    pub fn workshop(&self) -> Workshop {
        Workshop {
            travel: Travel {
                osrm: self.osrm.clone().map(Osrm::new),
                estimate: self.estimate.clone(),
            },
            limits: self.limits,
            longest: self.longest,
            threads: self.threads,
        }
    }
}

/// Tables take some 32 bytes for each pair of places: beyond this, gigabytes for a single request.
const MOST: usize = 10_000;

fn bounded(settings: &mut Settings, name: &str, default: usize) -> usize {
    let value = settings.or(name, default);
    if !(1..=MOST).contains(&value) {
        settings.problem(format!("{name} must be from 1 to {MOST}"));
    }
    value
}

fn osrm(settings: &mut Settings) -> Option<OsrmSettings> {
    let mut urls = BTreeMap::new();
    for (name, profiles) in [
        ("OSRM_URL", ["car", "driving"]),
        ("OSRM_BIKE_URL", ["bike", "cycling"]),
        ("OSRM_FOOT_URL", ["foot", "walking"]),
    ] {
        let Some(url) = settings.optional::<String>(name) else {
            continue;
        };
        if !url.starts_with("http://") && !url.starts_with("https://") {
            settings.problem(format!("{name} is no http:// or https:// address"));
        }
        for profile in profiles {
            urls.insert(
                profile.to_owned(),
                url.trim().trim_end_matches('/').to_owned(),
            );
        }
    }
    let timeout = settings.or("OSRM_TIMEOUT_MS", 5000);
    let table_size = settings.or("OSRM_TABLE_SIZE", 100);
    let remembered = settings.or("OSRM_CACHE_LEGS", 400_000);
    (!urls.is_empty()).then_some(OsrmSettings {
        urls,
        timeout: Duration::from_millis(timeout),
        table_size,
        remembered,
    })
}

/// `2:22,10:38,40:62,92`: up to 2 km at 22 km/h, …, the rest at 92.
fn estimate(settings: &mut Settings) -> GreatCircle {
    let detour: f64 = settings.or("TRAVEL_DETOUR", 1.3);
    if !(1.0..=10.0).contains(&detour) {
        settings.problem("TRAVEL_DETOUR must be from 1 to 10");
    }
    let bands: Option<String> = settings.optional("TRAVEL_SPEED_BANDS");
    match bands.as_deref().map(read_bands) {
        None => GreatCircle::default().with_detour(detour),
        Some(Some(bands)) => GreatCircle::new(detour, bands),
        Some(None) => {
            settings.problem("TRAVEL_SPEED_BANDS must look like 2:22,10:38,40:62,92, growing");
            GreatCircle::default()
        }
    }
}

fn read_bands(text: &str) -> Option<Vec<SpeedBand>> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let (last, first) = parts.split_last()?;
    let mut bands = Vec::new();
    for part in first {
        let (until, speed) = part.split_once(':')?;
        bands.push((until.parse().ok()?, speed.parse().ok()?));
    }
    bands.push((f64::INFINITY, last.parse().ok()?));
    let growing = bands
        .windows(2)
        .all(|pair: &[(f64, f64)]| pair[0].0 < pair[1].0);
    let moving = bands
        .iter()
        .all(|(until, speed)| *until > 0.0 && (1.0..=300.0).contains(speed));
    let bands = bands.into_iter().map(|(until_km, km_per_hour)| SpeedBand {
        until_km,
        km_per_hour,
    });
    (growing && moving).then(|| bands.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &'static [(&'static str, &'static str)]) -> Result<Config, BadSettings> {
        let mut settings = Settings::from_lookup(move |name| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        let config = Config::read(&mut settings);
        settings.finish(Some(config))
    }

    #[test]
    fn it_needs_no_settings_at_all() {
        let config = read(&[]).unwrap();
        assert_eq!(config.bind.to_string(), "127.0.0.1:8085");
        assert!(config.osrm.is_none() && config.threads > 0);
    }

    #[test]
    fn all_problems_are_told_together() {
        let bad = read(&[
            ("OSRM_URL", "localhost:5000"),
            ("TRAVEL_DETOUR", "0.5"),
            ("TRAVEL_SPEED_BANDS", "10:38,2:22,92"),
            ("ROUTE_OPTIMIZER_QUEUE", "many"),
        ]);
        assert_eq!(bad.err().unwrap().0.len(), 4);
    }

    #[test]
    fn limits_are_limited() {
        let most = read(&[("ROUTE_OPTIMIZER_MAX_LOCATIONS", "10000")]).unwrap();
        assert_eq!(most.limits.locations, 10_000);
        for value in ["0", "10001"] {
            let mut settings = Settings::from_lookup(move |name| {
                (name == "ROUTE_OPTIMIZER_MAX_VEHICLES").then(|| value.to_owned())
            });
            let config = Config::read(&mut settings);
            assert_eq!(settings.finish(Some(config)).err().unwrap().0.len(), 1);
        }
    }

    #[test]
    fn speeds_are_read_in_bands() {
        let bands = read_bands("2:22, 10:38, 92").unwrap();
        assert_eq!(bands.len(), 3);
        assert!(bands[2].until_km.is_infinite());
        for bad in ["", "2:22", "2:22,1:30,92", "2:0,92", "a:b,92"] {
            assert!(read_bands(bad).is_none(), "{bad}");
        }
    }
}

//! OSRM over HTTP: `/table` in blocks, `/route` for the line of the road. A server that fails is left alone for a while.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use super::cache::{Cache, Leg};
use super::{Legs, TravelTimes, Trouble, Wait};
use crate::request::Coordinates;

/// Connecting within a data centre takes less, or nobody is there.
const CONNECT: Duration = Duration::from_millis(500);
/// After a failure, nobody waits for this server so long.
const LEFT_ALONE: Duration = Duration::from_secs(5);
/// A block of a thousand places squared, twice, fits.
const ANSWER_MOST: usize = 32 << 20;
/// OSRM's own default for the length of a route.
const ROUTE_MOST: usize = 500;

/// Where OSRM is and what it may cost.
#[derive(Debug, Clone)]
pub struct OsrmSettings {
    /// Base addresses by profile.
    pub urls: BTreeMap<String, String>,
    /// All calls for one request together take at most so long.
    pub timeout: Duration,
    /// The server's `--max-table-size`.
    pub table_size: usize,
    /// How many legs are remembered.
    pub remembered: usize,
}

/// A road engine.
pub struct Osrm {
    settings: OsrmSettings,
    caller: OnceLock<Option<Caller>>,
    cache: Cache,
    failed: Mutex<BTreeMap<String, Instant>>,
}

#[derive(Deserialize)]
struct TableAnswer {
    code: String,
    #[serde(default)]
    durations: Vec<Vec<Option<f64>>>,
    #[serde(default)]
    distances: Vec<Vec<Option<f64>>>,
}

#[derive(Deserialize)]
struct RouteAnswer {
    code: String,
    #[serde(default)]
    routes: Vec<RouteLine>,
}

#[derive(Deserialize)]
struct RouteLine {
    geometry: String,
}

/// Calls from threads that may wait. Whoever waits drives the calls of all.
struct Caller {
    /// There until it is dropped.
    runtime: Option<Runtime>,
    client: Client,
}

impl Drop for Caller {
    /// Also where waiting is not allowed.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Caller {
    fn new() -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build();
        Some(Self {
            runtime: Some(runtime.ok()?),
            client: client.ok()?,
        })
    }
}

/// Sends a request and reads the answer's body, as far as it is of use.
async fn read(asked: RequestBuilder) -> Result<Vec<u8>, String> {
    let sent = asked.send().await;
    let mut answer = sent.map_err(|error| format!("the road engine: {}", error.without_url()))?;
    let mut body = Vec::new();
    loop {
        let chunk = answer.chunk().await.map_err(|error| {
            format!(
                "the road engine's answer broke off: {}",
                error.without_url()
            )
        })?;
        let Some(chunk) = chunk else {
            return Ok(body);
        };
        if body.len() + chunk.len() > ANSWER_MOST {
            return Err("the road engine's answer is too long".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
}

impl Osrm {
    /// Nothing is called yet, not even a connection made.
    #[must_use]
    pub fn new(settings: OsrmSettings) -> Self {
        Self {
            cache: Cache::new(settings.remembered),
            caller: OnceLock::new(),
            failed: Mutex::default(),
            settings,
        }
    }

    /// Whether it has an address for this profile.
    #[must_use]
    pub fn knows(&self, profile: &str) -> bool {
        self.settings.urls.contains_key(profile)
    }

    fn is_left_alone(&self, profile: &str) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed
            .get(profile)
            .is_some_and(|at| at.elapsed() < LEFT_ALONE)
    }

    /// Asks once, or says at once that it failed lately. A client that goes away says nothing about the server.
    fn ask<T: DeserializeOwned>(
        &self,
        profile: &str,
        path: &str,
        wait: Wait<'_>,
    ) -> Result<T, Trouble> {
        let asked = self.fetch(profile, path, wait);
        let answer = asked.and_then(|body| {
            serde_json::from_slice(&body)
                .map_err(|error| format!("the road engine's answer is no answer: {error}"))
        });
        answer.map_err(|text| {
            if !wait.is_gone() {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.insert(profile.to_owned(), Instant::now());
            }
            Trouble::Down(text)
        })
    }

    fn fetch(&self, profile: &str, path: &str, wait: Wait<'_>) -> Result<Vec<u8>, String> {
        let left = wait.left();
        if left.is_zero() {
            return Err("the road engine took too long".to_owned());
        }
        let url = self.settings.urls.get(profile);
        let url = url.ok_or_else(|| format!("no road engine for {profile}"))?;
        let caller = self.caller.get_or_init(Caller::new);
        let caller = caller.as_ref();
        let Some((client, runtime)) = caller.and_then(|c| Some((&c.client, c.runtime.as_ref()?)))
        else {
            return Err("no HTTP client".to_owned());
        };
        let asked = client.get(format!("{url}{path}")).timeout(left);
        runtime.block_on(async {
            tokio::select! {
                body = read(asked) => body,
                () = wait.client_goes() => Err("nobody waits for the road engine".to_owned()),
            }
        })
    }

    fn block(
        &self,
        profile: &str,
        from: &[Coordinates],
        to: &[Coordinates],
        wait: Wait<'_>,
    ) -> Result<Vec<Leg>, Trouble> {
        let list = |places: &[Coordinates]| {
            let texts: Vec<String> = places
                .iter()
                .map(|[longitude, latitude]| format!("{longitude:.6},{latitude:.6}"))
                .collect();
            texts.join(";")
        };
        let ranks = |range: std::ops::Range<usize>| {
            let texts: Vec<String> = range.map(|rank| rank.to_string()).collect();
            texts.join(";")
        };
        let path = if from == to {
            let places = list(from);
            format!("/table/v1/{profile}/{places}?annotations=duration,distance")
        } else {
            let places = list(&[from, to].concat());
            let sources = ranks(0..from.len());
            let destinations = ranks(from.len()..from.len() + to.len());
            format!(
                "/table/v1/{profile}/{places}?annotations=duration,distance&sources={sources}&destinations={destinations}"
            )
        };
        let answer: TableAnswer = self.ask(profile, &path, wait)?;
        if answer.code != "Ok" {
            return Err(Trouble::Down(format!(
                "the road engine says {}",
                answer.code
            )));
        }
        let fits = |rows: &[Vec<Option<f64>>]| {
            rows.len() == from.len() && rows.iter().all(|row| row.len() == to.len())
        };
        if !fits(&answer.durations) || !fits(&answer.distances) {
            return Err(Trouble::Down(
                "the road engine's table has holes".to_owned(),
            ));
        }
        let durations = answer.durations.into_iter().flatten();
        let distances = answer.distances.into_iter().flatten();
        Ok(durations
            .zip(distances)
            .map(|(seconds, meters)| whole(seconds).zip(whole(meters)))
            .collect())
    }
}

/// Rounded; `None` for what is no length of anything.
fn whole(value: Option<f64>) -> Option<u32> {
    let value = value
        .filter(|value| value.is_finite() && *value >= 0.0)?
        .round();
    (value < f64::from(u32::MAX)).then_some(value as u32)
}

impl TravelTimes for Osrm {
    fn legs(&self, profile: &str, places: &[Coordinates], wait: Wait<'_>) -> Result<Legs, Trouble> {
        let size = places.len();
        let mut known = self.cache.known(profile, places);
        let wait = wait.at_most(self.settings.timeout);
        let side = if size <= self.settings.table_size {
            size
        } else {
            (self.settings.table_size / 2).max(1)
        };
        let starts = || (0..size).step_by(side.max(1));
        for (top, left) in starts().flat_map(|top| starts().map(move |left| (top, left))) {
            let (rows, columns) = (top..(top + side).min(size), left..(left + side).min(size));
            let asked = rows.clone().any(|row| {
                columns
                    .clone()
                    .any(|column| known[row * size + column].is_none())
            });
            if !asked {
                continue;
            }
            if self.is_left_alone(profile) {
                return Err(Trouble::Down("the road engine failed lately".to_owned()));
            }
            let (from, to) = (&places[rows.clone()], &places[columns.clone()]);
            let legs = self.block(profile, from, to, wait)?;
            let pairs = from
                .iter()
                .flat_map(|from| to.iter().map(move |to| (*from, *to)));
            self.cache.keep(
                profile,
                pairs.zip(&legs).map(|((from, to), leg)| (from, to, *leg)),
            );
            let width = columns.len();
            for row in rows {
                for column in columns.clone() {
                    known[row * size + column] = Some(legs[(row - top) * width + column - left]);
                }
            }
        }
        let legs = known.into_iter().map(Option::flatten);
        let (durations, distances) = legs
            .map(|leg| {
                (
                    leg.map(|(seconds, _)| seconds),
                    leg.map(|(_, meters)| meters),
                )
            })
            .unzip();
        Ok(Legs {
            durations,
            distances,
        })
    }

    fn line(
        &self,
        profile: &str,
        places: &[Coordinates],
        wait: Wait<'_>,
    ) -> Result<String, Trouble> {
        if places.len() > ROUTE_MOST || self.is_left_alone(profile) {
            return Err(Trouble::Down("not asked".to_owned()));
        }
        let texts: Vec<String> = places
            .iter()
            .map(|[longitude, latitude]| format!("{longitude:.6},{latitude:.6}"))
            .collect();
        let path = format!(
            "/route/v1/{profile}/{}?alternatives=false&steps=false&overview=full&continue_straight=false",
            texts.join(";")
        );
        let wait = wait.at_most(self.settings.timeout);
        let answer: RouteAnswer = self.ask(profile, &path, wait)?;
        match answer.routes.into_iter().next() {
            Some(route) if answer.code == "Ok" => Ok(route.geometry),
            _ => Err(Trouble::Down(format!(
                "the road engine says {}",
                answer.code
            ))),
        }
    }
}

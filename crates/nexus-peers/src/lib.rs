#![doc = include_str!("../README.md")]

mod healthcheck;

use std::time::{Duration, Instant};

pub use healthcheck::healthcheck;
use nexus_config::{Secret, Settings};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tracing::Span;

/// Connecting on a private network takes less, or the peer is down.
const CONNECT: Duration = Duration::from_millis(500);
/// An ordinary call; a long poll names its own.
const ANSWER: Duration = Duration::from_secs(5);
/// A token is renewed this long before it ends.
const MARGIN: Duration = Duration::from_secs(60);

/// Why a peer gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Not reached, or no answer in time.
    #[error("the peer cannot be reached: {0}")]
    Unreachable(String),
    /// It answered, but with this.
    #[error("the peer answered {0}")]
    Refused(StatusCode),
    /// It answered something else than was agreed.
    #[error("the peer's answer cannot be read: {0}")]
    Unreadable(String),
}

/// Where auth is and who we are to it.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Auth's base address.
    pub auth_url: String,
    /// Our name among the services.
    pub client_id: String,
    /// Our secret.
    pub client_secret: Secret,
}

impl Credentials {
    /// Reads `AUTH_URL`, `NEXUS_CLIENT_ID` and `NEXUS_CLIENT_SECRET`.
    pub fn from_settings(settings: &mut Settings, client_id: &str) -> Option<Self> {
        let auth_url: Option<String> =
            settings.required("AUTH_URL", "where auth listens, e.g. http://127.0.0.1:8081");
        let client_id = settings.or("NEXUS_CLIENT_ID", client_id.to_owned());
        let client_secret = settings.required(
            "NEXUS_CLIENT_SECRET",
            "this service's secret, known to auth",
        );
        Some(Self {
            auth_url: trim(first(&auth_url?)),
            client_id,
            client_secret: client_secret?,
        })
    }
}

/// The gateway may know several replicas; whoever only asks now and then is served by one.
fn first(urls: &str) -> &str {
    urls.split(',').next().unwrap_or(urls).trim()
}

fn trim(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

/// One client for all calls of this process.
pub struct Peers {
    http: Client,
    credentials: Credentials,
    token: Mutex<Option<(String, Instant)>>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: u64,
}

impl Peers {
    /// Makes the client. Nothing is called yet.
    ///
    /// # Panics
    /// When the platform's TLS cannot be set up.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .pool_idle_timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("the platform has a TLS implementation");
        Self {
            http,
            credentials,
            token: Mutex::new(None),
        }
    }

    /// Auth's base address.
    #[must_use]
    pub fn auth_url(&self) -> &str {
        &self.credentials.auth_url
    }

    /// A call that needs no token.
    ///
    /// # Errors
    /// When the peer is down, slow, refuses or answers rubbish.
    pub async fn open_get<T: DeserializeOwned>(&self, url: &str) -> Result<T, PeerError> {
        read(self.request(Method::GET, url)).await
    }

    /// A POST of JSON that needs no token. `patience` is how long the peer may work beyond the ordinary deadline.
    ///
    /// # Errors
    /// When the peer is down, slow, refuses or answers rubbish.
    pub async fn open_post<T: DeserializeOwned>(
        &self,
        url: &str,
        body: &(impl serde::Serialize + Sync),
        patience: Duration,
    ) -> Result<T, PeerError> {
        let request = self.request(Method::POST, url).json(body);
        read(request.timeout(ANSWER + patience)).await
    }

    /// A GET with our service token. `patience` is how long the peer may hold the call beyond the ordinary deadline.
    ///
    /// # Errors
    /// When the peer is down, slow, refuses or answers rubbish.
    pub async fn get<T: DeserializeOwned>(
        &self,
        url: &str,
        patience: Duration,
    ) -> Result<T, PeerError> {
        let token = self.token().await?;
        let result = read(
            self.request(Method::GET, url)
                .bearer_auth(token)
                .timeout(ANSWER + patience),
        )
        .await;
        self.forget_refused(&result).await;
        result
    }

    /// A POST of JSON with our service token.
    ///
    /// # Errors
    /// When the peer is down, slow, refuses or answers rubbish.
    pub async fn post<T: DeserializeOwned>(
        &self,
        url: &str,
        body: &(impl serde::Serialize + Sync),
        patience: Duration,
    ) -> Result<T, PeerError> {
        let token = self.token().await?;
        let request = self
            .request(Method::POST, url)
            .bearer_auth(token)
            .json(body);
        let result = read(request.timeout(ANSWER + patience)).await;
        self.forget_refused(&result).await;
        result
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        let request = self.http.request(method, url);
        match nexus_telemetry::current_traceparent(&Span::current()) {
            Some(parent) => request.header("traceparent", parent.as_str()),
            None => request,
        }
    }

    /// Auth may have got new keys meanwhile: the next call asks for a new token.
    async fn forget_refused<T>(&self, result: &Result<T, PeerError>) {
        if matches!(result, Err(PeerError::Refused(StatusCode::UNAUTHORIZED))) {
            *self.token.lock().await = None;
        }
    }

    async fn token(&self) -> Result<String, PeerError> {
        let mut held = self.token.lock().await;
        if let Some((token, until)) = &*held
            && Instant::now() < *until
        {
            return Ok(token.clone());
        }
        let url = format!("{}/internal/token", self.credentials.auth_url);
        let request = self
            .request(Method::POST, &url)
            .basic_auth(
                &self.credentials.client_id,
                Some(self.credentials.client_secret.expose()),
            )
            .form(&[("grant_type", "client_credentials")]);
        let answer: TokenAnswer = read(request).await?;
        let lifetime = Duration::from_secs(answer.expires_in).saturating_sub(MARGIN);
        *held = Some((answer.access_token.clone(), Instant::now() + lifetime));
        Ok(answer.access_token)
    }
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, PeerError> {
    let unreachable =
        |error: reqwest::Error| PeerError::Unreachable(error.without_url().to_string());
    let answer = request.send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(PeerError::Refused(answer.status()));
    }
    answer
        .json()
        .await
        .map_err(|error| PeerError::Unreadable(error.without_url().to_string()))
}

//! Whether a request's bearer token is good, before anything of it goes further. Services check it again.

use std::sync::Arc;
use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use nexus_auth::{TokenError, Verifier};
use nexus_peers::Peers;

use crate::config::Config;
use crate::rescue::Refusal;

pub struct Tokens(Arc<Verifier>);

impl Tokens {
    /// Begins to follow auth's keys and revocations.
    pub fn start(config: &Config) -> Self {
        let peers = Arc::new(Peers::new(config.credentials.clone()));
        let verifier = Arc::new(Verifier::default());
        tokio::spawn(nexus_auth::keep_keys_fresh(peers.clone(), verifier.clone()));
        tokio::spawn(nexus_auth::follow(peers, verifier.clone()));
        Self(verifier)
    }

    pub fn keys_known(&self) -> bool {
        !self.0.keys.is_empty()
    }

    /// The guard has made sure that there is at most one `Authorization`.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let value = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = value.and_then(bearer).ok_or(Refusal::Unauthenticated)?;
        match self.0.verify(token, seconds_since_1970()) {
            Ok(_) => Ok(()),
            Err(TokenError::UnknownKey) if !self.keys_known() => Err(Refusal::KeysUnknown),
            Err(_) => Err(Refusal::Unauthenticated),
        }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn seconds_since_1970() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(i64::MAX)
}

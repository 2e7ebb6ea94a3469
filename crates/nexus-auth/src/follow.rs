//! Keeps a process's keys and revocations as new as auth's.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use nexus_kernel::{SessionId, UserId};
use nexus_peers::{PeerError, Peers};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Verifier;

/// A session that ended before its tokens did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevokedSession {
    /// The session.
    pub sid: SessionId,
    /// When its last access token ends by itself, in seconds since 1970.
    pub until: i64,
}

/// A user whose rights changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevokedUser {
    /// The user.
    pub sub: UserId,
    /// Tokens of an older access version are refused.
    pub min_ver: i64,
    /// When the last such token ends by itself, in seconds since 1970.
    pub until: i64,
}

/// What `GET /internal/revocations` answers: all that matters now, as of a position in auth's feed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct RevocationList {
    /// Follow the feed from here.
    pub position: i64,
    /// Sessions that ended.
    pub sessions: Vec<RevokedSession>,
    /// Users whose rights changed.
    pub users: Vec<RevokedUser>,
}

#[derive(Deserialize)]
struct Feed {
    events: Vec<Announced>,
    position: i64,
}

#[derive(Deserialize)]
struct Announced {
    kind: String,
    payload: serde_json::Value,
}

const PAUSE: Duration = Duration::from_millis(500);
const WAIT_SECONDS: u64 = 25;
const KEYS_EVERY: Duration = Duration::from_secs(60);

/// Fetches auth's keys now, every minute, and when a token names one that is not known. Never returns.
pub async fn keep_keys_fresh(peers: Arc<Peers>, verifier: Arc<Verifier>) {
    let url = format!("{}/internal/jwks", peers.auth_url());
    loop {
        match peers.open_get::<JwkSet>(&url).await {
            // Auth that has just started may not have made its first key yet.
            Ok(set) if verifier.keys.replace(&set) == 0 => {}
            Ok(_) => {
                let _woken =
                    tokio::time::timeout(KEYS_EVERY, verifier.unknown_key.notified()).await;
            }
            Err(error) => tracing::debug!(cause = %error, "auth's keys are not to be had yet"),
        }
        // At most two fetches a second, whatever tokens a stranger makes up.
        tokio::time::sleep(PAUSE).await;
    }
}

/// Follows what ends sessions on auth's feed. Never returns.
pub async fn follow(peers: Arc<Peers>, verifier: Arc<Verifier>) {
    loop {
        if let Err(error) = follow_until_it_breaks(&peers, &verifier).await {
            tracing::debug!(cause = %error, "auth's feed broke off");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn follow_until_it_breaks(peers: &Peers, verifier: &Verifier) -> Result<(), PeerError> {
    let base = peers.auth_url();
    let list: RevocationList = peers
        .get(&format!("{base}/internal/revocations"), Duration::ZERO)
        .await?;
    verifier.revocations.add(&list);
    let mut position = list.position;
    loop {
        let url = format!("{base}/internal/events?after={position}&limit=500&wait={WAIT_SECONDS}");
        let feed: Feed = peers.get(&url, Duration::from_secs(WAIT_SECONDS)).await?;
        for event in &feed.events {
            apply_event(verifier, &event.kind, &event.payload);
        }
        position = feed.position;
    }
}

/// What an event of auth's feed means to a verifier. Kinds that end nothing are passed over.
pub fn apply_event(verifier: &Verifier, kind: &str, payload: &serde_json::Value) {
    match kind {
        // Ask for the new key before the first token comes that it has signed.
        "auth.signing_key.published.v1" => verifier.unknown_key.notify_one(),
        "auth.session.ended.v1" => {
            if let Ok(ended) = RevokedSession::deserialize(payload) {
                verifier.revocations.end_session(&ended);
            }
        }
        "auth.user.access_changed.v1" => {
            if let Ok(ended) = RevokedUser::deserialize(payload) {
                verifier.revocations.end_older(&ended);
            }
        }
        _ => {}
    }
}

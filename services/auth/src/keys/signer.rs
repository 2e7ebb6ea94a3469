use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use nexus_auth::{
    ACCESS_AUDIENCE, ACCESS_TYPE, AccessClaims, ISSUER, SERVICE_AUDIENCE, SERVICE_TYPE,
    ServiceClaims,
};
use nexus_kernel::{SessionId, UserId};
use nexus_problem::Problem;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Sealer;
use super::model::{StoredKey, active, jwks};

/// How long a token counts.
pub const ACCESS_SECONDS: i64 = 600;

/// The keys as this process holds them.
#[derive(Default)]
pub struct Signer(RwLock<Held>);

#[derive(Default)]
struct Held {
    stored: Vec<StoredKey>,
    opened: HashMap<String, EncodingKey>,
}

/// A stored key does not open.
#[derive(Debug, thiserror::Error)]
#[error(
    "the signing key {0} cannot be opened: is AUTH_MASTER_SECRET another than when it was made?"
)]
pub struct Unopened(String);

/// What an access token says of its user.
pub struct Access {
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The user's access version.
    pub version: i64,
    /// What the user may do.
    pub permissions: Vec<String>,
}

impl Signer {
    /// Takes over the stored keys. Returns what is to be published now.
    ///
    /// # Errors
    /// When one of them does not open; then nothing changes.
    pub fn replace(
        &self,
        stored: Vec<StoredKey>,
        sealer: &Sealer,
        now: DateTime<Utc>,
    ) -> Result<JwkSet, Unopened> {
        let mut opened = HashMap::new();
        for key in &stored {
            let private = sealer
                .open(&key.kid, &key.sealed_key)
                .ok_or_else(|| Unopened(key.kid.clone()))?;
            opened.insert(key.kid.clone(), EncodingKey::from_ed_der(&private));
        }
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *held = Held { stored, opened };
        Ok(serde_json::from_value(jwks(&held.stored, now)).unwrap_or(JwkSet { keys: Vec::new() }))
    }

    /// What is to be published now.
    #[must_use]
    pub fn jwks(&self, now: DateTime<Utc>) -> Value {
        jwks(
            &self.0.read().unwrap_or_else(PoisonError::into_inner).stored,
            now,
        )
    }

    /// A person's token.
    ///
    /// # Errors
    /// When no key is there yet.
    pub fn access(&self, access: &Access, now: DateTime<Utc>) -> Result<String, Problem> {
        let at = now.timestamp();
        let claims = AccessClaims {
            iss: ISSUER.to_owned(),
            aud: ACCESS_AUDIENCE.to_owned(),
            sub: access.user,
            sid: access.session,
            jti: Uuid::now_v7(),
            iat: at,
            nbf: at,
            exp: at + ACCESS_SECONDS,
            ver: access.version,
            perm: access.permissions.clone(),
        };
        self.sign(ACCESS_TYPE, &claims, now)
    }

    /// A service's token.
    ///
    /// # Errors
    /// When no key is there yet.
    pub fn service(&self, name: &str, now: DateTime<Utc>) -> Result<String, Problem> {
        let at = now.timestamp();
        let claims = ServiceClaims {
            iss: ISSUER.to_owned(),
            aud: SERVICE_AUDIENCE.to_owned(),
            sub: name.to_owned(),
            jti: Uuid::now_v7(),
            iat: at,
            nbf: at,
            exp: at + ACCESS_SECONDS,
        };
        self.sign(SERVICE_TYPE, &claims, now)
    }

    fn sign(
        &self,
        kind: &str,
        claims: &impl Serialize,
        now: DateTime<Utc>,
    ) -> Result<String, Problem> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let missing = || {
            Problem::unavailable(
                "The keys that sign tokens are not there yet. Try again in a moment.",
            )
        };
        let kid = &active(&held.stored, now).ok_or_else(missing)?.kid;
        let key = held.opened.get(kid).ok_or_else(missing)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(kind.to_owned());
        header.kid = Some(kid.clone());
        encode(&header, claims, key).map_err(|error| {
            tracing::error!(cause = %error, "a token cannot be signed");
            Problem::internal()
        })
    }
}

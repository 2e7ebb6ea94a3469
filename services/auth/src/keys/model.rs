use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::ACCESS_SECONDS;
use crate::schema::signing_keys;

/// An old key stays published so long after the next one has begun to sign: a token's life, and time for every process
/// to have noticed the change.
const KEPT_AFTER_SECONDS: i64 = ACCESS_SECONDS + 300;
/// A key is replaced after so many days.
const DAYS: i64 = 30;
/// A new key is published so long before it signs: verifiers ask for keys every minute.
const PUBLISHED_BEFORE_SECONDS: i64 = 120;

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, check_for_backend(diesel::pg::Pg))]
pub struct StoredKey {
    /// Names it in tokens: its thumbprint (RFC 7638).
    pub kid: String,
    /// The public half.
    pub public_key: Vec<u8>,
    /// The private half, encrypted.
    pub sealed_key: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it begins to sign.
    pub signs_from: DateTime<Utc>,
    /// Until when it is published; `None` while it signs or will sign.
    pub expires_at: Option<DateTime<Utc>>,
}

/// When a new key begins to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// At once: for the first key, and when the old one may be known to others.
    Now,
    /// When every verifier has had time to fetch it.
    Published,
}

impl Begin {
    /// The instant.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Now => now,
            Self::Published => now + Duration::seconds(PUBLISHED_BEFORE_SECONDS),
        }
    }
}

/// Until when a key is published whose successor signs from `signs_from`.
#[must_use]
pub fn kept_until(signs_from: DateTime<Utc>) -> DateTime<Utc> {
    signs_from + Duration::seconds(KEPT_AFTER_SECONDS)
}

/// Whether it is time for another key.
#[must_use]
pub fn is_old(newest: &StoredKey, now: DateTime<Utc>) -> bool {
    newest.signs_from + Duration::days(DAYS) <= now
}

/// The key that signs now: the newest that has begun.
#[must_use]
pub fn active(keys: &[StoredKey], now: DateTime<Utc>) -> Option<&StoredKey> {
    keys.iter()
        .filter(|key| key.signs_from <= now)
        .max_by_key(|key| key.signs_from)
}

/// The name of a public key (RFC 7638).
#[must_use]
pub fn thumbprint(public_key: &[u8]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public_key);
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()))
}

/// The keys to publish, as a JWKS (RFC 7517).
#[must_use]
pub fn jwks(keys: &[StoredKey], now: DateTime<Utc>) -> Value {
    let published = keys
        .iter()
        .filter(|key| key.expires_at.is_none_or(|at| at > now));
    let keys: Vec<Value> = published
        .map(|key| {
            json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": key.kid,
                "x": URL_SAFE_NO_PAD.encode(&key.public_key),
            })
        })
        .collect();
    json!({ "keys": keys })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: &str, signs_from: DateTime<Utc>, expires_at: Option<DateTime<Utc>>) -> StoredKey {
        StoredKey {
            kid: kid.to_owned(),
            public_key: vec![7; 32],
            sealed_key: Vec::new(),
            created_at: signs_from,
            signs_from,
            expires_at,
        }
    }

    #[test]
    fn a_new_key_is_published_before_it_signs_and_the_old_one_after_it_has_signed() {
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        let begins = Begin::Published.at(now);
        let keys = [
            key("old", now - Duration::days(30), Some(kept_until(begins))),
            key("new", begins, None),
        ];
        let signing = |at| active(&keys, at).map(|key| key.kid.as_str());
        let published = |at| jwks(&keys, at)["keys"].as_array().map(Vec::len);
        assert_eq!((signing(now), published(now)), (Some("old"), Some(2)));
        assert_eq!((signing(begins), published(begins)), (Some("new"), Some(2)));
        let last_token_ends = begins + Duration::seconds(ACCESS_SECONDS);
        assert_eq!(published(last_token_ends), Some(2));
        assert_eq!(published(kept_until(begins)), Some(1));
    }

    #[test]
    fn a_key_is_old_after_thirty_days() {
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        assert!(!is_old(&key("a", now - Duration::days(29), None), now));
        assert!(is_old(&key("a", now - Duration::days(30), None), now));
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let x = URL_SAFE_NO_PAD
            .decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
            .unwrap();
        assert_eq!(
            thumbprint(&x),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}

//! The link by which a customer, without an account, reads and answers one version of a proposal until its day.
//!
//! It says which version and until when, and carries an HMAC over both under a key that only this service knows; nothing
//! about it is stored. Whoever changes one bit of it has no link at all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use nexus_config::{Secret, Settings};
use uuid::Uuid;

use super::model::ProposalId;

const PAYLOAD: usize = 16 + 4 + 8;
/// A secret shorter than this can be guessed.
const SECRET_LEAST: usize = 32;
/// How often one address may use links in a minute.
const PER_MINUTE: u32 = 60;
/// More addresses than this in one minute share one count.
const ADDRESSES_MOST: usize = 10_000;

/// What a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub proposal_id: ProposalId,
    /// The version's number.
    pub number: i32,
    /// In seconds since 1970.
    pub expires: i64,
}

/// Makes links and reads them.
pub struct Links {
    key: hmac::Key,
    places: hmac::Key,
    public_url: String,
    tries: Mutex<Tries>,
}

#[derive(Default)]
struct Tries {
    minute: i64,
    counts: HashMap<IpAddr, u32>,
    others: u32,
}

impl Links {
    /// Reads `CRM_LINK_SECRET` and `PUBLIC_URL`.
    pub fn from_settings(settings: &mut Settings) -> Option<Self> {
        let what =
            "signs the links that customers open: 64 random hexadecimal digits, kept for ever";
        let secret: Option<Secret> = settings.required("CRM_LINK_SECRET", what);
        let public_url = settings.or("PUBLIC_URL", "http://localhost:8080".to_owned());
        let secret = secret?;
        if secret.expose().len() < SECRET_LEAST {
            settings.problem(format!(
                "CRM_LINK_SECRET is too short: give at least {SECRET_LEAST} characters"
            ));
            return None;
        }
        Some(Self::new(&secret, &public_url))
    }

    /// With this secret; links start with this URL.
    #[must_use]
    pub fn new(secret: &Secret, public_url: &str) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        let key = |purpose: &str| {
            hmac::Key::new(
                hmac::HMAC_SHA256,
                hmac::sign(&root, purpose.as_bytes()).as_ref(),
            )
        };
        Self {
            key: key("links to proposals"),
            places: key("where answers came from"),
            public_url: public_url.trim_end_matches('/').to_owned(),
            tries: Mutex::default(),
        }
    }

    /// The token of a version, good until then.
    #[must_use]
    pub fn token(&self, id: ProposalId, number: i32, expires_at: DateTime<Utc>) -> String {
        let payload = payload(id.uuid(), number, expires_at.timestamp());
        let tag = hmac::sign(&self.key, &payload);
        URL_SAFE_NO_PAD.encode([&payload, tag.as_ref()].concat())
    }

    /// The address that the customer opens.
    #[must_use]
    pub fn url(&self, token: &str) -> String {
        format!("{}/p/{token}", self.public_url)
    }

    /// What a token leads to; nothing when it is not one of ours. The check takes as long whatever is wrong.
    #[must_use]
    pub fn read(&self, token: &str) -> Option<Target> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (payload, tag) = bytes.split_at_checked(PAYLOAD)?;
        hmac::verify(&self.key, payload, tag).ok()?;
        let id = Uuid::from_slice(payload.get(..16)?).ok()?;
        Some(Target {
            proposal_id: ProposalId::from_uuid(id),
            number: i32::from_be_bytes(payload.get(16..20)?.try_into().ok()?),
            expires: i64::from_be_bytes(payload.get(20..28)?.try_into().ok()?),
        })
    }

    /// A mark of where an answer came from: equal addresses have equal marks, and nobody reads the address from it.
    #[must_use]
    pub fn mark(&self, address: &str) -> String {
        let tag = hmac::sign(&self.places, address.as_bytes());
        URL_SAFE_NO_PAD.encode(tag.as_ref())
    }

    /// Counts one use of a link from there. `false`: too many within this minute.
    #[must_use]
    pub fn admit(&self, from: Option<IpAddr>, now: DateTime<Utc>) -> bool {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.timestamp().div_euclid(60);
        if tries.minute != minute {
            *tries = Tries {
                minute,
                ..Tries::default()
            };
        }
        let full = tries.counts.len() >= ADDRESSES_MOST;
        let count = match from {
            Some(address) if !full || tries.counts.contains_key(&address) => {
                tries.counts.entry(address).or_default()
            }
            _ => &mut tries.others,
        };
        *count = count.saturating_add(1);
        *count <= PER_MINUTE
    }
}

fn payload(id: Uuid, number: i32, expires: i64) -> Vec<u8> {
    [
        id.as_bytes().as_slice(),
        &number.to_be_bytes(),
        &expires.to_be_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(secret: &str) -> Links {
        Links::new(&Secret::new(secret.repeat(32)), "https://crm.example/")
    }

    fn then() -> DateTime<Utc> {
        "2026-12-31T23:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_token_says_what_it_was_made_for() {
        let (links, id) = (links("a"), ProposalId::new());
        let token = links.token(id, 3, then());
        let target = Target {
            proposal_id: id,
            number: 3,
            expires: then().timestamp(),
        };
        assert_eq!(links.read(&token), Some(target));
        assert_eq!(links.url(&token), format!("https://crm.example/p/{token}"));
    }

    #[test]
    fn one_changed_bit_another_key_or_another_length_is_no_token() {
        let (links, id) = (links("a"), ProposalId::new());
        let token = links.token(id, 1, then());
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut spoilt = bytes.clone();
                spoilt[at] ^= 1 << bit;
                assert_eq!(
                    links.read(&URL_SAFE_NO_PAD.encode(spoilt)),
                    None,
                    "{at}.{bit}"
                );
            }
            let cut = URL_SAFE_NO_PAD.encode(&bytes[..at]);
            assert_eq!(links.read(&cut), None, "{at}");
        }
        assert_eq!(self::links("b").read(&token), None);
        assert_eq!(links.read(&format!("{token}A")), None);
        assert_eq!(links.read(""), None);
        assert_eq!(links.read("%%%"), None);
    }

    #[test]
    fn one_address_cannot_take_the_others_place() {
        let links = links("a");
        let (one, other) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        let admitted = (0..100).filter(|_| links.admit(one, then())).count();
        assert_eq!(admitted, 60);
        assert!(links.admit(other, then()));
        assert!(links.admit(one, then() + chrono::Duration::seconds(60)));
    }
}

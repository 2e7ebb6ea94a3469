use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header};
use nexus_kernel::{SessionId, UserId};
use nexus_problem::Problem;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use crate::claims::{
    ACCESS_AUDIENCE, ACCESS_TYPE, AccessClaims, ISSUER, SERVICE_AUDIENCE, SERVICE_TYPE,
    ServiceClaims,
};
use crate::permission::{Grant, Scope, allowed};
use crate::{KeyRing, Revocations};

/// Clocks of our own machines differ by less.
const LEEWAY_SECONDS: i64 = 5;
/// A token of ours is about 1 KiB; nothing longer is looked at.
const LONGEST: usize = 8 * 1024;
/// So many verified tokens are remembered: more than there are devices in a company.
const REMEMBERED: usize = 4096;

/// Whoever a token names.
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// The user.
    pub user_id: UserId,
    /// The session the token belongs to.
    pub session_id: SessionId,
    /// The user's access version when it was issued.
    pub access_version: i64,
    /// Until when it counts, in seconds since 1970.
    pub expires_at: i64,
    grants: Vec<Grant>,
}

impl Principal {
    /// The widest scope in which the user has a permission (`resource:action`).
    #[must_use]
    pub fn scope_of(&self, permission: &str) -> Option<Scope> {
        allowed(&self.grants, permission)
    }
}

/// Why a token is refused. The caller hears only that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours, damaged, or for something else.
    #[error("the token is not valid")]
    Invalid,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// The session ended, or the user's rights changed.
    #[error("the session has ended")]
    Ended,
    /// Signed with a key not (yet) known here.
    #[error("the token's key is not known")]
    UnknownKey,
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        Self::unauthenticated(match error {
            TokenError::Expired => "The access token has expired. Refresh it, or sign in again.",
            TokenError::Ended => "This session has ended. Refresh the token, or sign in again.",
            TokenError::Invalid | TokenError::UnknownKey => {
                "The access token is not valid. Sign in again."
            }
        })
    }
}

/// Verifies tokens and remembers those it has verified.
#[derive(Default)]
pub struct Verifier {
    /// Auth's public keys.
    pub keys: KeyRing,
    /// What ended early.
    pub revocations: Revocations,
    /// Rung when a token names a key that is not known here: time to ask auth.
    pub unknown_key: Notify,
    remembered: Mutex<HashMap<Box<str>, Arc<Principal>>>,
}

impl Verifier {
    /// Whose access token this is. `now` in seconds since 1970.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<Principal>, TokenError> {
        let known = self.remembered().get(token).cloned();
        let principal = match known {
            Some(principal) => principal,
            None => self.check_and_remember(token, now)?,
        };
        if principal.expires_at + LEEWAY_SECONDS < now {
            self.remembered().remove(token);
            return Err(TokenError::Expired);
        }
        let who = &*principal;
        if self
            .revocations
            .refuses(who.session_id, who.user_id, who.access_version)
        {
            return Err(TokenError::Ended);
        }
        Ok(principal)
    }

    /// Which service's token this is.
    ///
    /// # Errors
    /// Whatever is wrong with it.
    pub fn verify_service(&self, token: &str, now: i64) -> Result<String, TokenError> {
        let claims: ServiceClaims = self.check(token, SERVICE_TYPE, SERVICE_AUDIENCE)?;
        check_times(claims.iat, claims.nbf, claims.exp, now)?;
        Ok(claims.sub)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Arc<Principal>>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn check_and_remember(&self, token: &str, now: i64) -> Result<Arc<Principal>, TokenError> {
        let claims: AccessClaims = self.check(token, ACCESS_TYPE, ACCESS_AUDIENCE)?;
        check_times(claims.iat, claims.nbf, claims.exp, now)?;
        let grants: Result<Vec<Grant>, ()> = claims.perm.iter().map(|text| text.parse()).collect();
        let principal = Arc::new(Principal {
            user_id: claims.sub,
            session_id: claims.sid,
            access_version: claims.ver,
            expires_at: claims.exp,
            grants: grants.map_err(|()| TokenError::Invalid)?,
        });
        let mut remembered = self.remembered();
        if remembered.len() >= REMEMBERED {
            remembered.retain(|_, held| held.expires_at > now);
            if remembered.len() >= REMEMBERED {
                remembered.clear();
            }
        }
        remembered.insert(token.into(), Arc::clone(&principal));
        Ok(principal)
    }

    /// Everything about a token but its times, which depend on `now`.
    fn check<C: DeserializeOwned>(
        &self,
        token: &str,
        kind: &str,
        audience: &str,
    ) -> Result<C, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::Invalid);
        }
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        let id = acceptable(&header, kind).ok_or(TokenError::Invalid)?;
        let Some(key) = self.keys.find(id) else {
            self.unknown_key.notify_one();
            return Err(TokenError::UnknownKey);
        };
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[audience]);
        // The times are ours to check, against the `now` that was handed in.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        decode::<C>(token, &key, &rules)
            .map(|data| data.claims)
            .map_err(|_| TokenError::Invalid)
    }
}

/// The key's id, when the header is exactly of the kind we write. Anything that offers a key of its own is refused.
fn acceptable<'h>(header: &'h Header, kind: &str) -> Option<&'h str> {
    let plain = header.alg == Algorithm::EdDSA
        && header.typ.as_deref() == Some(kind)
        && header.crit.is_none()
        && header.cty.is_none()
        && header.enc.is_none()
        && header.zip.is_none()
        && header.jku.is_none()
        && header.jwk.is_none()
        && header.x5u.is_none()
        && header.x5c.is_none()
        && header.x5t.is_none();
    header.kid.as_deref().filter(|_| plain)
}

fn check_times(iat: i64, nbf: i64, exp: i64, now: i64) -> Result<(), TokenError> {
    if exp.saturating_add(LEEWAY_SECONDS) < now {
        return Err(TokenError::Expired);
    }
    if nbf > now + LEEWAY_SECONDS || iat > now + LEEWAY_SECONDS {
        return Err(TokenError::Invalid);
    }
    Ok(())
}

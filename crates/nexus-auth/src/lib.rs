#![doc = include_str!("../README.md")]

mod claims;
mod extract;
mod follow;
mod keys;
mod permission;
mod revocations;
mod verifier;

pub use claims::{
    ACCESS_AUDIENCE, ACCESS_TYPE, AccessClaims, ISSUER, SERVICE_AUDIENCE, SERVICE_TYPE,
    ServiceClaims,
};
pub use extract::{Can, ServiceCaller, SignedIn};
pub use follow::{
    RevocationList, RevokedSession, RevokedUser, apply_event, follow, keep_keys_fresh,
};
pub use keys::KeyRing;
pub use permission::{CATALOG, Grant, Permission, Scope, allowed};
pub use revocations::Revocations;
pub use verifier::{Principal, TokenError, Verifier};

/// The permissions as types.
pub mod can {
    pub use crate::permission::types::*;
}

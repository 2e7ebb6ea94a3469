//! What tokens say. The two kinds exclude each other by `typ` and by audience (RFC 8725 §3.12).

use nexus_kernel::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who issues every token.
pub const ISSUER: &str = "nexus-auth";
/// Who an access token is for.
pub const ACCESS_AUDIENCE: &str = "nexus";
/// Who a service token is for.
pub const SERVICE_AUDIENCE: &str = "nexus-internal";
/// The header's `typ` of a person's access token (RFC 9068).
pub const ACCESS_TYPE: &str = "at+jwt";
/// The header's `typ` of a service's token.
pub const SERVICE_TYPE: &str = "svc+jwt";

/// A person's access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Always [`ISSUER`].
    pub iss: String,
    /// Always [`ACCESS_AUDIENCE`].
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The session: one sign-in on one device.
    pub sid: SessionId,
    /// This token.
    pub jti: Uuid,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Not before, in seconds since 1970.
    pub nbf: i64,
    /// Not after, in seconds since 1970.
    pub exp: i64,
    /// The user's access version: it grows when roles change, and older tokens end.
    pub ver: i64,
    /// What the user may do: `resource:action:scope`.
    pub perm: Vec<String>,
}

/// A service's token for `/internal/*`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServiceClaims {
    /// Always [`ISSUER`].
    pub iss: String,
    /// Always [`SERVICE_AUDIENCE`].
    pub aud: String,
    /// The service's name.
    pub sub: String,
    /// This token.
    pub jti: Uuid,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Not before, in seconds since 1970.
    pub nbf: i64,
    /// Not after, in seconds since 1970.
    pub exp: i64,
}

//! The cookie that holds the refresh token: out of reach of scripts and of other sites.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use chrono::{DateTime, Utc};

use crate::config::PublicUrl;
use crate::secrets::Token;

/// Browsers take `__Host-` from secure origins only, and only with `Secure`, `Path=/` and no `Domain`.
const SECURE: &str = "__Host-nexus_refresh";
const PLAIN: &str = "nexus_refresh";

fn name(public_url: &PublicUrl) -> &'static str {
    if public_url.secure { SECURE } else { PLAIN }
}

fn build(public_url: &PublicUrl, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(name(public_url), value)
        .path("/")
        .http_only(true)
        .secure(public_url.secure)
        .same_site(SameSite::Strict)
        .max_age(age)
        .finish()
}

/// Holds the token until the session would end unused.
#[must_use]
pub fn holding(
    public_url: &PublicUrl,
    token: &Token,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Cookie<'static> {
    build(
        public_url,
        token.text(),
        Duration::seconds((until - now).num_seconds().max(0)),
    )
}

/// Takes the token away.
#[must_use]
pub fn removal(public_url: &PublicUrl) -> Cookie<'static> {
    build(public_url, String::new(), Duration::ZERO)
}

/// The token that the request brings; `None` when it brings none, `Some(None)` when it is none of ours.
#[must_use]
pub fn read(request: &HttpRequest, public_url: &PublicUrl) -> Option<Option<Token>> {
    let cookie = request.cookie(name(public_url))?;
    Some(Token::parse(cookie.value()))
}

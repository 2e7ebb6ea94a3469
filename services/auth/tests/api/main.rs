#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

mod access;
mod api_keys;
mod database_down;
mod first_user;
mod imports;
mod internal;
mod invitations;
mod kit;
mod login;
mod mail;
mod openapi;
mod passwords;
mod refresh;
mod roles;
mod sessions;
mod signing_keys;
mod throttle;
mod tokens;
mod users;
mod visibility;

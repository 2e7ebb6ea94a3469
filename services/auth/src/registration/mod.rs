//! Whoever registers first becomes admin, while there is nobody. Later one comes in by invitation, or waits for approval,
//! as configured. The answer never tells whether an e-mail address is known.

pub mod commands;
mod error;
pub mod routes;

pub use error::RegistrationError;

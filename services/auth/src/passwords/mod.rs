//! Passwords: how they are hashed, which are good enough, and the change of one's own. argon2id runs on threads of its
//! own, few enough to leave the machine to others; whoever would wait longer than a second is asked to come again.

pub mod commands;
mod error;
mod hashing;
mod phc;
pub mod policy;
pub mod queries;
pub mod routes;

pub use error::PasswordError;
pub use hashing::{Hasher, TooBusy};

use nexus_problem::ApiResult;

use crate::app::Call;
use crate::tries::{self, Attempt};

/// Whether a password that was admitted for trying is right. When that cannot be said, the try does not count.
pub(crate) async fn verify(
    call: &Call,
    attempts: &[Attempt],
    password: String,
    kept: Option<String>,
) -> ApiResult<bool> {
    match call.auth.hasher.is_right(password, kept).await {
        Ok(right) => Ok(right),
        Err(busy) => {
            let attempts = attempts.to_vec();
            call.transaction(None, move |tx| Ok(tries::withdraw(tx, &attempts)?))
                .await?;
            Err(busy.into())
        }
    }
}

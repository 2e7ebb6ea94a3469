use chrono::Duration;
use diesel::pg::PgConnection;
use nexus_db::DbResult;
use nexus_problem::ApiResult;

use super::model::{Attempt, WhenRight};
use super::queries;
use crate::app::Tx;

/// Counts the try, or says how long to wait; then nothing is counted.
pub fn admit(tx: &mut Tx<'_>, attempts: &[Attempt]) -> ApiResult<()> {
    for attempt in attempts {
        let before = queries::lock(tx.conn, &attempt.key, tx.now)?;
        let after = before.with_another(attempt.free, tx.now)?;
        queries::save(tx.conn, &attempt.key, &after)?;
    }
    Ok(())
}

/// The try was right.
pub fn forgive(tx: &mut Tx<'_>, attempts: &[Attempt]) -> DbResult<()> {
    for attempt in attempts {
        match attempt.when_right {
            WhenRight::ForgetAll => queries::delete(tx.conn, &attempt.key)?,
            WhenRight::TakeBack => take_back(tx, attempt)?,
        }
    }
    Ok(())
}

/// We could not say whether the try was right: it does not count, and forgives nothing.
pub fn withdraw(tx: &mut Tx<'_>, attempts: &[Attempt]) -> DbResult<()> {
    attempts
        .iter()
        .try_for_each(|attempt| take_back(tx, attempt))
}

fn take_back(tx: &mut Tx<'_>, attempt: &Attempt) -> DbResult<()> {
    let count = queries::lock(tx.conn, &attempt.key, tx.now)?;
    queries::save(tx.conn, &attempt.key, &count.taken_back(attempt.free))
}

/// Forgets what is a day old.
pub fn forget_old(conn: &mut PgConnection, now: chrono::DateTime<chrono::Utc>) -> DbResult<usize> {
    queries::delete_older(conn, now - Duration::days(1))
}

//! Where documents are set: a few at a time, off the async threads.

use nexus_problem::{ApiResult, Problem};
use tokio::sync::Semaphore;

/// So many documents are set at once; more wait. Each takes one core for some milliseconds.
const AT_ONCE: usize = 2;
/// So many may wait; more are told to come back.
const WAITING_MAX: usize = 64;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);
static QUEUE: Semaphore = Semaphore::const_new(AT_ONCE + WAITING_MAX);

/// Runs what sets a document on a blocking thread.
///
/// # Errors
/// What the work says; 503 when too many wait; 500 when it panicked.
pub async fn on_a_thread<T, E, F>(work: F) -> ApiResult<T>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let Ok(_queued) = QUEUE.try_acquire() else {
        return Err(Problem::unavailable("Too many documents are being made. Try again.").into());
    };
    let _place = PLACES.acquire().await.map_err(|_| Problem::internal())?;
    let done = tokio::task::spawn_blocking(work).await;
    let made = done.map_err(|error| {
        tracing::error!(%error, "setting a document broke off");
        Problem::internal()
    })?;
    Ok(made.map_err(Into::into)?)
}

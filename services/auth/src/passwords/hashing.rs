use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use argon2::Block;
use crossbeam_channel::{Receiver, Sender};
use nexus_problem::Problem;
use tokio::sync::oneshot;

use super::phc;
use crate::secrets::Token;

/// Who would wait longer is turned away.
const START_WITHIN: Duration = Duration::from_secs(1);
const QUEUE: usize = 32;
/// Without a password for so long, a thread gives its memory back.
const QUIET: Duration = Duration::from_secs(60);

/// Too many passwords are being hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being hashed")]
pub struct TooBusy;

impl From<TooBusy> for Problem {
    fn from(_: TooBusy) -> Self {
        Self::unavailable("Too many people are signing in at this moment. Try again in a second.")
    }
}

type Job = Box<dyn FnOnce(&mut [Block]) + Send>;

/// The threads that hash; each uses its 19 MiB again and again.
pub struct Hasher(Sender<Job>);

const WAITING: u8 = 0;
const STARTED: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Hasher {
    /// Starts one thread for every two cores.
    ///
    /// # Panics
    /// When the operating system gives no thread.
    #[must_use]
    pub fn start() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let (jobs, waiting) = crossbeam_channel::bounded(QUEUE);
        for number in 0..(cores / 2).max(1) {
            let waiting = waiting.clone();
            thread::Builder::new()
                .name(format!("argon2-{number}"))
                .spawn(move || work(&waiting))
                .expect("the operating system gives a thread at start");
        }
        Self(jobs)
    }

    /// A new password's hash.
    ///
    /// # Errors
    /// When too many others wait.
    pub async fn hash(&self, password: String) -> Result<String, TooBusy> {
        let salt = Token::random().salt();
        let hashed = self
            .run(move |memory| phc::hash(&password, &salt, memory))
            .await?;
        hashed.ok_or(TooBusy)
    }

    /// Whether a password is the one of this hash. Without a hash it takes as long, and is never right.
    ///
    /// # Errors
    /// When too many others wait.
    pub async fn is_right(&self, password: String, kept: Option<String>) -> Result<bool, TooBusy> {
        self.run(move |memory| {
            let right = phc::is_right(&password, kept.as_deref().unwrap_or(phc::DUMMY), memory);
            right && kept.is_some()
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut [Block]) -> T + Send + 'static,
    ) -> Result<T, TooBusy> {
        let (answer, answered) = oneshot::channel();
        let state = Arc::new(AtomicU8::new(WAITING));
        let started = Arc::clone(&state);
        let job: Job = Box::new(move |memory| {
            if started
                .compare_exchange(WAITING, STARTED, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
            {
                // Nobody listens any more when the client went away.
                let _gone = answer.send(work(memory));
            }
        });
        self.0.try_send(job).map_err(|_| TooBusy)?;
        tokio::pin!(answered);
        if let Ok(result) = tokio::time::timeout(START_WITHIN, &mut answered).await {
            return result.map_err(|_| TooBusy);
        }
        if state
            .compare_exchange(WAITING, GIVEN_UP, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
        {
            return Err(TooBusy);
        }
        answered.await.map_err(|_| TooBusy)
    }
}

/// The memory comes with the first password and goes after a quiet minute.
fn work(jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        let mut memory = phc::memory();
        job(&mut memory);
        while let Ok(job) = jobs.recv_timeout(QUIET) {
            job(&mut memory);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn median_micros(hasher: &Hasher, kept: Option<&str>) -> u128 {
        let mut times = Vec::new();
        for _ in 0..15 {
            let began = Instant::now();
            assert!(
                !hasher
                    .is_right("wrong".to_owned(), kept.map(str::to_owned))
                    .await
                    .unwrap()
            );
            times.push(began.elapsed().as_micros());
        }
        times.sort_unstable();
        times[times.len() / 2]
    }

    #[tokio::test]
    async fn an_unknown_user_takes_as_long_as_a_wrong_password() {
        let hasher = Hasher::start();
        let kept = hasher
            .hash("a password of somebody".to_owned())
            .await
            .unwrap();
        let known = median_micros(&hasher, Some(&kept)).await;
        let unknown = median_micros(&hasher, None).await;
        let ratio = known.max(unknown) * 100 / known.min(unknown);
        assert!(ratio < 180, "known {known} µs, unknown {unknown} µs");
    }

    #[tokio::test]
    async fn more_than_can_be_hashed_soon_is_turned_away() {
        let hasher = Arc::new(Hasher::start());
        let tries: Vec<_> = (0..200)
            .map(|_| {
                let hasher = Arc::clone(&hasher);
                tokio::spawn(async move { hasher.hash("one of many".to_owned()).await.is_ok() })
            })
            .collect();
        let mut done = 0;
        for each in tries {
            done += u32::from(each.await.unwrap());
        }
        assert!((1..=100).contains(&done), "{done} of 200");
    }
}

//! Solver threads: as many as there are cores, started when they are needed, gone when they are not.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

/// A thread that nobody needed for so long ends.
const IDLE: Duration = Duration::from_secs(20);

/// A bounded set of threads. What waits is bounded by whoever hands jobs in.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    threads: usize,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    alive: usize,
    idle: usize,
}

impl Pool {
    /// At most so many threads; none yet.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self(Arc::new(Shared {
            threads: threads.max(1),
            state: Mutex::default(),
            work: Condvar::new(),
        }))
    }

    /// Runs a job as soon as a thread is free. A panic ends the job alone.
    pub fn run(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock();
        state.jobs.push_back(Box::new(job));
        if state.idle > 0 {
            self.0.work.notify_one();
        } else if state.alive < self.0.threads {
            let shared = Arc::clone(&self.0);
            let started = thread::Builder::new()
                .name("solver".to_owned())
                .spawn(move || shared.serve());
            match started {
                Ok(_) => state.alive += 1,
                Err(error) => tracing::error!(%error, "no solver thread can be started"),
            }
        }
    }

    /// Jobs that no thread has taken yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.lock().jobs.len()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self) {
        while let Some(job) = self.next() {
            // Whoever waits for the job learns of it by the answer that never comes.
            if catch_unwind(AssertUnwindSafe(job)).is_err() {
                tracing::error!("a job of the solver panicked");
            }
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            state.idle += 1;
            let (woken, waited) = self
                .work
                .wait_timeout(state, IDLE)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if waited.timed_out() && state.jobs.is_empty() {
                state.alive -= 1;
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn jobs_run_and_a_panic_ends_only_its_own() {
        let pool = Pool::new(1);
        let (done, finished) = mpsc::channel();
        pool.run(|| panic!("as a solver might"));
        for number in 0..3 {
            let done = done.clone();
            pool.run(move || done.send(number).unwrap());
        }
        let numbers: Vec<i32> = finished.iter().take(3).collect();
        assert_eq!(numbers, [0, 1, 2]);
    }

    #[test]
    fn never_more_threads_than_said() {
        let pool = Pool::new(2);
        let (begun, begins) = mpsc::channel();
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        for _ in 0..3 {
            let (begun, held) = (begun.clone(), Arc::clone(&held));
            pool.run(move || {
                begun.send(()).unwrap();
                let _released = held.lock().unwrap().recv();
            });
        }
        begins.recv().unwrap();
        begins.recv().unwrap();
        assert_eq!(pool.waiting(), 1);
        release.send(()).unwrap();
        begins.recv().unwrap();
        drop(release);
    }
}

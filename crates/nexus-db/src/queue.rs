//! Work that waits for a database thread, first come first served, save that one part of the service cannot take them all:
//! when something a part needs is locked, the other parts go on with the thread that is kept from it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Ordinary work takes a fraction of this.
const SLOW: Duration = Duration::from_millis(250);
/// A part that was slow may not take every thread for so long.
const WARY: Duration = Duration::from_secs(5);
/// How soon a thread looks again when all that waits is kept from it.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Which part of a service work is for; work of none is never kept waiting.
pub(crate) type Part = Option<u64>;

pub(crate) struct Queue<J> {
    state: Mutex<State<J>>,
    more: Condvar,
    capacity: usize,
}

struct State<J> {
    waiting: VecDeque<(Part, J)>,
    running: Vec<Running>,
    /// Until when a part is treated with care.
    wary: HashMap<u64, Instant>,
    threads: usize,
    closed: bool,
}

#[derive(Clone, Copy)]
struct Running {
    thread: usize,
    part: Part,
    since: Instant,
}

impl<J> Queue<J> {
    pub fn new(threads: usize, capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                running: Vec::new(),
                wary: HashMap::new(),
                threads,
                closed: false,
            }),
            more: Condvar::new(),
            capacity,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Whether there was room.
    pub fn push(&self, part: Part, job: J) -> bool {
        let mut state = self.state();
        if state.closed || state.waiting.len() >= self.capacity {
            return false;
        }
        state.waiting.push_back((part, job));
        drop(state);
        self.more.notify_one();
        true
    }

    /// The next work for a thread, which has done what it took before; `None` when there will be no more.
    pub fn take(&self, thread: usize) -> Option<J> {
        let mut state = self.state();
        state.finished(thread, Instant::now());
        loop {
            if let Some(job) = state.start(thread, Instant::now()) {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = if state.waiting.is_empty() {
                let waited = self.more.wait(state);
                waited.unwrap_or_else(PoisonError::into_inner)
            } else {
                let waited = self.more.wait_timeout(state, LOOK_AGAIN);
                waited.unwrap_or_else(PoisonError::into_inner).0
            };
        }
    }

    /// No more work: threads end when they have done what waits.
    pub fn close(&self) {
        self.state().closed = true;
        self.more.notify_all();
    }
}

impl<J> State<J> {
    fn start(&mut self, thread: usize, now: Instant) -> Option<J> {
        let at = (0..self.waiting.len()).find(|at| self.may_run(self.waiting[*at].0, now))?;
        let (part, job) = self.waiting.remove(at)?;
        self.running.push(Running {
            thread,
            part,
            since: now,
        });
        Some(job)
    }

    fn finished(&mut self, thread: usize, now: Instant) {
        let Some(at) = self.running.iter().position(|one| one.thread == thread) else {
            return;
        };
        let done = self.running.swap_remove(at);
        if let Some(part) = done.part
            && now - done.since > SLOW
        {
            self.wary.retain(|_, until| *until > now);
            self.wary.insert(part, now + WARY);
        }
    }

    fn may_run(&self, part: Part, now: Instant) -> bool {
        let Some(named) = part else { return true };
        let mut own = 0;
        let mut slow = self.wary.get(&named).is_some_and(|until| *until > now);
        for one in self.running.iter().filter(|one| one.part == part) {
            own += 1;
            slow |= now - one.since > SLOW;
        }
        !slow || own + 1 < self.threads.max(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENTS: Part = Some(1);
    const PRODUCTS: Part = Some(2);

    fn queue() -> State<&'static str> {
        Queue::new(4, 10).state.into_inner().unwrap()
    }

    #[test]
    fn a_part_may_use_every_thread_while_it_is_quick() {
        let (mut state, now) = (queue(), Instant::now());
        state.waiting = (0..4).map(|_| (CLIENTS, "c")).collect();
        for thread in 0..4 {
            assert_eq!(state.start(thread, now), Some("c"));
        }
    }

    #[test]
    fn a_part_that_hangs_leaves_one_thread_to_the_others_and_keeps_its_order() {
        let (mut state, now) = (queue(), Instant::now());
        state.waiting = (0..8).map(|_| (CLIENTS, "c")).collect();
        for thread in 0..4 {
            state.start(thread, now);
        }
        let later = now + Duration::from_secs(1);
        state.waiting.push_back((PRODUCTS, "p"));
        state.finished(0, later);
        assert_eq!(state.start(0, later), Some("p"), "past four that wait");
        state.finished(0, later);
        assert_eq!(state.start(0, later), None);
        state.waiting.push_back((None, "own"));
        assert_eq!(state.start(0, later), Some("own"));
        state.finished(0, later);
        state.finished(1, later);
        assert_eq!(
            state.start(1, later),
            Some("c"),
            "three of four are its own"
        );
        assert_eq!(state.start(0, later), None);
    }

    #[test]
    fn it_may_have_all_of_them_again_when_it_was_quick_for_a_while() {
        let (mut state, now) = (queue(), Instant::now());
        state.waiting = (0..9).map(|_| (CLIENTS, "c")).collect();
        state.start(0, now);
        let later = now + Duration::from_secs(1);
        state.finished(0, later);
        let started = (0..4).filter(|thread| state.start(*thread, later).is_some());
        assert_eq!(started.count(), 3);
        (0..4).for_each(|thread| state.finished(thread, later));
        let much_later = later + WARY + SLOW;
        let started = (0..4).filter(|thread| state.start(*thread, much_later).is_some());
        assert_eq!(started.count(), 4);
    }

    #[test]
    fn there_is_a_limit_and_an_end() {
        let queue = Queue::new(1, 2);
        assert!(queue.push(None, 1) && queue.push(CLIENTS, 2) && !queue.push(None, 3));
        assert_eq!(queue.waiting(), 2);
        queue.close();
        assert!(!queue.push(None, 4));
        assert_eq!(
            (queue.take(0), queue.take(0), queue.take(0)),
            (Some(1), Some(2), None)
        );
    }
}

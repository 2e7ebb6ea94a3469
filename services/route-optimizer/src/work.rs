//! One request, from bytes to bytes, on a solver thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{ThreadId, current};
use std::time::{Duration, Instant};

use route_solver::Budget;
use rustix::time::{ClockId, clock_gettime};

use crate::answer::{Answer, write};
use crate::draft::{Draft, Tour};
use crate::request::{self, Fault, Limits, Options, Request, Step, StepKind};
use crate::travel::{Source, Tables, Travel, Wait};
use crate::{checker, plan, translate, warm};

/// What all requests share.
pub struct Workshop {
    /// Where travel times come from.
    pub travel: Travel,
    /// What a request may ask for.
    pub limits: Limits,
    /// No request is worked on for longer.
    pub longest: Duration,
    /// Threads one request may use for its search.
    pub threads: usize,
}

/// What became of a request, beside its answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// Tasks asked for.
    pub tasks: usize,
    /// Vehicles offered.
    pub vehicles: usize,
    /// Time spent searching.
    pub solving: Duration,
    /// Steps of the search.
    pub iterations: u64,
    /// Where the times came from.
    pub source: Option<Source>,
}

/// Seeds are the caller's, or this one: the same request gets the same search.
const SEED: u64 = 1;

impl Workshop {
    /// The response to a request, as JSON.
    ///
    /// # Errors
    /// VROOM's codes; [`Fault::Internal`] when the checker does not confirm the answer.
    pub fn respond(
        &self,
        body: &[u8],
        received: Instant,
        cancelled: &AtomicBool,
    ) -> Result<(Vec<u8>, Outcome), Fault> {
        let request = request::read(body, self.limits)?;
        let until = received + self.longest;
        let (answer, outcome) = self.answer(request, received, until, cancelled)?;
        let text = serde_json::to_vec(&answer)
            .map_err(|error| Fault::Internal(format!("the answer cannot be written: {error}")))?;
        Ok((text, outcome))
    }

    /// The confirmed answer to a reviewed request.
    ///
    /// # Errors
    /// As [`Workshop::respond`].
    pub fn answer(
        &self,
        mut request: Request,
        received: Instant,
        until: Instant,
        cancelled: &AtomicBool,
    ) -> Result<(Answer, Outcome), Fault> {
        let wait = Wait {
            until,
            gone: cancelled,
        };
        let tables = self.travel.tables(&request, wait)?;
        // From here on the tables speak; only whether distances are told hangs on what was given.
        let mut outcome = Outcome {
            tasks: request.tasks.len(),
            vehicles: request.vehicles.len(),
            source: Some(tables.source),
            ..Outcome::default()
        };
        forget_values(&mut request);
        let loaded = Instant::now();
        let draft = if request.options.plan {
            plan::draft(&request, &tables)?
        } else {
            self.search(&request, &tables, loaded, until, cancelled, &mut outcome)?
        };
        outcome.solving = loaded.elapsed();
        let mut answer = write(&request, &tables, &draft);
        let solved = Instant::now();
        if request.options.geometry {
            self.draw(&request, &mut answer, wait);
        }
        if let Err(objection) = checker::check(&request, &tables, &answer) {
            let seed = request.options.seed.unwrap_or(SEED);
            tracing::error!(%objection, seed, iterations = outcome.iterations, "an answer was not confirmed");
            return Err(Fault::Internal(
                "The answer was not confirmed by its check and is withheld.".to_owned(),
            ));
        }
        let times = &mut answer.summary.computing_times;
        times.loading = millis(loaded - received);
        times.solving = millis(outcome.solving);
        times.routing = if request.options.geometry {
            millis(solved.elapsed())
        } else {
            0
        };
        Ok((answer, outcome))
    }

    fn search(
        &self,
        request: &Request,
        tables: &Tables,
        started: Instant,
        until: Instant,
        cancelled: &AtomicBool,
        outcome: &mut Outcome,
    ) -> Result<Draft, Fault> {
        warm::check(request, tables)?;
        let problem = translate::problem(request, tables);
        let options = request.options;
        let budget = Clock {
            started,
            options,
            work: work_for(request),
            caller: (current().id(), worked()),
            last: until,
            cancelled,
        };
        let threads = options.threads.unwrap_or(1) as usize;
        let how = route_solver::Options {
            seed: options.seed.unwrap_or(SEED),
            threads: threads.clamp(1, self.threads),
            ..route_solver::Options::default()
        };
        let solution = route_solver::solve(&problem, &how, &budget);
        outcome.iterations = solution.iterations;
        let mut draft = translate::draft(&solution);
        if translate::times_differ(request) {
            // The search planned with the longest times of the types there are; whether that was best, nobody knows.
            draft.optimal = false;
            for tour in &mut draft.tours {
                *tour = plan::retime(request, tables, tour.vehicle, &steps(tour))?;
            }
        }
        Ok(draft)
    }

    fn draw(&self, request: &Request, answer: &mut Answer, wait: Wait<'_>) {
        for route in &mut answer.routes {
            let profile = &request.vehicles[route.rank].profile;
            let places: Vec<_> = route
                .steps
                .iter()
                .filter_map(|step| step.location)
                .collect();
            route.geometry = self.travel.line(profile, &places, wait);
        }
    }
}

fn steps(tour: &Tour) -> Vec<Step> {
    let steps = tour.moments.iter().map(|moment| Step {
        kind: moment.kind,
        at: None,
        after: None,
        before: None,
    });
    debug_assert!(
        steps
            .clone()
            .next()
            .is_some_and(|step| step.kind == StepKind::Start)
    );
    steps.collect()
}

/// Given matrices are in the tables now; their copies would be the largest part of a request.
fn forget_values(request: &mut Request) {
    for known in request.matrices.values_mut() {
        known.durations = None;
        known.costs = None;
        if let Some(distances) = &mut known.distances {
            distances.forget();
        }
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// How long a search may work when the caller does not say: more for more tasks, less for a lower `x`.
fn work_for(request: &Request) -> Duration {
    let tasks = request.tasks.len() as u64;
    let share = u64::from(request.options.explore.unwrap_or(5)) + 1;
    let alone = request.vehicles.len() == 1 && tasks <= 25;
    let most = if alone {
        100
    } else {
        (10 * tasks).clamp(50, 10_000)
    };
    Duration::from_millis((most * share / 6).max(1))
}

/// On a busy machine, work may take so many times as long before it ends all the same.
const PATIENCE: u32 = 5;

/// The search's budget: the caller's time or iterations, or our own idea of how much work is enough. It ends at once when
/// nobody waits any more.
struct Clock<'a> {
    started: Instant,
    options: Options,
    /// The time a thread may work, when the caller said nothing.
    work: Duration,
    /// The thread that called the search, and how long it had worked before.
    caller: (ThreadId, Duration),
    last: Instant,
    cancelled: &'a AtomicBool,
}

/// How long this thread has worked in its life.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

impl Clock<'_> {
    /// The share of our own budget that is used: work counts, not waiting for a processor, within reason.
    fn own(&self, passed: Duration) -> f64 {
        let (caller, before) = self.caller;
        let before = if current().id() == caller {
            before
        } else {
            Duration::ZERO
        };
        let work = worked().saturating_sub(before).as_secs_f64() / self.work.as_secs_f64();
        work.max(passed.as_secs_f64() / (self.work * PATIENCE).as_secs_f64())
    }
}

impl Budget for Clock<'_> {
    fn used(&self, iterations: u64) -> f64 {
        if self.cancelled.load(Ordering::Relaxed) {
            return 1.0;
        }
        let now = Instant::now();
        let passed = now.saturating_duration_since(self.started);
        match (self.options.iterations, self.options.limit_ms) {
            _ if now >= self.last => 1.0,
            (Some(most), _) => route_solver::Iterations(most).used(iterations),
            (None, Some(0)) => 1.0,
            (None, Some(limit)) => passed.as_secs_f64() * 1000.0 / limit as f64,
            (None, None) => self.own(passed),
        }
    }
}

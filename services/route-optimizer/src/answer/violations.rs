//! What a plan breaks, found step by step.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Cause, Violation};
use crate::request::{Kind, Request, StepKind, Vehicle, Window};

/// What breaks at one step, or on one route.
#[derive(Debug, Clone, Default)]
pub struct Broken(BTreeMap<Cause, u64>);

impl Broken {
    fn add(&mut self, cause: Cause) {
        self.0.entry(cause).or_insert(0);
    }

    fn lasting(&mut self, cause: Cause, seconds: u64) {
        *self.0.entry(cause).or_insert(0) += seconds;
    }

    /// Adds what another one holds.
    pub fn join(&mut self, other: &Self) {
        for (cause, seconds) in &other.0 {
            self.lasting(*cause, *seconds);
        }
    }

    /// As the answer tells it.
    pub fn told(&self) -> Vec<Violation> {
        let told = self.0.iter().map(|(cause, seconds)| Violation {
            cause: *cause,
            duration: matches!(cause, Cause::LeadTime | Cause::Delay).then_some(*seconds),
        });
        told.collect()
    }
}

/// What is so far known of one step.
pub struct Seen<'a> {
    pub kind: StepKind,
    pub begin: u64,
    pub load: &'a [i64],
    pub duration: u64,
    pub distance: u64,
}

/// Goes along one route.
pub struct Inspector<'a> {
    request: &'a Request,
    vehicle: &'a Vehicle,
    tasks: usize,
    open: HashMap<usize, usize>,
    early: HashSet<usize>,
    breaks: HashSet<usize>,
    steps: Vec<Broken>,
}

impl<'a> Inspector<'a> {
    pub fn new(request: &'a Request, vehicle: &'a Vehicle) -> Self {
        Self {
            request,
            vehicle,
            tasks: 0,
            open: HashMap::new(),
            early: HashSet::new(),
            breaks: HashSet::new(),
            steps: Vec::new(),
        }
    }

    pub fn step(&mut self, seen: &Seen<'_>) {
        let mut broken = Broken::default();
        let (request, vehicle) = (self.request, self.vehicle);
        match seen.kind {
            StepKind::Start => {
                let lead = u64::from(vehicle.window.start).saturating_sub(seen.begin);
                if lead > 0 {
                    broken.lasting(Cause::LeadTime, lead);
                }
            }
            StepKind::End => {
                let delay = seen.begin.saturating_sub(u64::from(vehicle.window.end));
                if delay > 0 {
                    broken.lasting(Cause::Delay, delay);
                }
            }
            StepKind::Task(rank) => {
                off_windows(&request.tasks[rank].windows, seen.begin, &mut broken);
                self.task(rank, &mut broken);
            }
            StepKind::Break(rank) => {
                let pause = &vehicle.breaks[rank];
                off_windows(&pause.windows, seen.begin, &mut broken);
                self.breaks.insert(rank);
                if pause
                    .max_load
                    .as_ref()
                    .is_some_and(|most| exceeds(seen.load, most))
                {
                    broken.add(Cause::MaxLoad);
                }
            }
        }
        if exceeds(seen.load, &vehicle.capacity) {
            broken.add(Cause::Load);
        }
        if seen.kind != StepKind::Start {
            if vehicle
                .max_travel_time
                .is_some_and(|most| seen.duration > u64::from(most))
            {
                broken.add(Cause::MaxTravelTime);
            }
            if vehicle
                .max_distance
                .is_some_and(|most| seen.distance > u64::from(most))
            {
                broken.add(Cause::MaxDistance);
            }
        }
        self.steps.push(broken);
    }

    fn task(&mut self, rank: usize, broken: &mut Broken) {
        let task = &self.request.tasks[rank];
        self.tasks += 1;
        if self
            .vehicle
            .max_tasks
            .is_some_and(|most| self.tasks > most as usize)
        {
            broken.add(Cause::MaxTasks);
        }
        if !task
            .skills
            .iter()
            .all(|skill| self.vehicle.skills.binary_search(skill).is_ok())
        {
            broken.add(Cause::Skills);
        }
        match task.kind {
            Kind::Job => {}
            Kind::Pickup if self.early.contains(&(rank + 1)) => broken.add(Cause::Precedence),
            Kind::Pickup => {
                self.open.insert(rank + 1, self.steps.len());
            }
            Kind::Delivery => {
                if self.open.remove(&rank).is_none() {
                    broken.add(Cause::Precedence);
                    self.early.insert(rank);
                }
            }
        }
    }

    /// Of each step, and of the route.
    pub fn done(mut self) -> (Vec<Broken>, Broken) {
        for step in self.open.values() {
            self.steps[*step].add(Cause::Precedence);
        }
        let mut route = Broken::default();
        for step in &self.steps {
            route.join(step);
        }
        if self.breaks.len() < self.vehicle.breaks.len() {
            route.add(Cause::MissingBreak);
        }
        (self.steps, route)
    }
}

fn exceeds(load: &[i64], most: &[u32]) -> bool {
    load.iter()
        .zip(most)
        .any(|(load, most)| *load > i64::from(*most))
}

/// The nearest window counts: too late for the one before, or too early for the one after.
fn off_windows(windows: &[Window], begin: u64, broken: &mut Broken) {
    let before = windows
        .iter()
        .rev()
        .find(|window| u64::from(window.start) <= begin);
    let after = windows
        .iter()
        .find(|window| u64::from(window.start) > begin);
    let delay = before.map(|window| begin.saturating_sub(u64::from(window.end)));
    let lead = after.map(|window| u64::from(window.start) - begin);
    match (delay, lead) {
        (Some(0), _) => {}
        (Some(delay), Some(lead)) if lead < delay => broken.lasting(Cause::LeadTime, lead),
        (Some(delay), _) => broken.lasting(Cause::Delay, delay),
        (None, Some(lead)) => broken.lasting(Cause::LeadTime, lead),
        (None, None) => {}
    }
}

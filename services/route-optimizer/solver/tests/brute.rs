//! One vehicle's day by trying everything: each order of any of the tasks, with the breaks anywhere between.

use std::cmp::Reverse;

use route_solver::problem::{Kind, Problem, Task, UNREACHABLE, Vehicle, Window};

/// Sum of priorities, number of tasks, seconds on the road.
pub type Worth = (u64, usize, Reverse<u64>);

/// The best that can be done. What does not cost is not looked at: the vehicle's costs must be the default.
pub fn best(problem: &Problem) -> Worth {
    let vehicle = &problem.vehicles[0];
    let begin = Walk {
        place: vehicle.start,
        time: u64::from(vehicle.window.start),
        ..Walk::default()
    };
    let mut best = (0, 0, Reverse(0));
    begin.extend(problem, vehicle, &mut best);
    best
}

/// Where the vehicle is after some stops.
#[derive(Clone, Default)]
struct Walk {
    place: Option<usize>,
    time: u64,
    /// Seconds of the leg ahead that were driven while a break was waited for.
    driven: u64,
    travel: u64,
    meters: u64,
    priority: u64,
    order: Vec<usize>,
    /// How many tasks were done before each break.
    breaks: Vec<usize>,
}

impl Walk {
    fn leg(&self, problem: &Problem, to: Option<usize>) -> Option<(u64, u64)> {
        let profile = &problem.profiles[0];
        let Some((a, b)) = self.place.zip(to) else {
            return Some((0, 0));
        };
        let at = a * problem.places + b;
        let meters = profile.distances.as_ref().map_or(0, |d| u64::from(d[at]));
        let seconds = profile.durations[at];
        (seconds != UNREACHABLE).then_some((u64::from(seconds), meters))
    }

    fn extend(&self, problem: &Problem, vehicle: &Vehicle, best: &mut Worth) {
        if let Some(worth) = self.ends(problem, vehicle) {
            *best = (*best).max(worth);
        }
        if let Some(pause) = vehicle.breaks.get(self.breaks.len())
            && let Some(start) = next_start(&pause.windows, self.time)
        {
            let mut next = self.clone();
            next.driven += start - self.time;
            next.time = start + u64::from(pause.service);
            next.breaks.push(self.order.len());
            next.extend(problem, vehicle, best);
        }
        for (t, task) in problem.tasks.iter().enumerate() {
            if !self.order.contains(&t)
                && let Some(next) = self.go(problem, vehicle, t, task)
            {
                next.extend(problem, vehicle, best);
            }
        }
    }

    fn go(&self, problem: &Problem, vehicle: &Vehicle, t: usize, task: &Task) -> Option<Self> {
        let able = task.skills.iter().all(|s| vehicle.skills.contains(s));
        let turn = match task.kind {
            Kind::Delivery(pickup) => self.order.contains(&pickup),
            _ => true,
        };
        let (seconds, meters) = self
            .leg(problem, Some(task.place))
            .filter(|_| able && turn)?;
        let arrival = self.time + seconds.saturating_sub(self.driven);
        let start = next_start(&task.windows, arrival)?;
        let setup = if self.place == Some(task.place) {
            0
        } else {
            task.setup
        };
        let mut next = self.clone();
        next.place = Some(task.place);
        next.time = start + u64::from(setup) + u64::from(task.service);
        next.driven = 0;
        next.travel += seconds;
        next.meters += meters;
        next.priority += u64::from(task.priority);
        next.order.push(t);
        Some(next)
    }

    /// What the day is worth if it ends here; `None` if it cannot.
    fn ends(&self, problem: &Problem, vehicle: &Vehicle) -> Option<Worth> {
        let (seconds, meters) = self.leg(problem, vehicle.end)?;
        let (travel, meters) = (self.travel + seconds, self.meters + meters);
        let within = |most: Option<u32>, value: u64| most.is_none_or(|m| value <= u64::from(m));
        let whole = self.order.iter().all(|&t| match problem.tasks[t].kind {
            Kind::Pickup(other) => self.order.contains(&other),
            _ => true,
        });
        let fits = !self.order.is_empty()
            && whole
            && self.breaks.len() == vehicle.breaks.len()
            && self.time + seconds.saturating_sub(self.driven) <= u64::from(vehicle.window.end)
            && within(vehicle.max_travel_time, travel)
            && within(vehicle.max_distance, meters)
            && vehicle
                .max_tasks
                .is_none_or(|most| self.order.len() <= most)
            && (0..problem.dimensions).all(|d| self.carries(problem, vehicle, d));
        fits.then_some((self.priority, self.order.len(), Reverse(travel)))
    }

    fn carries(&self, problem: &Problem, vehicle: &Vehicle, d: usize) -> bool {
        let of = |list: &[u32]| list.get(d).map_or(0, |&a| i64::from(a));
        let within = |limit: &[u32], load| limit.get(d).is_none_or(|&l| load <= i64::from(l));
        let tasks = || self.order.iter().map(|&t| &problem.tasks[t]);
        let from_start = tasks().filter(|t| t.kind == Kind::Single);
        let mut load: i64 = from_start.map(|t| of(&t.delivery)).sum();
        let rests = |done: usize, load: i64| {
            let now = self
                .breaks
                .iter()
                .enumerate()
                .filter(|(_, after)| **after == done);
            now.into_iter()
                .all(|(b, _)| within(&vehicle.breaks[b].max_load, load))
        };
        let mut fits = within(&vehicle.capacity, load) && rests(0, load);
        for (done, task) in tasks().enumerate() {
            load += of(&task.pickup) - of(&task.delivery);
            fits &= within(&vehicle.capacity, load) && rests(done + 1, load);
        }
        fits
    }
}

fn next_start(windows: &[Window], time: u64) -> Option<u64> {
    if windows.is_empty() {
        return Some(time);
    }
    let open = windows.iter().find(|w| time <= u64::from(w.end))?;
    Some(time.max(u64::from(open.start)))
}

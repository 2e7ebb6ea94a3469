//! Days of one agent, made up from a seed like those in the data folder: 15 to 25 visits around a town, some by appointment,
//! some in the morning or in the afternoon only; with a lunch break or without.

use std::sync::Arc;

use route_solver::problem::{Break, Costs, Kind, Problem, Profile, Task, Vehicle, Window};

use crate::score;

/// A small generator of numbers; not the solver's.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.unit() * bound as f64) as usize
    }
}

const OPENS: u32 = 30_600;
const CLOSES: u32 = 66_600;
const NOON: u32 = 46_800;

/// A day on which everything can be visited; `lunch`: with a break at noon, of half an hour to an hour, sooner or later.
pub fn day(seed: u64, visits: usize, lunch: bool) -> Problem {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..16 {
        dice.unit();
    }
    loop {
        let pause = lunch.then(|| pause(&mut dice));
        if let Some(problem) = attempt(&mut dice, visits, pause) {
            return problem;
        }
    }
}

fn pause(dice: &mut Dice) -> Break {
    let start = [41_400, 43_200, 45_000][dice.below(3)];
    let width = [3600, 5400, 7200, 9000][dice.below(4)];
    Break {
        windows: vec![Window {
            start,
            end: start + width,
        }],
        service: [1800, 2700, 3600][dice.below(3)],
        max_load: Vec::new(),
    }
}

fn attempt(dice: &mut Dice, visits: usize, pause: Option<Break>) -> Option<Problem> {
    let spread = if visits > 18 { 9.0 } else { 12.0 };
    let mut at = |scale: f64| {
        (
            (dice.unit() + dice.unit() - 1.0) * scale,
            (dice.unit() + dice.unit() - 1.0) * scale,
        )
    };
    let places: Vec<(f64, f64)> = (0..=visits)
        .map(|i| if i == 0 { (0.0, 0.0) } else { at(spread * 1.6) })
        .collect();
    let seconds = |a: &(f64, f64), b: &(f64, f64)| {
        let km = (a.0 - b.0).hypot(a.1 - b.1) * 1.3;
        if km == 0.0 {
            0
        } else {
            (90.0 + 210.0 * km.powf(0.68)) as u32
        }
    };
    let durations: Arc<[u32]> = places
        .iter()
        .flat_map(|a| places.iter().map(move |b| seconds(a, b)))
        .collect();
    let services: Vec<u32> = (0..visits)
        .map(|_| {
            if visits > 18 {
                [480, 600, 900][dice.below(3)]
            } else {
                [600, 900, 1200, 1500][dice.below(4)]
            }
        })
        .collect();
    // A tour by nearest neighbours, now and then the second nearest, that the appointments are taken from.
    let n = visits + 1;
    let (mut here, mut time, mut left) = (0, OPENS, (1..n).collect::<Vec<_>>());
    let mut seen = vec![0u32; n];
    let mut rest = pause.clone();
    while !left.is_empty() {
        if let Some(pause) = rest.take_if(|pause| pause.windows[0].start <= time) {
            time += pause.service;
        }
        left.sort_by_key(|&p| durations[here * n + p]);
        let next = left.remove(if left.len() > 1 && dice.unit() < 0.35 {
            1
        } else {
            0
        });
        time += durations[here * n + next];
        seen[next] = time;
        time += services[next - 1];
        here = next;
    }
    if rest.is_some() || time + durations[here * n] > CLOSES {
        return None;
    }
    let tasks = (1..n).map(|place| {
        let window = match (dice.unit(), seen[place]) {
            (x, t) if x < 0.3 => {
                let width = if dice.unit() < 0.5 { 5400 } else { 7200 };
                let start = (t - (dice.unit() * f64::from(width)) as u32).max(OPENS);
                Window {
                    start,
                    end: (start + width).min(CLOSES),
                }
            }
            (x, t) if x < 0.55 && t <= NOON => Window {
                start: OPENS,
                end: NOON,
            },
            (x, t) if x < 0.55 && t > NOON => Window {
                start: NOON,
                end: CLOSES,
            },
            _ => Window {
                start: OPENS,
                end: CLOSES,
            },
        };
        Task {
            place,
            setup: 0,
            service: services[place - 1],
            windows: vec![window],
            skills: Vec::new(),
            delivery: Vec::new(),
            pickup: Vec::new(),
            priority: 0,
            kind: Kind::Single,
        }
    });
    let tasks = tasks.collect();
    let vehicle = Vehicle {
        profile: 0,
        start: Some(0),
        end: Some(0),
        window: Window {
            start: OPENS,
            end: CLOSES,
        },
        capacity: Vec::new(),
        skills: Vec::new(),
        breaks: pause.into_iter().collect(),
        max_tasks: None,
        max_travel_time: None,
        max_distance: None,
        costs: Costs::default(),
    };
    Some(Problem {
        places: n,
        dimensions: 0,
        profiles: vec![Profile {
            durations,
            distances: None,
            costs: None,
        }],
        vehicles: vec![vehicle],
        tasks,
        warm_start: Vec::new(),
    })
}

/// Percentile of a sorted list.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

/// What came of many days.
pub struct Days {
    pub median: f64,
    pub late: f64,
    pub proven: f64,
}

/// Solves made-up days of 15, 20 and 25 visits in turn, within a limit in seconds.
pub fn run(count: u64, limit: f64, lunch: bool) -> Days {
    let mut times = Vec::new();
    let mut proven = 0;
    for seed in 1..=count {
        let problem = day(seed, [15, 20, 25][seed as usize % 3], lunch);
        let (_, run) = score::run(&problem, limit, seed);
        times.push(run.seconds * 1000.0);
        proven += u64::from(run.optimal);
        if !run.optimal {
            println!(
                "day {seed} with {} visits: not proven, {:.1} ms",
                problem.tasks.len(),
                run.seconds * 1000.0
            );
        }
    }
    times.sort_by(f64::total_cmp);
    let (median, late) = (percentile(&times, 0.5), percentile(&times, 0.95));
    let proven = proven as f64 / count as f64 * 100.0;
    println!(
        "{count} days: p50 {median:.1} ms, p95 {late:.1} ms, slowest {:.1} ms, {proven:.1} % proven optimal",
        percentile(&times, 1.0)
    );
    Days {
        median,
        late,
        proven,
    }
}

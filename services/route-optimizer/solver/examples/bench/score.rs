//! Solving a file and weighing the answer by a plain recount.

use std::collections::BTreeMap;
use std::path::Path;

use route_solver::problem::{Problem, Stop};
use route_solver::{Budget, Iterations, Options, Solution, solve};

use crate::clock::{CpuSeconds, cpu};
use crate::read;

/// One run's outcome.
pub struct Run {
    pub cost: f64,
    pub routes: usize,
    pub unassigned: usize,
    pub priority: u64,
    pub iterations: u64,
    pub seconds: f64,
    pub optimal: bool,
}

pub fn best_known(path: &Path) -> BTreeMap<String, f64> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|_| "{}".into());
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let entries = json.as_object().into_iter().flatten();
    entries
        .filter_map(|(name, v)| Some((name.to_lowercase(), v["dimacs_distance"].as_f64()?)))
        .collect()
}

pub fn load(path: &Path) -> Problem {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    if path.extension().is_some_and(|e| e == "json") {
        read::vroom(&text)
    } else {
        read::solomon(&text)
    }
}

pub fn name(path: &Path) -> String {
    path.file_stem()
        .map(|s| s.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

/// How long to search: CPU seconds, or iterations, which are the same on a busy machine.
#[derive(Clone, Copy)]
pub enum Effort {
    Seconds(f64),
    Iterations(u64),
}

impl Effort {
    /// `2.5` for seconds, `100000i` for iterations.
    pub fn read(text: &str) -> Self {
        match text.strip_suffix('i') {
            Some(iterations) => Self::Iterations(iterations.parse().expect("iterations")),
            None => Self::Seconds(text.parse().expect("seconds")),
        }
    }
}

impl From<f64> for Effort {
    fn from(seconds: f64) -> Self {
        Self::Seconds(seconds)
    }
}

/// Runs of each problem, with seeds 1, 2, …, and the threads of each.
#[derive(Clone, Copy)]
pub struct Seeds {
    count: u64,
    threads: usize,
}

impl Seeds {
    /// `3` for three runs, `3x2` for three runs of two threads.
    pub fn read(text: &str) -> Self {
        let (count, threads) = text.split_once('x').unwrap_or((text, "1"));
        Self {
            count: count.parse().expect("how many seeds"),
            threads: threads.parse().expect("how many threads"),
        }
    }
}

impl From<u64> for Seeds {
    fn from(count: u64) -> Self {
        Self { count, threads: 1 }
    }
}

/// Solves with one thread; Solomon's costs come out in whole units instead of tenths.
pub fn run(problem: &Problem, effort: impl Into<Effort>, seed: u64) -> (Solution, Run) {
    run_with(problem, effort, seed, 1)
}

/// The same with several threads, each with the whole effort.
pub fn run_with(
    problem: &Problem,
    effort: impl Into<Effort>,
    seed: u64,
    threads: usize,
) -> (Solution, Run) {
    let from = cpu();
    let budget: Box<dyn Budget> = match effort.into() {
        Effort::Seconds(seconds) => Box::new(CpuSeconds::new(seconds)),
        Effort::Iterations(count) => Box::new(Iterations(count)),
    };
    let options = Options {
        seed,
        threads,
        ..Options::default()
    };
    let solution = solve(problem, &options, budget.as_ref());
    let seconds = cpu() - from;
    let run = weigh(problem, &solution, seconds);
    (solution, run)
}

fn weigh(problem: &Problem, solution: &Solution, seconds: f64) -> Run {
    let durations = &problem.profiles[0].durations;
    let mut cost = 0u64;
    let mut priority = 0u64;
    for route in &solution.routes {
        let vehicle = &problem.vehicles[route.vehicle];
        let tasks = route.stops.iter().filter_map(|s| {
            if let Stop::Task(t) = s.stop {
                Some(&problem.tasks[t])
            } else {
                None
            }
        });
        priority += tasks.clone().map(|t| u64::from(t.priority)).sum::<u64>();
        let places: Vec<usize> = vehicle
            .start
            .into_iter()
            .chain(tasks.map(|t| t.place))
            .chain(vehicle.end)
            .collect();
        cost += places
            .windows(2)
            .map(|p| u64::from(durations[p[0] * problem.places + p[1]]))
            .sum::<u64>();
    }
    Run {
        cost: cost as f64,
        routes: solution.routes.len(),
        unassigned: solution.unassigned.len(),
        priority,
        iterations: solution.iterations,
        seconds,
        optimal: solution.optimal,
    }
}

/// Solves each file with seeds 1, 2, … and prints a line for each, then means.
pub fn table<'a>(
    files: impl Iterator<Item = &'a Path>,
    effort: impl Into<Effort>,
    seeds: impl Into<Seeds>,
    best: &BTreeMap<String, f64>,
) -> Vec<(String, f64)> {
    let mut gaps = Vec::new();
    let (effort, seeds) = (effort.into(), seeds.into());
    for path in files {
        let problem = load(path);
        for seed in 1..=seeds.count {
            let (_, run) = run_with(&problem, effort, seed, seeds.threads);
            let name = name(path);
            let shown = best.get(&name).map_or(run.cost, |_| run.cost / 10.0);
            let gap = best.get(&name).map_or(0.0, |b| (shown / b - 1.0) * 100.0);
            println!(
                "{name:<12} {shown:>10.1} gap {gap:>6.2} %  routes {:>3} unassigned {:>3} priority {:>6} iterations {:>8} {:.2} s{}",
                run.routes,
                run.unassigned,
                run.priority,
                run.iterations,
                run.seconds,
                if run.optimal { " optimal" } else { "" }
            );
            gaps.push((
                name,
                if run.unassigned > 0 && best.contains_key(&self::name(path)) {
                    100.0
                } else {
                    gap
                },
            ));
        }
    }
    summary(&gaps);
    gaps
}

fn summary(gaps: &[(String, f64)]) {
    let mut classes: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (name, gap) in gaps {
        let class: String = name
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .chain(name.chars().find(char::is_ascii_digit))
            .collect();
        classes.entry(class).or_default().push(*gap);
    }
    for (class, list) in &classes {
        println!("{class:<4} mean {:.3} % of {}", mean(list), list.len());
    }
    let all: Vec<f64> = gaps.iter().map(|g| g.1).collect();
    let worst = all.iter().copied().fold(0.0, f64::max);
    let solved = all.iter().filter(|g| **g < 0.005).count();
    println!(
        "all  mean {:.3} %  worst {worst:.2} %  best known reached {solved} of {}",
        mean(&all),
        all.len()
    );
}

pub fn mean(list: &[f64]) -> f64 {
    list.iter().sum::<f64>() / list.len().max(1) as f64
}

//! A slice of the benchmarks, bounded by iterations: the same outcome on a busy machine.
//!
//! The iterations are about those of the goals' seconds, the thresholds the goals, the week's with a margin; a change
//! that breaks them has made the search worse.

#[path = "../examples/bench/read.rs"]
mod read;
mod recount;

use std::path::PathBuf;

use recount::recount;
use route_solver::problem::{Break, Problem, Window};
use route_solver::{Iterations, Options, solve};

/// Best known distances, cut off after the first decimal (CVRPLIB).
const SOLOMON: [(&str, f64); 12] = [
    ("C101", 827.3),
    ("C107", 827.3),
    ("C201", 589.1),
    ("C205", 586.4),
    ("R101", 1637.7),
    ("R105", 1355.3),
    ("R109", 1146.9),
    ("R201", 1143.2),
    ("R207", 794.0),
    ("RC101", 1619.8),
    ("RC105", 1513.7),
    ("RC203", 923.7),
];
const HOMBERGER: [(&str, f64); 3] = [("C1_2_1", 2698.6), ("R1_2_1", 4667.2), ("RC2_2_1", 2797.4)];

fn fixture(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "fixtures", name]
        .iter()
        .collect();
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The gap to the best known distance in percent.
fn gap(problem: &Problem, best: f64, iterations: u64) -> f64 {
    let solution = solve(problem, &Options::default(), &Iterations(iterations));
    let (_, tenths) = recount(problem, &solution);
    assert_eq!(solution.unassigned, [], "everybody is served");
    (tenths as f64 / 10.0 / best - 1.0) * 100.0
}

fn gaps(folder: &str, list: &[(&str, f64)], iterations: u64) -> (f64, f64) {
    let gaps: Vec<f64> = list
        .iter()
        .map(|(name, best)| {
            let name = if folder == "homberger" {
                name.to_lowercase()
            } else {
                (*name).to_owned()
            };
            gap(
                &read::solomon(&fixture(&format!("{folder}/{name}.txt"))),
                *best,
                iterations,
            )
        })
        .collect();
    (
        gaps.iter().sum::<f64>() / gaps.len() as f64,
        gaps.iter().copied().fold(0.0, f64::max),
    )
}

#[test]
fn solomon_stays_near_the_best_known() {
    let (mean, worst) = gaps("solomon", &SOLOMON, 100_000);
    assert!(
        mean <= 0.35 && worst <= 2.0,
        "mean {mean:.2} %, worst {worst:.2} %"
    );
}

#[test]
fn two_hundred_customers_stay_near_the_best_known() {
    let (mean, worst) = gaps("homberger", &HOMBERGER, 300_000);
    assert!(
        mean <= 0.6 && worst <= 1.4,
        "mean {mean:.2} %, worst {worst:.2} %"
    );
}

#[test]
fn days_are_proven_optimal() {
    let mut proven = 0;
    for visits in [15, 20, 25] {
        for number in 0..6 {
            let problem = read::vroom(&fixture(&format!("days/day{visits}_{number}.json")));
            let solution = solve(&problem, &Options::default(), &Iterations(20_000));
            recount(&problem, &solution);
            proven += usize::from(solution.optimal && solution.unassigned.is_empty());
        }
    }
    assert!(proven >= 18, "{proven} of 18");
}

#[test]
fn days_with_a_lunch_break_are_proven_optimal() {
    let mut proven = 0;
    for visits in [15, 20, 25] {
        for number in 0..6 {
            let mut problem = read::vroom(&fixture(&format!("days/day{visits}_{number}.json")));
            let hours = problem.vehicles[0].window;
            problem.vehicles[0].breaks = vec![Break {
                windows: vec![Window {
                    start: hours.start + 12_600,
                    end: hours.start + 19_800,
                }],
                service: 1800,
                max_load: Vec::new(),
            }];
            let solution = solve(&problem, &Options::default(), &Iterations(20_000));
            recount(&problem, &solution);
            proven += usize::from(solution.optimal && solution.unassigned.is_empty());
        }
    }
    assert!(proven >= 18, "{proven} of 18");
}

#[test]
fn weeks_of_a_team_are_planned() {
    let problem = read::vroom(&fixture("weeks/week400_0.json"));
    // From seed to seed a week moves by half a percent.
    let travels = (1..=4).map(|seed| {
        let options = Options {
            seed,
            ..Options::default()
        };
        let solution = solve(&problem, &options, &Iterations(70_000));
        let (_, travel) = recount(&problem, &solution);
        assert_eq!(solution.unassigned, []);
        travel
    });
    let mean = travels.sum::<u64>() / 4;
    assert!(mean <= 428_600, "{mean} s on the road");
}

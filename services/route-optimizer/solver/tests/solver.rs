//! Whatever the problem, the answer keeps every rule.

mod any;
mod brute;
mod recount;

use proptest::prelude::*;
use route_solver::problem::{Costs, Kind, Problem, Profile, Task, Vehicle, Window};
use route_solver::{Budget, Iterations, Options, Reason, solve};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_keeps_every_rule(problem in any::problem()) {
        let solution = solve(&problem, &Options::default(), &Iterations(300));
        recount::recount(&problem, &solution);
        for unassigned in &solution.unassigned {
            if unassigned.reason == Reason::NoRoom && problem.vehicles.len() == 1 {
                prop_assert!(!solution.routes.is_empty(), "there is room while nobody goes anywhere");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_answer(problem in any::problem(), seed in 0u64..9, threads in 1usize..3) {
        let options = Options { seed, threads, ..Options::default() };
        prop_assert_eq!(solve(&problem, &options, &Iterations(200)), solve(&problem, &options, &Iterations(200)));
    }

    #[test]
    fn what_is_called_optimal_is(problem in any::small_day()) {
        is_best_if_called_optimal(&problem)?;
    }

    #[test]
    fn what_is_called_optimal_is_with_breaks_and_all_else(problem in any::full_day()) {
        is_best_if_called_optimal(&problem)?;
    }

    #[test]
    fn a_warm_start_is_never_made_worse(problem in any::problem()) {
        let first = solve(&problem, &Options::default(), &Iterations(200));
        let (priority, _) = recount::recount(&problem, &first);
        let mut warm_start = vec![Vec::new(); problem.vehicles.len()];
        for route in &first.routes {
            warm_start[route.vehicle] = route.stops.iter().map(|s| s.stop).collect();
        }
        let again = Problem { warm_start, ..problem };
        let second = solve(&again, &Options { seed: 5, ..Options::default() }, &Iterations(1));
        let (after, _) = recount::recount(&again, &second);
        prop_assert!((after, usize::MAX - second.unassigned.len()) >= (priority, usize::MAX - first.unassigned.len()));
    }
}

fn is_best_if_called_optimal(problem: &Problem) -> Result<(), TestCaseError> {
    let solution = solve(problem, &Options::default(), &Iterations(2_000));
    let (priority, travel) = recount::recount(problem, &solution);
    let mine = (
        priority,
        problem.tasks.len() - solution.unassigned.len(),
        std::cmp::Reverse(travel),
    );
    let best = brute::best(problem);
    prop_assert!(mine <= best, "better than the best?");
    if solution.optimal {
        prop_assert_eq!(mine, best);
    }
    Ok(())
}

/// A place on a line per task, everybody starts at place 0.
fn line(tasks: usize, seconds: u32, vehicle: Vehicle) -> Problem {
    let places = tasks + 1;
    let durations = (0..places * places)
        .map(|i| ((i / places).abs_diff(i % places) as u32).saturating_mul(seconds))
        .collect();
    let task = |place| Task {
        place,
        setup: 0,
        service: 60,
        windows: Vec::new(),
        skills: Vec::new(),
        delivery: Vec::new(),
        pickup: Vec::new(),
        priority: 0,
        kind: Kind::Single,
    };
    Problem {
        places,
        dimensions: 0,
        profiles: vec![Profile {
            durations,
            distances: None,
            costs: None,
        }],
        vehicles: vec![vehicle],
        tasks: (1..places).map(task).collect(),
        warm_start: Vec::new(),
    }
}

fn vehicle() -> Vehicle {
    Vehicle {
        profile: 0,
        start: Some(0),
        end: Some(0),
        window: Window::ALWAYS,
        capacity: Vec::new(),
        skills: Vec::new(),
        breaks: Vec::new(),
        max_tasks: None,
        max_travel_time: None,
        max_distance: None,
        costs: Costs::default(),
    }
}

#[test]
fn leaves_late_enough_not_to_wait() {
    let mut problem = line(1, 600, vehicle());
    problem.tasks[0].windows = vec![Window {
        start: 30_000,
        end: 31_000,
    }];
    let solution = solve(&problem, &Options::default(), &Iterations(10));
    assert_eq!(
        (
            solution.routes[0].departure,
            solution.routes[0].stops[0].arrival
        ),
        (29_400, 30_000)
    );
}

#[test]
fn proves_a_line_optimal() {
    let solution = solve(
        &line(9, 60, vehicle()),
        &Options::default(),
        &Iterations(100_000),
    );
    assert!(solution.optimal, "a day of 9 visits can be proven");
}

#[test]
fn says_what_stands_in_the_way() {
    let reason = |change: fn(&mut Problem)| {
        let mut problem = line(1, 600, vehicle());
        change(&mut problem);
        let solution = solve(&problem, &Options::default(), &Iterations(10));
        solution.unassigned.first().map(|u| u.reason)
    };
    assert_eq!(reason(|_| {}), None);
    assert_eq!(
        reason(|p| p.tasks[0].skills = vec![7]),
        Some(Reason::NoVehicleWithSkills)
    );
    assert_eq!(
        reason(|p| p.vehicles[0].max_tasks = Some(0)),
        Some(Reason::MaxTasks)
    );
    assert_eq!(
        reason(|p| p.vehicles[0].max_travel_time = Some(1199)),
        Some(Reason::MaxTravelTime)
    );
    assert_eq!(
        reason(|p| p.vehicles[0].window = Window {
            start: 0,
            end: 1259
        }),
        Some(Reason::OutsideTimeWindows)
    );
    assert_eq!(
        reason(|p| p.profiles[0].durations = vec![0, u32::MAX, u32::MAX, 0].into()),
        Some(Reason::Unreachable)
    );
    let too_much = |p: &mut Problem| {
        p.dimensions = 1;
        p.tasks[0].delivery = vec![2];
        p.vehicles[0].capacity = vec![1];
    };
    assert_eq!(reason(too_much), Some(Reason::Capacity));
}

#[test]
fn numbers_near_the_limit_do_no_harm() {
    for seconds in [u32::MAX - 1, u32::MAX / 2, 1 << 30] {
        let mut problem = line(
            12,
            seconds,
            Vehicle {
                costs: Costs {
                    fixed: u32::MAX,
                    per_hour: u32::MAX,
                    per_task_hour: u32::MAX,
                    per_km: u32::MAX,
                },
                ..vehicle()
            },
        );
        for task in &mut problem.tasks {
            (task.service, task.setup, task.priority) = (u32::MAX, u32::MAX, 100);
            task.windows = vec![Window {
                start: u32::MAX - 5,
                end: u32::MAX,
            }];
        }
        recount::recount(
            &problem,
            &solve(&problem, &Options::default(), &Iterations(100)),
        );
    }
}

#[test]
fn nothing_to_do_is_done_at_once() {
    assert_eq!(
        solve(
            &Problem::default(),
            &Options::default(),
            &Iterations(1_000_000)
        )
        .routes
        .len(),
        0
    );
}

/// A budget that is gone from the start, and says how often it was asked.
struct Gone(std::sync::atomic::AtomicU32);

impl Budget for Gone {
    fn used(&self, _iterations: u64) -> f64 {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        1.0
    }
}

#[test]
fn a_cancelled_search_ends_with_what_it_has() {
    let problem = line(800, 7, vehicle());
    let begun = std::time::Instant::now();
    let solution = solve(
        &problem,
        &Options::default(),
        &Gone(std::sync::atomic::AtomicU32::new(0)),
    );
    recount::recount(&problem, &solution);
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

//! Problems of every kind, small enough to be many.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use route_solver::problem::{
    Break, Costs, Kind, Problem, Profile, Task, UNREACHABLE, Vehicle, Window,
};

const DAY: u32 = 10_000;

fn window() -> impl Strategy<Value = Window> {
    (0..DAY, 0..DAY / 2).prop_map(|(start, width)| Window {
        start,
        end: start + width,
    })
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    prop_oneof![
        Just(Vec::new()),
        window().prop_map(|w| vec![w]),
        (0..DAY / 2, 0..2000u32, 1..2000u32, 0..3000u32).prop_map(|(start, one, gap, two)| {
            vec![
                Window {
                    start,
                    end: start + one,
                },
                Window {
                    start: start + one + gap,
                    end: start + one + gap + two,
                },
            ]
        }),
    ]
}

fn amounts() -> impl Strategy<Value = Vec<u32>> {
    prop_oneof![Just(vec![0, 0]), vec(0u32..5, 2)]
}

fn task(places: usize) -> impl Strategy<Value = Task> {
    let when = (prop_oneof![Just(0u32), 0..600u32], 0..900u32, windows());
    (
        0..places,
        when,
        vec(0u32..3, 0..2),
        amounts(),
        amounts(),
        0u32..=100,
    )
        .prop_map(
            |(place, (setup, service, windows), skills, delivery, pickup, priority)| Task {
                place,
                setup,
                service,
                windows,
                skills,
                delivery,
                pickup,
                priority: if priority < 50 { 0 } else { priority },
                kind: Kind::Single,
            },
        )
}

fn pause() -> impl Strategy<Value = Break> {
    (
        windows(),
        0..1500u32,
        prop_oneof![Just(Vec::new()), vec(0u32..8, 2)],
    )
        .prop_map(|(windows, service, max_load)| Break {
            windows,
            service,
            max_load,
        })
}

fn vehicle(places: usize) -> impl Strategy<Value = Vehicle> {
    let ends = prop_oneof![
        (0..places, 0..places).prop_map(|(a, b)| (Some(a), Some(b))),
        (0..places).prop_map(|a| (Some(a), None)),
        (0..places).prop_map(|a| (None, Some(a)))
    ];
    let limits = (
        option::weighted(0.3, 0usize..6),
        option::weighted(0.3, 0..9000u32),
        option::weighted(0.3, 0..9000u32),
    );
    let costs = prop_oneof![
        Just(Costs::default()),
        (0..5000u32, 0..7200u32, 0..100u32, 0..50u32).prop_map(
            |(fixed, per_hour, per_task_hour, per_km)| Costs {
                fixed,
                per_hour,
                per_task_hour,
                per_km
            }
        )
    ];
    (
        ends,
        prop_oneof![
            Just(Window::ALWAYS),
            Just(Window {
                start: 500,
                end: DAY
            })
        ],
        prop_oneof![Just(Vec::new()), vec(3u32..15, 2)],
        proptest::sample::subsequence(vec![0u32, 1, 2], 1..=3),
        vec(pause(), 0..3),
        limits,
        costs,
    )
        .prop_map(
            |(
                (start, end),
                window,
                capacity,
                skills,
                breaks,
                (max_tasks, max_travel_time, max_distance),
                costs,
            )| Vehicle {
                profile: 0,
                start,
                end,
                window,
                capacity,
                skills,
                breaks,
                max_tasks,
                max_travel_time,
                max_distance,
                costs,
            },
        )
}

/// Everything at once, ways that are no triangle and ways that do not exist included; now and then nothing but plain tasks.
pub fn problem() -> impl Strategy<Value = Problem> {
    (2usize..8, 0usize..3, any::<bool>())
        .prop_flat_map(|(places, shipments, plain)| {
            let leg = prop_oneof![20 => 0..1500u32, 1 => Just(UNREACHABLE)];
            let meters = vec(0..2000u32, places * places);
            (
                Just((places, shipments, plain)),
                vec(leg, places * places),
                meters,
                vec(task(places), shipments * 2..shipments * 2 + 9),
                vec(vehicle(places), 1..4),
            )
        })
        .prop_map(
            |((places, shipments, plain), mut durations, meters, mut tasks, mut vehicles)| {
                (0..places).for_each(|p| durations[p * places + p] = 0);
                for s in 0..shipments {
                    let (a, b) = (2 * s, 2 * s + 1);
                    let goods = tasks[a].pickup.clone();
                    let (skills, priority) = (tasks[a].skills.clone(), tasks[a].priority);
                    (tasks[a].kind, tasks[b].kind) = (Kind::Pickup(b), Kind::Delivery(a));
                    tasks[a].delivery = vec![0, 0];
                    (
                        tasks[b].pickup,
                        tasks[b].delivery,
                        tasks[b].skills,
                        tasks[b].priority,
                    ) = (vec![0, 0], goods, skills, priority);
                }
                if plain {
                    make_plain(&mut tasks, &mut vehicles);
                }
                let profile = Profile {
                    durations: Arc::from(durations),
                    distances: Some(Arc::from(meters)),
                    costs: None,
                };
                Problem {
                    places,
                    dimensions: 2,
                    profiles: vec![profile],
                    vehicles,
                    tasks,
                    warm_start: Vec::new(),
                }
            },
        )
}

fn make_plain(tasks: &mut [Task], vehicles: &mut [Vehicle]) {
    for task in tasks {
        (task.setup, task.kind, task.pickup) = (0, Kind::Single, Vec::new());
        task.delivery.truncate(1);
    }
    for vehicle in vehicles {
        vehicle.breaks.clear();
        vehicle.capacity.truncate(1);
        (vehicle.max_travel_time, vehicle.max_distance) = (None, None);
    }
}

/// One plain vehicle and few tasks; some days too short for all of them.
pub fn small_day() -> impl Strategy<Value = Problem> {
    (problem(), 0usize..7, 2000..DAY).prop_map(|(mut problem, tasks, end)| {
        problem.tasks.truncate(tasks);
        make_plain(&mut problem.tasks, &mut problem.vehicles);
        problem.vehicles.truncate(1);
        problem.vehicles[0].window = Window { start: 0, end };
        problem.vehicles[0].costs = Costs::default();
        problem.vehicles[0].max_tasks = None;
        problem
    })
}

/// One vehicle with breaks, shared places with setups, limits and loads, and few tasks; some days too short for all of them.
pub fn full_day() -> impl Strategy<Value = Problem> {
    (problem(), 0usize..6, 2000..DAY).prop_map(|(mut problem, tasks, end)| {
        let half = |task: &Task| match task.kind {
            Kind::Single => false,
            Kind::Pickup(other) | Kind::Delivery(other) => other >= tasks,
        };
        while problem.tasks.len() > tasks || problem.tasks.last().is_some_and(half) {
            problem.tasks.pop();
        }
        problem.vehicles.truncate(1);
        problem.vehicles[0].window = Window { start: 0, end };
        problem.vehicles[0].costs = Costs::default();
        problem
    })
}

//! Reading public instances: Solomon's text and VROOM's JSON.

use std::sync::Arc;

use route_solver::problem::{Break, Costs, Kind, Problem, Profile, Task, Vehicle, Window};
use serde_json::Value;

/// A Solomon or Gehring-Homberger problem in tenths: distances cut off after the first decimal (DIMACS), free fleet.
pub fn solomon(text: &str) -> Problem {
    let mut fleet = (0, 0);
    let mut rows: Vec<[f64; 7]> = Vec::new();
    for line in text.lines() {
        let numbers: Vec<f64> = line
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        match numbers[..] {
            [vehicles, capacity] => fleet = (vehicles as usize, capacity as u32),
            [a, b, c, d, e, f, g] => rows.push([a, b, c, d, e, f, g]),
            _ => {}
        }
    }
    let tenths = |x: f64| (x * 10.0) as u32;
    let distance = |a: &[f64; 7], b: &[f64; 7]| {
        ((a[1] - b[1]).hypot(a[2] - b[2]) * 10.0 + 1e-9).floor() as u32
    };
    let durations: Arc<[u32]> = rows
        .iter()
        .flat_map(|a| rows.iter().map(move |b| distance(a, b)))
        .collect();
    let window = |row: &[f64; 7]| Window {
        start: tenths(row[4]),
        end: tenths(row[5]),
    };
    let tasks = rows.iter().enumerate().skip(1);
    Problem {
        places: rows.len(),
        dimensions: 1,
        profiles: vec![Profile {
            durations,
            distances: None,
            costs: None,
        }],
        vehicles: vec![
            Vehicle {
                profile: 0,
                start: Some(0),
                end: Some(0),
                window: window(&rows[0]),
                capacity: vec![fleet.1],
                skills: Vec::new(),
                breaks: Vec::new(),
                max_tasks: None,
                max_travel_time: None,
                max_distance: None,
                costs: Costs::default(),
            };
            fleet.0
        ],
        tasks: tasks
            .map(|(place, row)| Task {
                place,
                setup: 0,
                service: tenths(row[6]),
                windows: vec![window(row)],
                skills: Vec::new(),
                delivery: vec![row[3] as u32],
                pickup: Vec::new(),
                priority: 0,
                kind: Kind::Single,
            })
            .collect(),
        warm_start: Vec::new(),
    }
}

/// VROOM's JSON with a matrix of durations; jobs and shipments.
pub fn vroom(text: &str) -> Problem {
    let json: Value = serde_json::from_str(text).expect("JSON");
    let rows = json["matrices"]["car"]["durations"]
        .as_array()
        .expect("a matrix of durations");
    let durations: Arc<[u32]> = rows.iter().flat_map(numbers).collect();
    let jobs = json["jobs"].as_array().cloned().unwrap_or_default();
    let mut tasks: Vec<Task> = jobs
        .iter()
        .map(|job| task(job, job, Kind::Single))
        .collect();
    for shipment in json["shipments"].as_array().into_iter().flatten() {
        let at = tasks.len();
        let amount = numbers(&shipment["amount"]);
        let pickup = Task {
            pickup: amount.clone(),
            ..task(&shipment["pickup"], shipment, Kind::Pickup(at + 1))
        };
        tasks.push(pickup);
        tasks.push(Task {
            delivery: amount,
            ..task(&shipment["delivery"], shipment, Kind::Delivery(at))
        });
    }
    let vehicles = json["vehicles"].as_array().expect("vehicles");
    let dimensions = vehicles
        .iter()
        .map(|v| numbers(&v["capacity"]).len())
        .max()
        .unwrap_or(0);
    Problem {
        places: rows.len(),
        dimensions,
        profiles: vec![Profile {
            durations,
            distances: None,
            costs: None,
        }],
        vehicles: vehicles.iter().map(vehicle).collect(),
        tasks,
        warm_start: Vec::new(),
    }
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok())
}

fn numbers(value: &Value) -> Vec<u32> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(number)
        .collect()
}

fn sorted(value: &Value) -> Vec<u32> {
    let mut list = numbers(value);
    list.sort_unstable();
    list
}

fn windows(value: &Value) -> Vec<Window> {
    let pair = |w: &Value| Window {
        start: number(&w[0]).unwrap_or(0),
        end: number(&w[1]).unwrap_or(u32::MAX),
    };
    value.as_array().into_iter().flatten().map(pair).collect()
}

fn task(step: &Value, whole: &Value, kind: Kind) -> Task {
    Task {
        place: number(&step["location_index"]).unwrap_or(0) as usize,
        setup: number(&step["setup"]).unwrap_or(0),
        service: number(&step["service"]).unwrap_or(0),
        windows: windows(&step["time_windows"]),
        skills: sorted(&whole["skills"]),
        delivery: numbers(&step["delivery"]),
        pickup: numbers(&step["pickup"]),
        priority: number(&whole["priority"]).unwrap_or(0),
        kind,
    }
}

fn vehicle(v: &Value) -> Vehicle {
    let pause = |b: &Value| Break {
        windows: windows(&b["time_windows"]),
        service: number(&b["service"]).unwrap_or(0),
        max_load: Vec::new(),
    };
    Vehicle {
        profile: 0,
        start: number(&v["start_index"]).map(|p| p as usize),
        end: number(&v["end_index"]).map(|p| p as usize),
        window: windows(&Value::Array(vec![v["time_window"].clone()]))
            .first()
            .copied()
            .filter(|_| v["time_window"].is_array())
            .unwrap_or(Window::ALWAYS),
        capacity: numbers(&v["capacity"]),
        skills: sorted(&v["skills"]),
        breaks: v["breaks"]
            .as_array()
            .into_iter()
            .flatten()
            .map(pause)
            .collect(),
        max_tasks: number(&v["max_tasks"]).map(|m| m as usize),
        max_travel_time: number(&v["max_travel_time"]),
        max_distance: number(&v["max_distance"]),
        costs: Costs::default(),
    }
}

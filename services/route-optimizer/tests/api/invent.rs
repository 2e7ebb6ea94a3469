//! Requests with everything the API has, in small, from a number.

use serde_json::{Value, json};

use crate::dice::Dice;

fn windows(dice: &mut Dice, horizon: u64) -> Value {
    let count = dice.within(1, 3);
    let mut edges: Vec<u64> = (0..2 * count)
        .map(|_| dice.below(horizon / 10) * 10)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let pairs = edges.chunks_exact(2).map(|pair| json!(pair));
    let pairs: Vec<Value> = pairs.collect();
    if pairs.is_empty() {
        json!([[0, horizon]])
    } else {
        json!(pairs)
    }
}

struct World {
    places: u64,
    horizon: u64,
    dimensions: u64,
    skilled: bool,
    timed: bool,
}

/// A request that is right; whether it can be met is another matter.
pub fn request(number: u64) -> Value {
    let mut dice = Dice(number);
    let world = World {
        places: dice.within(2, 12),
        horizon: *dice.pick(&[1500, 3000, 8000]),
        dimensions: *dice.pick(&[0, 1, 1, 2]),
        skilled: dice.percent(40),
        timed: dice.percent(70),
    };
    let count = dice.within(1, 4);
    let vehicles: Vec<Value> = (0..count)
        .map(|rank| vehicle(&mut dice, &world, rank))
        .collect();
    let count = dice.within(1, 12);
    let jobs: Vec<Value> = (1..=count).map(|id| job(&mut dice, &world, id)).collect();
    let mut made = json!({
        "vehicles": vehicles,
        "jobs": jobs,
        "options": {"iterations": 300, "seed": number},
    });
    if dice.percent(40) {
        let count = dice.within(1, 4);
        let shipments: Vec<Value> = (1..=count)
            .map(|id| shipment(&mut dice, &world, id))
            .collect();
        made["shipments"] = json!(shipments);
    }
    let (durations, distances) = matrices(&mut dice, world.places);
    made["matrices"] = json!({"car": {"durations": durations}});
    if dice.percent(50) || made.to_string().contains("per_km") {
        made["matrices"]["car"]["distances"] = distances;
    }
    if dice.percent(10) && !made.to_string().contains("per_hour") {
        made["matrices"]["car"]["costs"] = matrices(&mut dice, world.places).0;
    }
    if dice.percent(30) {
        steps(&mut dice, &mut made);
        made["options"]["c"] = json!(dice.percent(75));
    }
    made
}

fn matrices(dice: &mut Dice, places: u64) -> (Value, Value) {
    let spots: Vec<(u64, u64)> = (0..places)
        .map(|_| (dice.below(60), dice.below(60)))
        .collect();
    let meters =
        |from: &(u64, u64), to: &(u64, u64)| 60 * (from.0.abs_diff(to.0) + from.1.abs_diff(to.1));
    let distances: Vec<Vec<u64>> = spots
        .iter()
        .map(|from| spots.iter().map(|to| meters(from, to)).collect())
        .collect();
    let durations: Vec<Vec<u64>> = distances
        .iter()
        .map(|row| {
            row.iter()
                .map(|meters| meters * dice.within(9, 11) / 100)
                .collect()
        })
        .collect();
    (json!(durations), json!(distances))
}

fn amount(dice: &mut Dice, world: &World, most: u64) -> Value {
    let amounts: Vec<u64> = (0..world.dimensions)
        .map(|_| dice.within(0, most))
        .collect();
    json!(amounts)
}

fn vehicle(dice: &mut Dice, world: &World, rank: u64) -> Value {
    let mut made = json!({"id": 10 + rank});
    let ends = dice.below(5);
    if ends != 3 {
        made["start_index"] = json!(dice.below(world.places));
    }
    if ends != 4 {
        made["end_index"] = json!(dice.below(world.places));
    }
    if world.dimensions > 0 {
        let capacity: Vec<u64> = (0..world.dimensions).map(|_| dice.within(3, 15)).collect();
        made["capacity"] = json!(capacity);
    }
    if world.skilled {
        let skills: Vec<u64> = (0..4).filter(|_| dice.percent(60)).collect();
        made["skills"] = json!(skills);
    }
    let start = dice.below(world.horizon / 4);
    if world.timed && dice.percent(80) {
        made["time_window"] = json!([start, start + dice.within(world.horizon / 2, world.horizon)]);
    }
    if world.timed && dice.percent(40) {
        let count = dice.within(1, 2);
        let span = world.horizon / 3;
        let breaks = (0..count).map(|id| {
            let low = start + span * id / 2 + 50;
            let mut made = json!({"id": id, "service": dice.within(0, 200), "time_windows": [[low, low + span / 2]]});
            if world.dimensions > 0 && dice.percent(20) {
                made["max_load"] = amount(dice, world, 9);
            }
            made
        });
        made["breaks"] = breaks.collect();
    }
    for (key, share, low, high) in [
        ("max_tasks", 20, 0, 6),
        ("max_travel_time", 20, 200, 1500),
        ("max_distance", 15, 2000, 15_000),
    ] {
        if dice.percent(share) {
            made[key] = json!(dice.within(low, high));
        }
    }
    if dice.percent(30) {
        made["costs"] = json!({
            "fixed": dice.below(500),
            "per_hour": dice.pick(&[3600, 1800, 5000]),
            "per_km": dice.pick(&[0, 0, 100]),
            "per_task_hour": dice.pick(&[0, 1000]),
        });
    }
    if dice.percent(20) {
        made["speed_factor"] = json!(dice.pick(&[0.5, 1.25, 2.0, 1.37]));
    }
    if dice.percent(25) {
        made["type"] = json!("van");
    }
    made
}

fn task(dice: &mut Dice, world: &World, id: u64) -> Value {
    let mut made = json!({"id": id, "location_index": dice.below(world.places)});
    if dice.percent(70) {
        made["service"] = json!(dice.within(0, 200));
    }
    if dice.percent(30) {
        made["setup"] = json!(dice.within(0, 100));
    }
    if dice.percent(15) {
        made["service_per_type"] = json!({"van": dice.within(0, 300)});
        made["setup_per_type"] = json!({"van": dice.within(0, 100)});
    }
    if world.timed && dice.percent(50) {
        made["time_windows"] = windows(dice, world.horizon);
    }
    made
}

fn job(dice: &mut Dice, world: &World, id: u64) -> Value {
    let mut made = task(dice, world, id);
    if world.dimensions > 0 {
        let key = *dice.pick(&["delivery", "pickup"]);
        made[key] = amount(dice, world, 4);
    }
    if world.skilled && dice.percent(60) {
        made["skills"] = json!([dice.below(4)]);
    }
    if dice.percent(30) {
        made["priority"] = json!(dice.within(0, 100));
    }
    made
}

fn shipment(dice: &mut Dice, world: &World, id: u64) -> Value {
    let mut made = json!({"pickup": task(dice, world, id), "delivery": task(dice, world, id)});
    if world.dimensions > 0 {
        made["amount"] = amount(dice, world, 4);
    }
    if dice.percent(30) {
        made["priority"] = json!(dice.within(0, 100));
    }
    made
}

/// An order for the vehicles, good or bad.
fn steps(dice: &mut Dice, made: &mut Value) {
    let mut steps: Vec<Value> = Vec::new();
    for job in made["jobs"].as_array().unwrap() {
        steps.push(json!({"type": "job", "id": job["id"]}));
    }
    for shipment in made["shipments"].as_array().into_iter().flatten() {
        steps.push(json!({"type": "pickup", "id": shipment["pickup"]["id"]}));
        steps.push(json!({"type": "delivery", "id": shipment["delivery"]["id"]}));
    }
    for at in (1..steps.len()).rev() {
        steps.swap(at, dice.below(at as u64 + 1) as usize);
    }
    steps.truncate(dice.within(1, steps.len() as u64) as usize);
    let vehicles = made["vehicles"].as_array_mut().unwrap();
    let count = vehicles.len();
    for (rank, vehicle) in vehicles.iter_mut().enumerate() {
        let mut own: Vec<Value> = steps.iter().skip(rank).step_by(count).cloned().collect();
        for pause in vehicle["breaks"].as_array().into_iter().flatten() {
            if dice.percent(80) {
                let at = dice.below(own.len() as u64 + 1) as usize;
                own.insert(at, json!({"type": "break", "id": pause["id"]}));
            }
        }
        if !own.is_empty() && dice.percent(20) {
            let at = dice.below(own.len() as u64) as usize;
            let key = *dice.pick(&["service_at", "service_after", "service_before"]);
            own[at][key] = json!(dice.within(0, 3000));
        }
        vehicle["steps"] = json!(own);
    }
}

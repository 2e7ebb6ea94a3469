//! Reading jobs and shipments.

use serde_json::Value;

use super::fault::{Fault, input};
use super::field::{self, Object};
use super::{Kind, Place, Task};

type Read<T> = Result<T, Fault>;

const MOST_IMPORTANT: u32 = 100;

/// Reads one job.
pub(super) fn job(value: &Value, dimensions: usize) -> Read<Task> {
    let (object, id) = field::with_id(value, "job")?;
    // VROOM's old word: an amount alone is delivered.
    let old = ["delivery", "pickup"]
        .iter()
        .all(|key| !object.contains_key(*key));
    let delivery = if old && object.contains_key("amount") {
        "amount"
    } else {
        "delivery"
    };
    let task = Task {
        delivery: field::amounts(object, delivery, dimensions)?,
        pickup: field::amounts(object, "pickup", dimensions)?,
        skills: field::skills(object)?,
        priority: field::priority(object)?,
        ..at_place(object, id, Kind::Job)?
    };
    check(task)
}

/// Reads both halves of a shipment.
pub(super) fn shipment(value: &Value, dimensions: usize) -> Read<(Task, Task)> {
    let Value::Object(object) = value else {
        return Err(input("Invalid shipment."));
    };
    let half = |key: &str| object.get(key).filter(|half| half.is_object());
    let pickup = half("pickup").ok_or_else(|| input("Missing pickup for shipment."))?;
    let delivery = half("delivery").ok_or_else(|| input("Missing delivery for shipment."))?;
    let amount = field::amounts(object, "amount", dimensions)?;
    let skills = field::skills(object)?;
    let priority = field::priority(object)?;
    let nothing = vec![0; amount.len()];

    let (object, id) = field::with_id(pickup, "pickup")?;
    let pickup = check(Task {
        delivery: nothing.clone(),
        pickup: amount.clone(),
        skills: skills.clone(),
        priority,
        ..at_place(object, id, Kind::Pickup)?
    })?;
    let (object, id) = field::with_id(delivery, "delivery")?;
    let delivery = check(Task {
        delivery: amount,
        pickup: nothing,
        skills,
        priority,
        ..at_place(object, id, Kind::Delivery)?
    })?;
    Ok((pickup, delivery))
}

/// What jobs and halves of shipments have in common.
fn at_place(object: &Object, id: u64, kind: Kind) -> Read<Task> {
    let what = kind.word();
    Ok(Task {
        id,
        kind,
        place: place(object, id, what)?,
        setup: field::duration(object, "setup")?,
        service: field::duration(object, "service")?,
        windows: field::windows(object, what, id)?,
        description: field::text(object, "description")?,
        setup_per_type: field::per_type(object, "setup_per_type", what, id)?,
        service_per_type: field::per_type(object, "service_per_type", what, id)?,
        delivery: Vec::new(),
        pickup: Vec::new(),
        skills: Vec::new(),
        priority: 0,
    })
}

fn place(object: &Object, id: u64, what: &str) -> Read<Place> {
    let index = match object.get("location_index") {
        None => None,
        Some(value) => Some(
            field::as_u32(value)
                .ok_or_else(|| input(format!("Invalid location_index for {what} {id}.")))?,
        ),
    };
    let given = object.get("location");
    if index.is_none() && !given.is_some_and(Value::is_array) {
        return Err(input(format!("Invalid location for {what} {id}.")));
    }
    let coordinates = match given {
        None => None,
        Some(_) => Some(field::coordinates(object, "location")?),
    };
    Ok(Place {
        index,
        coordinates,
        site: 0,
    })
}

fn check(task: Task) -> Read<Task> {
    let (what, id) = (task.kind.word(), task.id);
    field::check_windows(&task.windows, what, id)?;
    if task.priority > MOST_IMPORTANT {
        return Err(input(format!("Invalid priority value for {what} {id}.")));
    }
    for (key, spans) in [
        ("setup_per_type", &task.setup_per_type),
        ("service_per_type", &task.service_per_type),
    ] {
        if spans.contains_key("") {
            return Err(input(format!("Empty type in {key} for {what} {id}.")));
        }
    }
    Ok(task)
}

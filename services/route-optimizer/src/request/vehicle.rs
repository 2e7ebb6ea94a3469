//! Reading vehicles.

use serde_json::Value;

use super::fault::{Fault, input};
use super::field::{self, Object};
use super::review::Places;
use super::{Break, COST_PER_HOUR, Costs, Place, Vehicle, Window};

type Read<T> = Result<T, Fault>;

/// Steps as they stand in the request: a kind's word, an id, and when.
pub(super) struct GivenStep {
    pub word: StepWord,
    pub id: u64,
    pub at: Option<u32>,
    pub after: Option<u32>,
    pub before: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StepWord {
    Start,
    Job,
    Pickup,
    Delivery,
    Break,
    End,
}

/// Reads one vehicle and the steps it was given.
pub(super) fn vehicle(
    value: &Value,
    dimensions: usize,
    places: &mut Places,
) -> Read<(Vehicle, Vec<GivenStep>)> {
    let (object, id) = field::with_id(value, "vehicle")?;
    let start = end_of_route(object, "start", id)?;
    let end = end_of_route(object, "end", id)?;
    let profile = match field::text(object, "profile")? {
        name if name.is_empty() => "car".to_owned(),
        name => name,
    };
    let capacity = field::amounts(object, "capacity", 0)?;
    let skills = field::skills(object)?;
    let window = match object.get("time_window") {
        None => Window::ALWAYS,
        Some(value) => field::window(value)?,
    };
    let breaks = breaks(object, id, dimensions)?;
    let description = field::text(object, "description")?;
    let costs = costs(object, id)?;
    let speed = field::number(object, "speed_factor", 1.0)?;
    let max_tasks = field::optional(object, "max_tasks")?;
    let max_travel_time = field::optional(object, "max_travel_time")?;
    let max_distance = field::optional(object, "max_distance")?;
    let steps = steps(object, id)?;
    let type_name = field::text(object, "type")?;

    if !(speed > 0.0 && speed <= 5.0) {
        return Err(input(format!("Invalid speed factor: {speed}")));
    }
    if start.is_none() && end.is_none() {
        return Err(input(format!(
            "No start or end specified for vehicle {id}."
        )));
    }
    check_breaks(&breaks, capacity.len())?;
    let steps = between_start_and_end(steps, id)?;
    let (start, end) = places.ends(start, end)?;
    let vehicle = Vehicle {
        id,
        profile,
        description,
        start,
        end,
        capacity,
        skills,
        type_name,
        window,
        breaks,
        costs,
        pace: pace(speed),
        max_tasks,
        max_travel_time,
        max_distance,
        steps: Vec::new(),
    };
    Ok((vehicle, steps))
}

/// The factor is known to two digits, as VROOM knows it. A factor next to nothing makes travel endless, not negative.
fn pace(speed: f64) -> u32 {
    (100.0 / speed).round().min(f64::from(u32::MAX)) as u32
}

fn end_of_route(object: &Object, key: &str, id: u64) -> Read<Option<Place>> {
    let index_key = format!("{key}_index");
    let index = match object.get(&index_key) {
        None => None,
        Some(value) => Some(
            field::as_u32(value)
                .ok_or_else(|| input(format!("Invalid {index_key} for vehicle {id}.")))?,
        ),
    };
    let coordinates = match object.get(key) {
        None => None,
        Some(_) => Some(field::coordinates(object, key)?),
    };
    Ok((index.is_some() || coordinates.is_some()).then_some(Place {
        index,
        coordinates,
        site: 0,
    }))
}

fn breaks(object: &Object, id: u64, dimensions: usize) -> Read<Vec<Break>> {
    let mut breaks = match object.get("breaks") {
        None => Vec::new(),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| pause(value, dimensions))
            .collect::<Read<Vec<_>>>()?,
        Some(_) => return Err(input(format!("Invalid breaks for vehicle {id}."))),
    };
    breaks.sort_by_key(|pause| pause.windows.first().copied());
    Ok(breaks)
}

fn pause(value: &Value, dimensions: usize) -> Read<Break> {
    let (object, id) = field::with_id(value, "break")?;
    let max_load = match object.get("max_load") {
        None => None,
        Some(_) => Some(field::amounts(object, "max_load", dimensions)?),
    };
    let windows = field::windows(object, "break", id)?;
    field::check_windows(&windows, "break", id)?;
    Ok(Break {
        id,
        windows,
        service: field::duration(object, "service")?,
        max_load,
        description: field::text(object, "description")?,
    })
}

fn check_breaks(breaks: &[Break], capacity: usize) -> Read<()> {
    for (rank, pause) in breaks.iter().enumerate() {
        let id = pause.id;
        if breaks[..rank].iter().any(|earlier| earlier.id == id) {
            return Err(input(format!("Duplicate break id: {id}.")));
        }
        if pause
            .max_load
            .as_ref()
            .is_some_and(|load| load.len() != capacity)
        {
            return Err(input(format!(
                "Inconsistent break max_load size for break {id}."
            )));
        }
    }
    Ok(())
}

fn costs(object: &Object, id: u64) -> Read<Costs> {
    let mut costs = Costs {
        fixed: 0,
        per_hour: COST_PER_HOUR,
        per_task_hour: 0,
        per_km: 0,
    };
    let given = match object.get("costs") {
        None => return Ok(costs),
        Some(Value::Object(given)) => given,
        Some(_) => return Err(input(format!("Invalid costs for vehicle {id}."))),
    };
    for (key, cost) in [
        ("fixed", &mut costs.fixed),
        ("per_hour", &mut costs.per_hour),
        ("per_km", &mut costs.per_km),
        ("per_task_hour", &mut costs.per_task_hour),
    ] {
        if let Some(value) = given.get(key) {
            *cost = field::as_u32(value)
                .ok_or_else(|| input(format!("Invalid {key} cost for vehicle {id}.")))?;
        }
    }
    Ok(costs)
}

fn steps(object: &Object, id: u64) -> Read<Vec<GivenStep>> {
    match object.get("steps") {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => values.iter().map(|value| step(value, id)).collect(),
        Some(_) => Err(input(format!("Invalid steps for vehicle {id}."))),
    }
}

fn step(value: &Value, vehicle: u64) -> Read<GivenStep> {
    let invalid_type = || input(format!("Invalid type in steps for vehicle {vehicle}."));
    let object = value.as_object().ok_or_else(invalid_type)?;
    let at = field::optional(object, "service_at")?;
    let after = field::optional(object, "service_after")?;
    let before = field::optional(object, "service_before")?;
    let word = match field::text(object, "type")?.as_str() {
        "start" => StepWord::Start,
        "end" => StepWord::End,
        "job" => StepWord::Job,
        "pickup" => StepWord::Pickup,
        "delivery" => StepWord::Delivery,
        "break" => StepWord::Break,
        _ => return Err(invalid_type()),
    };
    let id = match word {
        StepWord::Start | StepWord::End => 0,
        _ => object
            .get("id")
            .and_then(Value::as_u64)
            .ok_or_else(|| input(format!("Invalid id in steps for vehicle {vehicle}.")))?,
    };
    Ok(GivenStep {
        word,
        id,
        at,
        after,
        before,
    })
}

/// A given route always has both its ends; those left out are added.
fn between_start_and_end(mut steps: Vec<GivenStep>, id: u64) -> Read<Vec<GivenStep>> {
    if steps.is_empty() {
        return Ok(steps);
    }
    let bare = |word| GivenStep {
        word,
        id: 0,
        at: None,
        after: None,
        before: None,
    };
    if steps[0].word != StepWord::Start {
        steps.insert(0, bare(StepWord::Start));
    }
    if steps[1..].iter().any(|step| step.word == StepWord::Start) {
        return Err(input(format!(
            "Unexpected start in input steps for vehicle {id}."
        )));
    }
    let last = steps.len() - 1;
    if steps[..last].iter().any(|step| step.word == StepWord::End) {
        return Err(input(format!(
            "Unexpected end in input steps for vehicle {id}."
        )));
    }
    if steps[last].word != StepWord::End {
        steps.push(bare(StepWord::End));
    }
    Ok(steps)
}

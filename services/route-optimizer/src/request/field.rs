//! Fields of JSON objects, read as strictly and refused with the same words as VROOM does.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fault::{Fault, input};
use super::{Coordinates, Window};

/// An object of the request.
pub type Object = Map<String, Value>;

type Read<T> = Result<T, Fault>;

/// An integer literal of 32 bits without sign, and nothing that is merely equal to one.
pub fn as_u32(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

/// The object itself, with a usable id.
pub fn with_id<'a>(value: &'a Value, what: &str) -> Read<(&'a Object, u64)> {
    let Value::Object(object) = value else {
        return Err(input(format!("Invalid {what}.")));
    };
    let id = object.get("id").and_then(Value::as_u64);
    let id = id.ok_or_else(|| input(format!("Invalid or missing id for {what}.")))?;
    Ok((object, id))
}

/// A text, empty when it is not there.
pub fn text(object: &Object, key: &str) -> Read<String> {
    match object.get(key) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(input(format!("Invalid {key} value."))),
    }
}

/// A number that need not be an integer.
pub fn number(object: &Object, key: &str, default: f64) -> Read<f64> {
    match object.get(key) {
        None => Ok(default),
        Some(Value::Number(number)) => Ok(number.as_f64().unwrap_or(default)),
        Some(_) => Err(input(format!("Invalid {key} value."))),
    }
}

/// A span of time, none when it is not there.
pub fn duration(object: &Object, key: &str) -> Read<u32> {
    match object.get(key) {
        None => Ok(0),
        Some(value) => as_u32(value).ok_or_else(|| input(format!("Invalid {key} duration."))),
    }
}

/// A whole number that may be missing.
pub fn optional(object: &Object, key: &str) -> Read<Option<u32>> {
    match object.get(key) {
        None => Ok(None),
        Some(value) => match as_u32(value) {
            Some(number) => Ok(Some(number)),
            None => Err(input(format!("Invalid {key} value."))),
        },
    }
}

/// Amounts by dimension; zeros when the field is not there.
pub fn amounts(object: &Object, key: &str, dimensions: usize) -> Read<Vec<u32>> {
    match object.get(key) {
        None => Ok(vec![0; dimensions]),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| as_u32(value).ok_or_else(|| input(format!("Invalid {key} value."))))
            .collect(),
        Some(_) => Err(input(format!("Invalid {key} array."))),
    }
}

/// Skills, sorted and each once.
pub fn skills(object: &Object) -> Read<Vec<u32>> {
    let mut skills = match object.get("skills") {
        None => Vec::new(),
        Some(Value::Array(values)) => values
            .iter()
            .map(|value| as_u32(value).ok_or_else(|| input("Invalid skill value.")))
            .collect::<Read<Vec<_>>>()?,
        Some(_) => return Err(input("Invalid skills object.")),
    };
    skills.sort_unstable();
    skills.dedup();
    Ok(skills)
}

/// The priority; whether it is in bounds is asked later, as VROOM does.
pub fn priority(object: &Object) -> Read<u32> {
    match object.get("priority") {
        None => Ok(0),
        Some(value) => as_u32(value).ok_or_else(|| input("Invalid priority value.")),
    }
}

/// Spans by type of vehicle.
pub fn per_type(object: &Object, key: &str, what: &str, id: u64) -> Read<BTreeMap<String, u32>> {
    let Some(value) = object.get(key) else {
        return Ok(BTreeMap::new());
    };
    let Value::Object(spans) = value else {
        return Err(input(format!("Invalid {key} for {what} {id}.")));
    };
    let mut read = BTreeMap::new();
    for (name, span) in spans {
        let span = as_u32(span)
            .ok_or_else(|| input(format!("Invalid value in {key} for {what} {id}.")))?;
        read.insert(name.clone(), span);
    }
    Ok(read)
}

/// Longitude and latitude. Beyond VROOM, they must be somewhere on Earth's map: nonsense here gives nonsense times.
pub fn coordinates(object: &Object, key: &str) -> Read<Coordinates> {
    let invalid = || input(format!("Invalid {key} array."));
    let values = object
        .get(key)
        .and_then(Value::as_array)
        .ok_or_else(invalid)?;
    match values.as_slice() {
        [longitude, latitude, ..] => {
            let pair = longitude.as_f64().zip(latitude.as_f64());
            pair.map(|(longitude, latitude)| [longitude, latitude])
                .ok_or_else(invalid)
        }
        _ => Err(invalid()),
    }
}

/// One window: two whole numbers, the first not above the second.
pub fn window(value: &Value) -> Read<Window> {
    let ends = match value.as_array().map(Vec::as_slice) {
        Some([start, end, ..]) => as_u32(start).zip(as_u32(end)),
        _ => None,
    };
    let (start, end) = ends.ok_or_else(|| input("Invalid time-window."))?;
    if start > end {
        return Err(input(format!("Invalid time window: [{start}, {end}]")));
    }
    Ok(Window { start, end })
}

/// Sorted windows; "always" when the field is not there.
pub fn windows(object: &Object, what: &str, id: u64) -> Read<Vec<Window>> {
    let mut windows = match object.get("time_windows") {
        None => vec![Window::ALWAYS],
        Some(Value::Array(values)) => values.iter().map(window).collect::<Read<Vec<_>>>()?,
        Some(_) => {
            return Err(input(format!(
                "Invalid time_windows array for {what} {id}."
            )));
        }
    };
    windows.sort_unstable();
    Ok(windows)
}

/// At least one window, and no two that touch.
pub fn check_windows(windows: &[Window], what: &str, id: u64) -> Read<()> {
    if windows.is_empty() {
        return Err(input(format!("Empty time windows for {what} {id}.")));
    }
    if windows.windows(2).any(|pair| pair[1].start <= pair[0].end) {
        return Err(input(format!(
            "Unsorted or overlapping time-windows for {what} {id}."
        )));
    }
    Ok(())
}

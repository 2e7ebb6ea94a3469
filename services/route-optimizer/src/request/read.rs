//! From bytes to a reviewed [`Request`].

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::fault::{Fault, input};
use super::field::Object;
use super::matrix::{GivenMatrices, Grid, Told};
use super::review::{self, Places};
use super::{Options, Request, shipment, vehicle};

/// What one request may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Jobs, and two for each shipment.
    pub locations: usize,
    /// Vehicles.
    pub vehicles: usize,
}

/// Weight, volume, pallets…: more than a few dozen are a mistake.
const DIMENSIONS_MOST: usize = 64;

/// The request's members that matter; matrices are never held as JSON.
#[derive(Default)]
struct Root {
    members: Object,
    matrices: Option<GivenMatrices>,
    matrix: Option<Told<Grid>>,
}

struct RootVisitor;

impl<'de> Visitor<'de> for RootVisitor {
    type Value = Root;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Root, A::Error> {
        let mut root = Root::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "matrices" => root.matrices = Some(map.next_value()?),
                "matrix" => root.matrix = Some(map.next_value()?),
                "vehicles" | "jobs" | "shipments" | "options" | "c" => {
                    let value = map.next_value()?;
                    root.members.entry(key).or_insert(value);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(root)
    }
}

impl<'de> Deserialize<'de> for Root {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(RootVisitor)
    }
}

/// Reads and reviews a request.
///
/// # Errors
/// The first thing that is wrong with it, in VROOM's order and words.
pub fn read(body: &[u8], limits: Limits) -> Result<Request, Fault> {
    let root = root(body)?;
    let list = |key: &str| match root.members.get(key) {
        None => Ok(None),
        Some(Value::Array(values)) => Ok(Some(values.as_slice())),
        Some(_) => Err(input(format!("Invalid {key}."))),
    };
    let vehicles = list("vehicles")?.ok_or_else(|| input("Invalid vehicles."))?;
    let jobs = list("jobs")?.unwrap_or_default();
    let shipments = list("shipments")?.unwrap_or_default();
    within(
        jobs.len() + 2 * shipments.len(),
        "locations",
        limits.locations,
    )?;
    within(vehicles.len(), "vehicles", limits.vehicles)?;
    let options = Options::read(&root.members)?;

    let first = vehicles
        .first()
        .ok_or_else(|| input("No vehicle defined."))?;
    super::field::with_id(first, "vehicle")?;
    let capacity = first.get("capacity").and_then(Value::as_array);
    let dimensions = capacity.map_or(0, Vec::len);
    within(dimensions, "capacity dimensions", DIMENSIONS_MOST)?;

    let mut places = Places::default();
    let mut amounts = review::Amounts::default();
    let mut stops = 0;
    let mut read = Vec::with_capacity(vehicles.len());
    let mut routes = Vec::with_capacity(vehicles.len());
    for value in vehicles {
        let (vehicle, steps) = vehicle::vehicle(value, dimensions, &mut places)?;
        amounts.check(vehicle.capacity.len())?;
        stops += vehicle.breaks.len() + steps.len();
        within(stops, "breaks and steps", 4 * limits.locations)?;
        read.push(vehicle);
        routes.push(steps);
    }
    let mut tasks = review::Tasks::default();
    for value in jobs {
        let job = shipment::job(value, dimensions)?;
        tasks.add(job, &mut places, &mut amounts)?;
    }
    for value in shipments {
        let (pickup, delivery) = shipment::shipment(value, dimensions)?;
        tasks.add(pickup, &mut places, &mut amounts)?;
        tasks.add(delivery, &mut places, &mut amounts)?;
    }
    let matrices = review::matrices(root.matrices, root.matrix)?;
    review::request(
        Request {
            vehicles: read,
            tasks: Vec::new(),
            matrices,
            dimensions: amounts.size(),
            sites: places.into_sites(),
            options,
        },
        tasks,
        routes,
    )
}

fn within(asked: usize, what: &str, most: usize) -> Result<(), Fault> {
    if asked <= most {
        return Ok(());
    }
    Err(Fault::TooLarge(format!(
        "Too many {what} ( {asked} ) in query, maximum is set to {most}"
    )))
}

fn root(body: &[u8]) -> Result<Root, Fault> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let root = Root::deserialize(&mut reader).and_then(|root| reader.end().map(|()| root));
    root.map_err(|error| {
        if error.is_data() {
            return input("Input root is not an object.");
        }
        let offset = offset(body, error.line(), error.column());
        let offset = if error.is_eof() {
            offset
        } else {
            offset.saturating_sub(1)
        };
        let text = error.to_string();
        let text = text.split(" at line ").next().unwrap_or_default();
        input(format!("Invalid JSON: {text}. (offset: {offset})"))
    })
}

/// Where in the body a line's column is.
fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let ends = body.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let before = ends.map(|(at, _)| at + 1).nth(line.saturating_sub(2));
    let before = if line > 1 { before.unwrap_or(0) } else { 0 };
    before + column
}

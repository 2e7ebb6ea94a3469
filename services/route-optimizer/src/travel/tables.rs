//! The tables one request needs: its own matrices where it has them, a source's legs where not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{GreatCircle, Legs, Osrm, TravelTimes, Trouble, Wait};
use crate::request::{Coordinates, Fault, Grid, Request};

/// No way: longer than anything allowed.
pub const NO_WAY: u32 = u32::MAX;

/// Travel of one profile between the request's sites, row by row.
#[derive(Debug, Clone)]
pub struct Table {
    /// Rows, and columns.
    pub size: usize,
    /// Seconds at speed factor 1.
    pub durations: Vec<u32>,
    /// Metres; `None` where nobody asked for them.
    pub distances: Option<Vec<u32>>,
    /// Costs of the caller's own.
    pub costs: Option<Vec<u32>>,
}

/// Where the times of an answer come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Source {
    /// From the request's own matrices.
    #[serde(rename = "inline")]
    Inline,
    /// From the road engine.
    #[serde(rename = "osrm")]
    Osrm,
    /// Some from the road engine, the legs it does not know estimated.
    #[serde(rename = "osrm+great_circle")]
    Mixed,
    /// Estimated.
    #[serde(rename = "great_circle")]
    GreatCircle,
}

/// All tables of a request.
#[derive(Debug, Clone)]
pub struct Tables {
    /// By profile; every profile in use is there.
    pub profiles: BTreeMap<String, Table>,
    /// The weakest source among them.
    pub source: Source,
}

/// What the server can ask.
pub struct Travel {
    /// The road engine, when there is one.
    pub osrm: Option<Osrm>,
    /// Always there.
    pub estimate: GreatCircle,
}

impl Travel {
    /// The tables of a request.
    ///
    /// # Errors
    /// When a profile is unknown to whoever must answer for it, or the costs would overflow.
    pub fn tables(&self, request: &Request, wait: Wait<'_>) -> Result<Tables, Fault> {
        let names: BTreeSet<&str> = request
            .vehicles
            .iter()
            .map(|vehicle| vehicle.profile.as_str())
            .collect();
        let mut tables = Tables {
            profiles: BTreeMap::new(),
            source: Source::Inline,
        };
        for name in names {
            let (table, source) = self.table(request, name, wait)?;
            check_costs(request, &table)?;
            tables.source = weaker(tables.source, source);
            tables.profiles.insert(name.to_owned(), table);
        }
        Ok(tables)
    }

    fn table(
        &self,
        request: &Request,
        profile: &str,
        wait: Wait<'_>,
    ) -> Result<(Table, Source), Fault> {
        let size = request.sites.len();
        let given = request.matrices.get(profile);
        let inline = |grid: Option<&Grid>| grid.map(|grid| over_sites(request, grid));
        let durations = inline(given.and_then(|given| given.durations.as_ref()));
        let distances = inline(given.and_then(|given| given.distances.as_ref()));
        let costs = inline(given.and_then(|given| given.costs.as_ref()));
        let per_km = request
            .vehicles
            .iter()
            .any(|vehicle| vehicle.profile == profile && vehicle.costs.per_km > 0);
        let wants_distances = distances.is_none() && (request.options.geometry || per_km);
        if let Some(durations) = durations
            && !wants_distances
        {
            let table = Table {
                size,
                durations,
                distances,
                costs,
            };
            return Ok((table, Source::Inline));
        }
        let given_durations = inline(given.and_then(|given| given.durations.as_ref()));
        let places = coordinates(request)?;
        let (legs, source) = self.legs(profile, &places, wait)?;
        let entries = |legs: Vec<Option<u32>>| legs.into_iter().map(|leg| leg.unwrap_or(NO_WAY));
        let table = Table {
            size,
            durations: given_durations.unwrap_or_else(|| entries(legs.durations).collect()),
            distances: Some(distances.unwrap_or_else(|| entries(legs.distances).collect())),
            costs,
        };
        Ok((table, source))
    }

    /// Legs of the road engine; what it does not know or cannot tell in time is estimated.
    fn legs(
        &self,
        profile: &str,
        places: &[Coordinates],
        wait: Wait<'_>,
    ) -> Result<(Legs, Source), Fault> {
        if let Some(osrm) = self.osrm.as_ref().filter(|osrm| osrm.knows(profile)) {
            match osrm.legs(profile, places, wait) {
                Ok(mut legs) => {
                    let mixed = self.fill(profile, places, &mut legs, wait)?;
                    let source = if mixed { Source::Mixed } else { Source::Osrm };
                    return Ok((legs, source));
                }
                Err(trouble) => {
                    tracing::warn!(cause = %trouble, "no road engine: travel times are estimated");
                }
            }
        }
        let legs = self.estimate.legs(profile, places, wait).map_err(fault)?;
        Ok((legs, Source::GreatCircle))
    }

    fn fill(
        &self,
        profile: &str,
        places: &[Coordinates],
        legs: &mut Legs,
        wait: Wait<'_>,
    ) -> Result<bool, Fault> {
        let unknown = legs
            .durations
            .iter()
            .chain(&legs.distances)
            .any(Option::is_none);
        if unknown {
            let estimate = self.estimate.legs(profile, places, wait).map_err(fault)?;
            for (entry, (seconds, meters)) in legs
                .durations
                .iter_mut()
                .zip(&mut legs.distances)
                .enumerate()
            {
                if seconds.is_none() || meters.is_none() {
                    *seconds = estimate.durations[entry];
                    *meters = estimate.distances[entry];
                }
            }
        }
        Ok(unknown)
    }

    /// The line through these places, by road when the road engine answers.
    pub fn line(&self, profile: &str, places: &[Coordinates], wait: Wait<'_>) -> Option<String> {
        let by_road = self
            .osrm
            .as_ref()
            .filter(|osrm| osrm.knows(profile))
            .and_then(|osrm| osrm.line(profile, places, wait).ok());
        by_road.or_else(|| self.estimate.line("car", places, wait).ok())
    }
}

fn fault(trouble: Trouble) -> Fault {
    match trouble {
        Trouble::Profile(_) => Fault::Input(trouble.to_string()),
        Trouble::Down(text) => Fault::Routing(text),
    }
}

fn weaker(one: Source, other: Source) -> Source {
    let rank = |source: Source| match source {
        Source::Inline => 0,
        Source::Osrm => 1,
        Source::Mixed => 2,
        Source::GreatCircle => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

fn over_sites(request: &Request, grid: &Grid) -> Vec<u32> {
    let index = |place: &crate::request::Place| place.index.unwrap_or(0) as usize;
    let rows: Vec<usize> = request.sites.iter().map(index).collect();
    let mut values = Vec::with_capacity(rows.len() * rows.len());
    for row in &rows {
        values.extend(rows.iter().map(|column| grid.at(*row, *column)));
    }
    values
}

fn coordinates(request: &Request) -> Result<Vec<Coordinates>, Fault> {
    let missing = || Fault::Input("Missing coordinates for routing engine.".to_owned());
    let places = request.sites.iter().map(|site| {
        let [longitude, latitude] = site.coordinates.ok_or_else(missing)?;
        let on_map = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
        on_map.then_some([longitude, latitude]).ok_or_else(|| {
            Fault::Input(format!(
                "Coordinates off the map: [{longitude},{latitude}]."
            ))
        })
    });
    places.collect()
}

/// VROOM's bound on what any solution could cost: its sums are 32 bits wide, and so are those of whoever reads the answer.
fn check_costs(request: &Request, table: &Table) -> Result<(), Fault> {
    let size = table.size;
    let costs = table.costs.as_ref().unwrap_or(&table.durations);
    let mut row = vec![0_u32; size];
    let mut column = vec![0_u32; size];
    for (entry, cost) in costs.iter().enumerate() {
        let (from, to) = (entry / size, entry % size);
        row[from] = row[from].max(*cost);
        column[to] = column[to].max(*cost);
    }
    let mut sums = [0_u64; 4];
    for task in &request.tasks {
        sums[0] += u64::from(row[task.place.site]);
        sums[1] += u64::from(column[task.place.site]);
    }
    for vehicle in &request.vehicles {
        sums[2] += vehicle.start.map_or(0, |place| u64::from(row[place.site]));
        sums[3] += vehicle.end.map_or(0, |place| u64::from(column[place.site]));
    }
    let bound = sums[0].max(sums[1]) + sums[2] + sums[3];
    if bound > u64::from(u32::MAX) {
        return Err(Fault::Input(
            "Too high cost values, stopping to avoid overflowing.".to_owned(),
        ));
    }
    Ok(())
}

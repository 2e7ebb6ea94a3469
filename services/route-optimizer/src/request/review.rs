//! What holds between the parts of a request.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::fault::{Fault, input};
use super::matrix::{GivenMatrices, GivenProfile, Grid, ProfileMatrices, Told};
use super::vehicle::{GivenStep, StepWord};
use super::{COST_PER_HOUR, Kind, Place, Request, Step, StepKind, Task, Vehicle};

type Read<T> = Result<T, Fault>;

/// Gives every distinct place its number.
#[derive(Default)]
pub(super) struct Places {
    sites: Vec<Place>,
    known: HashMap<Identity, usize>,
    indexed: Option<bool>,
}

#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Index(u32),
    Coordinates(u64, u64),
}

impl Places {
    /// Numbers a task's place.
    fn task(&mut self, place: Place) -> Read<Place> {
        self.agree(place.index.is_some())?;
        Ok(self.number(place))
    }

    /// Numbers a vehicle's ends.
    pub(super) fn ends(
        &mut self,
        start: Option<Place>,
        end: Option<Place>,
    ) -> Read<(Option<Place>, Option<Place>)> {
        if let (Some(start), Some(end)) = (start, end)
            && start.index.is_some() != end.index.is_some()
        {
            return Err(input("Missing start_index or end_index."));
        }
        if let Some(place) = start.or(end) {
            self.agree(place.index.is_some())?;
        }
        let start = start.map(|place| self.number(place));
        let end = end.map(|place| self.number(place));
        Ok((start, end))
    }

    fn agree(&mut self, indexed: bool) -> Read<()> {
        if *self.indexed.get_or_insert(indexed) == indexed {
            return Ok(());
        }
        Err(input("Missing location index."))
    }

    fn number(&mut self, mut place: Place) -> Place {
        let identity = match (place.index, place.coordinates) {
            (Some(index), _) => Identity::Index(index),
            // Adding zero makes the two zeros one.
            (None, Some([longitude, latitude])) => {
                Identity::Coordinates((longitude + 0.0).to_bits(), (latitude + 0.0).to_bits())
            }
            (None, None) => Identity::Coordinates(u64::MAX, u64::MAX),
        };
        let next = self.sites.len();
        place.site = *self.known.entry(identity).or_insert(next);
        if place.site == next {
            self.sites.push(place);
        } else if self.sites[place.site].coordinates.is_none() {
            self.sites[place.site].coordinates = place.coordinates;
        }
        place
    }

    pub(super) fn into_sites(self) -> Vec<Place> {
        self.sites
    }
}

/// Every amount has as many dimensions as the first one.
#[derive(Default)]
pub(super) struct Amounts(Option<usize>);

impl Amounts {
    pub(super) fn check(&mut self, size: usize) -> Read<()> {
        let expected = *self.0.get_or_insert(size);
        if size == expected {
            return Ok(());
        }
        Err(input(format!(
            "Inconsistent delivery length: {size} instead of {expected}."
        )))
    }

    pub(super) fn size(&self) -> usize {
        self.0.unwrap_or(0)
    }
}

/// Tasks, found by kind and id.
#[derive(Default)]
pub(super) struct Tasks {
    tasks: Vec<Task>,
    ranks: HashMap<(Kind, u64), usize>,
}

impl Tasks {
    pub(super) fn add(
        &mut self,
        mut task: Task,
        places: &mut Places,
        amounts: &mut Amounts,
    ) -> Read<()> {
        let rank = self.tasks.len();
        if self.ranks.insert((task.kind, task.id), rank).is_some() {
            let (what, id) = (task.kind.word(), task.id);
            return Err(input(format!("Duplicate {what} id: {id}.")));
        }
        amounts.check(task.delivery.len())?;
        amounts.check(task.pickup.len())?;
        task.place = places.task(task.place)?;
        self.tasks.push(task);
        Ok(())
    }
}

/// The given matrices, or the first thing wrong with them.
pub(super) fn matrices(
    given: Option<GivenMatrices>,
    old: Option<Told<Grid>>,
) -> Read<BTreeMap<String, ProfileMatrices>> {
    let mut read = BTreeMap::new();
    match (given, old) {
        (Some(Told(profiles)), _) => {
            for (name, Told(profile)) in profiles.map_err(Fault::Input)? {
                // VROOM passes over an entry that is no object.
                if let Ok(profile) = profile {
                    let matrices = profile_matrices(&name, profile)?;
                    read.insert(name, matrices);
                }
            }
        }
        (None, Some(durations)) => {
            let profile = GivenProfile {
                durations: Some(durations),
                ..GivenProfile::default()
            };
            read.insert("car".to_owned(), profile_matrices("car", profile)?);
        }
        (None, None) => {}
    }
    read.retain(|_, known: &mut ProfileMatrices| {
        known.durations.is_some() || known.distances.is_some() || known.costs.is_some()
    });
    Ok(read)
}

fn profile_matrices(name: &str, given: GivenProfile) -> Read<ProfileMatrices> {
    let read = |what: &str, given: Option<Told<Grid>>| match given {
        None => Ok(None),
        Some(Told(Err(text))) => Err(input(text)),
        Some(Told(Ok(grid))) if grid.size() == 0 => {
            Err(input(format!("Empty {what} matrix for {name} profile.")))
        }
        Some(Told(Ok(grid))) => Ok(Some(grid)),
    };
    Ok(ProfileMatrices {
        durations: read("durations", given.durations)?,
        distances: read("distances", given.distances)?,
        costs: read("costs", given.costs)?,
    })
}

/// Brings the parts together and checks what only the whole can show.
pub(super) fn request(
    mut request: Request,
    tasks: Tasks,
    routes: Vec<Vec<GivenStep>>,
) -> Read<Request> {
    if tasks.tasks.is_empty() {
        return Err(input("No task defined."));
    }
    let located = request.sites.iter().all(|site| site.coordinates.is_some());
    if request.options.geometry && !located {
        return Err(input("Route geometry request with missing coordinates."));
    }
    let mut planned = HashSet::new();
    for (vehicle, steps) in request.vehicles.iter_mut().zip(routes) {
        vehicle.steps = steps
            .into_iter()
            .map(|step| step_of(vehicle, &step, &tasks.ranks, &mut planned))
            .collect::<Read<_>>()?;
    }
    request.tasks = tasks.tasks;
    check_matrices(&request, located)?;
    if !request.options.plan {
        for vehicle in &request.vehicles {
            check_breaks_fit(vehicle)?;
        }
    }
    Ok(request)
}

fn step_of(
    vehicle: &Vehicle,
    step: &GivenStep,
    ranks: &HashMap<(Kind, u64), usize>,
    planned: &mut HashSet<(Kind, u64)>,
) -> Read<Step> {
    let id = step.id;
    let task = |kind: Kind, planned: &mut HashSet<(Kind, u64)>| {
        let (what, vehicle) = (kind.word(), vehicle.id);
        let rank = ranks.get(&(kind, id)).copied();
        let rank =
            rank.ok_or_else(|| input(format!("Invalid {what} id {id} for vehicle {vehicle}.")))?;
        if !planned.insert((kind, id)) {
            return Err(input(format!(
                "Duplicate {what} id {id} in input steps for vehicle {vehicle}."
            )));
        }
        Ok(StepKind::Task(rank))
    };
    let kind = match step.word {
        StepWord::Start => StepKind::Start,
        StepWord::End => StepKind::End,
        StepWord::Job => task(Kind::Job, planned)?,
        StepWord::Pickup => task(Kind::Pickup, planned)?,
        StepWord::Delivery => task(Kind::Delivery, planned)?,
        StepWord::Break => {
            let rank = vehicle.breaks.iter().position(|pause| pause.id == id);
            StepKind::Break(rank.ok_or_else(|| {
                input(format!("Invalid break id {id} for vehicle {}.", vehicle.id))
            })?)
        }
    };
    Ok(Step {
        kind,
        at: step.at,
        after: step.after,
        before: step.before,
    })
}

fn check_matrices(request: &Request, located: bool) -> Read<()> {
    let given = &request.matrices;
    if !given.is_empty() && !request.is_indexed() {
        return Err(input("Missing location index."));
    }
    if given.is_empty() && request.is_indexed() {
        return Err(input(
            "Unexpected location index while no custom matrices provided.",
        ));
    }
    let profiles: std::collections::BTreeSet<&str> = request
        .vehicles
        .iter()
        .map(|vehicle| vehicle.profile.as_str())
        .collect();
    let any_distances = given.values().any(|known| known.distances.is_some());
    let of = |profile: &str| given.get(profile);
    if any_distances {
        let without = profiles
            .iter()
            .find(|profile| of(profile).is_none_or(|known| known.distances.is_none()));
        if let Some(profile) = without {
            return Err(input(format!(
                "Missing distances matrix for {profile} profile."
            )));
        }
    }
    let highest = request.sites.iter().filter_map(|site| site.index).max();
    for profile in profiles {
        let known = of(profile);
        let durations = known.and_then(|known| known.durations.as_ref());
        let distances = known.and_then(|known| known.distances.as_ref());
        if durations.is_none() && distances.is_some() {
            return Err(input(format!(
                "Custom matrix provided for distances but not for durations for {profile} profile."
            )));
        }
        let per_km = request
            .vehicles
            .iter()
            .any(|vehicle| vehicle.profile == profile && vehicle.costs.per_km > 0);
        let routed =
            durations.is_none() || (distances.is_none() && (request.options.geometry || per_km));
        if routed && !located {
            return Err(input("Missing coordinates for routing engine."));
        }
        let grids = [
            ("durations", durations),
            ("distances", distances),
            ("costs", known.and_then(|known| known.costs.as_ref())),
        ];
        for (what, grid) in grids {
            if grid
                .zip(highest)
                .is_some_and(|(grid, highest)| grid.size() <= highest as usize)
            {
                return Err(input(format!(
                    "location_index exceeding {what} matrix size for {profile} profile."
                )));
            }
        }
    }
    let clash = request.vehicles.iter().any(|vehicle| {
        let costs = of(&vehicle.profile).is_some_and(|known| known.costs.is_some());
        costs && vehicle.costs.per_hour != COST_PER_HOUR
    });
    if clash {
        return Err(input(
            "Custom costs are incompatible with using a per_hour value.",
        ));
    }
    Ok(())
}

/// All breaks of a vehicle must fit into its hours one after the other, even if it never drives.
fn check_breaks_fit(vehicle: &Vehicle) -> Read<()> {
    let unfit = || input(format!("Inconsistent breaks for vehicle {}.", vehicle.id));
    let mut now = u64::from(vehicle.window.start);
    let mut earliest = Vec::with_capacity(vehicle.breaks.len());
    for pause in &vehicle.breaks {
        let window = pause
            .windows
            .iter()
            .find(|window| now <= u64::from(window.end));
        let begin = now.max(u64::from(window.ok_or_else(unfit)?.start));
        earliest.push(begin);
        now = begin + u64::from(pause.service);
    }
    let mut latest = u64::from(vehicle.window.end);
    for (pause, earliest) in vehicle.breaks.iter().zip(earliest).rev() {
        latest = latest
            .checked_sub(u64::from(pause.service))
            .ok_or_else(unfit)?;
        let mut windows = pause.windows.iter().rev();
        let window = windows.find(|window| u64::from(window.start) <= latest);
        latest = latest.min(u64::from(window.ok_or_else(unfit)?.end));
        if latest < earliest {
            return Err(unfit());
        }
    }
    Ok(())
}

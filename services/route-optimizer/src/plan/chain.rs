//! A given route as a chain of steps with least distances between their begins.

use crate::draft::Moment;
use crate::request::{Request, Step, StepKind, Window};
use crate::translate::paced;
use crate::travel::Tables;

/// One step of the chain.
pub struct Link {
    /// When it should begin; none for "whenever".
    pub windows: Vec<Window>,
    /// Which side of a window counts: a start cannot be late, an end cannot be early.
    pub counts: Counts,
    /// May not begin before.
    pub not_before: i64,
    /// May not begin after.
    pub not_after: i64,
    /// How long it takes, setup and service.
    pub action: i64,
}

/// Which side of a window counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    Both,
    OnlyEarly,
    OnlyLate,
}

/// From one place to the next, breaks in between.
pub struct Stretch {
    /// The link at its beginning, which is no break.
    pub from: usize,
    /// The link at its end, which is no break; those between are breaks.
    pub to: usize,
    /// Travel on it, before, between and after the breaks.
    pub travel: i64,
}

/// The whole route.
pub struct Chain {
    pub links: Vec<Link>,
    pub stretches: Vec<Stretch>,
}

/// Beyond any time of a request.
pub const LATEST: i64 = 1 << 50;

impl Chain {
    pub fn new(request: &Request, tables: &Tables, rank: usize, steps: &[Step]) -> Self {
        let vehicle = &request.vehicles[rank];
        let table = &tables.profiles[&vehicle.profile];
        let travel = |from: Option<usize>, to: Option<usize>| match (from, to) {
            (Some(from), Some(to)) => {
                i64::from(paced(table.durations[from * table.size + to], vehicle.pace))
            }
            _ => 0,
        };
        let mut links = Vec::with_capacity(steps.len());
        let mut stretches = Vec::new();
        let (mut at, mut last) = (vehicle.start.map(|place| place.site), 0);
        for (position, step) in steps.iter().enumerate() {
            let hours = || match vehicle.window {
                window if window.is_always() => Vec::new(),
                window => vec![window],
            };
            let (windows, counts, action, to) = match step.kind {
                StepKind::Start => (hours(), Counts::OnlyEarly, 0, None),
                StepKind::End => {
                    let to = vehicle.end.map(|place| place.site);
                    (hours(), Counts::OnlyLate, 0, Some(to))
                }
                StepKind::Break(rank) => {
                    let pause = &vehicle.breaks[rank];
                    (
                        pause.windows.clone(),
                        Counts::Both,
                        i64::from(pause.service),
                        None,
                    )
                }
                StepKind::Task(rank) => {
                    let task = &request.tasks[rank];
                    let to = Some(task.place.site);
                    let setup = if at == to {
                        0
                    } else {
                        task.setup_for(&vehicle.type_name)
                    };
                    let service = task.service_for(&vehicle.type_name);
                    let action = i64::from(setup) + i64::from(service);
                    let windows = if task.is_windowed() {
                        task.windows.clone()
                    } else {
                        Vec::new()
                    };
                    (windows, Counts::Both, action, Some(to))
                }
            };
            if let Some(to) = to {
                stretches.push(Stretch {
                    from: last,
                    to: position,
                    travel: travel(at, to),
                });
                at = to.or(at);
                last = position;
            }
            let exactly = step.at.map(i64::from);
            let after = step.after.map_or(0, i64::from);
            let before = step.before.map_or(LATEST, i64::from);
            links.push(Link {
                windows,
                counts,
                not_before: after.max(exactly.unwrap_or(0)),
                not_after: before.min(exactly.unwrap_or(LATEST)),
                action,
            });
        }
        Self { links, stretches }
    }

    /// Arrivals for chosen begins: travel happens as early as it can.
    pub fn moments(&self, steps: &[Step], begins: &[i64]) -> Vec<Moment> {
        let mut arrivals = begins.to_vec();
        for stretch in &self.stretches {
            let mut left = stretch.travel;
            for position in stretch.from + 1..=stretch.to {
                let free = begins[position - 1] + self.links[position - 1].action;
                let driven = if position == stretch.to {
                    left
                } else {
                    left.min(begins[position] - free)
                };
                arrivals[position] = free + driven;
                left -= driven;
            }
        }
        let moments = steps.iter().zip(arrivals).zip(begins);
        moments
            .map(|((step, arrival), begin)| {
                // An end is where one arrives; there is nothing to wait for.
                let begin = if step.kind == StepKind::End {
                    arrival
                } else {
                    *begin
                };
                Moment {
                    kind: step.kind,
                    arrival: u64::try_from(arrival).unwrap_or(0),
                    begin: u64::try_from(begin).unwrap_or(0),
                }
            })
            .collect()
    }
}

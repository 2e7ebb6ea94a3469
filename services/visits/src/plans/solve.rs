//! From a problem to tours: travel times, the optimiser's answer, and our own check of it.

use std::sync::Arc;
use std::time::Duration;

use nexus_peers::{PeerError, Peers};

use super::gather::{Gathered, Wanted};
use super::model::{DayOff, LeftOut, PlanOutcome, PlannedStop, PlannedTour, WhyNot, WhyOff};
use crate::planner::answer::{Answer, Lie, Tour};
use crate::planner::problem::{AGREED, Candidate, Problem, within};
use crate::planner::schedule::Shift;
use crate::travel::{Point, Roads};

/// A plan of twenty days may take the optimiser this long.
const PATIENCE: Duration = Duration::from_secs(55);
/// More of what is left out helps nobody.
const LEFT_OUT_MOST: usize = 300;

/// Whoever answers VROOM's API, and whoever knows the roads.
#[derive(Clone)]
pub struct Engines {
    peers: Arc<Peers>,
    optimizer: Arc<str>,
    roads: Roads,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The road engine.
    #[error("travel times: {0}")]
    Roads(PeerError),
    /// The optimiser.
    #[error("the optimiser: {0}")]
    Optimizer(PeerError),
    /// The optimiser's answer.
    #[error("the optimiser's answer is not used: {0}")]
    Lie(#[from] Lie),
}

impl Engines {
    #[must_use]
    pub fn new(peers: Arc<Peers>, optimizer: &str, osrm: Option<&str>) -> Self {
        Self {
            roads: Roads::new(Arc::clone(&peers), osrm),
            optimizer: optimizer.trim_end_matches('/').into(),
            peers,
        }
    }

    /// Travel times between these points.
    ///
    /// # Errors
    /// When the road engine does not answer.
    pub async fn matrix(&self, points: &[Point]) -> Result<crate::travel::Matrix, Failed> {
        self.roads.matrix(points).await.map_err(Failed::Roads)
    }

    /// The best tours for one agent. What was agreed is in them, or it is said why that cannot be.
    ///
    /// # Errors
    /// When an engine does not answer, or not what was asked.
    pub async fn solve(&self, gathered: Gathered) -> Result<PlanOutcome, Failed> {
        let (mut points, start, end) = bases(&gathered);
        let from = points.len();
        points.extend(gathered.wanted.iter().map(|wanted| wanted.point));
        let matrix = self.matrix(&points).await?;
        let shifts: Vec<(Shift, i32)> = gathered
            .days
            .iter()
            .map(|work| {
                (
                    Shift {
                        start,
                        end,
                        ..work.shift.clone()
                    },
                    work.visits_most,
                )
            })
            .collect();
        let candidates = gathered
            .wanted
            .iter()
            .zip(from..)
            .map(|(wanted, location)| Candidate {
                location,
                spans: within(&wanted.spans, &shifts),
                seconds: i64::from(wanted.minutes) * 60,
                priority: wanted.points,
            });
        let problem = Problem {
            epoch: gathered.epoch,
            candidates: candidates.collect(),
            shifts,
            matrix,
        };
        let tours = self.tours(&problem).await?;
        Ok(outcome(gathered, &tours))
    }

    /// Asks until everything that was agreed is on a tour: each time with fewer of the others in its way.
    async fn tours(&self, problem: &Problem) -> Result<Vec<Tour>, Failed> {
        if problem.candidates.is_empty() {
            return Ok(Vec::new());
        }
        let agreed = problem
            .candidates
            .iter()
            .filter(|one| one.priority == AGREED)
            .count();
        let mut others = problem.candidates.len() - agreed;
        loop {
            let (part, places) = with_best(problem, others);
            let answer: Answer = self
                .peers
                .open_post(&self.optimizer, &part.request(), PATIENCE)
                .await
                .map_err(Failed::Optimizer)?;
            let mut tours = answer.tours(&part)?;
            for stop in tours.iter_mut().flat_map(|tour| &mut tour.stops) {
                *stop = places[*stop];
            }
            let kept = tours
                .iter()
                .flat_map(|tour| &tour.stops)
                .filter(|stop| problem.candidates[**stop].priority == AGREED)
                .count();
            if kept == agreed || others == 0 {
                return Ok(tours);
            }
            others /= 4;
        }
    }
}

/// The points of the agent's bases, and the places of start and end among them.
fn bases(gathered: &Gathered) -> (Vec<Point>, Option<usize>, Option<usize>) {
    let mut points = Vec::new();
    let mut place = |base: &Option<crate::agents::model::Base>| {
        let base = base.as_ref()?;
        points.push((base.lat, base.lng));
        Some(points.len() - 1)
    };
    let start = place(&gathered.start);
    let end = place(&gathered.end);
    (points, start, end)
}

/// The problem with what was agreed and so many of the others, those worth most; and where each candidate stood before.
fn with_best(problem: &Problem, others: usize) -> (Problem, Vec<usize>) {
    let mut order: Vec<usize> = (0..problem.candidates.len()).collect();
    order.sort_by_key(|at| -problem.candidates[*at].priority);
    let agreed = order
        .iter()
        .filter(|at| problem.candidates[**at].priority == AGREED)
        .count();
    order.truncate(agreed + others);
    order.sort_unstable();
    let candidates = order
        .iter()
        .map(|at| problem.candidates[*at].clone())
        .collect();
    let part = Problem {
        candidates,
        ..problem.clone()
    };
    (part, order)
}

fn outcome(gathered: Gathered, tours: &[Tour]) -> PlanOutcome {
    let Gathered {
        agent_id,
        agent_name,
        start,
        end,
        days,
        wanted,
        mut days_off,
        mut left_out,
        ..
    } = gathered;
    let mut on_tour = vec![false; wanted.len()];
    let mut planned = Vec::with_capacity(tours.len());
    for tour in tours {
        let stops = tour.stops.iter().zip(&tour.day.stops).map(|(at, timed)| {
            on_tour[*at] = true;
            stop(&wanted[*at], *timed)
        });
        planned.push(PlannedTour {
            agent_id,
            agent_name: agent_name.clone(),
            day: days[tour.shift].day,
            start: start.clone(),
            end: end.clone(),
            starts_at: tour.day.starts_at,
            ends_at: tour.day.ends_at,
            lunch_at: tour.day.lunch_at,
            travel_seconds: tour.day.travel_seconds,
            distance_m: tour.day.meters,
            waiting_seconds: tour.day.waiting_seconds,
            stops: stops.collect(),
        });
    }
    for (at, work) in days.iter().enumerate() {
        if !tours.iter().any(|tour| tour.shift == at) {
            days_off.push(DayOff {
                agent_id,
                day: work.day,
                why: WhyOff::Nothing,
            });
        }
    }
    for (wanted, on_tour) in wanted.into_iter().zip(on_tour) {
        if on_tour {
            continue;
        }
        left_out.push(LeftOut {
            agent_id,
            place_id: wanted.place.id,
            visit_id: wanted.visit.as_ref().map(|visit| visit.id),
            client_id: wanted.place.client_id,
            client_name: wanted.place.client_name,
            city: wanted.place.city,
            why: if wanted.visit.is_some() {
                WhyNot::Clash
            } else {
                WhyNot::NoRoom
            },
            points: wanted.points,
            reasons: wanted.reasons,
        });
    }
    left_out.sort_by_key(|left| (-left.points, left.place_id));
    days_off.sort_by_key(|off| off.day);
    let left_out_count = left_out.len();
    left_out.truncate(LEFT_OUT_MOST);
    PlanOutcome {
        tours: planned,
        left_out,
        left_out_count,
        days_off,
    }
}

fn stop(wanted: &Wanted, timed: crate::planner::schedule::Timed) -> PlannedStop {
    let place = &wanted.place;
    PlannedStop {
        place_id: place.id,
        visit_id: wanted.visit.as_ref().map(|visit| visit.id),
        fixed: wanted
            .visit
            .as_ref()
            .is_some_and(|visit| visit.fixed_at.is_some()),
        client_id: place.client_id,
        client_name: place.client_name.clone(),
        place_name: place.name.clone(),
        street: place.street.clone(),
        city: place.city.clone(),
        class: place.class.clone(),
        lat: wanted.point.0,
        lng: wanted.point.1,
        minutes: wanted.minutes,
        timed,
        points: wanted.points,
        reasons: wanted.reasons.clone(),
    }
}

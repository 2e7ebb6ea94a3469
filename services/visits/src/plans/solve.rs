//! One agent's plan, week after week: travel times, the optimiser's answer, our own check of it, and what is left.

use std::ops::Range;

use super::ask::best;
use super::choice::{Decided, Wanted, agreed_spans, left, may_be_on, parts, wanted};
use super::engines::{Engines, Failed};
use super::gather::{Ground, WorkDay};
use super::outcome::{Considered, DayOff, LeftOut, PlanOutcome, PlannedTour, WhyNot, WhyOff};
use super::told::stop;
use crate::agents::model::Base;
use crate::planner::answer::{Tour, call};
use crate::planner::problem::{AGREED, Candidate, Problem, within};
use crate::planner::remedy::{Busy, Neighbour, Remedy, Stuck, remedies};
use crate::planner::schedule::{Call, Shift};
use crate::planner::worth::Reason;
use crate::travel::Point;
use crate::visits::model::Visit;

/// More of what is left out helps nobody.
const LEFT_OUT_MOST: usize = 300;

/// A plan in the making: some of its weeks are done.
pub struct Making {
    ground: Ground,
    parts: Vec<Range<usize>>,
    done: usize,
    decided: Decided,
    tours: Vec<PlannedTour>,
    left_out: Vec<LeftOut>,
}

impl Making {
    #[must_use]
    pub fn new(ground: Ground) -> Self {
        Self {
            parts: parts(&ground.days),
            ground,
            done: 0,
            decided: Decided::default(),
            tours: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// How many weeks there are, and how many of them are done.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.parts.len())
    }

    /// Makes the next week. False when there is none.
    ///
    /// # Errors
    /// When an engine does not answer, or not what was asked.
    pub async fn step(&mut self, engines: &Engines) -> Result<bool, Failed> {
        let Some(part) = self.parts.get(self.done).cloned() else {
            return Ok(false);
        };
        let wanted = wanted(&self.ground, &part, &mut self.decided);
        let week = self.week(engines, &part, &wanted).await?;
        let tours = best(engines, &week.problem).await?;
        self.take(&part, &wanted, &week, &tours);
        self.done += 1;
        Ok(true)
    }

    async fn week(
        &self,
        engines: &Engines,
        part: &Range<usize>,
        wanted: &[Wanted],
    ) -> Result<Week, Failed> {
        let days = &self.ground.days[part.clone()];
        let (mut points, shifts) = shifts(days);
        let from = points.len();
        points.extend(wanted.iter().map(|one| one.point));
        let matrix = engines.plan_matrix(&points).await;
        // What has no time at all is not asked about; it is said with the rest.
        let able: Vec<usize> = (0..wanted.len())
            .filter(|at| !wanted[*at].spans.is_empty())
            .collect();
        let candidates = able.iter().map(|at| Candidate {
            location: from + at,
            spans: within(&wanted[*at].spans, &shifts),
            seconds: i64::from(wanted[*at].minutes) * 60,
            priority: wanted[*at].points,
        });
        Ok(Week {
            problem: Problem {
                epoch: self.ground.epoch,
                candidates: candidates.collect(),
                shifts,
                matrix,
            },
            able,
            first_point: from,
        })
    }

    fn take(&mut self, part: &Range<usize>, wanted: &[Wanted], week: &Week, tours: &[Tour]) {
        let mut on_tour = vec![false; wanted.len()];
        for tour in tours {
            let work = &self.ground.days[part.start + tour.shift];
            let day = work.day;
            let mut stops = Vec::with_capacity(tour.stops.len());
            for (at, timed) in tour.stops.iter().zip(&tour.day.stops) {
                let at = week.able[*at];
                on_tour[at] = true;
                let one = &wanted[at];
                self.decided.planned.entry(one.shop).or_default().push(day);
                self.decided.without.remove(&one.shop);
                self.decided
                    .kept
                    .extend(one.visit.as_ref().map(|visit| visit.id));
                stops.push(stop(&self.ground, one, *timed));
            }
            self.tours.push(PlannedTour {
                agent_id: self.ground.agent_id,
                agent_name: self.ground.agent_name.clone(),
                day,
                start: work.start.clone(),
                end: work.end.clone(),
                starts_at: tour.day.starts_at,
                ends_at: tour.day.ends_at,
                lunch_at: tour.day.lunch_at,
                travel_seconds: tour.day.travel_seconds,
                distance_m: tour.day.meters,
                waiting_seconds: tour.day.waiting_seconds,
                late: false,
                times_from: tour.day.times_from,
                tour_id: None,
                stops,
            });
        }
        for (at, one) in wanted.iter().enumerate().filter(|(at, _)| !on_tour[*at]) {
            match &one.visit {
                None => {
                    let told = (WhyNot::NoRoom, one.reasons.clone());
                    self.decided.without.insert(one.shop, told);
                }
                Some(visit) if one.points == AGREED => {
                    let told = self.not_kept(part, one, visit, week, at, wanted, tours);
                    self.left_out.push(told);
                }
                // It can wait for a later week.
                Some(_) => {}
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a week as it was asked and answered"
    )]
    fn not_kept(
        &self,
        part: &Range<usize>,
        one: &Wanted,
        visit: &Visit,
        week: &Week,
        at: usize,
        wanted: &[Wanted],
        tours: &[Tour],
    ) -> LeftOut {
        let days = &self.ground.days[part.clone()];
        let shop = &self.ground.shops[one.shop];
        let busy: Vec<Busy> = (0..)
            .zip(days)
            .map(|(shift, work)| Busy {
                day: work.day,
                shift: week.problem.shifts[shift].0.clone(),
                stops: self.neighbours(wanted, week, tours, shift),
            })
            .collect();
        let spans = agreed_spans(&self.ground, visit, shop, days);
        let closed = visit.fixed_at.is_none() && spans.is_empty();
        let stuck = Stuck {
            call: Call {
                location: week.first_point + at,
                spans,
                seconds: i64::from(one.minutes) * 60,
            },
            open: days
                .iter()
                .flat_map(|work| self.ground.open(shop, work.day, one.minutes))
                .collect(),
        };
        let why = match (closed, one.spans.is_empty()) {
            (true, _) => WhyNot::Closed,
            (_, true) => WhyNot::DayOff,
            _ => WhyNot::Clash,
        };
        let found = remedies(&busy, &stuck, &week.problem.matrix);
        agreed_left(&self.ground, one.shop, visit, why, found)
    }

    fn neighbours(
        &self,
        wanted: &[Wanted],
        week: &Week,
        tours: &[Tour],
        shift: usize,
    ) -> Vec<Neighbour> {
        let tour = tours.iter().find(|tour| tour.shift == shift);
        let stops = tour.map(|tour| tour.stops.as_slice()).unwrap_or_default();
        let neighbour = |stop: &usize| {
            let one = &wanted[week.able[*stop]];
            let place = &self.ground.shops[one.shop].place;
            Neighbour {
                visit_id: one.visit.as_ref().map(|visit| visit.id.uuid()),
                place_id: place.id,
                client_name: place.client_name.clone(),
                call: call(&week.problem, *stop),
            }
        };
        // What nobody agreed on makes room by itself.
        let agreed = |stop: &&usize| wanted[week.able[**stop]].visit.is_some();
        stops.iter().filter(agreed).map(neighbour).collect()
    }

    /// The agent's part of the plan.
    #[must_use]
    pub fn outcome(mut self) -> PlanOutcome {
        let ground = &self.ground;
        for (visit, shop) in &ground.agreed {
            let told = |left: &LeftOut| left.visit_id == Some(visit.id);
            if self.decided.kept.contains(&visit.id) || self.left_out.iter().any(told) {
                continue;
            }
            let on_a_day = ground.days.iter().any(|work| may_be_on(visit, work.day));
            let (why, remedy) = if on_a_day {
                (WhyNot::NoPlace, Remedy::GivePlace)
            } else {
                (WhyNot::DayOff, Remedy::OtherDay)
            };
            let left = agreed_left(ground, *shop, visit, why, vec![remedy]);
            self.left_out.push(left);
        }
        for (shop, (why, reasons)) in &self.decided.without {
            if !self.decided.planned.contains_key(shop) {
                self.left_out
                    .push(left(ground, *shop, *why, reasons.clone()));
            }
        }
        let mut days_off = ground.days_off.clone();
        for work in &ground.days {
            if !self.tours.iter().any(|tour| tour.day == work.day) {
                days_off.push(DayOff {
                    agent_id: ground.agent_id,
                    day: work.day,
                    why: WhyOff::Nothing,
                });
            }
        }
        days_off.sort_by_key(|off| off.day);
        let mut left_out = self.left_out;
        left_out.sort_by_key(|left| (-left.points, left.place_id, left.visit_id));
        let left_out_count = left_out.len();
        left_out.truncate(LEFT_OUT_MOST);
        let planned = self
            .tours
            .iter()
            .map(|tour| tour.stops.len())
            .sum::<usize>();
        PlanOutcome {
            considered: Considered {
                shops: ground.shops.len(),
                wanted: planned + left_out_count,
                coming: self.decided.coming.len(),
                not_due: self.decided.not_due.len(),
            },
            tours: self.tours,
            left_out,
            left_out_count,
            days_off,
        }
    }
}

/// A week as it is asked.
struct Week {
    problem: Problem,
    /// Where each of the problem's candidates stands among what is wanted.
    able: Vec<usize>,
    /// The place in the matrix of the first that is wanted.
    first_point: usize,
}

fn agreed_left(
    ground: &Ground,
    shop: usize,
    visit: &Visit,
    why: WhyNot,
    remedies: Vec<Remedy>,
) -> LeftOut {
    LeftOut {
        visit_id: Some(visit.id),
        fixed_at: visit.fixed_at,
        points: AGREED,
        remedies,
        ..left(ground, shop, why, vec![Reason::Agreed { points: AGREED }])
    }
}

/// The points at which days begin and end, and the days with their places among them.
fn shifts(days: &[WorkDay]) -> (Vec<Point>, Vec<(Shift, i32)>) {
    let mut points: Vec<Point> = Vec::new();
    let mut place = |base: &Option<Base>| {
        let point = base.as_ref().map(|base| (base.lat, base.lng))?;
        let known = points.iter().position(|known| *known == point);
        Some(known.unwrap_or_else(|| {
            points.push(point);
            points.len() - 1
        }))
    };
    let shifts = days.iter().map(|work| {
        let shift = Shift {
            start: place(&work.start),
            end: place(&work.end),
            ..work.shift.clone()
        };
        (shift, work.visits_most)
    });
    let shifts = shifts.collect();
    (points, shifts)
}

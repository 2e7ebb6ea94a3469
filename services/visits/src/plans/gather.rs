//! From the database to the ground of a plan: one agent's days, shops and diary. Read once, before anything is computed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{UserId, business_day, start_of_business_day};
use uuid::Uuid;

use super::model::PlanRequest;
use super::outcome::{DayOff, WhyOff};
use super::queries;
use crate::agents::model::{Base, WorkingHours};
use crate::agents::queries as agents;
use crate::nights::model::Nights;
use crate::nights::queries as nights;
use crate::places::model::Place;
use crate::places::queries as places;
use crate::planner::schedule::{Shift, lunch_within};
use crate::planner::worth::Sales;
use crate::rules;
use crate::rules::hours::{Opening, Span};
use crate::rules::model::VisitRules;
use crate::rules::queries::Calendar;
use crate::tours::queries as tours;
use crate::visits::model::Visit;
use crate::visits::queries as visits;

/// More shops than one agent can look after.
const PLACES_MOST: i64 = 5_000;

/// A day on which an agent goes out.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkDay {
    pub day: NaiveDate,
    /// Its start and end are set once the points have places in a matrix.
    pub shift: Shift,
    /// Where it begins and ends: at home, or where the night is spent.
    pub start: Option<Base>,
    pub end: Option<Base>,
    pub visits_most: i32,
}

/// A shop and what is known of it.
#[derive(Debug, Clone)]
pub struct Known {
    pub place: Place,
    pub opening: Opening,
    pub sales: Sales,
    /// The days from today on, on which somebody will be there anyway.
    pub coming: Vec<NaiveDate>,
}

/// What is known of one agent before anything is computed.
#[derive(Debug)]
pub struct Ground {
    pub agent_id: UserId,
    pub agent_name: Option<String>,
    pub epoch: DateTime<Utc>,
    pub days: Vec<WorkDay>,
    pub days_off: Vec<DayOff>,
    pub shops: Vec<Known>,
    /// What is in the diary and on no tour, with its shop's place in the list.
    pub agreed: Vec<(Visit, usize)>,
    pub rules: VisitRules,
    pub calendar: Calendar,
    /// Shops that are not due count, too.
    pub not_due: bool,
}

impl Ground {
    /// When a visit of so many minutes can be made to a shop on a day.
    #[must_use]
    pub fn open(&self, shop: &Known, day: NaiveDate, minutes: i32) -> Vec<Span> {
        let (province, city) = (shop.place.province.as_deref(), shop.place.city.as_deref());
        let holiday = self.calendar.is_holiday(day, province, city);
        let open = shop.opening.on(day, &self.rules.usual_hours, holiday);
        self.rules.fit(open, minutes)
    }
}

/// Reads what one agent's plan needs; `shared` are shops without an owner that fall to this agent.
pub fn gather(
    conn: &mut PgConnection,
    agent: UserId,
    request: &PlanRequest,
    shared: &[Uuid],
    now: DateTime<Utc>,
) -> DbResult<Ground> {
    let (_, rules) = rules::queries::read(conn)?;
    let calendar = Calendar::read(conn)?;
    let (_, hours) = agents::hours(conn, agent)?;
    let names = nexus_records::users::queries::names(conn, &[agent])?;
    let (days, days_off) = working_days(conn, agent, request, &hours, &calendar, now)?;
    let mut ground = Ground {
        agent_id: agent,
        agent_name: names.get(&agent).cloned(),
        epoch: start_of_business_day(request.from),
        days,
        days_off,
        shops: Vec::new(),
        agreed: Vec::new(),
        rules,
        calendar,
        not_due: request.not_due,
    };
    let diary = visits::planned(conn, &[agent], request.from, request.until)?;
    let diary: Vec<Visit> = diary
        .into_iter()
        .filter(|visit| visit.tour_id.is_none())
        .collect();
    if !ground.days.is_empty() || !diary.is_empty() {
        let today = business_day(now);
        ground.shops = shops(conn, agent, request, shared, &diary, today)?;
    }
    let at: HashMap<Uuid, usize> = (0..)
        .zip(&ground.shops)
        .map(|(at, shop)| (shop.place.id, at))
        .collect();
    ground.agreed = diary
        .into_iter()
        .filter_map(|visit| Some((at.get(&visit.place_id).copied()?, visit)))
        .map(|(at, visit)| (visit, at))
        .collect();
    Ok(ground)
}

fn shops(
    conn: &mut PgConnection,
    agent: UserId,
    request: &PlanRequest,
    shared: &[Uuid],
    diary: &[Visit],
    today: NaiveDate,
) -> DbResult<Vec<Known>> {
    let mut found = places::of_owners(conn, &[agent], PLACES_MOST)?;
    let known: HashSet<Uuid> = found.iter().map(|place| place.id).collect();
    let agreed = diary.iter().map(|visit| visit.place_id);
    let others: Vec<Uuid> = agreed
        .chain(shared.iter().copied())
        .filter(|id| !known.contains(id))
        .collect();
    found.extend(places::these(conn, &others)?);
    let openings = places::openings(conn, &found, request.from)?;
    let clients: Vec<Uuid> = found.iter().map(|place| place.client_id).collect();
    let sales = queries::sales(conn, &clients, request.from)?;
    let ids: Vec<Uuid> = found.iter().map(|place| place.id).collect();
    let mut coming: HashMap<Uuid, Vec<NaiveDate>> = HashMap::new();
    for (place, day) in visits::places_planned(conn, &ids, request.from.min(today))? {
        coming.entry(place).or_default().push(day);
    }
    let shop = |(place, opening): (Place, Opening)| Known {
        sales: sales.get(&place.client_id).copied().unwrap_or_default(),
        coming: coming.remove(&place.id).unwrap_or_default(),
        place,
        opening,
    };
    Ok(found.into_iter().zip(openings).map(shop).collect())
}

/// The days on which the agent goes out, and why not on the others.
fn working_days(
    conn: &mut PgConnection,
    agent: UserId,
    request: &PlanRequest,
    hours: &WorkingHours,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> DbResult<(Vec<WorkDay>, Vec<DayOff>)> {
    let away = agents::absences(conn, &[agent], request.from, request.until)?;
    let taken: HashSet<NaiveDate> = tours::days(conn, agent, request.from, request.until)?
        .into_iter()
        .collect();
    let nights = nights::nights(conn, agent, request.from, request.until)?;
    let (mut days, mut off) = (Vec::new(), Vec::new());
    let all = request.from.iter_days();
    for day in all.take_while(|day| *day <= request.until) {
        // Whoever plans today's tour begins now.
        let work = hours
            .on(day)
            .map(|span| Span {
                from: span.from.max(now),
                ..span
            })
            .filter(|span| span.from < span.until);
        let absent = |day: NaiveDate| {
            let mut away = away.iter();
            away.any(|absence| (absence.from_day..=absence.until_day).contains(&day))
        };
        let why = match work {
            None => WhyOff::NotWorking,
            Some(_) if calendar.is_holiday(day, None, None) => WhyOff::Holiday,
            Some(_) if absent(day) => WhyOff::Absent,
            Some(_) if taken.contains(&day) => WhyOff::HasTour,
            Some(span) => {
                days.push(work_day(day, span, hours, &nights));
                continue;
            }
        };
        off.push(DayOff {
            agent_id: agent,
            day,
            why,
        });
    }
    Ok((days, off))
}

fn work_day(day: NaiveDate, span: Span, hours: &WorkingHours, nights: &Nights) -> WorkDay {
    let lunch = hours.lunch_on(day);
    let lunch = lunch.map(|lunch| (lunch, i64::from(hours.lunch_minutes) * 60));
    WorkDay {
        day,
        shift: Shift {
            span,
            lunch: lunch_within(lunch, &span),
            start: None,
            end: None,
        },
        start: nights.start(day, hours).cloned(),
        end: nights.end(day, hours).cloned(),
        visits_most: hours.visits_most,
    }
}

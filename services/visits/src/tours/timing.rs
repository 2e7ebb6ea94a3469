//! Reads what a day's times are computed from: what a tour by hand, a changed order and the rest of a day need.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::PgConnection;
use nexus_kernel::{UserId, business_day, start_of_business_day};
use nexus_problem::Problem;
use uuid::Uuid;

use super::outline::{Ahead, Outline, Past};
use crate::agents::queries as agents;
use crate::nights::queries as nights;
use crate::places::model::Place;
use crate::places::queries as places;
use crate::planner::past::Made;
use crate::planner::problem::AGREED;
use crate::planner::schedule::{Call, Shift, lunch_within};
use crate::rules;
use crate::rules::hours::{Opening, Span};
use crate::rules::model::VisitRules;
use crate::rules::queries::Calendar;
use crate::travel::Point;
use crate::visits::model::{Visit, VisitStatus};

/// An appointment may begin so much later, whatever was agreed.
const LEEWAY: TimeDelta = TimeDelta::minutes(10);
/// What is pinned stays within so much of its time.
const PINNED: TimeDelta = TimeDelta::minutes(15);

/// A stop that is wanted on a day.
#[derive(Debug, Clone)]
pub struct Wish {
    pub place_id: Uuid,
    pub visit: Option<Visit>,
    /// As the rules say when not given.
    pub minutes: Option<i32>,
    /// It is not moved; from this time on, if it has one already.
    pub pinned: Option<Option<DateTime<Utc>>>,
    pub points: i32,
}

impl Wish {
    /// A visit of the diary.
    #[must_use]
    pub fn of(visit: Visit) -> Self {
        Self {
            place_id: visit.place_id,
            minutes: Some(visit.minutes),
            visit: Some(visit),
            pinned: None,
            points: AGREED,
        }
    }

    fn is_past(&self) -> bool {
        let status = self.visit.as_ref().map(|visit| visit.status);
        matches!(status, Some(VisitStatus::Done | VisitStatus::UnderWay))
    }
}

/// From where and when one goes on, when the day has begun.
#[derive(Debug, Clone, Copy)]
pub struct Resume {
    pub now: DateTime<Utc>,
    /// Where the agent is, if they say.
    pub position: Option<Point>,
    /// When the tour had its break.
    pub lunch_at: Option<DateTime<Utc>>,
}

impl Resume {
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            position: None,
            lunch_at: None,
        }
    }
}

/// When a visit that was agreed for this time may take place.
#[must_use]
pub fn agreed_span(at: DateTime<Utc>, leeway_minutes: i32, length: TimeDelta) -> Span {
    let leeway = TimeDelta::minutes(i64::from(leeway_minutes));
    Span {
        from: at - leeway,
        until: at + length + leeway.max(LEEWAY),
    }
}

struct Shops {
    known: Vec<(Place, Opening)>,
    rules: VisitRules,
    calendar: Calendar,
    day: NaiveDate,
}

impl Shops {
    fn read(conn: &mut PgConnection, wishes: &[Wish], day: NaiveDate) -> Result<Self, Problem> {
        let ids: Vec<Uuid> = wishes.iter().map(|wish| wish.place_id).collect();
        let shops = places::these(conn, &ids)?;
        let openings = places::openings(conn, &shops, day)?;
        let (_, rules) = rules::queries::read(conn)?;
        Ok(Self {
            known: shops.into_iter().zip(openings).collect(),
            rules,
            calendar: Calendar::read(conn)?,
            day,
        })
    }

    fn of(&self, wish: &Wish) -> Result<&(Place, Opening), Problem> {
        let found = self
            .known
            .iter()
            .find(|(place, _)| place.id == wish.place_id);
        found.ok_or_else(|| Problem::not_found("visit"))
    }

    fn ahead(&self, wish: &Wish, points: &mut Vec<Point>) -> Result<Ahead, Problem> {
        let (place, opening) = self.of(wish)?;
        let point = place.point().ok_or_else(|| nowhere(place))?;
        points.push(point);
        let minutes = wish
            .minutes
            .unwrap_or_else(|| place.visit_minutes(&self.rules));
        let length = TimeDelta::minutes(i64::from(minutes));
        let fixed = wish.visit.as_ref().and_then(|visit| visit.fixed_at);
        let open = self.rules.fit(self.open(place, opening), minutes);
        let spans = match (fixed, wish.pinned.flatten()) {
            (Some(at), _) => {
                let leeway = wish.visit.as_ref().map_or(0, |visit| visit.leeway_minutes);
                vec![agreed_span(at, leeway, length)]
            }
            (None, Some(at)) => vec![Span {
                from: at - PINNED,
                until: at + length + PINNED,
            }],
            (None, None) => open.clone(),
        };
        Ok(Ahead {
            place: place.clone(),
            visit: wish.visit.clone(),
            minutes,
            pinned: fixed.is_some() || wish.pinned.is_some(),
            points: wish.points,
            call: Call {
                location: points.len() - 1,
                spans,
                seconds: length.num_seconds(),
            },
            open,
        })
    }

    fn open(&self, place: &Place, opening: &Opening) -> Vec<Span> {
        let (province, city) = (place.province.as_deref(), place.city.as_deref());
        let holiday = self.calendar.is_holiday(self.day, province, city);
        opening.on(self.day, &self.rules.usual_hours, holiday)
    }

    fn past(
        &self,
        wish: &Wish,
        now: DateTime<Utc>,
        points: &mut Vec<Point>,
    ) -> Result<Past, Problem> {
        let (place, _) = self.of(wish)?;
        let visit = wish
            .visit
            .clone()
            .ok_or_else(|| Problem::not_found("visit"))?;
        let location = place.point().map(|point| {
            points.push(point);
            points.len() - 1
        });
        let from = visit.started_at.unwrap_or(now);
        let as_planned = from + TimeDelta::minutes(i64::from(visit.minutes));
        let until = visit.ended_at.unwrap_or(as_planned.max(now));
        let made = Made {
            location,
            span: Span { from, until },
        };
        Ok(Past { visit, made })
    }
}

fn nowhere(place: &Place) -> Problem {
    let detail = format!(
        "Nobody has said where {} is: give its shop a place on the map first.",
        place.client_name
    );
    Problem::conflict("place-unknown", "A shop is nowhere on the map", detail)
}

/// Reads what is needed to time these stops in this order, what is done or under way first.
pub fn outline(
    conn: &mut PgConnection,
    agent: UserId,
    day: NaiveDate,
    wishes: &[Wish],
    resume: Resume,
) -> Result<Outline, Problem> {
    let shops = Shops::read(conn, wishes, day)?;
    let (_, hours) = agents::hours(conn, agent)?;
    let nights = nights::nights(conn, agent, day, day)?;
    let (start, end) = (nights.start(day, &hours), nights.end(day, &hours));
    let mut points: Vec<Point> = Vec::new();
    let mut add = |point: Option<Point>| {
        points.push(point?);
        Some(points.len() - 1)
    };
    let begins = add(start.map(|base| (base.lat, base.lng)));
    let ends = add(end.map(|base| (base.lat, base.lng)));
    let position = add(resume.position);
    let mut head = Vec::new();
    for wish in wishes.iter().filter(|wish| wish.is_past()) {
        head.push(shops.past(wish, resume.now, &mut points)?);
    }
    head.sort_by_key(|past: &Past| past.made.span.from);
    let mut ahead = Vec::new();
    for wish in wishes.iter().filter(|wish| !wish.is_past()) {
        ahead.push(shops.ahead(wish, &mut points)?);
    }
    // Whoever puts a tour on a day off means it.
    let mut span = hours.on(day).unwrap_or_else(|| whole(day));
    let lunch = hours.lunch_on(day);
    let mut lunch = lunch.map(|lunch| (lunch, i64::from(hours.lunch_minutes) * 60));
    let last = head.iter().map(|past| past.made.span.until).max();
    let today = day == business_day(resume.now);
    if last.is_some() || (today && resume.now > span.from) {
        let now = if today { resume.now } else { span.from };
        span.from = last.map_or(now, |last| last.max(now));
        lunch = lunch.filter(|_| resume.lunch_at.is_none_or(|at| at >= span.from));
    }
    let here = head.iter().rev().find_map(|past| past.made.location);
    Ok(Outline {
        agent_id: agent,
        day,
        start: start.cloned(),
        end: end.cloned(),
        points,
        begins,
        head,
        ahead,
        shift: Shift {
            span,
            lunch: lunch_within(lunch, &span),
            start: position.or(here).or(begins),
            end: ends,
        },
    })
}

fn whole(day: NaiveDate) -> Span {
    let until: DateTime<Utc> = day
        .succ_opt()
        .map_or(DateTime::<Utc>::MAX_UTC, start_of_business_day);
    Span {
        from: start_of_business_day(day),
        until,
    }
}

//! A visit ends with a report.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_problem::{IfMatch, Problem};
use nexus_records::Act;

use super::commands::{locked, missing, tell};
use super::model::{Report, Visit, VisitId, VisitOutcome};
use super::queries;
use crate::places::model::Place;
use crate::places::queries as places;
use crate::rules::model::VisitRules;
use crate::{photos, reports, rules};

/// It is over, and this came of it.
pub fn finish(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
    report: Report,
) -> Result<Visit, Problem> {
    let report = report.review(act.now)?;
    let before = locked(conn, act, id, if_match)?;
    // The rules before the place: whoever changes the rules takes them in this order, too.
    let rules = rules::queries::hold(conn)?;
    let mut place = places::lock_any(conn, before.place_id)?.ok_or_else(missing)?;
    let pictures: HashMap<String, i64> = photos::queries::by_question(conn, id)?;
    // Who may not report any more is not asked for answers.
    let answers = if before.is_open() {
        reports::commands::answered(conn, &report, place.class.as_deref(), &pictures)?
    } else {
        None
    };
    let after = before.done(report, answers, act.now)?;
    queries::save(conn, &after)?;
    if after.outcome.is_some_and(VisitOutcome::is_contact) {
        seen(conn, &mut place, after.day, &rules)?;
    }
    tell(
        conn,
        act,
        "visits.visit.done.v1",
        Some(&before),
        &after,
        &place,
    )?;
    Ok(after)
}

/// A shop was seen on a day: its next visit is due later.
fn seen(
    conn: &mut PgConnection,
    place: &mut Place,
    day: NaiveDate,
    rules: &VisitRules,
) -> Result<(), Problem> {
    if place.last_visit_on.is_some_and(|last| last >= day) {
        return Ok(());
    }
    place.last_visit_on = Some(day);
    place.apply(rules);
    Ok(places::save(conn, place)?)
}

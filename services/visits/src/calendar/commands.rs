use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use chrono::{Days, TimeDelta};
use diesel::PgConnection;
use nexus_kernel::{UserId, business_day};
use nexus_outbox::{Fact, announce};
use nexus_problem::Problem;
use nexus_records::{Act, users};
use serde_json::json;
use uuid::Uuid;

use super::{entries, ics, queries};
use crate::agents::queries as agents;
use crate::nights::queries as nights;
use crate::places::model::Place;
use crate::places::queries as places;

/// What calendars are shown.
const BACK: Days = Days::new(90);
const AHEAD: Days = Days::new(366);
const ENTRIES_MOST: i64 = 5_000;
/// A feed that was read is noted as often, not at every look.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(10);

/// The end of a feed's address: 256 bits that nobody guesses.
fn new_token() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        tracing::error!("the operating system gives no randomness");
        Problem::internal()
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

/// A new address for one's own feed; the one before leads nowhere from now on. Answers its end, which is shown this once.
pub fn make(conn: &mut PgConnection, act: &Act) -> Result<String, Problem> {
    let token = new_token()?;
    let me = act.viewer.user_id;
    queries::put(conn, me, &hash(&token), act.now)?;
    tell(conn, act, "visits.calendar_feed.made.v1")?;
    Ok(token)
}

/// Takes one's own feed back.
pub fn revoke(conn: &mut PgConnection, act: &Act) -> Result<(), Problem> {
    if queries::delete(conn, act.viewer.user_id)? {
        tell(conn, act, "visits.calendar_feed.revoked.v1")?;
    }
    Ok(())
}

fn tell(conn: &mut PgConnection, act: &Act, kind: &'static str) -> Result<(), Problem> {
    let me: Uuid = act.viewer.user_id.uuid();
    let fact = Fact::new(kind, me, Some(me), act.now, 1, json!({"agent_id": me}));
    Ok(announce(conn, &fact)?)
}

/// The calendar to which a token leads. `None`: to none, or to somebody who is not there any more.
pub fn read(
    conn: &mut PgConnection,
    token: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<String>, Problem> {
    let Some(feed) = queries::with_token(conn, &hash(token))? else {
        return Ok(None);
    };
    let agent: UserId = feed.agent_id;
    if users::queries::active(conn, &[agent])?.is_empty() {
        return Ok(None);
    }
    if feed.read_at.is_none_or(|read| now - read > NOTED_EVERY) {
        queries::note_read(conn, agent, now)?;
    }
    let today = business_day(now);
    let from = today.checked_sub_days(BACK).unwrap_or(today);
    let until = today.checked_add_days(AHEAD).unwrap_or(today);
    let visits = queries::visits_between(conn, agent, from, until, ENTRIES_MOST)?;
    let shops: Vec<Uuid> = visits.iter().map(|visit| visit.place_id).collect();
    let shops: HashMap<Uuid, Place> = places::these(conn, &shops)?
        .into_iter()
        .map(|place| (place.id, place))
        .collect();
    let mut all: Vec<ics::Entry> = visits
        .iter()
        .filter_map(|visit| Some(entries::of_visit(visit, shops.get(&visit.place_id)?)))
        .collect();
    let away = agents::absences(conn, &[agent], from, until)?;
    all.extend(away.iter().map(entries::of_absence));
    let stays = nights::stays(conn, agent, from, until)?;
    all.extend(stays.iter().map(entries::of_stay));
    let names = users::queries::names(conn, &[agent])?;
    let name = names.get(&agent).map_or("", String::as_str);
    Ok(Some(ics::calendar(&format!("Visite {name}"), &all)))
}

//! The mirror made anew: crm's feed is read from its beginning, the last word about each record is applied over what is here, and
//! what crm never told of goes. What is here answers meanwhile. What people said about visits is no mirror and stays.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_outbox::{Event, EventPage};
use nexus_service::App;
use uuid::Uuid;

use super::inbox::{self, SOURCE};
use super::progress::{self, Progress};

/// Where crm listens.
#[derive(Debug, Clone)]
pub struct Crm(pub String);

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PAGE: usize = 1_000;
const BATCH: usize = 200;
const ANSWER: Duration = Duration::from_secs(30);

/// Records of which the last word counts, in the order in which they build on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Client,
    Site,
    Pipeline,
    Deal,
    Offer,
    Order,
}

impl What {
    fn of(event: &Event) -> Option<Self> {
        let mut parts = event.kind.splitn(3, '.').skip(1);
        match (parts.next()?, parts.next()?) {
            ("client", _) => Some(Self::Client),
            ("site", _) => Some(Self::Site),
            ("pipeline", _) => Some(Self::Pipeline),
            ("opportunity", _) => Some(Self::Deal),
            ("proposal", _) => Some(Self::Offer),
            ("order", "approved.v1") => Some(Self::Order),
            _ => None,
        }
    }
}

/// The last word about each record.
#[derive(Default)]
struct Words {
    last: BTreeMap<(What, Uuid), Event>,
    read_to: i64,
}

impl Words {
    fn hear(&mut self, event: Event) {
        self.read_to = event.position;
        if let Some(what) = What::of(&event) {
            self.last.insert((what, event.subject_id), event);
        }
    }

    fn ids(&self, what: What) -> Vec<Uuid> {
        let known = self.last.keys().filter(|(of, _)| *of == what);
        known.map(|(_, id)| *id).collect()
    }
}

/// Does the work, and notes how it ended.
pub async fn run(app: App, crm: Crm) {
    let ended = rebuild(&app, &crm).await;
    let (status, detail) = match &ended {
        Ok(_) => ("done", None),
        Err(error) => {
            tracing::warn!(cause = %error, "the mirror of crm is not made anew");
            ("failed", Some("crm does not tell its events; see the log"))
        }
    };
    let applied = ended.unwrap_or(0);
    note(&app, status, detail, applied).await;
}

async fn note(app: &App, status: &'static str, detail: Option<&'static str>, applied: i64) {
    let now = app.now();
    let noted = app
        .db
        .transaction(move |conn| progress::note(conn, status, detail, applied, now));
    if let Err(error) = noted.await {
        tracing::warn!(cause = %error, "the progress of a rebuild is not noted");
    }
}

async fn rebuild(app: &App, crm: &Crm) -> Result<i64, Failure> {
    let mut words = Words::default();
    loop {
        read(app, crm, &mut words).await?;
        apply(app, &words).await?;
        let ids = [What::Deal, What::Offer, What::Order].map(|what| words.ids(what));
        let read_to = words.read_to;
        let settled = app.db.transaction(move |conn| settle(conn, read_to, &ids));
        if settled.await? {
            return Ok(read_to);
        }
        // The feed has gone on meanwhile: what came since is read, too.
    }
}

async fn read(app: &App, crm: &Crm, words: &mut Words) -> Result<(), Failure> {
    loop {
        let url = format!(
            "{}/internal/events?after={}&limit={PAGE}&wait=0",
            crm.0, words.read_to
        );
        let page: EventPage = app.peers.get(&url, ANSWER).await?;
        if page.events.is_empty() {
            return Ok(());
        }
        page.events.into_iter().for_each(|event| words.hear(event));
        note(app, "running", Some("reading"), words.read_to).await;
    }
}

async fn apply(app: &App, words: &Words) -> Result<(), Failure> {
    let events: Vec<Event> = words.last.values().cloned().collect();
    for batch in events.chunks(BATCH) {
        let batch = batch.to_vec();
        let applied = app.db.transaction(move |conn| -> DbResult<()> {
            batch.iter().try_for_each(|event| inbox::apply(conn, event))
        });
        applied.await?;
    }
    Ok(())
}

/// Takes away what crm never told of, and counts the orders anew. Answers whether nothing came meanwhile; nobody applies anything
/// while it looks.
fn settle(conn: &mut PgConnection, read_to: i64, known: &[Vec<Uuid>; 3]) -> DbResult<bool> {
    let position = progress::hold_position(conn, SOURCE)?;
    if position > read_to {
        return Ok(false);
    }
    for (table, ids) in ["deals", "offers", "counted_orders"].into_iter().zip(known) {
        diesel::sql_query(format!("DELETE FROM {table} WHERE id <> ALL($1)"))
            .bind::<Array<SqlUuid>, _>(ids)
            .execute(conn)?;
    }
    diesel::sql_query(
        "UPDATE clients SET orders = counted.orders, first_order_on = counted.first, last_order_on = counted.last FROM (
            SELECT c.id, count(o.id) AS orders, min(o.ordered_on) AS first, max(o.ordered_on) AS last
            FROM clients c LEFT JOIN counted_orders o ON o.client_id = c.id GROUP BY c.id) counted
         WHERE counted.id = clients.id AND (clients.orders, clients.first_order_on, clients.last_order_on)
            IS DISTINCT FROM (counted.orders, counted.first, counted.last)",
    )
    .execute(conn)?;
    Ok(true)
}

/// Begins, unless one is running. Answers how it stands.
///
/// # Errors
/// The database's.
pub async fn start(app: &App, crm: &Crm) -> DbResult<Option<Progress>> {
    let now = app.now();
    let begun = app
        .db
        .transaction(move |conn| progress::begin(conn, SOURCE, now))
        .await?;
    if begun.is_some() {
        tokio::spawn(run(app.clone(), crm.clone()));
    }
    Ok(begun)
}

use aws_lc_rs::digest::{Context, SHA256};
use diesel::prelude::*;
use nexus_db::DbResult;

use crate::event::Event;
use crate::schema::events;

/// Before the first event.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// The fields that the chain covers, as text.
pub(crate) struct Link<'e> {
    pub position: i64,
    pub id: String,
    pub kind: &'e str,
    pub subject_id: String,
    pub actor_id: String,
    pub at_micros: i64,
    pub version: i64,
    pub payload: &'e str,
}

impl Link<'_> {
    /// See the crate's README for what is hashed.
    pub(crate) fn hash(&self, previous: &[u8]) -> Vec<u8> {
        let (position, at, version) = (
            self.position.to_string(),
            self.at_micros.to_string(),
            self.version.to_string(),
        );
        let mut context = Context::new(&SHA256);
        context.update(previous);
        for field in [
            position.as_str(),
            &self.id,
            self.kind,
            &self.subject_id,
            &self.actor_id,
            &at,
            &version,
            self.payload,
        ] {
            let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
            context.update(&length.to_be_bytes());
            context.update(field.as_bytes());
        }
        context.finish().as_ref().to_vec()
    }
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainBreak {
    /// No event has this position, though later ones exist.
    Missing(i64),
    /// The event at this position is not what was written.
    Altered(i64),
}

const PAGE: i64 = 1000;

/// Walks the whole chain. Returns how many events it holds, or the first break.
///
/// # Errors
/// The database's.
pub fn verify_chain(conn: &mut PgConnection) -> DbResult<Result<i64, ChainBreak>> {
    let payload_text = diesel::dsl::sql::<diesel::sql_types::Text>("payload::text");
    let (mut position, mut previous) = (0, GENESIS.to_vec());
    loop {
        let rows: Vec<(Event, Vec<u8>, String)> = events::table
            .filter(events::position.gt(position))
            .order(events::position)
            .limit(PAGE)
            .select((Event::as_select(), events::hash, payload_text.clone()))
            .load(conn)?;
        if rows.is_empty() {
            return Ok(Ok(position));
        }
        for (event, hash, payload) in rows {
            if event.position != position + 1 {
                return Ok(Err(ChainBreak::Missing(position + 1)));
            }
            let link = Link {
                position: event.position,
                id: event.id.to_string(),
                kind: &event.kind,
                subject_id: event.subject_id.to_string(),
                actor_id: event.actor_id.map(|id| id.to_string()).unwrap_or_default(),
                at_micros: event.at.timestamp_micros(),
                version: event.version,
                payload: &payload,
            };
            if link.hash(&previous) != hash {
                return Ok(Err(ChainBreak::Altered(event.position)));
            }
            (position, previous) = (event.position, hash);
        }
    }
}

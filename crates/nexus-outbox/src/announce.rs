use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use serde_json::Value;
use uuid::Uuid;

use crate::schema::outbox;

/// A fact to announce.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub struct Fact {
    id: Uuid,
    kind: &'static str,
    subject_id: Uuid,
    actor_id: Option<Uuid>,
    at: DateTime<Utc>,
    payload: Value,
    version: i64,
}

impl Fact {
    /// `kind` as `service.noun.past_participle.vN`; `version` is the record's after the change.
    #[must_use]
    pub fn new(
        kind: &'static str,
        subject_id: Uuid,
        actor_id: Option<Uuid>,
        at: DateTime<Utc>,
        version: i64,
        payload: Value,
    ) -> Self {
        let id = Uuid::now_v7();
        Self {
            id,
            kind,
            subject_id,
            actor_id,
            at,
            payload,
            version,
        }
    }

    /// The same fact with one thing more in its payload, which is an object.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.payload[name] = value;
        self
    }
}

/// Writes a fact in the transaction of the change it tells of.
///
/// # Errors
/// The database's.
pub fn announce(conn: &mut PgConnection, fact: &Fact) -> DbResult<()> {
    announce_all(conn, std::slice::from_ref(fact))
}

/// Writes many.
///
/// # Errors
/// The database's.
pub fn announce_all(conn: &mut PgConnection, facts: &[Fact]) -> DbResult<()> {
    match facts {
        [] => return Ok(()),
        [one] => diesel::insert_into(outbox::table)
            .values(one)
            .execute(conn)?,
        // A COPY takes a fraction of what a parameter per value does.
        many => diesel::copy_from(outbox::table)
            .from_insertable(many)
            .execute(conn)?,
    };
    // Delivered at commit, and only then: wakes the leader.
    diesel::sql_query("SELECT pg_notify('outbox_' || current_schema(), '')").execute(conn)?;
    Ok(())
}

//! crm's events, applied. The feed may be read again from its beginning: what is known better stays.

use diesel::pg::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::Event;
use serde::de::DeserializeOwned;

use super::queries;
use super::records::{Client, Deal, Offer, Order, Pipeline, Site, Told};

/// The source's name in `inbox_positions`.
pub const SOURCE: &str = "crm";

/// Applies one event. What visits do not need is passed over.
///
/// # Errors
/// The database's.
pub fn apply(conn: &mut PgConnection, event: &Event) -> DbResult<()> {
    let mut parts = event.kind.splitn(3, '.');
    let (Some("crm"), Some(what), Some(step)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(());
    };
    match (what, step) {
        ("client", _) => told::<Client>(event)
            .map_or(Ok(()), |client| queries::save_client(conn, event, &client)),
        ("site", _) => {
            told::<Site>(event).map_or(Ok(()), |site| queries::save_site(conn, event, &site))
        }
        ("pipeline", _) => {
            told::<Pipeline>(event).map_or(Ok(()), |pipeline| queries::save_stages(conn, &pipeline))
        }
        ("opportunity", _) => {
            told::<Deal>(event).map_or(Ok(()), |deal| queries::save_deal(conn, event, &deal))
        }
        ("proposal", _) => {
            told::<Offer>(event).map_or(Ok(()), |offer| queries::save_offer(conn, event, &offer))
        }
        ("order", "approved.v1") => {
            told::<Order>(event).map_or(Ok(()), |order| queries::count_order(conn, event, &order))
        }
        _ => Ok(()),
    }
}

/// The record that an event is about.
fn told<T: DeserializeOwned>(event: &Event) -> Option<T> {
    match Told::<T>::deserialize_from(event) {
        Ok(told) => Some(told.record),
        Err(error) => {
            tracing::error!(position = event.position, kind = event.kind, cause = %error,
                "an event of crm cannot be read; passed over");
            None
        }
    }
}

impl<T: DeserializeOwned> Told<T> {
    fn deserialize_from(event: &Event) -> serde_json::Result<Self> {
        serde::Deserialize::deserialize(&event.payload)
    }
}

//! Offers whose day has passed. They count as expired at once, wherever they are read; this tells it, exactly once.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::business_day;
use nexus_service::App;
use serde_json::json;

use super::commands::{save_step, stepped};
use super::model::{Proposal, ProposalId};
use super::queries;
use super::state::VersionStatus;
use crate::interactions::model::Kind;
use crate::schema::proposals;
use nexus_records::Author;

/// How many at once.
const BATCH: i64 = 50;
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Tells of offers that have expired, for as long as the process lives. Every replica does so; the row's lock and its
/// state see to it that one of them tells it.
pub async fn work(app: App) {
    loop {
        let now = app.now();
        match app.db.transaction(move |conn| expire_some(conn, now)).await {
            Ok(told) if told > 0 => continue,
            Ok(_) => {}
            Err(error) => tracing::debug!(cause = %error, "expired proposals are told later"),
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Tells of some offers that have expired by now. Returns how many.
///
/// # Errors
/// The database's.
pub fn expire_some(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<usize> {
    let mut told = 0;
    for (id, _) in queries::overdue(conn, business_day(now), BATCH)? {
        if let Some(proposal) = lock_if_free(conn, id)? {
            let before = proposal.version;
            let after = expire(conn, proposal, now)?;
            told += usize::from(after.version != before);
        }
    }
    Ok(told)
}

/// Somebody else who holds it sees to it that it expires.
fn lock_if_free(conn: &mut PgConnection, id: ProposalId) -> DbResult<Option<Proposal>> {
    Ok(proposals::table
        .find(id)
        .select(Proposal::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?)
}

/// Expires what the customer has of a proposal, if its day has passed. The caller holds the proposal.
pub fn expire(conn: &mut PgConnection, before: Proposal, now: DateTime<Utc>) -> DbResult<Proposal> {
    let sent = queries::sent(conn, before.id)?;
    let Some(mut content) = sent.filter(|content| content.is_overdue_at(now)) else {
        return Ok(before);
    };
    content.status = VersionStatus::Expired;
    let author = Author { user_id: None, now };
    let after = if before.current_version == content.number {
        stepped(&before, &content, &author)
    } else {
        // The next version is being written already: the proposal stands where that one does.
        Proposal {
            version: before.version + 1,
            ..before.clone()
        }
    };
    let (kind, fact) = (Some(Kind::ProposalExpired), "crm.proposal.expired.v1");
    let more = json!({"valid_until": content.valid_until});
    save_step(conn, &author, kind, fact, &before, &after, &content, more)?;
    Ok(after)
}

use diesel::prelude::*;
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::Line;
use crate::schema::lines;

/// Whose lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// One version of a proposal.
    ProposalVersion(Uuid),
    /// An order.
    Order(Uuid),
}

/// A document's lines, in order.
pub fn of(conn: &mut PgConnection, document: Document) -> DbResult<Vec<Line>> {
    let query = lines::table.into_boxed();
    let query = match document {
        Document::ProposalVersion(id) => query.filter(lines::proposal_version_id.eq(id)),
        Document::Order(id) => query.filter(lines::order_id.eq(id)),
    };
    Ok(query
        .order(lines::position)
        .select(Line::as_select())
        .load(conn)?)
}

/// Replaces a document's lines by these.
pub fn save(conn: &mut PgConnection, document: Document, new: &mut [Line]) -> DbResult<()> {
    match document {
        Document::ProposalVersion(id) => {
            diesel::delete(lines::table.filter(lines::proposal_version_id.eq(id))).execute(conn)?
        }
        Document::Order(id) => {
            diesel::delete(lines::table.filter(lines::order_id.eq(id))).execute(conn)?
        }
    };
    for (line, position) in new.iter_mut().zip(1..) {
        line.position = position;
        (line.proposal_version_id, line.order_id) = match document {
            Document::ProposalVersion(id) => (Some(id), None),
            Document::Order(id) => (None, Some(id)),
        };
    }
    diesel::insert_into(lines::table)
        .values(&*new)
        .execute(conn)?;
    Ok(())
}

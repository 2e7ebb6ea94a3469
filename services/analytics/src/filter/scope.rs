//! Whose records a filter reaches: those of the viewer, and of these the agent's or the team's that was asked for.

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_problem::{FieldErrors, Problem};
use nexus_records::{Viewer, users};
use uuid::Uuid;

use super::model::FilterFields;
use crate::measures::read::{Span, Which};

/// A filter that may be answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scoped {
    pub which: Which,
    pub span: Span,
    pub previous: Option<Span>,
    pub today: NaiveDate,
}

/// Brings a filter together with what its viewer may see.
///
/// # Errors
/// 422 for wrong fields, and for an agent or a team that is not the viewer's to see.
pub fn scoped(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &FilterFields,
    today: NaiveDate,
) -> Result<Scoped, Problem> {
    let (span, previous) = filter.spans(today)?;
    let province = filter
        .province
        .as_deref()
        .map(|province| province.trim().to_uppercase());
    let owners = match (filter.agent_id, filter.team_id) {
        (Some(agent), _) => Some(agent_of(conn, viewer, agent)?),
        (None, Some(lead)) => Some(team_of(conn, viewer, lead)?),
        (None, None) => viewer.owners().map(uuids),
    };
    let which = Which {
        owners,
        province,
        product: filter.product_id,
        source: filter.source_id,
    };
    Ok(Scoped {
        which,
        span,
        previous,
        today,
    })
}

fn agent_of(conn: &mut PgConnection, viewer: &Viewer, agent: Uuid) -> Result<Vec<Uuid>, Problem> {
    let user = UserId::from_uuid(agent);
    let known = viewer.reaches(Some(user)) && users::queries::exists(conn, user)?;
    if known || user == viewer.user_id {
        return Ok(vec![agent]);
    }
    let detail = "There is no such user, or their figures are not yours to see.";
    Err(FieldErrors::one("agent_id", "agent_id.unknown", detail).into())
}

fn team_of(conn: &mut PgConnection, viewer: &Viewer, lead: Uuid) -> Result<Vec<Uuid>, Problem> {
    let team: DbResult<Vec<UserId>> = users::queries::team(conn, UserId::from_uuid(lead));
    let mut seen = uuids(&team?);
    seen.retain(|user| viewer.reaches(Some(UserId::from_uuid(*user))));
    seen.sort_unstable();
    if seen.is_empty() {
        let detail = "There is no such team, or its figures are not yours to see.";
        return Err(FieldErrors::one("team_id", "team_id.unknown", detail).into());
    }
    Ok(seen)
}

fn uuids(users: &[UserId]) -> Vec<Uuid> {
    users.iter().map(|user| user.uuid()).collect()
}

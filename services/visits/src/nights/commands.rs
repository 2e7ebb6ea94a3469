use diesel::PgConnection;
use nexus_db::DbError;
use nexus_kernel::UserId;
use nexus_outbox::announce;
use nexus_problem::Problem;
use nexus_records::Act;
use uuid::Uuid;

use super::model::{NewStay, Stay};
use super::queries;
use crate::agents::commands::check_agent;

/// Somebody will sleep away from home.
pub fn add(
    conn: &mut PgConnection,
    act: &Act,
    agent: UserId,
    id: Uuid,
    new: NewStay,
) -> Result<Stay, Problem> {
    let new = new.review()?;
    check_agent(conn, &act.viewer, agent)?;
    let stay = Stay {
        id,
        agent_id: agent,
        from_day: new.from_day,
        until_day: new.until_day,
        place: new.place,
        created_by: act.viewer.user_id,
        created_at: act.now,
    };
    queries::insert(conn, &stay).map_err(told)?;
    let fact = act.fact("visits.stay.created.v1", id, 1, None, &stay);
    announce(conn, &fact)?;
    Ok(stay)
}

fn told(error: DbError) -> Problem {
    match error {
        DbError::Constraint { name } if name == "nights_pkey" => {
            let detail = "For one of these nights another place is set: take that away first.";
            Problem::conflict("night-taken", "A night is spent elsewhere", detail)
        }
        other => other.on_constraint("stays_pkey", || {
            let detail = "Another record has this id.";
            Problem::conflict("id-taken", "This id is taken", detail)
        }),
    }
}

/// Somebody will sleep at home after all.
pub fn remove(conn: &mut PgConnection, act: &Act, agent: UserId, id: Uuid) -> Result<(), Problem> {
    check_agent(conn, &act.viewer, agent)?;
    if !queries::delete(conn, agent, id)? {
        return Err(Problem::not_found("stay"));
    }
    let fact = act.fact("visits.stay.removed.v1", id, 2, None, &());
    announce(conn, &fact)?;
    Ok(())
}

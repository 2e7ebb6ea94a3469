//! Rows in, rows out. Rules are the company's.

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use super::model::{AssignmentRule, Loads, RuleId};
use crate::leads::status::LeadStatus;
use crate::schema::{assignment_rules, assignment_turns, leads};

/// All that are not put away, in the order in which they are tried.
pub fn all(conn: &mut PgConnection) -> DbResult<Vec<AssignmentRule>> {
    let rows = assignment_rules::table
        .filter(assignment_rules::archived_at.is_null())
        .order((
            assignment_rules::position,
            assignment_rules::created_at,
            assignment_rules::id,
        ))
        .limit(200)
        .select(AssignmentRule::as_select())
        .load(conn)?;
    Ok(rows)
}

pub fn lock(conn: &mut PgConnection, id: RuleId) -> DbResult<Option<AssignmentRule>> {
    let query = assignment_rules::table
        .find(id)
        .select(AssignmentRule::as_select());
    Ok(query.for_update().first(conn).optional()?)
}

pub fn insert(conn: &mut PgConnection, rule: &AssignmentRule) -> DbResult<()> {
    diesel::insert_into(assignment_rules::table)
        .values(rule)
        .execute(conn)?;
    diesel::insert_into(assignment_turns::table)
        .values((
            assignment_turns::rule_id.eq(rule.id),
            assignment_turns::given.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, rule: &AssignmentRule) -> DbResult<()> {
    diesel::update(rule).set(rule).execute(conn)?;
    Ok(())
}

/// Whose turn was last. Whoever asks holds the turn until the transaction ends; others wait.
pub fn lock_turn(conn: &mut PgConnection, id: RuleId) -> DbResult<Option<UserId>> {
    let last: Option<Option<UserId>> = assignment_turns::table
        .find(id)
        .select(assignment_turns::last_user_id)
        .for_update()
        .first(conn)
        .optional()?;
    Ok(last.flatten())
}

pub fn save_turn(conn: &mut PgConnection, id: RuleId, user: UserId) -> DbResult<()> {
    diesel::update(assignment_turns::table.find(id))
        .set((
            assignment_turns::last_user_id.eq(user),
            assignment_turns::given.eq(assignment_turns::given + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many open leads these have.
pub fn loads(conn: &mut PgConnection, users: &[UserId]) -> DbResult<Loads> {
    let rows: Vec<(Option<UserId>, i64)> = leads::table
        .filter(leads::owner_id.eq_any(users.to_vec()))
        .filter(leads::status.eq_any(LeadStatus::OPEN.to_vec()))
        .filter(leads::archived_at.is_null())
        .group_by(leads::owner_id)
        .select((leads::owner_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(user, count)| Some((user?, count)))
        .collect())
}

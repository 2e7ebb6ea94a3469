//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::Value;

use super::error::RuleError;
use super::model::{
    AssignmentMethod, AssignmentRule, Member, Place, RuleFields, RuleId, in_territory, least_busy,
    next_in_turn,
};
use super::queries;
use crate::leads::model::LeadFields;
use crate::{campaigns, users};
use nexus_records::Act;
use nexus_records::Viewer;

/// Who gets a lead, and by which rule.
#[derive(Debug, Clone)]
pub struct Picked {
    pub user_id: UserId,
    pub rule_name: String,
}

/// Whom the rules name. Only people whom the assigner reaches, and who still work here, are chosen. The turn is taken
/// with the caller's transaction, or not at all.
pub fn pick(
    conn: &mut PgConnection,
    assigner: &Viewer,
    lead: &LeadFields,
) -> DbResult<Option<Picked>> {
    let place = Place::of(lead);
    for rule in queries::all(conn)? {
        if !rule.fields.active || !rule.fields.fits(lead, &place) {
            continue;
        }
        let ids: Vec<UserId> = rule
            .fields
            .members
            .0
            .iter()
            .map(|member| member.user_id)
            .collect();
        let active = users::queries::active(conn, &ids)?;
        let members: Vec<Member> = rule
            .fields
            .members
            .0
            .into_iter()
            .filter(|member| {
                active.contains(&member.user_id) && assigner.reaches(Some(member.user_id))
            })
            .collect();
        if members.is_empty() {
            continue;
        }
        let last = queries::lock_turn(conn, rule.id)?;
        let all: Vec<UserId> = members.iter().map(|member| member.user_id).collect();
        let chosen = match rule.fields.method {
            AssignmentMethod::RoundRobin => next_in_turn(&all, last),
            AssignmentMethod::LeastBusy => least_busy(&all, &queries::loads(conn, &all)?, last),
            AssignmentMethod::Territory => {
                let there = in_territory(&members, &place);
                least_busy(&there, &queries::loads(conn, &there)?, last)
            }
        };
        if let Some(user_id) = chosen {
            queries::save_turn(conn, rule.id, user_id)?;
            let rule_name = rule.fields.name;
            return Ok(Some(Picked { user_id, rule_name }));
        }
    }
    Ok(None)
}

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: RuleId,
    fields: RuleFields,
) -> Result<AssignmentRule, RuleError> {
    let fields = fields.review()?;
    check_links(conn, act, None, &fields)?;
    let rule = AssignmentRule {
        id,
        version: 1,
        fields,
        created_at: act.now,
        updated_at: act.now,
        archived_at: None,
    };
    queries::insert(conn, &rule)
        .map_err(|error| error.on_constraint("assignment_rules_pkey", || RuleError::IdTaken))?;
    announce(
        conn,
        &act.fact("crm.assignment_rule.created.v1", id.uuid(), 1, None, &rule),
    )?;
    Ok(rule)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: RuleId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<AssignmentRule, RuleError> {
    let before = lock(conn, id, if_match)?;
    let fields: RuleFields = merged(&before.fields, patch).map_err(RuleError::Unfit)?;
    let fields = fields.review()?;
    check_links(conn, act, Some(&before.fields), &fields)?;
    let after = AssignmentRule {
        version: before.version + 1,
        fields,
        updated_at: act.now,
        ..before.clone()
    };
    save(conn, act, "crm.assignment_rule.changed.v1", &before, &after)?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: RuleId,
    if_match: &IfMatch,
) -> Result<(), RuleError> {
    let before = lock(conn, id, if_match)?;
    let after = AssignmentRule {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    save(
        conn,
        act,
        "crm.assignment_rule.archived.v1",
        &before,
        &after,
    )
}

fn lock(
    conn: &mut PgConnection,
    id: RuleId,
    if_match: &IfMatch,
) -> Result<AssignmentRule, RuleError> {
    let rule = queries::lock(conn, id)?.ok_or(RuleError::NotFound)?;
    if if_match.allows(rule.version) {
        Ok(rule)
    } else {
        Err(RuleError::Stale(Box::new(rule)))
    }
}

fn save(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: &AssignmentRule,
    after: &AssignmentRule,
) -> Result<(), RuleError> {
    queries::save(conn, after)?;
    announce(
        conn,
        &act.fact(kind, after.id.uuid(), after.version, Some(before), after),
    )?;
    Ok(())
}

/// Source and campaign are there; whoever is new to the rule is known and within the writer's reach.
fn check_links(
    conn: &mut PgConnection,
    act: &Act,
    before: Option<&RuleFields>,
    fields: &RuleFields,
) -> Result<(), RuleError> {
    let mut errors = FieldErrors::default();
    campaigns::queries::check_links(conn, fields.source_id, fields.campaign_id, &mut errors)?;
    let old = |user| {
        before.is_some_and(|before| before.members.0.iter().any(|member| member.user_id == user))
    };
    for (index, member) in fields.members.0.iter().enumerate() {
        let reached = act.viewer.reaches(Some(member.user_id));
        if !(old(member.user_id) || reached && users::queries::exists(conn, member.user_id)?) {
            errors.add(
                format!("/members/{index}/user_id"),
                "user_id.unknown",
                "There is no such user among those to whom you may give leads.",
            );
        }
    }
    Ok(errors.or(())?)
}

//! Every stage an opportunity was in, and for how long.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::{RecordId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Opportunity, OpportunityId};
use crate::pipelines;
use crate::pipelines::model::StageId;
use crate::schema::stage_moves;
use nexus_records::users;

/// One move, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = stage_moves, check_for_backend(diesel::pg::Pg))]
pub struct StageMove {
    pub id: RecordId<StageMove>,
    pub opportunity_id: OpportunityId,
    pub from_stage_id: Option<StageId>,
    pub to_stage_id: StageId,
    pub moved_by: Option<UserId>,
    pub moved_at: DateTime<Utc>,
    pub seconds_in_from: Option<i64>,
}

impl StageMove {
    /// The first stage of a new opportunity.
    #[must_use]
    pub fn first(opportunity: &Opportunity, by: Option<UserId>) -> Self {
        Self {
            id: RecordId::new(),
            opportunity_id: opportunity.id,
            from_stage_id: None,
            to_stage_id: opportunity.stage_id,
            moved_by: by,
            moved_at: opportunity.stage_entered_at,
            seconds_in_from: None,
        }
    }

    /// From where it was to where it is.
    #[must_use]
    pub fn between(
        before: &Opportunity,
        after: &Opportunity,
        by: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: RecordId::new(),
            opportunity_id: after.id,
            from_stage_id: Some(before.stage_id),
            to_stage_id: after.stage_id,
            moved_by: by,
            moved_at: at,
            seconds_in_from: Some((at - before.stage_entered_at).num_seconds().max(0)),
        }
    }
}

/// Rows of one INSERT: PostgreSQL takes at most 65,535 values.
const AT_ONCE: usize = 5000;

pub fn insert(conn: &mut PgConnection, moves: &[StageMove]) -> DbResult<()> {
    for some in moves.chunks(AT_ONCE) {
        diesel::insert_into(stage_moves::table)
            .values(some)
            .execute(conn)?;
    }
    Ok(())
}

/// One move, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageMoveView {
    #[schema(value_type = uuid::Uuid)]
    id: RecordId<StageMove>,
    #[schema(value_type = Option<uuid::Uuid>)]
    from_stage_id: Option<StageId>,
    from_name: Option<String>,
    #[schema(value_type = uuid::Uuid)]
    to_stage_id: StageId,
    to_name: Option<String>,
    moved_at: DateTime<Utc>,
    #[schema(value_type = Option<uuid::Uuid>)]
    moved_by: Option<UserId>,
    moved_by_name: Option<String>,
    /// How long it had been in the stage it left.
    seconds_in_from: Option<i64>,
}

/// The last moves of an opportunity, oldest first.
pub fn of(conn: &mut PgConnection, id: OpportunityId) -> DbResult<Vec<StageMoveView>> {
    let mut moves: Vec<StageMove> = stage_moves::table
        .filter(stage_moves::opportunity_id.eq(id))
        .order((stage_moves::moved_at.desc(), stage_moves::id.desc()))
        .limit(500)
        .select(StageMove::as_select())
        .load(conn)?;
    moves.reverse();
    let stages: Vec<StageId> = moves
        .iter()
        .flat_map(|step| [step.from_stage_id, Some(step.to_stage_id)])
        .flatten()
        .collect();
    let stages = pipelines::queries::stage_names(conn, &stages)?;
    let people: Vec<UserId> = moves.iter().filter_map(|step| step.moved_by).collect();
    let people = users::queries::names(conn, &people)?;
    let view = |step: StageMove| StageMoveView {
        id: step.id,
        from_stage_id: step.from_stage_id,
        from_name: step
            .from_stage_id
            .and_then(|stage| stages.get(&stage).cloned()),
        to_stage_id: step.to_stage_id,
        to_name: stages.get(&step.to_stage_id).cloned(),
        moved_at: step.moved_at,
        moved_by: step.moved_by,
        moved_by_name: step.moved_by.and_then(|user| people.get(&user).cloned()),
        seconds_in_from: step.seconds_in_from,
    };
    Ok(moves.into_iter().map(view).collect())
}

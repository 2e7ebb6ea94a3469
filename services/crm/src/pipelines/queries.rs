//! Rows in, rows out.

use std::collections::HashMap;

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use super::model::{Pipeline, PipelineId, PipelineRow, Stage, StageId};
use crate::schema::{opportunities, pipelines, stages};

/// The pipelines in use, the default one first. `chain` are a user and those above: team pipelines of others are left out.
pub fn all(conn: &mut PgConnection, chain: Option<&[UserId]>) -> DbResult<Vec<Pipeline>> {
    let mut query = pipelines::table
        .filter(pipelines::archived_at.is_null())
        .into_boxed();
    if let Some(chain) = chain {
        query = query.filter(
            pipelines::team_lead_id
                .is_null()
                .or(pipelines::team_lead_id.eq_any(chain.to_vec())),
        );
    }
    let rows = query
        .order((
            pipelines::is_default.desc(),
            pipelines::created_at,
            pipelines::id,
        ))
        .limit(100)
        .select(PipelineRow::as_select())
        .load(conn)?;
    with_stages(conn, rows)
}

fn with_stages(conn: &mut PgConnection, rows: Vec<PipelineRow>) -> DbResult<Vec<Pipeline>> {
    let ids: Vec<PipelineId> = rows.iter().map(|row| row.id).collect();
    let found: Vec<Stage> = stages::table
        .filter(stages::pipeline_id.eq_any(ids))
        .filter(stages::archived_at.is_null())
        .order((stages::position, stages::id))
        .select(Stage::as_select())
        .load(conn)?;
    let mut by_pipeline: HashMap<PipelineId, Vec<Stage>> = HashMap::new();
    for stage in found {
        by_pipeline
            .entry(stage.pipeline_id)
            .or_default()
            .push(stage);
    }
    let pipeline = |row: PipelineRow| Pipeline {
        stages: by_pipeline.remove(&row.id).unwrap_or_default(),
        row,
    };
    Ok(rows.into_iter().map(pipeline).collect())
}

pub fn find(conn: &mut PgConnection, id: PipelineId) -> DbResult<Option<Pipeline>> {
    let row = pipelines::table
        .find(id)
        .select(PipelineRow::as_select())
        .first(conn)
        .optional()?;
    Ok(with_stages(conn, row.into_iter().collect())?.pop())
}

pub fn default(conn: &mut PgConnection) -> DbResult<Option<Pipeline>> {
    let row = pipelines::table
        .filter(pipelines::is_default)
        .filter(pipelines::archived_at.is_null())
        .select(PipelineRow::as_select())
        .first(conn)
        .optional()?;
    Ok(with_stages(conn, row.into_iter().collect())?.pop())
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: PipelineId) -> DbResult<Option<Pipeline>> {
    let row = pipelines::table
        .find(id)
        .select(PipelineRow::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(with_stages(conn, row.into_iter().collect())?.pop())
}

/// A stage, also one that was put away.
pub fn stage(conn: &mut PgConnection, id: StageId) -> DbResult<Option<Stage>> {
    let row = stages::table
        .find(id)
        .select(Stage::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// These stages, also those put away.
pub fn stages(conn: &mut PgConnection, ids: &[StageId]) -> DbResult<HashMap<StageId, Stage>> {
    let rows: Vec<Stage> = stages::table
        .filter(stages::id.eq_any(ids))
        .select(Stage::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|stage| (stage.id, stage)).collect())
}

/// The names of these stages.
pub fn stage_names(conn: &mut PgConnection, ids: &[StageId]) -> DbResult<HashMap<StageId, String>> {
    let rows: Vec<(StageId, String)> = stages::table
        .filter(stages::id.eq_any(ids))
        .select((stages::id, stages::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

pub fn holds_opportunities(conn: &mut PgConnection, id: StageId) -> DbResult<bool> {
    let held = opportunities::table
        .filter(opportunities::stage_id.eq(id))
        .filter(opportunities::archived_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(conn)?)
}

/// The default moves: whoever had it gives it up.
pub fn clear_default(conn: &mut PgConnection, but: PipelineId) -> DbResult<()> {
    diesel::update(
        pipelines::table
            .filter(pipelines::is_default)
            .filter(pipelines::id.ne(but)),
    )
    .set((
        pipelines::is_default.eq(false),
        pipelines::version.eq(pipelines::version + 1),
    ))
    .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, row: &PipelineRow) -> DbResult<()> {
    diesel::insert_into(pipelines::table)
        .values(row)
        .on_conflict(pipelines::id)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

pub fn insert(conn: &mut PgConnection, row: &PipelineRow) -> DbResult<()> {
    diesel::insert_into(pipelines::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

pub fn save_stage(conn: &mut PgConnection, stage: &Stage) -> DbResult<()> {
    diesel::insert_into(stages::table)
        .values(stage)
        .on_conflict(stages::id)
        .do_update()
        .set(stage)
        .execute(conn)?;
    Ok(())
}

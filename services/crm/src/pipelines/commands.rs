//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::Value;

use super::error::PipelineError;
use super::model::{
    Pipeline, PipelineFields, PipelineId, PipelineRow, Stage, StageFields, StageId,
};
use super::queries;
use nexus_records::Act;
use nexus_records::users;

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: PipelineId,
    fields: PipelineFields,
) -> Result<Pipeline, PipelineError> {
    let fields = fields.review()?;
    check_lead(conn, &fields)?;
    let pipeline = Pipeline {
        row: PipelineRow {
            id,
            version: 1,
            name: fields.name,
            is_default: fields.is_default,
            sequential: fields.sequential,
            team_lead_id: fields.team_lead_id,
            created_at: act.now,
            updated_at: act.now,
            archived_at: None,
        },
        stages: stages(id, &[], fields.stages)?,
    };

    if pipeline.row.is_default {
        queries::clear_default(conn, id)?;
    }
    queries::insert(conn, &pipeline.row)
        .map_err(|error| error.on_constraint("pipelines_pkey", || PipelineError::Exists))?;
    save_stages(conn, &pipeline.stages)?;
    announce(
        conn,
        &act.fact("crm.pipeline.created.v1", id.uuid(), 1, None, &pipeline),
    )?;
    Ok(pipeline)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: PipelineId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Pipeline, PipelineError> {
    let before = lock(conn, id, if_match)?;
    let fields: PipelineFields = merged(&before.fields(), patch).map_err(PipelineError::Unfit)?;
    let fields = fields.review()?;
    check_lead(conn, &fields)?;
    if before.row.is_default && !fields.is_default {
        return Err(PipelineError::IsDefault);
    }
    let after = Pipeline {
        row: PipelineRow {
            version: before.row.version + 1,
            name: fields.name,
            is_default: fields.is_default,
            sequential: fields.sequential,
            team_lead_id: fields.team_lead_id,
            updated_at: act.now,
            ..before.row.clone()
        },
        stages: stages(id, &before.stages, fields.stages)?,
    };

    for gone in before
        .stages
        .iter()
        .filter(|stage| after.stage(stage.id).is_none())
    {
        if queries::holds_opportunities(conn, gone.id)? {
            return Err(PipelineError::StageInUse(gone.id));
        }
        queries::save_stage(
            conn,
            &Stage {
                archived_at: Some(act.now),
                ..gone.clone()
            },
        )?;
    }
    if after.row.is_default {
        queries::clear_default(conn, id)?;
    }
    queries::save(conn, &after.row)?;
    save_stages(conn, &after.stages)?;
    announce(
        conn,
        &act.fact(
            "crm.pipeline.changed.v1",
            id.uuid(),
            after.row.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: PipelineId,
    if_match: &IfMatch,
) -> Result<(), PipelineError> {
    let before = lock(conn, id, if_match)?;
    if before.row.is_default {
        return Err(PipelineError::IsDefault);
    }
    let mut after = before.clone();
    after.row.version += 1;
    after.row.archived_at = Some(act.now);
    after.row.updated_at = act.now;
    queries::save(conn, &after.row)?;
    announce(
        conn,
        &act.fact(
            "crm.pipeline.archived.v1",
            id.uuid(),
            after.row.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(())
}

fn lock(
    conn: &mut PgConnection,
    id: PipelineId,
    if_match: &IfMatch,
) -> Result<Pipeline, PipelineError> {
    let pipeline = queries::lock(conn, id)?.ok_or(PipelineError::NotFound(id))?;
    if if_match.allows(pipeline.row.version) {
        Ok(pipeline)
    } else {
        Err(PipelineError::Stale(Box::new(pipeline)))
    }
}

fn check_lead(conn: &mut PgConnection, fields: &PipelineFields) -> Result<(), PipelineError> {
    match fields.team_lead_id {
        Some(lead) if !users::queries::exists(conn, lead)? => Err(FieldErrors::one(
            "/team_lead_id",
            "team_lead_id.unknown",
            "There is no such user.",
        )
        .into()),
        _ => Ok(()),
    }
}

/// The rows of a list of stages; an id must be one of those that the pipeline has.
fn stages(
    pipeline: PipelineId,
    known: &[Stage],
    fields: Vec<StageFields>,
) -> Result<Vec<Stage>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let rows = fields.into_iter().enumerate().map(|(at, stage)| {
        let kept = stage
            .id
            .and_then(|id| known.iter().find(|known| known.id == id));
        if stage.id.is_some() && kept.is_none() {
            errors.add(
                format!("/stages/{at}/id"),
                "stages.foreign",
                "This is no stage of this pipeline.",
            );
        }
        if kept.is_some_and(|kept| kept.outcome != stage.outcome) {
            errors.add(
                format!("/stages/{at}/outcome"),
                "stages.outcome_changed",
                "A stage keeps its outcome.",
            );
        }
        Stage {
            id: kept.map_or_else(StageId::new, |kept| kept.id),
            pipeline_id: pipeline,
            name: stage.name,
            position: i32::try_from(at + 1).unwrap_or(i32::MAX),
            probability: stage.probability,
            outcome: stage.outcome,
            stale_after_days: stage.stale_after_days,
            required_fields: stage.required_fields,
            archived_at: None,
        }
    });
    let rows: Vec<Stage> = rows.collect();
    errors.or(rows)
}

fn save_stages(conn: &mut PgConnection, stages: &[Stage]) -> Result<(), PipelineError> {
    for stage in stages {
        queries::save_stage(conn, stage)?;
    }
    Ok(())
}

impl Pipeline {
    /// What may be written of it, as it is now.
    fn fields(&self) -> PipelineFields {
        let stage = |stage: &Stage| StageFields {
            id: Some(stage.id),
            name: stage.name.clone(),
            probability: stage.probability,
            outcome: stage.outcome,
            stale_after_days: stage.stale_after_days,
            required_fields: stage.required().map(str::to_owned).collect(),
        };
        PipelineFields {
            name: self.row.name.clone(),
            is_default: self.row.is_default,
            sequential: self.row.sequential,
            team_lead_id: self.row.team_lead_id,
            stages: self.stages.iter().map(stage).collect(),
        }
    }
}

//! One function per thing a user can make happen: lock, decide, save.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_auth::can::{
    AssignLeads, ManagePipelines, ManageProducts, ManageUsers, ReadClients, WriteClients,
    WriteLeads, WriteOpportunities,
};
use nexus_auth::{Permission, Principal, Scope};
use nexus_db::DbResult;
use nexus_problem::{FieldErrors, IfMatch, Problem, from_json, merged};
use serde_json::Value;

use super::error::ImportError;
use super::guess::Kind;
use super::model::{Import, ImportId, ImportStatus, Options, Rights};
use super::queries;
use super::stages::{name_of_file, stage_for, suggested};
use super::views::ImportView;
use crate::clients::commands::check_owner;
use crate::pipelines;
use crate::pipelines::model::PipelineId;
use nexus_records::Act;
use nexus_records::Viewer;

/// Whoever asks.
pub struct Asker<'a> {
    pub who: &'a Principal,
    /// The imports they see.
    pub viewer: Viewer,
    /// The scope of their `imports:run`.
    pub scope: Scope,
}

/// Refuses kinds of rows for which the asker has no right.
pub fn check_rights(who: &Principal, kind: Kind) -> Result<(), ImportError> {
    let needed = match kind {
        Kind::Clients => WriteClients::NAME,
        Kind::Opportunities => WriteOpportunities::NAME,
        Kind::Users => ManageUsers::NAME,
        Kind::Products => ManageProducts::NAME,
        Kind::Leads => WriteLeads::NAME,
    };
    match who.scope_of(needed) {
        Some(_) => Ok(()),
        None => Err(ImportError::Forbidden(needed)),
    }
}

/// Where the deals of a new file could go: into the default pipeline if it has all their stages, else into a new one.
pub fn suggest(conn: &mut PgConnection, who: &Principal, import: &mut Import) -> DbResult<()> {
    if import.kind != Kind::Opportunities {
        return Ok(());
    }
    let values = import.stage_values().to_vec();
    let default = pipelines::queries::default(conn)?;
    let fits = default.as_ref().is_some_and(|pipeline| {
        let mut values = values.iter();
        values.all(|value| stage_for(pipeline, value).is_some())
    });
    if !fits && !values.is_empty() && who.scope_of(ManagePipelines::NAME).is_some() {
        let name = name_of_file(&import.filename);
        import.options.new_pipeline = Some(suggested(&name, &values));
    } else if let Some(pipeline) = default {
        import.options.pipeline_id = Some(pipeline.row.id);
        let known = values.into_iter().filter_map(|value| {
            let stage = stage_for(&pipeline, &value)?.id;
            Some((value, stage))
        });
        import.options.stage_mapping = known.collect();
    }
    Ok(())
}

/// Changes what the columns are and how the rows become records.
pub fn change(
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    id: ImportId,
    if_match: &IfMatch,
    mapping: Option<&Value>,
    options: Option<&Value>,
) -> Result<Import, ImportError> {
    let before = lock(conn, asker, id, if_match)?;
    let mut after = before.clone();
    if let Some(patch) = mapping {
        after.mapping =
            merged(&before.mapping, patch).map_err(|problem| unfit(problem, "/mapping"))?;
        after.mapping.review(before.kind, &before.source_columns)?;
    }
    if let Some(patch) = options {
        after.options = options_after(&before.options, patch)?;
        check_options(conn, asker, &after.options)?;
    }
    if after == before {
        return Ok(before);
    }
    after.version += 1;
    after.status = ImportStatus::Ready;
    after.start_over();
    queries::clear_rows(conn, id)?;
    queries::save(conn, &after)?;
    Ok(after)
}

fn unfit(problem: Problem, below: &str) -> ImportError {
    ImportError::Unfit(problem.below(below))
}

/// The options after a merge patch. A list of stages counts as a whole; of pipeline and new pipeline the one that is
/// given takes the other's place.
fn options_after(before: &Options, patch: &Value) -> Result<Options, ImportError> {
    let given = |name: &str| patch.get(name).is_some_and(|value| !value.is_null());
    if given("pipeline_id") && given("new_pipeline") {
        let detail = "Choose a pipeline that is there or a new one, not both.";
        let errors = FieldErrors::one("/options/new_pipeline", "new_pipeline.both", detail);
        return Err(errors.into());
    }
    let mut base = before.clone();
    if given("new_pipeline") {
        base.pipeline_id = None;
        base.new_pipeline = None;
        base.stage_mapping.clear();
    }
    if given("pipeline_id") {
        base.new_pipeline = None;
    }
    if patch.get("stage_mapping").is_some() {
        base.stage_mapping.clear();
    }
    merged(&base, patch).map_err(|problem| unfit(problem, "/options"))
}

fn check_options(
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    options: &Options,
) -> Result<(), ImportError> {
    let mut errors = FieldErrors::default();
    if let Some(new) = &options.new_pipeline
        && let Err(wrong) = new.fields().review()
    {
        for error in wrong.0 {
            let pointer = format!("/options/new_pipeline{}", error.pointer);
            errors.add(pointer, error.code, error.detail);
        }
    }
    let pipeline = match options.pipeline_id {
        Some(id) => pipelines::queries::find(conn, id)?
            .filter(|pipeline| pipeline.row.archived_at.is_none()),
        None => pipelines::queries::default(conn)?,
    };
    if options.pipeline_id.is_some() && pipeline.is_none() {
        let detail = "There is no such pipeline.";
        errors.add("/options/pipeline_id", "pipeline_id.unknown", detail);
    }
    for (value, stage) in &options.stage_mapping {
        let known = |pipeline: &pipelines::model::Pipeline| pipeline.stage(*stage).is_some();
        if options.new_pipeline.is_some() || !pipeline.as_ref().is_some_and(known) {
            let pointer = format!("/options/stage_mapping/{value}");
            errors.add(
                pointer,
                "stage_id.unknown",
                "This is no stage of the pipeline.",
            );
        }
    }
    if options.owner_id.is_some() {
        let mut wrong = FieldErrors::default();
        let everybody = Viewer {
            sees: nexus_records::Sees::Everything,
            ..asker.viewer.clone()
        };
        check_owner(conn, &everybody, options.owner_id, &mut wrong)?;
        for error in wrong.0 {
            errors.add(
                format!("/options{}", error.pointer),
                error.code,
                error.detail,
            );
        }
    }
    Ok(errors.or(())?)
}

/// What is to be done with the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Check,
    Run,
}

/// Hands the import to the worker.
pub fn start(
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    id: ImportId,
    if_match: &IfMatch,
    wish: Wish,
    now: DateTime<Utc>,
) -> Result<Import, ImportError> {
    let mut import = lock(conn, asker, id, if_match)?;
    check_rights(asker.who, import.kind)?;
    import.mapping.review(import.kind, &import.source_columns)?;
    import.rights = rights(asker);
    let options = &import.options;
    if options.create_missing_clients && import.rights.write_clients.is_none() {
        return Err(ImportError::Forbidden(WriteClients::NAME));
    }
    if import.kind == Kind::Opportunities && options.new_pipeline.is_some() {
        if !import.rights.manage_pipelines {
            return Err(ImportError::Forbidden(ManagePipelines::NAME));
        }
        if wish == Wish::Run {
            make_pipeline(conn, asker, &mut import, now)?;
        }
    }
    import.start_over();
    import.version += 1;
    import.status = match wish {
        Wish::Check => ImportStatus::Checking,
        Wish::Run => ImportStatus::Running,
    };
    import.started_by = Some(asker.who.user_id);
    import.started_at = Some(now);
    queries::clear_rows(conn, id)?;
    queries::save(conn, &import)?;
    Ok(import)
}

/// What the asker may write, never wider than their right to import.
fn rights(asker: &Asker<'_>) -> Rights {
    let scope = |name: &str| asker.who.scope_of(name).map(|scope| scope.min(asker.scope));
    // Whoever may not assign leads imports their own.
    let leads = scope(WriteLeads::NAME).map(|writes| {
        let assigns = asker.who.scope_of(AssignLeads::NAME);
        assigns.map_or(Scope::Own, |assigns| writes.min(assigns))
    });
    Rights {
        read_clients: asker.who.scope_of(ReadClients::NAME),
        write_clients: scope(WriteClients::NAME),
        write_opportunities: scope(WriteOpportunities::NAME),
        manage_pipelines: asker.who.scope_of(ManagePipelines::NAME).is_some(),
        write_leads: leads,
        assign_leads: asker.who.scope_of(AssignLeads::NAME).is_some(),
    }
}

/// Makes the new pipeline, unless one of this name and these stages is there already.
fn make_pipeline(
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    import: &mut Import,
    now: DateTime<Utc>,
) -> Result<(), ImportError> {
    let Some(new) = import.options.new_pipeline.take() else {
        return Ok(());
    };
    let there = pipelines::queries::all(conn, None)?;
    let id = match there.iter().find(|pipeline| new.is(pipeline)) {
        Some(pipeline) => pipeline.row.id,
        None => {
            let viewer = asker.viewer.clone();
            let act = Act { viewer, now };
            let made = pipelines::commands::create(conn, &act, PipelineId::new(), new.fields());
            made.map_err(|error| ImportError::Unfit(error.into()))?
                .row
                .id
        }
    };
    import.options.pipeline_id = Some(id);
    Ok(())
}

/// Forgets an import and its file; the records it made stay.
pub fn delete(
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    id: ImportId,
    if_match: &IfMatch,
) -> Result<(), ImportError> {
    lock(conn, asker, id, if_match)?;
    Ok(queries::delete(conn, id)?)
}

fn lock(
    conn: &mut PgConnection,
    asker: &Asker<'_>,
    id: ImportId,
    if_match: &IfMatch,
) -> Result<Import, ImportError> {
    let import = queries::lock(conn, &asker.viewer, id)?.ok_or(ImportError::NotFound(id))?;
    if !if_match.allows(import.version) {
        return Err(ImportError::Stale(Box::new(ImportView::from(import))));
    }
    if import.is_at_work() {
        return Err(ImportError::AtWork);
    }
    Ok(import)
}

/// A mapping or options as a request gives them.
pub fn parts(body: Value) -> Result<(Option<Value>, Option<Value>), Problem> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Parts {
        mapping: Option<Value>,
        options: Option<Value>,
    }
    let parts: Parts = from_json(body)?;
    Ok((parts.mapping, parts.options))
}

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem, merged};
use nexus_records::Act;
use serde_json::Value;

use super::model::{
    Answers, Asked, Strictness, Template, TemplateFields, TemplateId, judge, read_questions,
};
use super::queries;
use crate::visits::model::Report;

fn missing() -> Problem {
    Problem::not_found("report template")
}

fn with_fields(template: Template, fields: TemplateFields) -> Template {
    let TemplateFields {
        name,
        classes,
        position,
        questions,
    } = fields;
    Template {
        name,
        classes,
        position,
        questions: serde_json::to_value(questions).unwrap_or_default(),
        ..template
    }
}

/// A new template.
pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: TemplateId,
    fields: TemplateFields,
) -> Result<Template, Problem> {
    let fields = fields.review()?;
    let blank = Template {
        id,
        version: 1,
        name: String::new(),
        classes: Vec::new(),
        position: 0,
        questions: Value::Null,
        created_at: act.now,
        updated_at: act.now,
        archived_at: None,
    };
    let template = with_fields(blank, fields);
    queries::insert(conn, &template).map_err(|error| {
        error.on_constraint("report_templates_pkey", || {
            let detail = "Another record has this id.";
            Problem::conflict("id-taken", "This id is taken", detail)
        })
    })?;
    keep(
        conn,
        act,
        "visits.report_template.created.v1",
        None,
        &template,
    )?;
    Ok(template)
}

fn keep(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: Option<&Template>,
    after: &Template,
) -> Result<(), Problem> {
    queries::keep_version(conn, after, act.viewer.user_id, act.now)?;
    let fact = act.fact(kind, after.id.uuid(), after.version, before, after);
    Ok(announce(conn, &fact)?)
}

fn locked(
    conn: &mut PgConnection,
    id: TemplateId,
    if_match: &IfMatch,
) -> Result<Template, Problem> {
    let template = queries::lock(conn, id)?.ok_or_else(missing)?;
    if if_match.allows(template.version) {
        Ok(template)
    } else {
        Err(Problem::stale(&template))
    }
}

/// Changes some fields (JSON merge patch); reports that were made keep what they were asked.
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: TemplateId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Template, Problem> {
    let before = locked(conn, id, if_match)?;
    let fields: TemplateFields = merged(&before.fields(), patch)?;
    let next = Template {
        version: before.version + 1,
        updated_at: act.now,
        ..before.clone()
    };
    let after = with_fields(next, fields.review()?);
    queries::save(conn, &after)?;
    keep(
        conn,
        act,
        "visits.report_template.changed.v1",
        Some(&before),
        &after,
    )?;
    Ok(after)
}

/// Nobody is asked this any more.
pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: TemplateId,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let before = locked(conn, id, if_match)?;
    let after = Template {
        version: before.version + 1,
        updated_at: act.now,
        archived_at: Some(act.now),
        ..before.clone()
    };
    queries::save(conn, &after)?;
    keep(
        conn,
        act,
        "visits.report_template.archived.v1",
        Some(&before),
        &after,
    )
}

/// The template that is asked after a visit to a client of this class: the first that is for it.
pub fn template_for(
    conn: &mut PgConnection,
    class: Option<&str>,
) -> Result<Option<Template>, Problem> {
    let all = queries::all(conn)?;
    Ok(all.into_iter().find(|template| template.is_for(class)))
}

/// The report's answers with what was asked; none when nothing was. A phone that had no signal may have shown an older
/// version: what it showed is what counts.
pub fn answered(
    conn: &mut PgConnection,
    report: &Report,
    class: Option<&str>,
    pictures: &HashMap<String, i64>,
) -> Result<Option<Answers>, Problem> {
    let asked = match report.template {
        Some(asked) => Some(asked),
        None => template_for(conn, class)?.map(|template| Asked {
            id: template.id,
            version: template.version,
        }),
    };
    let Some(Asked { id, version }) = asked else {
        let unasked = report.answers.keys().next();
        return unasked.map_or(Ok(None), |id| {
            let detail = "No template asks this.";
            Err(FieldErrors::one(&format!("/answers/{id}"), "question.unknown", detail).into())
        });
    };
    let Some((template_name, questions)) = queries::version(conn, id, version)? else {
        let detail = "There is no such template in this version.";
        return Err(FieldErrors::one("/template", "template.unknown", detail).into());
    };
    let strictness = if report.outcome.is_contact() {
        Strictness::Whole
    } else {
        Strictness::AsFarAsKnown
    };
    let items = judge(
        &read_questions(&questions),
        &report.answers,
        pictures,
        strictness,
    )?;
    Ok(Some(Answers {
        template_id: id,
        template_version: version,
        template_name,
        items,
    })
    .filter(|answers| !answers.items.is_empty()))
}

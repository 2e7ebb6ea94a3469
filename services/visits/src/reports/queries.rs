use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use serde_json::Value;

use super::model::{Template, TemplateId};
use crate::schema::{report_template_versions, report_templates};

/// The templates in use, in the order in which they are tried.
pub fn all(conn: &mut PgConnection) -> DbResult<Vec<Template>> {
    use report_templates as templates;
    Ok(templates::table
        .filter(templates::archived_at.is_null())
        .order((templates::position, templates::id))
        .select(Template::as_select())
        .load(conn)?)
}

pub fn find(conn: &mut PgConnection, id: TemplateId) -> DbResult<Option<Template>> {
    Ok(report_templates::table
        .find(id)
        .select(Template::as_select())
        .first(conn)
        .optional()?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: TemplateId) -> DbResult<Option<Template>> {
    Ok(report_templates::table
        .find(id)
        .filter(report_templates::archived_at.is_null())
        .select(Template::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// What a version asked: its name and its questions.
pub fn version(
    conn: &mut PgConnection,
    id: TemplateId,
    number: i64,
) -> DbResult<Option<(String, Value)>> {
    use report_template_versions as versions;
    Ok(versions::table
        .find((id, number))
        .select((versions::name, versions::questions))
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut PgConnection, template: &Template) -> DbResult<()> {
    diesel::insert_into(report_templates::table)
        .values(template)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, template: &Template) -> DbResult<()> {
    diesel::update(report_templates::table.find(template.id))
        .set(template)
        .execute(conn)?;
    Ok(())
}

/// Keeps a version as it was.
pub fn keep_version(
    conn: &mut PgConnection,
    template: &Template,
    by: UserId,
    now: DateTime<Utc>,
) -> DbResult<()> {
    use report_template_versions as versions;
    diesel::insert_into(versions::table)
        .values((
            versions::template_id.eq(template.id),
            versions::version.eq(template.version),
            versions::name.eq(&template.name),
            versions::questions.eq(&template.questions),
            versions::created_by.eq(by),
            versions::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

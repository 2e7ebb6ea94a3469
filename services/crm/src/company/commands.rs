use diesel::prelude::*;
use nexus_outbox::announce;
use nexus_problem::IfMatch;

use super::error::CompanyError;
use super::model::{Company, CompanyFields, SUBJECT};
use super::queries;
use nexus_records::Act;

/// Writes the company's data as a whole.
pub fn replace(
    conn: &mut PgConnection,
    act: &Act,
    if_match: &IfMatch,
    fields: CompanyFields,
) -> Result<Company, CompanyError> {
    let before = queries::lock(conn)?;
    if !if_match.allows(before.version) {
        return Err(CompanyError::Stale(Box::new(before)));
    }
    let after = Company {
        version: before.version + 1,
        fields: fields.review().map_err(CompanyError::Invalid)?,
        updated_at: act.now,
    };
    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(
            "crm.company.changed.v1",
            SUBJECT,
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

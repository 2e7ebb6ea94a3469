use diesel::prelude::*;
use nexus_db::DbResult;

use super::model::Rules;
use crate::facts::Author;
use crate::schema::approval_rules;

/// The rules as they are, and their version.
pub fn rules(conn: &mut PgConnection) -> DbResult<(i64, Rules)> {
    Ok(approval_rules::table
        .select((approval_rules::version, Rules::as_select()))
        .first(conn)?)
}

/// The same, held until the transaction ends.
pub fn lock(conn: &mut PgConnection) -> DbResult<(i64, Rules)> {
    Ok(approval_rules::table
        .select((approval_rules::version, Rules::as_select()))
        .for_update()
        .first(conn)?)
}

pub fn save(conn: &mut PgConnection, author: &Author, version: i64, rules: &Rules) -> DbResult<()> {
    diesel::update(approval_rules::table)
        .set((
            rules,
            approval_rules::version.eq(version),
            approval_rules::updated_at.eq(author.now),
            approval_rules::updated_by.eq(author.user_id),
        ))
        .execute(conn)?;
    Ok(())
}

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;

use super::model::{Reason, Rules};
use crate::lines::guard::over_ceiling;
use crate::lines::model::Line;
use crate::lines::totals::totals;
use crate::rates::ceilings;
use crate::schema::approval_rules;
use nexus_records::Author;

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

/// Why what a document sells, and for how much, needs a yes: amount, margin, and discounts above what its writer may
/// give.
pub fn content_reasons(
    conn: &mut PgConnection,
    rules: &Rules,
    writer: Option<UserId>,
    lines: &[Line],
) -> DbResult<Vec<Reason>> {
    let mut reasons = rules.on_content(lines, &totals(lines));
    if let Some(writer) = writer.filter(|_| rules.discount) {
        let ceiling = ceilings::of_user(conn, writer)?;
        for found in over_ceiling(lines, ceiling) {
            // Below cost is below the least margin, too: once is enough.
            if found.pointer.is_some() || reasons.iter().all(|known| known.code != found.code) {
                reasons.push(Reason {
                    code: found.code,
                    detail: found.detail,
                    pointer: found.pointer,
                });
            }
        }
    }
    Ok(reasons)
}

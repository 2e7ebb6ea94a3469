use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_records::{Viewer, visible_to};
use uuid::Uuid;

use super::model::{Target, TargetMeasure};
use crate::schema::targets;

/// The targets of a month that a viewer sees.
pub fn of_month(
    conn: &mut PgConnection,
    viewer: &Viewer,
    month: NaiveDate,
) -> DbResult<Vec<Target>> {
    let query = visible_to!(targets::table, targets::owner_id, viewer);
    let rows: Vec<(Uuid, TargetMeasure, i64)> = query
        .filter(targets::month.eq(month))
        .order((targets::owner_id, targets::measure))
        .select((targets::owner_id, targets::measure, targets::value))
        .load(conn)?;
    let target = |(owner_id, measure, value)| Target {
        owner_id,
        measure,
        value,
    };
    Ok(rows.into_iter().map(target).collect())
}

/// Sets targets of a month; one of 0 is taken away.
pub fn save(
    conn: &mut PgConnection,
    month: NaiveDate,
    wanted: &[Target],
    by: UserId,
    now: DateTime<Utc>,
) -> DbResult<()> {
    for target in wanted {
        if target.value == 0 {
            let gone = targets::table
                .filter(targets::owner_id.eq(target.owner_id))
                .filter(targets::month.eq(month))
                .filter(targets::measure.eq(target.measure));
            diesel::delete(gone).execute(conn)?;
            continue;
        }
        diesel::insert_into(targets::table)
            .values((
                targets::id.eq(Uuid::now_v7()),
                targets::version.eq(1),
                targets::owner_id.eq(target.owner_id),
                targets::month.eq(month),
                targets::measure.eq(target.measure),
                targets::value.eq(target.value),
                targets::updated_by.eq(by),
                targets::updated_at.eq(now),
            ))
            .on_conflict((targets::owner_id, targets::month, targets::measure))
            .do_update()
            .set((
                targets::version.eq(targets::version + 1),
                targets::value.eq(target.value),
                targets::updated_by.eq(by),
                targets::updated_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

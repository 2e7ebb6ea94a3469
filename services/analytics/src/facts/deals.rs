//! What is derived of deals, written beside them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use super::rows::{ForecastRow, PassageRow, Path, insert_of_deals, run, told};
use super::story::{Version, forecasts, passages, path};
use crate::measures::sql::Tables;

#[derive(Default)]
struct Deal {
    pipeline_id: Uuid,
    won: bool,
    archived: bool,
    versions: Vec<Version>,
}

/// Derives what these deals are.
pub fn derive(conn: &mut PgConnection, tables: Tables, ids: &[Uuid]) -> DbResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let (mut paths, mut stages, mut months) = (Vec::new(), Vec::new(), Vec::new());
    for (id, deal) in load(conn, tables, ids)? {
        paths.push(Path {
            id,
            path: path(deal.pipeline_id, deal.won, &deal.versions),
        });
        if deal.archived {
            continue;
        }
        stages.extend(
            passages(&deal.versions)
                .into_iter()
                .map(|passage| PassageRow {
                    deal_id: id,
                    entered_at: passage.entered_at,
                    stage_id: passage.stage_id,
                    left_on: passage.left_on,
                    days: passage.days,
                }),
        );
        months.extend(
            forecasts(&deal.versions)
                .into_iter()
                .map(|expected| ForecastRow {
                    deal_id: id,
                    month: expected.month,
                    stage_id: expected.stage_id,
                    amount_cents: expected.amount_cents,
                }),
        );
    }
    // A rebuild derives each deal once.
    let known: &[&str] = match tables {
        Tables::Serving => &["passages", "forecasts"],
        Tables::Next => &[],
    };
    for table in known {
        diesel::sql_query(tables.of(&format!("DELETE FROM {{t}}{table} WHERE deal_id = ANY($1)")))
            .bind::<Array<SqlUuid>, _>(ids)
            .execute(conn)?;
    }
    insert_of_deals(conn, tables, &stages)?;
    insert_of_deals(conn, tables, &months)?;
    // Each path once, for it is long and there are few: sums go by its number.
    let sql = format!(
        "INSERT INTO {{t}}paths (id, path) SELECT DISTINCT hashtextextended(path, 0), path FROM {} ON CONFLICT DO NOTHING",
        told::<Path>()
    );
    run(conn, tables, &sql, &paths)?;
    let sql = format!(
        "UPDATE {{t}}deals d SET path = told.path, province = coalesce(c.province, '')
         FROM {} JOIN {{t}}deals known ON known.id = told.id LEFT JOIN {{t}}clients c ON c.id = known.client_id
         WHERE d.id = told.id AND (d.path, d.province) IS DISTINCT FROM (told.path, coalesce(c.province, ''))",
        told::<Path>()
    );
    run(conn, tables, &sql, &paths)
}

type Line = (
    Uuid,
    Uuid,
    String,
    bool,
    DateTime<Utc>,
    Uuid,
    DateTime<Utc>,
    String,
    i64,
    Option<NaiveDate>,
);
type LineSql = (
    SqlUuid,
    SqlUuid,
    Text,
    Bool,
    Timestamptz,
    SqlUuid,
    Timestamptz,
    Text,
    BigInt,
    Nullable<Date>,
);

fn load(conn: &mut PgConnection, tables: Tables, ids: &[Uuid]) -> DbResult<BTreeMap<Uuid, Deal>> {
    let (before, after) = (
        "d.id, d.pipeline_id, d.status, d.archived, v.at, v.stage_id, v.stage_entered_at, v.status, v.amount_cents,
         v.expected_close_on FROM {t}deals d JOIN {t}deal_versions v ON v.deal_id = d.id WHERE d.id = ANY(",
        ") ORDER BY d.id, v.version",
    );
    // Read by place, not by name: there are millions in a rebuild.
    let lines: Vec<Line> = diesel::select(
        diesel::dsl::sql::<LineSql>(&tables.of(before))
            .bind::<Array<SqlUuid>, _>(ids)
            .sql(after),
    )
    .load(conn)?;
    let mut deals: BTreeMap<Uuid, Deal> = BTreeMap::new();
    for line in lines {
        let (id, pipeline_id, now, archived, at, stage_id, stage_entered_at, ..) = line;
        let (.., status, amount_cents, expected_close_on) = line;
        let deal = deals.entry(id).or_default();
        (deal.pipeline_id, deal.won, deal.archived) = (pipeline_id, now == "won", archived);
        deal.versions.push(Version {
            at,
            stage_id,
            stage_entered_at,
            status,
            amount_cents,
            expected_close_on,
        });
    }
    Ok(deals)
}

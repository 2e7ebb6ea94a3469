//! What is derived of deals, written beside them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use nexus_db::DbResult;
use serde::Serialize;
use uuid::Uuid;

use super::rows::json;
use super::story::{Version, forecasts, passages, path};
use crate::measures::sql::Tables;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pipeline_id: Uuid,
    #[diesel(sql_type = Text)]
    now: String,
    #[diesel(sql_type = Bool)]
    archived: bool,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    stage_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    stage_entered_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = BigInt)]
    amount_cents: i64,
    #[diesel(sql_type = Nullable<Date>)]
    expected_close_on: Option<NaiveDate>,
}

#[derive(Default)]
struct Deal {
    pipeline_id: Uuid,
    won: bool,
    archived: bool,
    versions: Vec<Version>,
}

#[derive(Serialize)]
struct PathRow {
    id: Uuid,
    path: String,
}

#[derive(Serialize)]
struct PassageRow {
    deal_id: Uuid,
    entered_at: DateTime<Utc>,
    stage_id: Uuid,
    left_on: NaiveDate,
    days: i32,
}

#[derive(Serialize)]
struct ForecastRow {
    deal_id: Uuid,
    month: NaiveDate,
    stage_id: Uuid,
    amount_cents: i64,
}

/// Derives what these deals are.
pub fn derive(conn: &mut PgConnection, tables: Tables, ids: &[Uuid]) -> DbResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let (mut paths, mut stages, mut months) = (Vec::new(), Vec::new(), Vec::new());
    for (id, deal) in load(conn, tables, ids)? {
        paths.push(PathRow {
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
    for table in ["passages", "forecasts"] {
        diesel::sql_query(tables.of(&format!("DELETE FROM {{t}}{table} WHERE deal_id = ANY($1)")))
            .bind::<Array<SqlUuid>, _>(ids)
            .execute(conn)?;
    }
    for (table, rows) in [("passages", json(&stages)?), ("forecasts", json(&months)?)] {
        let sql = format!(
            "INSERT INTO {{t}}{table} SELECT * FROM jsonb_populate_recordset(NULL::{{t}}{table}, $1) ON CONFLICT DO NOTHING"
        );
        diesel::sql_query(tables.of(&sql))
            .bind::<Jsonb, _>(rows)
            .execute(conn)?;
    }
    let sql = "UPDATE {t}deals d SET path = r.path, province = coalesce(c.province, '')
         FROM jsonb_to_recordset($1) AS r (id uuid, path text)
         JOIN {t}deals known ON known.id = r.id LEFT JOIN {t}clients c ON c.id = known.client_id
         WHERE d.id = r.id AND (d.path, d.province) IS DISTINCT FROM (r.path, coalesce(c.province, ''))";
    diesel::sql_query(tables.of(sql))
        .bind::<Jsonb, _>(json(&paths)?)
        .execute(conn)?;
    Ok(())
}

fn load(conn: &mut PgConnection, tables: Tables, ids: &[Uuid]) -> DbResult<BTreeMap<Uuid, Deal>> {
    let sql = "SELECT d.id, d.pipeline_id, d.status AS now, d.archived, v.at, v.stage_id, v.stage_entered_at, v.status,
             v.amount_cents, v.expected_close_on
         FROM {t}deals d JOIN {t}deal_versions v ON v.deal_id = d.id WHERE d.id = ANY($1) ORDER BY d.id, v.version";
    let lines: Vec<Line> = diesel::sql_query(tables.of(sql))
        .bind::<Array<SqlUuid>, _>(ids)
        .load(conn)?;
    let mut deals: BTreeMap<Uuid, Deal> = BTreeMap::new();
    for line in lines {
        let deal = deals.entry(line.id).or_default();
        (deal.pipeline_id, deal.won, deal.archived) =
            (line.pipeline_id, line.now == "won", line.archived);
        deal.versions.push(Version {
            at: line.at,
            stage_id: line.stage_id,
            stage_entered_at: line.stage_entered_at,
            status: line.status,
            amount_cents: line.amount_cents,
            expected_close_on: line.expected_close_on,
        });
    }
    Ok(deals)
}

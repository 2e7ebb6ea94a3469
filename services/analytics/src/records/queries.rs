use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::{Listed, RecordLine, Without};
use crate::dashboard::names::Names;
use crate::measures::Measure;
use crate::measures::read::{Span, Which};
use crate::measures::sql::{NOBODY, Tables, date, quoted, texted};

/// Which records.
#[derive(Debug, Clone)]
pub struct Listing {
    pub listed: Listed,
    pub which: Which,
    /// `None`: as of now.
    pub span: Option<Span>,
    /// The measure's own key.
    pub key: Option<String>,
    /// Only those that have none of this.
    pub without: Option<Without>,
    pub now: DateTime<Utc>,
}

/// A page, the newest first.
pub fn page(
    conn: &mut PgConnection,
    names: &Names,
    listing: &Listing,
    after: Option<(NaiveDate, Uuid)>,
    limit: usize,
) -> DbResult<Vec<RecordLine>> {
    let grouped = grouped(names, listing);
    let on = after.map_or_else(String::new, |(day, id)| {
        format!(
            "WHERE g.day <= {day} AND (g.day < {day} OR g.id < '{id}'::uuid)",
            day = date(day)
        )
    });
    let sql = format!(
        "SELECT '{kind}' AS kind, p.id, r.label, r.client_id, c.name AS client_name,
             nullif(r.owner_id, '{NOBODY}'::uuid) AS owner_id, u.name AS owner_name, r.status, p.day,
             p.n AS count, p.cents
         FROM (SELECT * FROM ({grouped}) g {on} ORDER BY g.day DESC, g.id DESC LIMIT {one_more}) p
         JOIN LATERAL ({record}) r ON true
         LEFT JOIN clients c ON c.id = r.client_id LEFT JOIN users u ON u.id = r.owner_id
         ORDER BY p.day DESC, p.id DESC",
        kind = listing.listed.table(),
        one_more = limit + 1,
        record = record(listing.listed.table()),
    );
    Ok(diesel::sql_query(sql)
        .bind::<Timestamptz, _>(listing.now)
        .load(conn)?)
}

/// How many lines there are, and what they count.
pub fn count(
    conn: &mut PgConnection,
    names: &Names,
    listing: &Listing,
) -> DbResult<(i64, i64, i64)> {
    #[derive(QueryableByName)]
    struct Sums {
        #[diesel(sql_type = BigInt)]
        lines: i64,
        #[diesel(sql_type = BigInt)]
        n: i64,
        #[diesel(sql_type = BigInt)]
        cents: i64,
    }
    let sql = format!(
        "SELECT count(*) AS lines, coalesce(sum(n), 0)::bigint AS n, coalesce(sum(cents), 0)::bigint AS cents FROM ({}) g",
        grouped(names, listing)
    );
    let sums: Sums = diesel::sql_query(sql)
        .bind::<Timestamptz, _>(listing.now)
        .get_result(conn)?;
    Ok((sums.lines, sums.n, sums.cents))
}

/// `id, day, n, cents`, a line a record and day.
fn grouped(names: &Names, listing: &Listing) -> String {
    let (select, definition) = match listing.listed {
        Listed::Measure(measure) => {
            let definition = crate::measures::definition(measure);
            (texted(&definition, Tables::Serving), definition)
        }
        Listed::Work(work) => (work.select().to_owned(), work.definition()),
    };
    let keyed = listing
        .key
        .as_deref()
        .map_or_else(String::new, |key| of_key(names, listing.listed, key));
    let without = match listing.without {
        Some(Without::Province) if definition.by_province => " AND b.province = ''".to_owned(),
        Some(Without::Product) if definition.by_product => " AND b.product_id IS NULL".to_owned(),
        Some(Without::Source) if definition.by_source => " AND b.source_id IS NULL".to_owned(),
        Some(Without::Owner) => format!(" AND b.owner_id = '{NOBODY}'::uuid"),
        Some(_) => " AND false".to_owned(),
        None => String::new(),
    };
    format!(
        "SELECT b.id, b.day, sum(b.n)::bigint AS n, sum(b.cents)::bigint AS cents FROM ({}) b
         WHERE {}{keyed}{without} AND $1::timestamptz IS NOT NULL GROUP BY b.id, b.day",
        select,
        listing.which.conditions(&definition, listing.span),
    )
}

fn of_key(names: &Names, listed: Listed, key: &str) -> String {
    match (listed, key.parse::<Uuid>().ok()) {
        (Listed::Measure(Measure::Funnel), Some(id)) => came_to(names, id),
        (Listed::Measure(Measure::Funnel), None) => won_of(key),
        (Listed::Measure(Measure::StageDays), Some(stage)) => {
            format!(" AND b.key LIKE '{stage}:%'")
        }
        _ => format!(" AND b.key = {}", quoted(key)),
    }
}

/// Who came to a stage or beyond; of a pipeline, all that began in it.
fn came_to(names: &Names, id: Uuid) -> String {
    let Some(from) = names.stage(id) else {
        return format!(" AND b.key LIKE '{id}:%'");
    };
    let beyond = names.stages.iter().filter(|other| {
        other.pipeline_id == from.pipeline_id
            && other.outcome == "open"
            && other.position >= from.position
    });
    let mut ways = vec!["b.key LIKE '%:won'".to_owned()];
    ways.extend(beyond.map(|stage| format!("b.key LIKE '%{}%'", stage.id)));
    format!(
        " AND b.key LIKE '{}:%' AND ({})",
        from.pipeline_id,
        ways.join(" OR ")
    )
}

/// `{pipeline}:won`: who began in it and was won.
fn won_of(key: &str) -> String {
    let pipeline = key
        .strip_suffix(":won")
        .and_then(|id| id.parse::<Uuid>().ok());
    pipeline.map_or_else(
        || " AND false".to_owned(),
        |pipeline| format!(" AND b.key LIKE '{pipeline}:%:won'"),
    )
}

fn record(kind: &str) -> &'static str {
    match kind {
        "opportunity" => {
            "SELECT d.name AS label, d.client_id, d.owner_id, coalesce(s.name, d.status) AS status
             FROM deals d LEFT JOIN stages s ON s.id = d.stage_id WHERE d.id = p.id"
        }
        "order" => {
            "SELECT number AS label, client_id, owner_id, status FROM orders WHERE id = p.id"
        }
        "lead" => {
            "SELECT name AS label, NULL::uuid AS client_id, owner_id, status FROM leads WHERE id = p.id"
        }
        "interaction" => {
            "SELECT kind AS label, client_id, owner_id, '' AS status FROM activities WHERE id = p.id"
        }
        "visit" => {
            "SELECT client_name AS label, client_id, owner_id, status FROM visits WHERE id = p.id"
        }
        "tour" => {
            "SELECT day::text AS label, NULL::uuid AS client_id, owner_id, '' AS status FROM tours WHERE id = p.id"
        }
        "client" => {
            "SELECT name AS label, id AS client_id, owner_id, phase AS status FROM clients WHERE id = p.id"
        }
        "site" => {
            "SELECT name AS label, client_id, owner_id, '' AS status FROM sites WHERE id = p.id"
        }
        _ => "SELECT title AS label, client_id, owner_id, status FROM tasks WHERE id = p.id",
    }
}

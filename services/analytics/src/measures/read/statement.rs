//! One statement for a plan. Rollups are asked for by values, so that this part is short however many questions there are;
//! each measure's facts are gone through once, whatever they are summed by.

use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, SmallInt, Uuid as SqlUuid};
use nexus_db::DbResult;

use super::lines::Line;
use super::plan::{Facts, Plan};
use super::{By, Span, Which};
use crate::measures::definition;
use crate::measures::sql::Tables;

/// Days as a bit, months, owners and keys.
const DAY: i32 = 1;
const MONTH: i32 = 2;
const OWNER: i32 = 4;
const KEY: i32 = 8;

const fn bits(by: By) -> i32 {
    match by {
        By::Nothing => 0,
        By::Day => DAY,
        By::Month => MONTH,
        By::Owner => OWNER,
        By::MonthKey => MONTH | KEY,
        By::Key | By::Province | By::Product | By::Source => KEY,
    }
}

pub fn run(conn: &mut PgConnection, which: &Which, plan: &Plan) -> DbResult<Vec<Line>> {
    let owned = match &which.owners {
        // `counts_owner` holds these slices.
        Some(_) => " AND owner_id = ANY ($7) AND slice < 10",
        None => " AND $7::uuid[] IS NOT NULL",
    };
    let mut parts = vec![format!(
        "SELECT a.read, 0::smallint AS measure, 0::smallint AS slice,
             CASE WHEN a.by & {DAY} <> 0 THEN c.day WHEN a.by & {MONTH} <> 0 THEN date_trunc('month', c.day::timestamp)::date END
                 AS day,
             CASE WHEN a.by & {OWNER} <> 0 THEN c.owner_id END AS owner_id,
             CASE WHEN a.by & {KEY} <> 0 THEN c.key ELSE '' END AS key, sum(c.n)::bigint AS n, sum(c.cents)::bigint AS cents
         FROM unnest($1, $2, $3, $4, $5, $6) a (read, measure, slice, first, last, by) CROSS JOIN LATERAL (
             SELECT day, owner_id, key, n, cents FROM counts WHERE measure = a.measure AND slice = a.slice
                 AND day BETWEEN a.first AND a.last{owned} OFFSET 0) c GROUP BY 1, 4, 5, 6
         UNION ALL SELECT -1, measure, slice, day, owner_id, key, sum(n)::bigint, sum(cents)::bigint FROM count_deltas
         WHERE measure = ANY ($2) AND slice = ANY ($3){owned} GROUP BY measure, slice, day, owner_id, key"
    )];
    let mut first = plan.counts.len();
    for facts in &plan.facts {
        parts.push(facts.select(first, which));
        first += facts.ways.len();
    }
    let always = Span::always();
    let spans = || plan.counts.iter().map(|read| read.span.unwrap_or(always));
    let column =
        |of: fn(&super::plan::Counts) -> i16| -> Vec<i16> { plan.counts.iter().map(of).collect() };
    let numbers: Vec<i32> = (0..).take(plan.counts.len()).collect();
    Ok(diesel::sql_query(parts.join(" UNION ALL "))
        .bind::<Array<Integer>, _>(numbers)
        .bind::<Array<SmallInt>, _>(column(|read| read.measure.number()))
        .bind::<Array<SmallInt>, _>(column(|read| read.slice))
        .bind::<Array<Date>, _>(spans().map(|span| span.from).collect::<Vec<_>>())
        .bind::<Array<Date>, _>(spans().map(|span| span.until).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(
            plan.counts
                .iter()
                .map(|read| bits(read.by))
                .collect::<Vec<_>>(),
        )
        .bind::<Array<SqlUuid>, _>(which.owners.clone().unwrap_or_default())
        .load(conn)?)
}

impl Facts {
    /// The sums of all ways; the first has this number.
    fn select(&self, first: usize, which: &Which) -> String {
        let definition = definition(self.measure);
        let plain = definition.ownerless.filter(|_| self.ownerless);
        let select = plain.unwrap_or(definition.select);
        let used: Vec<&str> = COLUMNS
            .into_iter()
            .filter(|column| self.ways.iter().any(|(by, _)| set(*by).contains(column)))
            .collect();
        let sets: Vec<String> = self
            .ways
            .iter()
            .map(|(by, _)| format!("({})", set(*by).join(", ")))
            .collect();
        let ways = self.ways.iter().enumerate();
        let numbers: Vec<String> = ways
            .map(|(place, (by, _))| format!("WHEN {} THEN {}", without(*by, &used), first + place))
            .collect();
        let number = if used.is_empty() {
            first.to_string()
        } else {
            format!(
                "CASE GROUPING({}) {} END",
                used.join(", "),
                numbers.join(" ")
            )
        };
        let of = |columns: &[&str], otherwise: &str| {
            let mut told: Vec<&str> = columns
                .iter()
                .copied()
                .filter(|column| used.contains(column))
                .collect();
            told.push(otherwise);
            format!("coalesce({})", told.join(", "))
        };
        format!(
            "SELECT {number} AS read, 0::smallint, 0::smallint, {day}, {owner}, {key}, coalesce(sum(n), 0)::bigint,
                 coalesce(sum(cents), 0)::bigint
             FROM (SELECT b.day, date_trunc('month', b.day::timestamp)::date AS month, b.owner_id, b.key, b.province,
                 coalesce(b.product_id::text, '') AS product, coalesce(b.source_id::text, '') AS source, b.n, b.cents
                 FROM ({select}) b WHERE {conditions}) f{first} GROUP BY GROUPING SETS ({sets})",
            day = of(&["day", "month"], "NULL::date"),
            owner = of(&["owner_id"], "NULL::uuid"),
            key = of(&["key", "province", "product", "source"], "''"),
            select = Tables::Serving.of(select),
            conditions = which.conditions(&definition, self.span),
            sets = sets.join(", "),
        )
    }
}

/// By what facts can be summed.
const COLUMNS: [&str; 7] = [
    "day", "month", "owner_id", "key", "province", "product", "source",
];

const fn set(by: By) -> &'static [&'static str] {
    match by {
        By::Nothing => &[],
        By::Day => &["day"],
        By::Month => &["month"],
        By::Owner => &["owner_id"],
        By::MonthKey => &["month", "key"],
        By::Key => &["key"],
        By::Province => &["province"],
        By::Product => &["product"],
        By::Source => &["source"],
    }
}

/// `GROUPING` of a set, as PostgreSQL tells it: a bit for each column that is not in it, the first the highest.
fn without(by: By, columns: &[&str]) -> u32 {
    columns.iter().fold(0, |bits, column| {
        bits * 2 + u32::from(!set(by).contains(column))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_known_by_what_is_not_in_it() {
        for (by, bits) in [
            (By::Nothing, 0b111_1111),
            (By::Day, 0b011_1111),
            (By::MonthKey, 0b101_0111),
            (By::Source, 0b111_1110),
        ] {
            assert_eq!(without(by, &COLUMNS), bits, "{by:?}");
        }
        assert_eq!(without(By::Key, &["owner_id", "key"]), 0b10);
    }
}

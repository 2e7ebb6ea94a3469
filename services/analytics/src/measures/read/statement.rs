//! One statement for a plan. Rollups are asked for by values, so that this part is short however many questions there are;
//! each measure's facts are gone through once, whatever they are summed by.

use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, SmallInt, Uuid as SqlUuid};
use nexus_db::DbResult;

use super::lines::Line;
use super::plan::{Facts, Plan};
use super::{By, Span, Which};
use crate::measures::definition;
use crate::measures::sql::{Tables, key_text};

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
    // Of each owner the rows of `counts_owner`, which holds these slices by an expression of the day: by the day itself it
    // would be a walk through everybody's.
    let (owners, counted, appended) = match &which.owners {
        Some(_) => (
            " CROSS JOIN unnest($7) o (owner)",
            "owner_id = o.owner AND day + 0 BETWEEN a.first AND a.last AND slice < 10",
            "owner_id = ANY ($7) AND slice < 10",
        ),
        None => (
            "",
            "day BETWEEN a.first AND a.last",
            "$7::uuid[] IS NOT NULL",
        ),
    };
    let mut parts = vec![format!(
        "SELECT a.read, 0::smallint AS measure, 0::smallint AS slice,
             CASE WHEN a.by & {DAY} <> 0 THEN c.day WHEN a.by & {MONTH} <> 0 THEN date_trunc('month', c.day::timestamp)::date END
                 AS day,
             CASE WHEN a.by & {OWNER} <> 0 THEN c.owner_id END AS owner_id,
             CASE WHEN a.by & {KEY} <> 0 THEN c.key ELSE '' END AS key, sum(c.n)::bigint AS n, sum(c.cents)::bigint AS cents
         FROM unnest($1, $2, $3, $4, $5, $6) a (read, measure, slice, first, last, by){owners} CROSS JOIN LATERAL (
             SELECT day, owner_id, key, n, cents FROM counts WHERE measure = a.measure AND slice = a.slice AND {counted}
                 OFFSET 0) c GROUP BY 1, 4, 5, 6
         UNION ALL SELECT -1, measure, slice, day, owner_id, key, sum(n)::bigint, sum(cents)::bigint FROM count_deltas
         WHERE measure = ANY ($2) AND slice = ANY ($3) AND {appended} GROUP BY measure, slice, day, owner_id, key"
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
        let valued = definition.by_value;
        let used: Vec<&str> = COLUMNS
            .into_iter()
            .filter(|column| {
                let mut ways = self.ways.iter();
                ways.any(|(by, _)| set(*by, valued).contains(column))
            })
            .collect();
        let sets: Vec<String> = self
            .ways
            .iter()
            .map(|(by, _)| format!("({})", set(*by, valued).join(", ")))
            .collect();
        let ways = self.ways.iter().enumerate();
        let numbers: Vec<String> = ways
            .map(|(place, (by, _))| {
                let without = without(set(*by, valued), &used);
                format!("WHEN {without} THEN {}", first + place)
            })
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
        let of = |columns: &[(&str, &str)], otherwise: &str| {
            let mut told: Vec<&str> = columns
                .iter()
                .filter(|(column, _)| used.contains(column))
                .map(|(_, text)| *text)
                .collect();
            told.push(otherwise);
            format!("coalesce({})", told.join(", "))
        };
        let key = key_text(&definition, Tables::Serving, "", "value");
        let keys = [
            ("key", key.as_str()),
            ("province", "province"),
            ("product", "product::text"),
            ("source", "source::text"),
        ];
        format!(
            "SELECT {number} AS read, 0::smallint, 0::smallint, {day}, {owner}, {key}, coalesce(sum(n), 0)::bigint,
                 coalesce(sum(cents), 0)::bigint
             FROM (SELECT b.day, date_trunc('month', b.day::timestamp)::date AS month, b.owner_id, b.key, b.cents AS value,
                 b.province, b.product_id AS product, b.source_id AS source, b.n, b.cents
                 FROM ({select}) b WHERE {conditions}) f{first} GROUP BY GROUPING SETS ({sets})",
            day = of(&[("day", "day"), ("month", "month")], "NULL::date"),
            owner = of(&[("owner_id", "owner_id")], "NULL::uuid"),
            key = of(&keys, "''"),
            select = Tables::Serving.of(select),
            conditions = which.conditions(&definition, self.span),
            sets = sets.join(", "),
        )
    }
}

/// By what facts can be summed.
const COLUMNS: [&str; 8] = [
    "day", "month", "owner_id", "key", "value", "province", "product", "source",
];

const fn set(by: By, valued: bool) -> &'static [&'static str] {
    match (by, valued) {
        (By::Nothing, _) => &[],
        (By::Day, _) => &["day"],
        (By::Month, _) => &["month"],
        (By::Owner, _) => &["owner_id"],
        (By::MonthKey, false) => &["month", "key"],
        (By::MonthKey, true) => &["month", "key", "value"],
        (By::Key, false) => &["key"],
        (By::Key, true) => &["key", "value"],
        (By::Province, _) => &["province"],
        (By::Product, _) => &["product"],
        (By::Source, _) => &["source"],
    }
}

/// `GROUPING` of a set, as PostgreSQL tells it: a bit for each column that is not in it, the first the highest.
fn without(set: &[&str], columns: &[&str]) -> u32 {
    columns.iter().fold(0, |bits, column| {
        bits * 2 + u32::from(!set.contains(column))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_known_by_what_is_not_in_it() {
        for (by, bits) in [
            (By::Nothing, 0b1111_1111),
            (By::Day, 0b0111_1111),
            (By::MonthKey, 0b1010_1111),
            (By::Source, 0b1111_1110),
        ] {
            assert_eq!(without(set(by, false), &COLUMNS), bits, "{by:?}");
        }
        assert_eq!(
            without(set(By::Key, true), &["owner_id", "key", "value"]),
            0b100
        );
    }
}

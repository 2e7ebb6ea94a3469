//! Sums of measures: from the rollups where they can say it, else from the facts; one statement for many questions.

use std::fmt::Write;

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use super::sql::{NOBODY, Tables, date, quoted};
use super::{Definition, Measure, Slice, definition};

/// Whose and which records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Which {
    /// Only of these owners; of all, nobody's too, when `None`.
    pub owners: Option<Vec<Uuid>>,
    pub province: Option<String>,
    pub product: Option<Uuid>,
    pub source: Option<Uuid>,
}

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// What the sums are by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Nothing,
    Day,
    Month,
    Owner,
    Key,
    /// The measure's key and the day.
    DayKey,
    /// The measure's key and the month.
    MonthKey,
    Province,
    Product,
    Source,
}

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    pub measure: Measure,
    pub by: By,
    /// `None`: as it is now, or of all days.
    pub span: Option<Span>,
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Sum {
    #[diesel(sql_type = Integer)]
    pub ask: i32,
    #[diesel(sql_type = Nullable<Date>)]
    pub day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub owner_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    #[diesel(sql_type = BigInt)]
    pub cents: i64,
}

/// The answers, a list a question.
pub fn sums(conn: &mut PgConnection, which: &Which, asks: &[Ask]) -> DbResult<Vec<Vec<Sum>>> {
    let parts: Vec<String> = asks
        .iter()
        .enumerate()
        .map(|(number, ask)| question(number, which, ask))
        .collect();
    let mut answers = vec![Vec::new(); asks.len()];
    if parts.is_empty() {
        return Ok(answers);
    }
    let lines: Vec<Sum> = diesel::sql_query(parts.join(" UNION ALL ")).load(conn)?;
    for line in lines {
        if let Some(answer) = usize::try_from(line.ask)
            .ok()
            .and_then(|ask| answers.get_mut(ask))
        {
            answer.push(line);
        }
    }
    Ok(answers)
}

fn question(number: usize, which: &Which, ask: &Ask) -> String {
    let definition = definition(ask.measure);
    let parts = parts(which, ask, &definition).join(" UNION ALL ");
    let (day, owner, key) = columns(ask.by);
    let groups: Vec<&str> = [
        (day != NO_DAY).then_some(day),
        (owner != NO_OWNER).then_some(owner),
        (key != NO_KEY).then_some(key),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut sql = format!(
        "SELECT {number}::int AS ask, {day} AS day, {owner} AS owner_id, {key} AS key,
         coalesce(sum(n), 0)::bigint AS n, coalesce(sum(cents), 0)::bigint AS cents FROM ({parts}) p{number}"
    );
    if !groups.is_empty() {
        let _infallible = write!(sql, " GROUP BY {}", groups.join(", "));
    }
    sql
}

const NO_DAY: &str = "NULL::date";
const NO_OWNER: &str = "NULL::uuid";
const NO_KEY: &str = "''::text";

const fn columns(by: By) -> (&'static str, &'static str, &'static str) {
    match by {
        By::Nothing => (NO_DAY, NO_OWNER, NO_KEY),
        By::Day => ("day", NO_OWNER, NO_KEY),
        By::Month => ("date_trunc('month', day)::date", NO_OWNER, NO_KEY),
        By::Owner => (NO_DAY, "owner_id", NO_KEY),
        By::DayKey => ("day", NO_OWNER, "key"),
        By::MonthKey => ("date_trunc('month', day)::date", NO_OWNER, "key"),
        By::Key | By::Province | By::Product | By::Source => (NO_DAY, NO_OWNER, "key"),
    }
}

/// The selects of `day, owner_id, key, n, cents` that together answer.
fn parts(which: &Which, ask: &Ask, definition: &Definition) -> Vec<String> {
    let narrowed = which.narrows(definition);
    let unknown_owner =
        definition.ownerless.is_some() && (which.owners.is_some() || ask.by == By::Owner);
    let Some(slices) = rolled_up(definition, ask.by).filter(|_| !narrowed && !unknown_owner) else {
        return vec![facts(which, ask, definition, ask.span)];
    };
    let Some(span) = ask.span else {
        return vec![counts(which, ask.measure, slices.whole, None)];
    };
    if !slices.monthly {
        return vec![counts(which, ask.measure, slices.whole, Some(span))];
    }
    let pieces = span.pieces();
    let mut parts = Vec::new();
    if let Some(months) = pieces.months {
        parts.push(counts(which, ask.measure, slices.whole, Some(months)));
    }
    for edge in pieces.edges {
        parts.push(match slices.edges {
            Some(slice) => counts(which, ask.measure, slice, Some(edge)),
            None => facts(which, ask, definition, Some(edge)),
        });
    }
    parts
}

/// Where a question's sums stand.
#[derive(Debug, Clone, Copy)]
struct RolledUp {
    whole: Slice,
    /// By month: what is left of a span at its ends comes from `edges`, or from the facts.
    monthly: bool,
    edges: Option<Slice>,
}

fn rolled_up(definition: &Definition, by: By) -> Option<RolledUp> {
    let has = |slice: Slice| definition.slices.contains(&slice);
    let daily = |whole| RolledUp {
        whole,
        monthly: false,
        edges: None,
    };
    let monthly = |whole, edges| RolledUp {
        whole,
        monthly: true,
        edges,
    };
    let days = has(Slice::Day).then_some(Slice::Day);
    match by {
        By::Day => days.map(daily),
        By::Nothing | By::Owner | By::Month if has(Slice::Month) => {
            Some(monthly(Slice::Month, days))
        }
        By::Nothing | By::Owner | By::Month if days.is_some() => days.map(daily),
        By::Nothing | By::Owner | By::Month | By::Key | By::MonthKey if has(Slice::Key) => {
            Some(monthly(Slice::Key, None))
        }
        By::DayKey if has(Slice::DayKey) => Some(daily(Slice::DayKey)),
        By::Nothing | By::Owner | By::Key if has(Slice::Now) => Some(daily(Slice::Now)),
        By::Province if has(Slice::Province) => Some(monthly(Slice::Province, None)),
        By::Product if has(Slice::Product) => Some(monthly(Slice::Product, None)),
        By::Source if has(Slice::Source) => Some(monthly(Slice::Source, None)),
        _ => None,
    }
}

fn counts(which: &Which, measure: Measure, slice: Slice, span: Option<Span>) -> String {
    let mut conditions = format!(
        "measure = {} AND slice = {}",
        measure.number(),
        slice.number()
    );
    if let Some(span) = span {
        let _infallible = write!(
            conditions,
            " AND day BETWEEN {} AND {}",
            date(span.from),
            date(span.until)
        );
    }
    let ownerless = definition(measure).ownerless.is_some();
    if !ownerless {
        which.owned(&mut conditions, "owner_id");
    }
    format!(
        "SELECT day, owner_id, key, n, cents FROM counts WHERE {conditions}
         UNION ALL SELECT day, owner_id, key, n, cents FROM count_deltas WHERE {conditions}"
    )
}

fn facts(which: &Which, ask: &Ask, definition: &Definition, span: Option<Span>) -> String {
    let whole = which.owners.is_none() && ask.by != By::Owner && !which.narrows(definition);
    let select = definition
        .ownerless
        .filter(|_| whole)
        .unwrap_or(definition.select);
    let key = match ask.by {
        By::Province => "b.province",
        By::Product => "coalesce(b.product_id::text, '')",
        By::Source => "coalesce(b.source_id::text, '')",
        _ => "b.key",
    };
    format!(
        "SELECT b.day, b.owner_id, {key} AS key, b.n, b.cents FROM ({}) b WHERE {}",
        Tables::Serving.of(select),
        which.conditions(definition, span),
    )
}

impl Which {
    /// Whether a filter leaves some of a measure's records out that its rollups hold.
    #[must_use]
    pub fn narrows(&self, definition: &Definition) -> bool {
        self.province.is_some() && definition.by_province
            || self.product.is_some() && definition.by_product
            || self.source.is_some() && definition.by_source
    }

    fn owned(&self, conditions: &mut String, column: &str) {
        let Some(owners) = &self.owners else { return };
        let list: Vec<String> = owners
            .iter()
            .map(|owner| format!("'{owner}'::uuid"))
            .collect();
        let _infallible = match list.as_slice() {
            [] => write!(conditions, " AND false"),
            [one] => write!(conditions, " AND {column} = {one}"),
            many => write!(
                conditions,
                " AND {column} = ANY (ARRAY[{}])",
                many.join(",")
            ),
        };
    }

    /// The filters as a condition on `b`.
    #[must_use]
    pub fn conditions(&self, definition: &Definition, span: Option<Span>) -> String {
        let mut conditions = "true".to_owned();
        if let Some(span) = span {
            let _infallible = write!(
                conditions,
                " AND b.day BETWEEN {} AND {}",
                date(span.from),
                date(span.until)
            );
        }
        self.owned(&mut conditions, "b.owner_id");
        if let Some(province) = self.province.as_ref().filter(|_| definition.by_province) {
            let _infallible = write!(conditions, " AND b.province = {}", quoted(province));
        }
        if let Some(product) = self.product.filter(|_| definition.by_product) {
            let _infallible = write!(conditions, " AND b.product_id = '{product}'::uuid");
        }
        if let Some(source) = self.source.filter(|_| definition.by_source) {
            let _infallible = write!(conditions, " AND b.source_id = '{source}'::uuid");
        }
        conditions
    }
}

/// A span as whole months and what is left at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    pub months: Option<Span>,
    pub edges: Vec<Span>,
}

impl Span {
    /// How many days.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.until - self.from).num_days() + 1
    }

    /// As many days right before.
    #[must_use]
    pub fn before(self) -> Self {
        // A span of whole months is compared with as many months.
        let months = self.pieces();
        if let (Some(whole), true) = (months.months, months.edges.is_empty()) {
            let count = month_number(whole.until) - month_number(whole.from) + 1;
            let back = Months::new(u32::try_from(count).unwrap_or(1));
            return Self {
                from: self.from.checked_sub_months(back).unwrap_or(NaiveDate::MIN),
                until: self.from.pred_opt().unwrap_or(NaiveDate::MIN),
            };
        }
        let until = self.from.pred_opt().unwrap_or(NaiveDate::MIN);
        Self {
            from: until - chrono::Duration::days(self.days() - 1),
            until,
        }
    }

    /// The same days a year before.
    #[must_use]
    pub fn year_before(self) -> Self {
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(12)).unwrap_or(day);
        // A month that ends on its last day is compared with a whole month: February too.
        let ends_month = self.until.succ_opt().is_some_and(|next| next.day() == 1);
        let until = back(self.until);
        Self {
            from: back(self.from),
            until: if ends_month {
                last_of_month(until)
            } else {
                until
            },
        }
    }

    #[must_use]
    pub fn pieces(self) -> Pieces {
        let first = if self.from.day() == 1 {
            self.from
        } else {
            next_month(self.from)
        };
        let last = if last_of_month(self.until) == self.until {
            self.until
        } else {
            first_of_month(self.until).pred_opt().unwrap_or(self.until)
        };
        if first > last {
            return Pieces {
                months: None,
                edges: vec![self],
            };
        }
        let mut edges = Vec::new();
        if self.from < first {
            edges.push(Self {
                from: self.from,
                until: first.pred_opt().unwrap_or(first),
            });
        }
        if last < self.until {
            edges.push(Self {
                from: last.succ_opt().unwrap_or(last),
                until: self.until,
            });
        }
        Pieces {
            months: Some(Self {
                from: first,
                until: last,
            }),
            edges,
        }
    }
}

fn month_number(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

/// The first day of a day's month.
#[must_use]
pub fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of the month after.
#[must_use]
pub fn next_month(day: NaiveDate) -> NaiveDate {
    first_of_month(day)
        .checked_add_months(Months::new(1))
        .unwrap_or(NaiveDate::MAX)
}

/// The last day of a day's month.
#[must_use]
pub fn last_of_month(day: NaiveDate) -> NaiveDate {
    next_month(day).pred_opt().unwrap_or(day)
}

/// `None` of what nobody owns.
#[must_use]
pub fn somebody(owner: Option<Uuid>) -> Option<Uuid> {
    owner.filter(|owner| *owner != NOBODY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, until: &str) -> Span {
        Span {
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        }
    }

    #[test]
    fn a_span_is_whole_months_and_its_ends_and_nothing_twice() {
        for (whole, months, edges) in [
            (
                ("2026-01-01", "2026-03-31"),
                Some(("2026-01-01", "2026-03-31")),
                vec![],
            ),
            (
                ("2026-01-15", "2026-03-31"),
                Some(("2026-02-01", "2026-03-31")),
                vec![("2026-01-15", "2026-01-31")],
            ),
            (
                ("2026-01-15", "2026-03-10"),
                Some(("2026-02-01", "2026-02-28")),
                vec![("2026-01-15", "2026-01-31"), ("2026-03-01", "2026-03-10")],
            ),
            (
                ("2026-01-15", "2026-02-10"),
                None,
                vec![("2026-01-15", "2026-02-10")],
            ),
            (
                ("2026-02-01", "2026-02-01"),
                None,
                vec![("2026-02-01", "2026-02-01")],
            ),
            (
                ("2024-02-01", "2024-02-29"),
                Some(("2024-02-01", "2024-02-29")),
                vec![],
            ),
        ] {
            let pieces = span(whole.0, whole.1).pieces();
            assert_eq!(
                pieces.months,
                months.map(|(from, until)| span(from, until)),
                "{whole:?}"
            );
            let told: Vec<Span> = edges
                .into_iter()
                .map(|(from, until)| span(from, until))
                .collect();
            assert_eq!(pieces.edges, told, "{whole:?}");
        }
    }

    #[test]
    fn months_are_compared_with_months_and_days_with_days() {
        for (now, before, year) in [
            (
                ("2026-03-01", "2026-03-31"),
                ("2026-02-01", "2026-02-28"),
                ("2025-03-01", "2025-03-31"),
            ),
            (
                ("2026-01-01", "2026-12-31"),
                ("2025-01-01", "2025-12-31"),
                ("2025-01-01", "2025-12-31"),
            ),
            (
                ("2026-03-10", "2026-03-19"),
                ("2026-02-28", "2026-03-09"),
                ("2025-03-10", "2025-03-19"),
            ),
            (
                ("2025-02-01", "2025-02-28"),
                ("2025-01-01", "2025-01-31"),
                ("2024-02-01", "2024-02-29"),
            ),
        ] {
            assert_eq!(
                span(now.0, now.1).before(),
                span(before.0, before.1),
                "{now:?}"
            );
            assert_eq!(
                span(now.0, now.1).year_before(),
                span(year.0, year.1),
                "{now:?}"
            );
        }
    }
}

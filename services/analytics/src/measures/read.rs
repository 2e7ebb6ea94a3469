//! Sums of measures: from the rollups where they can say it, else from the facts; one statement for many questions.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid};
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

/// The answers, a list a question; a line a day, owner and key. What several questions ask of the same rollups is read once.
pub fn sums(conn: &mut PgConnection, which: &Which, asks: &[Ask]) -> DbResult<Vec<Vec<Sum>>> {
    let mut reads: Vec<(Read, Vec<Answered>)> = Vec::new();
    for (number, ask) in asks.iter().enumerate() {
        for read in parts(which, ask, &definition(ask.measure)) {
            let answered = Answered {
                ask: number,
                measure: ask.measure.number(),
            };
            match reads.iter_mut().find(|(known, _)| *known == read) {
                Some((_, list)) => list.push(answered),
                None => reads.push((read, vec![answered])),
            }
        }
    }
    if reads.is_empty() {
        return Ok(vec![Vec::new(); asks.len()]);
    }
    let selects: Vec<String> = reads
        .iter()
        .enumerate()
        .map(|(number, (read, list))| read.select(number, which, list))
        .collect();
    let lines: Vec<Line> = diesel::sql_query(selects.join(" UNION ALL ")).load(conn)?;
    Ok(distributed(lines, &reads, asks.len()))
}

/// A question that a read is for, and the measure that it asks for.
#[derive(Debug, Clone, Copy)]
struct Answered {
    ask: usize,
    measure: i16,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Integer)]
    read: i32,
    #[diesel(sql_type = SmallInt)]
    measure: i16,
    #[diesel(embed)]
    sum: Sum,
}

/// Gives each question its lines; those of the same day, owner and key are one.
fn distributed(lines: Vec<Line>, reads: &[(Read, Vec<Answered>)], asks: usize) -> Vec<Vec<Sum>> {
    type Place = (Option<NaiveDate>, Option<Uuid>, String);
    let mut answers: Vec<BTreeMap<Place, (i64, i64)>> = vec![BTreeMap::new(); asks];
    for Line { read, measure, sum } in lines {
        let list = usize::try_from(read).ok().and_then(|read| reads.get(read));
        for answered in list.into_iter().flat_map(|(_, list)| list) {
            if measure == answered.measure {
                let place = (sum.day, sum.owner_id, sum.key.clone());
                let held = answers[answered.ask].entry(place).or_default();
                *held = (held.0 + sum.n, held.1 + sum.cents);
            }
        }
    }
    let list = |answer: BTreeMap<Place, (i64, i64)>| {
        let line = |((day, owner_id, key), (n, cents))| Sum {
            day,
            owner_id,
            key,
            n,
            cents,
        };
        answer.into_iter().map(line).collect()
    };
    answers.into_iter().map(list).collect()
}

/// Something that is read once.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Read {
    /// Rollups of some measures.
    Counts {
        by: By,
        slice: Slice,
        span: Option<Span>,
        owned: bool,
    },
    /// Facts of one measure.
    Facts {
        by: By,
        measure: i16,
        select: String,
    },
}

impl Read {
    fn select(&self, number: usize, which: &Which, list: &[Answered]) -> String {
        let (by, rows) = match self {
            Self::Counts {
                by,
                slice,
                span,
                owned,
            } => {
                let mut measures: Vec<i16> = list.iter().map(|answered| answered.measure).collect();
                measures.sort_unstable();
                measures.dedup();
                (*by, counts(which, &measures, *slice, *span, *owned))
            }
            Self::Facts {
                by,
                measure,
                select,
            } => (
                *by,
                format!("SELECT {measure}::smallint AS measure, f.* FROM ({select}) f"),
            ),
        };
        let (day, owner, key) = columns(by);
        let mut groups = vec!["measure"];
        groups.extend(
            [(day, NO_DAY), (owner, NO_OWNER), (key, NO_KEY)]
                .into_iter()
                .filter(|(is, no)| is != no)
                .map(|(is, _)| is),
        );
        format!(
            "SELECT {number}::int AS read, measure, {day} AS day, {owner} AS owner_id, {key} AS key, sum(n)::bigint AS n,
             sum(cents)::bigint AS cents FROM ({rows}) p{number} GROUP BY {}",
            groups.join(", ")
        )
    }
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

/// What together answers a question.
fn parts(which: &Which, ask: &Ask, definition: &Definition) -> Vec<Read> {
    let narrowed = which.narrows(definition);
    let unknown_owner =
        definition.ownerless.is_some() && (which.owners.is_some() || ask.by == By::Owner);
    let from_facts = |span| Read::Facts {
        by: ask.by,
        measure: ask.measure.number(),
        select: facts(which, ask, definition, span),
    };
    let from_counts = |slice, span| Read::Counts {
        by: ask.by,
        slice,
        span,
        owned: definition.ownerless.is_none(),
    };
    let Some(slices) = rolled_up(definition, ask.by).filter(|_| !narrowed && !unknown_owner) else {
        return vec![from_facts(ask.span)];
    };
    let Some(span) = ask.span.filter(|_| slices.monthly) else {
        return vec![from_counts(slices.whole, ask.span)];
    };
    let pieces = span.pieces();
    let mut parts: Vec<Read> = pieces
        .months
        .map(|months| from_counts(slices.whole, Some(months)))
        .into_iter()
        .collect();
    parts.extend(pieces.edges.into_iter().map(|edge| match slices.edges {
        Some(slice) => from_counts(slice, Some(edge)),
        None => from_facts(Some(edge)),
    }));
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

fn counts(
    which: &Which,
    measures: &[i16],
    slice: Slice,
    span: Option<Span>,
    owned: bool,
) -> String {
    let list: Vec<String> = measures.iter().map(i16::to_string).collect();
    let mut conditions = format!(
        "measure IN ({}) AND slice = {}",
        list.join(", "),
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
    if owned {
        which.owned(&mut conditions, "owner_id");
    }
    format!(
        "SELECT measure, day, owner_id, key, n, cents FROM counts WHERE {conditions}
         UNION ALL SELECT measure, day, owner_id, key, n, cents FROM count_deltas WHERE {conditions}"
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

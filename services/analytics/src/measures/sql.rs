//! The measures' SQL put together. Only numbers, dates, ids and checked words are written into it.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Definition, Fact, Measure, Slice, definition};

/// Who owns what nobody owns, and the owner of sums without one.
pub const NOBODY: Uuid = Uuid::nil();

/// Which tables: those that answer, or those that a rebuild fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    Serving,
    Next,
}

impl Tables {
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Serving => "",
            Self::Next => "next_",
        }
    }

    /// The text with these tables in it.
    #[must_use]
    pub fn of(self, sql: &str) -> String {
        sql.replace("{t}", self.prefix())
    }
}

/// A word as SQL writes it.
#[must_use]
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''").replace('\0', ""))
}

#[must_use]
pub fn date(day: NaiveDate) -> String {
    format!("DATE '{day}'")
}

/// Every cell that the records of a kind fill: `measure, slice, day, owner_id, key, n, cents`. `of` narrows `b.id`.
#[must_use]
pub fn cells(fact: Fact, tables: Tables, of: &str) -> String {
    let measures = super::ALL.into_iter();
    let parts: Vec<String> = measures
        .filter(|measure| definition(*measure).fact == fact)
        .map(|measure| cells_of(measure, tables, of))
        .collect();
    parts.join(" UNION ALL ")
}

fn cells_of(measure: Measure, tables: Tables, of: &str) -> String {
    let definition = definition(measure);
    let places: Vec<String> = definition
        .slices
        .iter()
        .map(|slice| place(&definition, *slice))
        .collect();
    format!(
        "SELECT {}::smallint AS measure, s.slice, s.day, s.owner_id, s.key, b.n, b.cents FROM ({}) b
         CROSS JOIN LATERAL (VALUES {}) s (slice, day, owner_id, key) WHERE {of}",
        measure.number(),
        tables.of(definition.select),
        places.join(", "),
    )
}

fn place(definition: &Definition, slice: Slice) -> String {
    let owner = if definition.ownerless.is_some() {
        format!("'{NOBODY}'::uuid")
    } else {
        "b.owner_id".to_owned()
    };
    let month = "date_trunc('month', b.day)::date";
    let (day, key) = match slice {
        Slice::Day => ("b.day", "''"),
        Slice::Month => (month, "''"),
        Slice::Province => (month, "b.province"),
        Slice::Product => (month, "coalesce(b.product_id::text, '')"),
        Slice::Source => (month, "coalesce(b.source_id::text, '')"),
        Slice::Key => (month, "b.key"),
        Slice::DayKey => ("b.day", "b.key"),
        Slice::Now => ("DATE '1970-01-01'", "b.key"),
    };
    format!("({}::smallint, {day}, {owner}, {key})", slice.number())
}

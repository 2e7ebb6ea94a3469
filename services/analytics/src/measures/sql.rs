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

/// Whose records a cell sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each owner's for themselves.
    Owned,
    /// Everybody's: whoever may see all of them reads fifty times less.
    All,
    /// Everybody's by day, of what is summed by month otherwise: for the ends of a period.
    AllByDay,
}

/// The number of a slice in the tables.
#[must_use]
pub const fn number(slice: Slice, scope: Scope) -> i16 {
    slice.number()
        + match scope {
            Scope::Owned => 0,
            Scope::All => 10,
            Scope::AllByDay => 20,
        }
}

/// The cells that each record of a measure fills.
fn filled(definition: &Definition) -> Vec<(Slice, Scope)> {
    let mut filled = Vec::new();
    for slice in definition.slices {
        filled.push((*slice, Scope::Owned));
        if definition.ownerless.is_none() {
            filled.push((*slice, Scope::All));
            if slice.is_by_month_and_more() {
                filled.push((*slice, Scope::AllByDay));
            }
        }
    }
    filled
}

/// A measure's key as text, of rows called `row`; nothing where the row is of a set without it.
#[must_use]
pub fn key_text(definition: &Definition, tables: Tables, row: &str, value: &str) -> String {
    if definition.by_value {
        format!("{row}key || ':' || {row}{value}")
    } else if definition.by_path {
        tables.of(&format!(
            "(SELECT way.path FROM {{t}}paths way WHERE way.id = {row}key)"
        ))
    } else {
        format!("{row}key::text")
    }
}

/// What a measure selects, its keys as text.
#[must_use]
pub fn texted(definition: &Definition, tables: Tables) -> String {
    format!(
        "SELECT k.id, k.day, k.owner_id, coalesce({key}, '') AS key, k.n, k.cents, k.province, k.product_id, k.source_id
         FROM ({select}) k",
        key = key_text(definition, tables, "k.", "cents"),
        select = tables.of(definition.select),
    )
}

fn cells_of(measure: Measure, tables: Tables, of: &str) -> String {
    let definition = definition(measure);
    let places: Vec<String> = filled(&definition)
        .into_iter()
        .map(|(slice, scope)| place(&definition, slice, scope))
        .collect();
    format!(
        "SELECT {}::smallint AS measure, s.slice, s.day, s.owner_id, s.key, b.n, b.cents FROM ({}) b
         CROSS JOIN LATERAL (VALUES {}) s (slice, day, owner_id, key) WHERE {of}",
        measure.number(),
        texted(&definition, tables),
        places.join(", "),
    )
}

fn place(definition: &Definition, slice: Slice, scope: Scope) -> String {
    let owner = if definition.ownerless.is_some() || scope != Scope::Owned {
        format!("'{NOBODY}'::uuid")
    } else {
        "b.owner_id".to_owned()
    };
    let key = match slice {
        Slice::Day | Slice::Month => "''",
        Slice::Province => "b.province",
        Slice::Product => "coalesce(b.product_id::text, '')",
        Slice::Source => "coalesce(b.source_id::text, '')",
        Slice::Key | Slice::Now => "b.key",
    };
    let day = match slice {
        Slice::Now => "DATE '1970-01-01'",
        Slice::Day => "b.day",
        _ if scope == Scope::AllByDay => "b.day",
        _ => "date_trunc('month', b.day::timestamp)::date",
    };
    format!(
        "({}::smallint, {day}, {owner}, {key})",
        number(slice, scope)
    )
}

/// All cells that a measure fills, counted in one go through its records; what [`cells`] says of all of them. In the order
/// in which they are read: those of an owner side by side.
#[must_use]
pub fn all_cells(measure: Measure, tables: Tables) -> String {
    let definition = definition(measure);
    let filled: Vec<(i16, Vec<&str>)> = filled(&definition)
        .into_iter()
        .map(|(slice, scope)| (number(slice, scope), dimensions(&definition, slice, scope)))
        .collect();
    let used: Vec<&str> = DIMENSIONS
        .into_iter()
        .filter(|dimension| filled.iter().any(|(_, set)| set.contains(dimension)))
        .collect();
    let sets: Vec<String> = filled
        .iter()
        .map(|(_, set)| format!("({})", set.join(", ")))
        .collect();
    // `GROUPING` has a bit for each dimension that is not in a set, the first the highest.
    let numbers: Vec<String> = filled
        .iter()
        .map(|(number, set)| {
            let without = used.iter().fold(0_u32, |bits, dimension| {
                bits * 2 + u32::from(!set.contains(dimension))
            });
            format!("WHEN {without} THEN {number}")
        })
        .collect();
    let of = |columns: &[(&str, &str)], otherwise: &str| {
        let mut told: Vec<&str> = columns
            .iter()
            .filter(|(column, _)| used.contains(column))
            .map(|(_, text)| *text)
            .collect();
        told.push(otherwise);
        format!("coalesce({})", told.join(", "))
    };
    let key = key_text(&definition, tables, "", "value");
    let keys = [
        ("key", key.as_str()),
        ("province", "province"),
        ("product", "product::text"),
        ("source", "source::text"),
    ];
    format!(
        "SELECT {measure}::smallint, (CASE GROUPING({used}) {numbers} END)::smallint, {day}, {owner}, {key}, sum(n)::bigint,
             sum(cents)::bigint
         FROM (SELECT day, date_trunc('month', day::timestamp)::date AS month, owner_id, key, value, province, product, source,
             n, cents FROM ({rows}) r) c GROUP BY GROUPING SETS ({sets}) HAVING count(*) > 0
         ORDER BY 2, 4, 3",
        measure = measure.number(),
        used = used.join(", "),
        numbers = numbers.join(" "),
        day = of(&[("day", "day"), ("month", "month")], "DATE '1970-01-01'"),
        owner = of(&[("owner_id", "owner_id")], &format!("'{NOBODY}'::uuid")),
        key = of(&keys, "''"),
        rows = rows(&definition, tables, &used),
        sets = sets.join(", "),
    )
}

/// A measure's records; where day, owner and key tell all that is wanted, summed by these first: there are far fewer.
fn rows(definition: &Definition, tables: Tables, used: &[&str]) -> String {
    let owner = if definition.ownerless.is_some() {
        format!("'{NOBODY}'::uuid")
    } else {
        "b.owner_id".to_owned()
    };
    let value = if definition.by_value {
        "b.cents"
    } else {
        "NULL::bigint"
    };
    let select = tables.of(definition.select);
    let more = ["province", "product", "source"];
    if used.iter().any(|dimension| more.contains(dimension)) {
        format!(
            "SELECT b.day, {owner} AS owner_id, b.key, {value} AS value, b.province, b.product_id AS product,
                 b.source_id AS source, b.n, b.cents FROM ({select}) b"
        )
    } else {
        format!(
            "SELECT b.day, {owner} AS owner_id, b.key, {value} AS value, '' AS province, NULL::uuid AS product,
                 NULL::uuid AS source, sum(b.n)::bigint AS n, sum(b.cents)::bigint AS cents
             FROM ({select}) b GROUP BY 1, 2, 3, 4"
        )
    }
}

const DIMENSIONS: [&str; 8] = [
    "owner_id", "day", "month", "key", "value", "province", "product", "source",
];

/// What a cell sums by.
fn dimensions(definition: &Definition, slice: Slice, scope: Scope) -> Vec<&'static str> {
    let when = if scope == Scope::AllByDay {
        "day"
    } else {
        "month"
    };
    let mut dimensions = match slice {
        Slice::Day => vec!["day"],
        Slice::Month => vec!["month"],
        Slice::Province => vec![when, "province"],
        Slice::Product => vec![when, "product"],
        Slice::Source => vec![when, "source"],
        Slice::Key => vec![when, "key"],
        Slice::Now => vec!["key"],
    };
    if definition.by_value && dimensions.contains(&"key") {
        dimensions.push("value");
    }
    if scope == Scope::Owned {
        dimensions.push("owner_id");
    }
    dimensions
}

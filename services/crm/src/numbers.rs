//! Numbers of documents: each series counts from 1 in every business year, without a gap and without a double.
//!
//! The counter is a row. Taking the next number locks it until the transaction ends: who comes next waits, and gets the
//! same number if the first one rolls back. It is therefore taken last, when nothing is left that could be refused.

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Integer, SmallInt, Text};
use nexus_db::DbResult;

/// What is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// `2026/000001`.
    Orders,
    /// `P2026/000001`.
    Proposals,
}

/// A document's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    series: Series,
    /// The business year.
    pub year: i16,
    /// From 1.
    pub serial: i32,
}

impl Series {
    fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Proposals => "proposals",
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = match self.series {
            Series::Orders => "",
            Series::Proposals => "P",
        };
        write!(f, "{prefix}{}/{:06}", self.year, self.serial)
    }
}

/// The next number of a series on this business day. Nobody else gets one of the same series and year until the
/// transaction ends.
///
/// # Errors
/// The database's.
pub fn take(conn: &mut PgConnection, series: Series, on: NaiveDate) -> DbResult<Number> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Integer)]
        last: i32,
    }
    // Years of four digits fit.
    let year = i16::try_from(on.year()).unwrap_or(i16::MAX);
    let taken: Taken = diesel::sql_query(
        "INSERT INTO document_numbers AS n (series, year, last) VALUES ($1, $2, 1)
         ON CONFLICT (series, year) DO UPDATE SET last = n.last + 1 RETURNING last",
    )
    .bind::<Text, _>(series.word())
    .bind::<SmallInt, _>(year)
    .get_result(conn)?;
    Ok(Number {
        series,
        year,
        serial: taken.last,
    })
}

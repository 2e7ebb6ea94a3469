//! Sums of measures: from the rollups where they can say it, else from the facts; one statement for many questions.

mod lines;
mod plan;
mod statement;

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::DbResult;
use uuid::Uuid;

use self::lines::Answers;
use self::plan::Plan;
use super::Measure;
pub use super::span::{Span, first_of_month, last_of_month, next_month};
use super::sql::NOBODY;
pub use super::which::Which;

/// What the sums are by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Nothing,
    Day,
    Month,
    Owner,
    Key,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub day: Option<NaiveDate>,
    pub owner_id: Option<Uuid>,
    pub key: String,
    pub n: i64,
    pub cents: i64,
}

/// The answers, a list a question; a line a day, owner and key. What several questions ask of the same rows is read once,
/// and all of it as it is at one instant.
pub fn sums(conn: &mut PgConnection, which: &Which, asks: &[Ask]) -> DbResult<Vec<Vec<Sum>>> {
    let plan = Plan::of(which, asks);
    let mut answers = Answers::of(asks);
    if !plan.is_empty() {
        for line in statement::run(conn, which, &plan)? {
            answers.take(&plan, asks, line);
        }
    }
    Ok(answers.finished())
}

/// `None` of what nobody owns.
#[must_use]
pub fn somebody(owner: Option<Uuid>) -> Option<Uuid> {
    owner.filter(|owner| *owner != NOBODY)
}

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use nexus_problem::FieldErrors;
use nexus_records::text_enum;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::work::Work;
use crate::measures::{Fact, Measure, Slice, definition};

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Measure(Measure),
    Work(Work),
}

impl Listed {
    /// The one with this word.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(word: &str) -> Result<Self, FieldErrors> {
        let measure = Measure::from_word(word).map(Self::Measure);
        measure
            .or_else(|| Work::from_word(word).map(Self::Work))
            .ok_or_else(|| {
                let detail =
                    "There is no such measure; each figure of the dashboard names its own.";
                FieldErrors::one("measure", "measure.unknown", detail)
            })
    }

    /// Where its records are.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Work(Work::TaskOverdue | Work::TaskLate) => "task",
            Self::Work(Work::LeadWaiting) => "lead",
            Self::Work(Work::PlaceWithin | Work::PlaceDueNow) => "site",
            Self::Measure(measure) => match definition(measure).fact {
                Fact::Deal => "opportunity",
                Fact::Order => "order",
                Fact::Lead => "lead",
                Fact::Activity => "interaction",
                Fact::Visit => "visit",
                Fact::Tour => "tour",
                Fact::Client => "client",
                Fact::Site => "site",
            },
        }
    }

    /// Whether it is as of now, whatever the period.
    #[must_use]
    pub fn is_now(self) -> bool {
        match self {
            Self::Work(_) => true,
            Self::Measure(measure) => definition(measure).slices == [Slice::Now],
        }
    }

    /// Whether a period without a first day begins before everything.
    #[must_use]
    pub const fn is_until(self) -> bool {
        matches!(
            self,
            Self::Measure(Measure::OpenSince | Measure::PlaceLapses | Measure::PlaceDue)
        )
    }
}

text_enum! {
    /// What records may have none of.
    Without { Province = "province", Product = "product_id", Source = "source_id", Owner = "owner_id" }
}

/// A record behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, QueryableByName)]
pub struct RecordLine {
    /// `opportunity`, `order`, `lead`, `interaction`, `visit`, `tour`, `client`, `site` or `task`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub label: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub client_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub client_name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub owner_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub owner_name: Option<String>,
    /// Where it stands.
    #[diesel(sql_type = Text)]
    pub status: String,
    /// The day on which it counts; 1970-01-01 of what is counted as it is now.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// How often it counts in the figure.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// What it adds to the figure: cents, or what the measure says.
    #[diesel(sql_type = BigInt)]
    pub cents: i64,
}

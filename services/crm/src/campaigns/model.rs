use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::RecordId;
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{campaigns, lead_sources};
use nexus_records::text_enum;

/// A source's id.
pub type SourceId = RecordId<LeadSource>;
/// A campaign's id.
pub type CampaignId = RecordId<Campaign>;

text_enum! {
    /// What kind of effort a campaign is; `fair` is a trade fair.
    CampaignKind {
        Fair = "fair", Web = "web", Email = "email", Phone = "phone", Social = "social", Print = "print",
        Event = "event", Other = "other",
    }
}

/// Where interest comes from, in a word or two.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = lead_sources, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct LeadSource {
    #[schema(value_type = uuid::Uuid)]
    pub id: SourceId,
    pub version: i64,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: SourceFields,
    #[serde(skip)]
    pub name_key: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What may be written of a source.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = lead_sources, check_for_backend(diesel::pg::Pg))]
#[serde(deny_unknown_fields, default)]
pub struct SourceFields {
    pub name: String,
    /// Smaller comes first.
    pub position: i32,
}

impl SourceFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 80);
        errors.or(self)
    }
}

/// An effort that brings leads: a fair, a mailing, a day of calls.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = campaigns, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Campaign {
    #[schema(value_type = uuid::Uuid)]
    pub id: CampaignId,
    pub version: i64,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: CampaignFields,
    #[serde(skip)]
    pub name_key: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What may be written of a campaign. A patch names some of these; `null` clears.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = campaigns, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct CampaignFields {
    #[schema(example = "Vapitaly 2026")]
    pub name: String,
    pub kind: CampaignKind,
    /// The source that its leads have when they name none.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub source_id: Option<SourceId>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub place: Option<String>,
    pub cost_cents: Option<i64>,
    pub notes: Option<String>,
}

impl Default for CampaignFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: CampaignKind::Other,
            source_id: None,
            starts_on: None,
            ends_on: None,
            place: None,
            cost_cents: None,
            notes: None,
        }
    }
}

/// A campaign never costs more: 10 million.
const MOST_CENTS: i64 = 1_000_000_000;

impl CampaignFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 120);
        self.place = optional_text(&mut errors, "/place", self.place.as_deref(), 120);
        self.notes = optional_text(&mut errors, "/notes", self.notes.as_deref(), 5_000);
        if let (Some(starts), Some(ends)) = (self.starts_on, self.ends_on)
            && ends < starts
        {
            errors.add(
                "/ends_on",
                "period.order",
                "It cannot end before it starts.",
            );
        }
        if self
            .cost_cents
            .is_some_and(|cost| !(0..=MOST_CENTS).contains(&cost))
        {
            errors.add(
                "/cost_cents",
                "cost_cents.range",
                "Give an amount from 0 to 10 million, in cents.",
            );
        }
        errors.or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_has_a_name_and_a_period_in_order() {
        let good = CampaignFields {
            name: " Vapitaly 2026 ".to_owned(),
            starts_on: "2026-05-23".parse().ok(),
            ends_on: "2026-05-25".parse().ok(),
            ..CampaignFields::default()
        };
        assert_eq!(good.clone().review().unwrap().name, "Vapitaly 2026");
        let wrong = CampaignFields {
            name: " ".to_owned(),
            ends_on: "2026-05-01".parse().ok(),
            cost_cents: Some(-1),
            ..good
        };
        let told: Vec<_> = wrong
            .review()
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.pointer)
            .collect();
        assert_eq!(told, ["/name", "/ends_on", "/cost_cents"]);
    }
}

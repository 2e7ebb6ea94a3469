use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId};
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contacts::model::ContactId;
use crate::leads::model::LeadId;
use crate::schema::consents;
use nexus_records::text_enum;

/// A consent's id.
pub type ConsentId = RecordId<Consent>;

text_enum! {
    /// How people are reached for business.
    ConsentChannel { Phone = "phone", Email = "email", SmsWhatsapp = "sms_whatsapp", Post = "post" }
}

text_enum! {
    /// What they said.
    ConsentStatus { Granted = "granted", Refused = "refused" }
}

/// Whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Contact(ContactId),
    Lead(LeadId),
}

/// What somebody said about one channel, for marketing.
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
#[diesel(table_name = consents, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Consent {
    #[schema(value_type = uuid::Uuid)]
    pub id: ConsentId,
    pub version: i64,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub lead_id: Option<LeadId>,
    pub channel: ConsentChannel,
    pub status: ConsentStatus,
    /// When they said it.
    pub at: DateTime<Utc>,
    /// How: on the phone, on a form at the fair, by mail.
    pub source: String,
    pub note: Option<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub recorded_by: Option<UserId>,
    pub updated_at: DateTime<Utc>,
}

/// What is written down of somebody's word.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentFields {
    pub channel: ConsentChannel,
    pub status: ConsentStatus,
    /// How they said it: on the phone, on a form at the fair, by mail.
    pub source: String,
    /// When they said it; now when not given.
    pub at: Option<DateTime<Utc>>,
    pub note: Option<String>,
}

impl ConsentFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self, now: DateTime<Utc>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.source = required_text(&mut errors, "/source", &self.source, 200);
        self.note = optional_text(&mut errors, "/note", self.note.as_deref(), 2_000);
        if self.at.is_some_and(|at| at > now + Duration::minutes(5)) {
            errors.add(
                "/at",
                "at.future",
                "Write down what they said, not what they will say.",
            );
        }
        errors.or(self)
    }
}

impl Consent {
    /// The first word on a channel.
    #[must_use]
    pub fn first(person: Person, fields: ConsentFields, by: UserId, now: DateTime<Utc>) -> Self {
        let (contact_id, lead_id) = match person {
            Person::Contact(id) => (Some(id), None),
            Person::Lead(id) => (None, Some(id)),
        };
        Self {
            id: ConsentId::new(),
            version: 1,
            contact_id,
            lead_id,
            channel: fields.channel,
            status: fields.status,
            at: fields.at.unwrap_or(now),
            source: fields.source,
            note: fields.note,
            recorded_by: Some(by),
            updated_at: now,
        }
    }

    /// A later word on the same channel; `None` when it was said before the one that is known.
    #[must_use]
    pub fn then(&self, fields: ConsentFields, by: UserId, now: DateTime<Utc>) -> Option<Self> {
        let at = fields.at.unwrap_or(now);
        (at >= self.at).then(|| Self {
            version: self.version + 1,
            status: fields.status,
            at,
            source: fields.source,
            note: fields.note,
            recorded_by: Some(by),
            updated_at: now,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        let now: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
        let said = |status, at: &str| ConsentFields {
            channel: ConsentChannel::Phone,
            status,
            source: "telefono".to_owned(),
            at: at.parse().ok(),
            note: None,
        };
        let by = UserId::new();
        let person = Person::Lead(LeadId::new());
        let no = Consent::first(
            person,
            said(ConsentStatus::Refused, "2026-11-10T10:00:00Z"),
            by,
            now,
        );
        assert_eq!(
            no.then(
                said(ConsentStatus::Granted, "2026-11-09T10:00:00Z"),
                by,
                now
            ),
            None
        );
        let yes = no
            .then(
                said(ConsentStatus::Granted, "2026-11-11T10:00:00Z"),
                by,
                now,
            )
            .unwrap();
        assert_eq!(
            (yes.status, yes.version, yes.id),
            (ConsentStatus::Granted, 2, no.id)
        );
        assert!(
            said(ConsentStatus::Granted, "2026-12-01T10:00:00Z")
                .review(now)
                .is_err()
        );
    }
}

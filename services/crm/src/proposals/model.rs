use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId, UserId, business_day};
use nexus_problem::{FieldErrors, optional_text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::state::{ProposalStatus, VersionStatus};
use crate::approvals::model::Reasons;
use crate::contacts::model::ContactId;
use crate::italy::text::fold;
use crate::lines::hash::content_hash;
use crate::lines::model::Line;
use crate::lines::totals::{Totals, totals};
use crate::opportunities::model::OpportunityId;
use crate::parties::Parties;
use crate::schema::{proposal_versions, proposals};
use crate::sites::model::SiteId;

/// A proposal's id.
pub type ProposalId = RecordId<Proposal>;
/// A version's id.
pub type VersionId = RecordId<Version>;

/// How long an offer stands when nobody says.
const STANDS_DAYS: u64 = 30;
/// An offer does not stand for longer than this.
const STANDS_MOST_DAYS: u64 = 366;

/// What may be written of a proposal, besides its lines. A patch names some of these; `null` clears. Where it stands is
/// changed by `send`, `accept` and so on alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProposalFields {
    /// Cannot be changed later; the deal's when not given.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub opportunity_id: Option<OpportunityId>,
    /// Who sells it; the client's owner when not given.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub owner_id: Option<UserId>,
    /// The shop it is for; the client's only one when not given.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub site_id: Option<SiteId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    /// The last day on which it can be accepted; in 30 days when not given.
    pub valid_until: Option<NaiveDate>,
    /// The client's when not given.
    pub payment_terms: Option<String>,
    pub delivery_terms: Option<String>,
    /// The customer reads them.
    pub notes: Option<String>,
}

/// A proposal's row: what all its versions share, and where the one that counts stands.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = proposals, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Proposal {
    pub id: ProposalId,
    pub version: i64,
    pub year: i16,
    pub serial: i32,
    pub number: String,
    pub client_id: ClientId,
    pub opportunity_id: Option<OpportunityId>,
    pub owner_id: Option<UserId>,
    pub status: ProposalStatus,
    pub current_version: i32,
    pub valid_until: NaiveDate,
    pub total_cents: i64,
    pub waits_for_approval: bool,
    #[serde(skip)]
    pub search_text: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// A version's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = proposal_versions, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Version {
    pub id: VersionId,
    pub proposal_id: ProposalId,
    pub number: i32,
    pub status: VersionStatus,
    pub site_id: Option<SiteId>,
    pub contact_id: Option<ContactId>,
    pub valid_until: NaiveDate,
    pub payment_terms: Option<String>,
    pub delivery_terms: Option<String>,
    pub notes: Option<String>,
    pub net_cents: i64,
    pub tax_cents: i64,
    pub vat_cents: i64,
    pub total_cents: i64,
    pub content_hash: String,
    pub written_by: Option<UserId>,
    pub needs_approval: Reasons,
    pub requested_hash: Option<String>,
    pub approved_hash: Option<String>,
    pub approved_by: Option<UserId>,
    pub approved_at: Option<DateTime<Utc>>,
    pub rejected_hash: Option<String>,
    pub rejected_by: Option<UserId>,
    pub rejected_at: Option<DateTime<Utc>>,
    pub rejected_reason: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub sent_by: Option<UserId>,
    pub sent_to: Option<String>,
    pub link_expires_at: Option<DateTime<Utc>>,
    pub viewed_at: Option<DateTime<Utc>>,
    pub answered_at: Option<DateTime<Utc>>,
    pub answered_by: Option<String>,
    pub answered_role: Option<String>,
    pub answered_via: Option<String>,
    #[serde(skip)]
    pub answered_from: Option<String>,
    pub answer_note: Option<String>,
    pub pdf_sha256: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// A proposal as its events tell it: with a version and its lines, without what they cost us.
#[derive(Debug, Clone, Serialize)]
pub struct ProposalRecord {
    #[serde(flatten)]
    pub proposal: Proposal,
    pub content: Version,
    pub lines: Vec<Line>,
    pub totals: Totals,
}

impl ProposalFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self, today: NaiveDate) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        for (field, pointer, most) in [
            (&mut self.payment_terms, "/payment_terms", 200),
            (&mut self.delivery_terms, "/delivery_terms", 500),
            (&mut self.notes, "/notes", 10_000),
        ] {
            *field = optional_text(&mut errors, pointer, field.as_deref(), most);
        }
        if self.client_id.is_none() {
            let detail = "Say to whom it is offered.";
            errors.add("/client_id", "client_id.missing", detail);
        }
        let most = today.checked_add_days(Days::new(STANDS_MOST_DAYS));
        if self.valid_until > most && self.valid_until.is_some() {
            let detail = "An offer stands for a year at most.";
            errors.add("/valid_until", "valid_until.too_far", detail);
        }
        errors.or(self)
    }

    /// Whom it is for.
    #[must_use]
    pub fn parties(&self, client_id: ClientId) -> Parties {
        Parties {
            client_id,
            site_id: self.site_id,
            contact_id: self.contact_id,
            opportunity_id: self.opportunity_id,
            owner_id: self.owner_id,
        }
    }
}

/// How long an offer of today stands when nobody says.
#[must_use]
pub fn usual_end(today: NaiveDate) -> NaiveDate {
    today
        .checked_add_days(Days::new(STANDS_DAYS))
        .unwrap_or(today)
}

impl Proposal {
    /// What may be written of it, with the content of a version.
    #[must_use]
    pub fn fields(&self, content: &Version) -> ProposalFields {
        ProposalFields {
            client_id: Some(self.client_id),
            opportunity_id: self.opportunity_id,
            owner_id: self.owner_id,
            site_id: content.site_id,
            contact_id: content.contact_id,
            valid_until: Some(content.valid_until),
            payment_terms: content.payment_terms.clone(),
            delivery_terms: content.delivery_terms.clone(),
            notes: content.notes.clone(),
        }
    }

    /// Where it stands today: an offer whose day has passed has expired, whether or not that was told yet.
    #[must_use]
    pub fn status_on(&self, today: NaiveDate) -> ProposalStatus {
        if self.status == ProposalStatus::Sent && self.valid_until < today {
            ProposalStatus::Expired
        } else {
            self.status
        }
    }

    /// Takes over what lists show of the version that counts.
    pub fn follow(&mut self, content: &Version) {
        self.current_version = content.number;
        self.valid_until = content.valid_until;
        self.total_cents = content.total_cents;
        self.waits_for_approval = content.waits();
        self.status = match content.status {
            VersionStatus::Draft | VersionStatus::Withdrawn | VersionStatus::Replaced => {
                ProposalStatus::Draft
            }
            VersionStatus::Sent => ProposalStatus::Sent,
            VersionStatus::Accepted => ProposalStatus::Accepted,
            VersionStatus::Refused => ProposalStatus::Refused,
            VersionStatus::Expired => ProposalStatus::Expired,
        };
    }

    /// What a search looks into.
    #[must_use]
    pub fn search_text(&self, client_name: &str) -> String {
        fold(&format!("{} {client_name}", self.number))
    }

    /// The proposal with a version and its lines, as events tell it.
    #[must_use]
    pub fn record(&self, content: &Version, lines: &[Line]) -> ProposalRecord {
        ProposalRecord {
            proposal: self.clone(),
            content: content.clone(),
            lines: lines.to_vec(),
            totals: totals(lines),
        }
    }
}

impl Version {
    /// A draft with nothing in it yet.
    #[must_use]
    pub fn draft(
        proposal_id: ProposalId,
        number: i32,
        until: NaiveDate,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: VersionId::new(),
            proposal_id,
            number,
            status: VersionStatus::Draft,
            site_id: None,
            contact_id: None,
            valid_until: until,
            payment_terms: None,
            delivery_terms: None,
            notes: None,
            net_cents: 0,
            tax_cents: 0,
            vat_cents: 0,
            total_cents: 0,
            content_hash: String::new(),
            written_by: None,
            needs_approval: Reasons::default(),
            requested_hash: None,
            approved_hash: None,
            approved_by: None,
            approved_at: None,
            rejected_hash: None,
            rejected_by: None,
            rejected_at: None,
            rejected_reason: None,
            sent_at: None,
            sent_by: None,
            sent_to: None,
            link_expires_at: None,
            viewed_at: None,
            answered_at: None,
            answered_by: None,
            answered_role: None,
            answered_via: None,
            answered_from: None,
            answer_note: None,
            pdf_sha256: None,
            created_at: now,
        }
    }

    /// Takes over terms and lines: sums, and the hash that a yes, of ours or the customer's, is bound to.
    pub fn set_content(&mut self, client_id: ClientId, fields: &ProposalFields, lines: &[Line]) {
        self.site_id = fields.site_id;
        self.contact_id = fields.contact_id;
        self.valid_until = fields.valid_until.unwrap_or(self.valid_until);
        self.payment_terms.clone_from(&fields.payment_terms);
        self.delivery_terms.clone_from(&fields.delivery_terms);
        self.notes.clone_from(&fields.notes);
        let sums = totals(lines);
        self.net_cents = sums.net_cents;
        self.tax_cents = sums.tax_cents;
        self.vat_cents = sums.vat_cents;
        self.total_cents = sums.total_cents;
        let terms = json!({
            "client": client_id,
            "site": self.site_id,
            "contact": self.contact_id,
            "until": self.valid_until,
            "payment": self.payment_terms,
            "delivery": self.delivery_terms,
            "notes": self.notes,
        });
        self.content_hash = content_hash(&terms, lines);
    }

    /// Where it stands today.
    #[must_use]
    pub fn status_on(&self, today: NaiveDate) -> VersionStatus {
        if self.is_overdue(today) {
            VersionStatus::Expired
        } else {
            self.status
        }
    }

    /// With the customer, and its day has passed.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.status == VersionStatus::Sent && self.valid_until < today
    }

    /// The same at an instant.
    #[must_use]
    pub fn is_overdue_at(&self, now: DateTime<Utc>) -> bool {
        self.is_overdue(business_day(now))
    }

    /// Whether somebody has said yes to just this content.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.approved_hash.as_deref() == Some(self.content_hash.as_str())
    }

    /// Whether it may be sent as far as the rules go.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.needs_approval.none() || self.is_approved()
    }

    /// Whether it waits for a manager: it needs a yes, somebody asked for it, and nobody said no since.
    #[must_use]
    pub fn waits(&self) -> bool {
        let this = Some(self.content_hash.as_str());
        self.status == VersionStatus::Draft
            && !self.is_free()
            && self.requested_hash.as_deref() == this
            && self.rejected_hash.as_deref() != this
    }
}

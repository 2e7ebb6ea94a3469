use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId, UserId};
use nexus_problem::{FieldErrors, optional_text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::contacts::model::ContactId;
use crate::leads::model::LeadId;
use crate::opportunities::model::OpportunityId;
use crate::schema::interactions;
use crate::sites::model::SiteId;
use nexus_records::text_enum;

/// An interaction's id.
pub type InteractionId = RecordId<Interaction>;

text_enum! {
    /// What happened.
    Kind {
        Call = "call", Email = "email", Meeting = "meeting", Visit = "visit", Note = "note",
        VisitMissed = "visit_missed",
        ClientCreated = "client_created", OpportunityCreated = "opportunity_created",
        OpportunityMoved = "opportunity_moved", OpportunityWon = "opportunity_won",
        OpportunityLost = "opportunity_lost", OpportunityReopened = "opportunity_reopened",
        LeadCreated = "lead_created", LeadAssigned = "lead_assigned", LeadContacted = "lead_contacted",
        LeadQualified = "lead_qualified", LeadLost = "lead_lost", LeadReopened = "lead_reopened",
        LeadConverted = "lead_converted", TaskDone = "task_done",
        ProposalSent = "proposal_sent", ProposalViewed = "proposal_viewed", ProposalAccepted = "proposal_accepted",
        ProposalRefused = "proposal_refused", ProposalExpired = "proposal_expired",
        ProposalWithdrawn = "proposal_withdrawn",
        OrderCreated = "order_created", OrderApproved = "order_approved", OrderRefused = "order_refused",
        OrderOverridden = "order_overridden", OrderProcessing = "order_processing", OrderShipped = "order_shipped",
        OrderDelivered = "order_delivered", OrderInvoiced = "order_invoiced", OrderPaid = "order_paid",
        OrderCancelled = "order_cancelled",
    }
}

text_enum! {
    /// Who began it: they (`in`) or we (`out`).
    Direction { In = "in", Out = "out" }
}

impl Kind {
    /// Whether people write it themselves.
    #[must_use]
    pub fn is_by_hand(self) -> bool {
        matches!(
            self,
            Self::Call | Self::Email | Self::Meeting | Self::Visit | Self::Note
        )
    }
}

/// One entry of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable, Insertable)]
#[diesel(table_name = interactions, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct Interaction {
    #[schema(value_type = uuid::Uuid)]
    pub id: InteractionId,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub opportunity_id: Option<OpportunityId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub site_id: Option<SiteId>,
    /// The lead, while it was one.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub lead_id: Option<LeadId>,
    pub kind: Kind,
    pub direction: Option<Direction>,
    pub subject: Option<String>,
    pub body: Option<String>,
    /// What the system knows, by `kind`: of a move, the stages' names and ids.
    pub details: Option<Value>,
    pub duration_minutes: Option<i32>,
    pub occurred_at: DateTime<Utc>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub actor_id: Option<UserId>,
    pub created_at: DateTime<Utc>,
}

/// What a person writes down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InteractionFields {
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub opportunity_id: Option<OpportunityId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub site_id: Option<SiteId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub lead_id: Option<LeadId>,
    /// `call`, `email`, `meeting`, `visit` or `note`.
    pub kind: Kind,
    pub direction: Option<Direction>,
    pub subject: Option<String>,
    pub body: Option<String>,
    /// Now when not given; not in the future.
    pub occurred_at: Option<DateTime<Utc>>,
    pub duration_minutes: Option<i32>,
}

impl InteractionFields {
    /// Whether we call or write: unless it says that they did.
    #[must_use]
    pub fn reaches_out(&self) -> bool {
        matches!(self.kind, Kind::Call | Kind::Email) && self.direction != Some(Direction::In)
    }

    /// Whether somebody was spoken with, or written to.
    #[must_use]
    pub fn is_contact(&self) -> bool {
        matches!(self.kind, Kind::Call | Kind::Meeting | Kind::Visit)
            || self.kind == Kind::Email && self.reaches_out()
    }

    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self, now: DateTime<Utc>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.subject = optional_text(&mut errors, "/subject", self.subject.as_deref(), 200);
        self.body = optional_text(&mut errors, "/body", self.body.as_deref(), 20_000);
        if !self.kind.is_by_hand() {
            errors.add(
                "/kind",
                "kind.system",
                "Write a call, an email, a meeting, a visit or a note.",
            );
        }
        if self.kind == Kind::Note && self.body.is_none() && self.subject.is_none() {
            errors.add("/body", "text.empty", "A note says something.");
        }
        if self.client_id.is_none() && self.opportunity_id.is_none() && self.lead_id.is_none() {
            errors.add(
                "/client_id",
                "client_id.missing",
                "Say whose timeline this belongs to.",
            );
        }
        if self
            .occurred_at
            .is_some_and(|at| at > now + Duration::minutes(5))
        {
            errors.add(
                "/occurred_at",
                "occurred_at.future",
                "Write down what has happened, not what will.",
            );
        }
        if self
            .duration_minutes
            .is_some_and(|minutes| !(0..=1440).contains(&minutes))
        {
            errors.add(
                "/duration_minutes",
                "duration_minutes.range",
                "Give 0 to 1440 minutes.",
            );
        }
        errors.or(self)
    }
}

/// What the system writes on a timeline.
#[derive(Debug, Clone)]
pub struct SystemNote {
    pub kind: Kind,
    pub client_id: Option<ClientId>,
    pub opportunity_id: Option<OpportunityId>,
    pub lead_id: Option<LeadId>,
    pub details: Value,
    /// When it happened, if not now.
    pub occurred_at: Option<DateTime<Utc>>,
}

impl SystemNote {
    /// A note on a client's timeline.
    #[must_use]
    pub fn of_client(kind: Kind, client: ClientId, details: Value) -> Self {
        Self {
            kind,
            client_id: Some(client),
            opportunity_id: None,
            lead_id: None,
            details,
            occurred_at: None,
        }
    }

    /// A note on a lead's timeline, and on that of the client that it became.
    #[must_use]
    pub fn of_lead(kind: Kind, lead: LeadId, client: Option<ClientId>, details: Value) -> Self {
        Self {
            kind,
            client_id: client,
            opportunity_id: None,
            lead_id: Some(lead),
            details,
            occurred_at: None,
        }
    }

    /// The entry this makes.
    #[must_use]
    pub fn entry(&self, actor: Option<UserId>, now: DateTime<Utc>) -> Interaction {
        Interaction {
            id: InteractionId::new(),
            client_id: self.client_id,
            opportunity_id: self.opportunity_id,
            contact_id: None,
            site_id: None,
            lead_id: self.lead_id,
            kind: self.kind,
            direction: None,
            subject: None,
            body: None,
            details: Some(self.details.clone()),
            duration_minutes: None,
            occurred_at: self.occurred_at.unwrap_or(now),
            actor_id: actor,
            created_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_happened_to_somebody_can_be_written_down() {
        let now: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
        let good = InteractionFields {
            client_id: Some(ClientId::new()),
            opportunity_id: None,
            contact_id: None,
            site_id: None,
            lead_id: None,
            kind: Kind::Note,
            direction: None,
            subject: None,
            body: Some("Vuole il listino".to_owned()),
            occurred_at: None,
            duration_minutes: None,
        };
        assert!(good.clone().review(now).is_ok());
        type Change = fn(&mut InteractionFields);
        let cases: [(&str, Change); 4] = [
            ("/kind", |fields| fields.kind = Kind::OpportunityWon),
            ("/body", |fields| fields.body = Some("  ".to_owned())),
            ("/client_id", |fields| fields.client_id = None),
            ("/occurred_at", |fields| {
                fields.occurred_at = "2026-11-23T10:00:00Z".parse().ok()
            }),
        ];
        for (pointer, spoil) in cases {
            let mut fields = good.clone();
            spoil(&mut fields);
            let told: Vec<_> = fields
                .review(now)
                .unwrap_err()
                .0
                .into_iter()
                .map(|error| error.pointer)
                .collect();
            assert_eq!(told, [pointer]);
        }
    }
}

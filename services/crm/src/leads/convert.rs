//! A lead becomes a client with its contact and its deal, and brings its story: all in one transaction, once.

use diesel::PgConnection;
use nexus_kernel::{ClientId, UserId};
use nexus_problem::{FieldErrors, IfMatch, Problem, merged};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::commands::{lock, save, tell};
use super::error::LeadError;
use super::model::{Lead, LeadFields, LeadId};
use super::queries;
use super::status::{LeadStatus, Step};
use super::views::LeadView;
use crate::clients::model::{ClientFields, ClientKind};
use crate::contacts::model::{ContactFields, ContactId};
use crate::interactions::model::Kind;
use crate::opportunities::commands::Start;
use crate::opportunities::model::{OpportunityFields, OpportunityId};
use crate::pipelines::model::{PipelineId, StageId};
use crate::{campaigns, clients, consents, contacts, interactions, opportunities, tasks};
use nexus_records::Act;
use nexus_records::Viewer;

/// What a lead is to become. Everything may be left out: then a client and, if the person is known, a contact are made
/// of what the lead says.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Conversion {
    /// An existing client that it joins, instead of a new one.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    /// Fields of the new client that differ from the lead's.
    #[schema(value_type = Option<ClientFields>)]
    pub client: Option<Value>,
    /// An existing contact of the existing client, instead of a new one.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    /// Fields of the contact that differ from the lead's.
    #[schema(value_type = Option<ContactFields>)]
    pub contact: Option<Value>,
    /// `false`: no contact, though the person is known.
    pub without_contact: bool,
    /// The deal to open; none when left out.
    pub opportunity: Option<NewDeal>,
}

/// A deal to open.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewDeal {
    /// The client's name when not given.
    pub name: Option<String>,
    pub amount_cents: i64,
    /// The default pipeline when not given.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub pipeline_id: Option<PipelineId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub stage_id: Option<StageId>,
    pub expected_close_on: Option<chrono::NaiveDate>,
}

/// What a lead became.
#[derive(Debug, Serialize, ToSchema)]
pub struct Converted {
    pub lead: LeadView,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub opportunity_id: Option<OpportunityId>,
}

/// Whoever converts, in each of the rights that it takes; `None` where they have none.
pub struct Converter {
    pub leads: Act,
    pub clients: Option<Viewer>,
    pub opportunities: Option<Viewer>,
}

impl Converter {
    fn clients(&self) -> Result<Act, LeadError> {
        self.act(
            self.clients.as_ref(),
            "You may not create clients, so you cannot convert a lead.",
        )
    }

    fn opportunities(&self) -> Result<Act, LeadError> {
        self.act(
            self.opportunities.as_ref(),
            "You may not open deals. Convert the lead without one.",
        )
    }

    fn act(&self, viewer: Option<&Viewer>, otherwise: &str) -> Result<Act, LeadError> {
        let viewer = viewer
            .cloned()
            .ok_or_else(|| LeadError::Part(Problem::forbidden(otherwise)))?;
        Ok(Act {
            viewer,
            now: self.leads.now,
        })
    }
}

/// Converts it; one that was converted before answers what it became then.
pub fn convert(
    conn: &mut PgConnection,
    by: &Converter,
    id: LeadId,
    if_match: &IfMatch,
    wish: Conversion,
) -> Result<Converted, LeadError> {
    let act = &by.leads;
    let lead = queries::lock(conn, &act.viewer, id)?.ok_or(LeadError::NotFound(id))?;
    if lead.status == LeadStatus::Converted {
        return told(conn, act, lead);
    }
    let before = lock(conn, act, id, if_match)?;
    before.status.after(Step::Convert)?;
    let owner = before.fields.owner_id.unwrap_or(act.viewer.user_id);

    let client_id = client(conn, by, &before, owner, &wish)?;
    let contact_id = contact(conn, by, &before, client_id, &wish)?;
    let opportunity_id = match &wish.opportunity {
        Some(deal) => Some(opportunity(conn, by, &before, owner, client_id, deal)?),
        None => None,
    };
    let after = before.converted(client_id, contact_id, opportunity_id, act.now)?;

    save(conn, act, "crm.lead.converted.v1", &before, &after)?;
    interactions::queries::give_to_client(conn, id, client_id)?;
    tasks::commands::follow_lead(conn, act, id, client_id, opportunity_id)?;
    let details = json!({
        "client_id": client_id, "contact_id": contact_id, "opportunity_id": opportunity_id, "lead_name": after.name,
    });
    tell(conn, act, Kind::LeadConverted, &after, details)?;
    told(conn, act, after)
}

fn told(conn: &mut PgConnection, act: &Act, lead: Lead) -> Result<Converted, LeadError> {
    Ok(Converted {
        client_id: lead.client_id,
        contact_id: lead.contact_id,
        opportunity_id: lead.opportunity_id,
        lead: LeadView::of(conn, lead, act.now)?,
    })
}

fn below(pointer: &str, problem: impl Into<Problem>) -> LeadError {
    LeadError::Part(problem.into().below(pointer))
}

/// The client that it joins, or a new one.
fn client(
    conn: &mut PgConnection,
    by: &Converter,
    lead: &Lead,
    owner: UserId,
    wish: &Conversion,
) -> Result<ClientId, LeadError> {
    let act = by.clients()?;
    if let Some(id) = wish.client_id {
        let joined = clients::queries::lock(conn, &act.viewer, id)?;
        if joined.is_none_or(|client| client.archived_at.is_some()) {
            let detail = "There is no such client, or it is not yours to see.";
            return Err(FieldErrors::one("/client_id", "client_id.unknown", detail).into());
        }
        return Ok(id);
    }
    let said = client_fields(&lead.fields, owner);
    let fields: ClientFields = match &wish.client {
        Some(changes) => merged(&said, changes).map_err(|problem| below("/client", problem))?,
        None => said,
    };
    let made = clients::commands::create(conn, &act, ClientId::new(), fields);
    let (client, _) = made.map_err(|error| below("/client", error))?;
    Ok(client.id)
}

/// What a lead says of the client that it becomes.
fn client_fields(lead: &LeadFields, owner: UserId) -> ClientFields {
    let lead = lead.clone();
    let alone = lead.company_name.is_none();
    ClientFields {
        name: lead.name(),
        kind: if alone {
            ClientKind::Person
        } else {
            ClientKind::Company
        },
        first_name: lead.first_name.filter(|_| alone),
        last_name: lead.last_name.filter(|_| alone),
        vat_number: lead.vat_number,
        tax_code: lead.tax_code,
        email: lead.email,
        phone: lead.phone,
        street: lead.street,
        street_number: lead.street_number,
        cap: lead.cap,
        city: lead.city,
        province: lead.province,
        notes: lead.notes,
        owner_id: Some(owner),
        source_id: lead.source_id,
        campaign_id: lead.campaign_id,
        ..ClientFields::default()
    }
}

/// The contact: the one that is named, or a new one if the person is known. What they said about being called goes along.
fn contact(
    conn: &mut PgConnection,
    by: &Converter,
    lead: &Lead,
    client: ClientId,
    wish: &Conversion,
) -> Result<Option<ContactId>, LeadError> {
    let act = by.clients()?;
    if let Some(id) = wish.contact_id {
        let known = contacts::queries::find(conn, &act.viewer, id)?;
        if known.is_none_or(|contact| contact.client_id != client) {
            let detail = "Name a contact of the same client.";
            return Err(FieldErrors::one("/contact_id", "contact_id.foreign", detail).into());
        }
        consents::commands::carry(conn, &act, lead.id, id)?;
        return Ok(Some(id));
    }
    let said = ContactFields {
        first_name: lead
            .fields
            .first_name
            .clone()
            .or(lead.fields.last_name.clone())
            .unwrap_or_default(),
        last_name: lead
            .fields
            .last_name
            .clone()
            .filter(|_| lead.fields.first_name.is_some()),
        email: lead.fields.email.clone(),
        phone: lead.fields.phone.clone(),
        ..ContactFields::default()
    };
    let opted_out = lead.do_not_call || lead.do_not_email;
    let nobody = said.first_name.is_empty() && wish.contact.is_none();
    if (wish.without_contact || nobody) && !opted_out {
        return Ok(None);
    }
    let mut fields: ContactFields = match &wish.contact {
        Some(changes) => merged(&said, changes).map_err(|problem| below("/contact", problem))?,
        None => said,
    };
    if nobody {
        // Nobody's name is known, but somebody said not to be called: that must not be lost.
        fields.first_name = lead.name.chars().take(100).collect();
    }
    let made = contacts::commands::create(conn, &act, client, ContactId::new(), fields);
    let contact = made.map_err(|error| below("/contact", error))?;
    consents::commands::carry(conn, &act, lead.id, contact.id)?;
    Ok(Some(contact.id))
}

fn opportunity(
    conn: &mut PgConnection,
    by: &Converter,
    lead: &Lead,
    owner: UserId,
    client: ClientId,
    deal: &NewDeal,
) -> Result<OpportunityId, LeadError> {
    let (act, clients) = (by.opportunities()?, by.clients()?);
    let source = match lead.fields.source_id {
        Some(id) => campaigns::queries::source(conn, id)?.map(|source| source.fields.name),
        None => None,
    };
    let fields = OpportunityFields {
        name: deal.name.clone().unwrap_or_else(|| lead.name.clone()),
        client_id: Some(client),
        owner_id: Some(owner),
        amount_cents: deal.amount_cents,
        expected_close_on: deal.expected_close_on,
        source,
        source_id: lead.fields.source_id,
        campaign_id: lead.fields.campaign_id,
        notes: lead.fields.interest.clone(),
        ..OpportunityFields::default()
    };
    let start = Start {
        pipeline_id: deal.pipeline_id,
        stage_id: deal.stage_id,
    };
    let id = OpportunityId::new();
    let made =
        opportunities::commands::create(conn, &act, Some(&clients.viewer), id, start, fields);
    Ok(made.map_err(|error| below("/opportunity", error))?.id)
}

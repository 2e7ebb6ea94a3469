//! One function per thing a user can make happen: decide, save, announce. Nothing here changes an entry.

use diesel::PgConnection;
use nexus_auth::Principal;
use nexus_auth::can::{ReadClients, ReadLeads, ReadOpportunities};
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use nexus_outbox::announce;
use nexus_problem::FieldErrors;

use super::error::InteractionError;
use super::model::{Interaction, InteractionFields, InteractionId, Kind, SystemNote};
use super::queries;
use crate::clients;
use crate::consents::model::ConsentChannel;
use crate::contacts;
use crate::leads;
use crate::leads::model::Lead;
use crate::opportunities;
use crate::sites;
use nexus_records::Viewer;
use nexus_records::{Act, Author};

pub fn record(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: InteractionId,
    fields: InteractionFields,
) -> Result<Interaction, InteractionError> {
    let fields = fields.review(act.now)?;
    let lead = lead(conn, who, &fields)?;
    let client_id = match &lead {
        Some(lead) => lead.client_id,
        None => subject(conn, who, &fields)?,
    };
    check_links(conn, client_id, &fields)?;
    check_opt_out(conn, lead.as_ref(), &fields)?;
    let is_contact = fields.is_contact();
    let entry = Interaction {
        id,
        client_id,
        opportunity_id: fields.opportunity_id,
        contact_id: fields.contact_id,
        site_id: fields.site_id,
        lead_id: fields.lead_id,
        kind: fields.kind,
        direction: fields.direction,
        subject: fields.subject,
        body: fields.body,
        details: None,
        duration_minutes: fields.duration_minutes,
        occurred_at: fields.occurred_at.unwrap_or(act.now),
        actor_id: Some(act.viewer.user_id),
        created_at: act.now,
    };

    queries::insert(conn, std::slice::from_ref(&entry))
        .map_err(|error| error.on_constraint("interactions_pkey", || InteractionError::IdTaken))?;
    announce(
        conn,
        &act.fact("crm.interaction.recorded.v1", id.uuid(), 1, None, &entry),
    )?;
    if let Some(lead) = lead.filter(|_| is_contact) {
        leads::steps::spoken_with(conn, act, &lead, entry.occurred_at)?;
    }
    Ok(entry)
}

/// The lead that it is about, as the writer sees it.
fn lead(
    conn: &mut PgConnection,
    who: &Principal,
    fields: &InteractionFields,
) -> Result<Option<Lead>, InteractionError> {
    let Some(id) = fields.lead_id else {
        return Ok(None);
    };
    let found = match Viewer::with::<ReadLeads>(conn, who)? {
        Some(viewer) => leads::queries::find(conn, &viewer, id)?,
        None => None,
    };
    let lead = found.ok_or(InteractionError::NoSubject("lead"))?;
    if fields
        .client_id
        .is_some_and(|client| lead.client_id != Some(client))
        || fields.opportunity_id.is_some()
    {
        let detail = "Name either the lead or the client with its deal.";
        return Err(FieldErrors::one("/lead_id", "lead_id.foreign", detail).into());
    }
    Ok(Some(lead))
}

/// Nobody is called or written to who said not to.
fn check_opt_out(
    conn: &mut PgConnection,
    lead: Option<&Lead>,
    fields: &InteractionFields,
) -> Result<(), InteractionError> {
    if !fields.reaches_out() {
        return Ok(());
    }
    let of_contact = match fields.contact_id {
        Some(contact) => contacts::queries::opted_out(conn, contact)?,
        None => (false, false),
    };
    let of_lead = lead.map_or((false, false), |lead| (lead.do_not_call, lead.do_not_email));
    match fields.kind {
        Kind::Call if of_contact.0 || of_lead.0 => {
            Err(InteractionError::OptedOut(ConsentChannel::Phone))
        }
        Kind::Email if of_contact.1 || of_lead.1 => {
            Err(InteractionError::OptedOut(ConsentChannel::Email))
        }
        _ => Ok(()),
    }
}

/// The client whose timeline it is; the opportunity's own when only that was named. Both must be visible to the writer.
fn subject(
    conn: &mut PgConnection,
    who: &Principal,
    fields: &InteractionFields,
) -> Result<Option<ClientId>, InteractionError> {
    let mut client_id = fields.client_id;
    if let Some(id) = fields.opportunity_id {
        let viewer = Viewer::with::<ReadOpportunities>(conn, who)?;
        let found = match viewer {
            Some(viewer) => opportunities::queries::find(conn, &viewer, id)?,
            None => None,
        };
        let opportunity = found.ok_or(InteractionError::NoSubject("opportunity"))?;
        if client_id.is_some() && client_id != opportunity.fields.client_id {
            let detail = "This opportunity is of another client.";
            return Err(
                FieldErrors::one("/opportunity_id", "opportunity_id.foreign", detail).into(),
            );
        }
        client_id = opportunity.fields.client_id;
    } else if let Some(id) = client_id {
        let seen = match Viewer::with::<ReadClients>(conn, who)? {
            Some(viewer) => clients::queries::is_visible(conn, &viewer, id)?,
            None => false,
        };
        if !seen {
            return Err(InteractionError::NoSubject("client"));
        }
    }
    Ok(client_id)
}

/// A contact and a site must be of the same client.
fn check_links(
    conn: &mut PgConnection,
    client: Option<ClientId>,
    fields: &InteractionFields,
) -> Result<(), InteractionError> {
    let mut errors = FieldErrors::default();
    if let Some(contact) = fields.contact_id {
        let known = match client {
            Some(client) => contacts::queries::of_client(conn, client)?
                .iter()
                .any(|known| known.id == contact),
            None => false,
        };
        if !known {
            errors.add(
                "/contact_id",
                "contact_id.foreign",
                "Name a contact of the same client.",
            );
        }
    }
    if let Some(site) = fields.site_id {
        let known = match client {
            Some(client) => sites::queries::of_client(conn, client)?
                .iter()
                .any(|known| known.id == site),
            None => false,
        };
        if !known {
            errors.add(
                "/site_id",
                "site_id.foreign",
                "Name a shop of the same client.",
            );
        }
    }
    Ok(errors.or(())?)
}

/// Writes what the system knows; the fact itself is announced by whoever did it.
pub fn note_by_system(conn: &mut PgConnection, act: &Act, note: &SystemNote) -> DbResult<()> {
    note_of(conn, &act.author(), note)
}

/// The same for what no user did: a customer's answer, a day that passed.
pub fn note_of(conn: &mut PgConnection, author: &Author, note: &SystemNote) -> DbResult<()> {
    let entry = note.entry(author.user_id, author.now);
    queries::insert(conn, std::slice::from_ref(&entry))
}

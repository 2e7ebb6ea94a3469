//! Whom a proposal or an order is for: a client, one of its shops, one of its people, a deal with it.

use diesel::PgConnection;
use nexus_auth::Principal;
use nexus_auth::can::{ReadClients, ReadOpportunities};
use nexus_db::DbResult;
use nexus_kernel::{ClientId, UserId};
use nexus_problem::FieldErrors;

use crate::clients;
use crate::clients::commands::check_owner;
use crate::clients::model::{Client, ClientFields};
use crate::contacts;
use crate::contacts::model::ContactId;
use crate::documents::Party;
use crate::italy::address::{self, Address};
use crate::opportunities;
use crate::opportunities::model::OpportunityId;
use crate::sites;
use crate::sites::model::{Site, SiteId};
use nexus_records::Viewer;

/// Whom a document names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parties {
    pub client_id: ClientId,
    pub site_id: Option<SiteId>,
    pub contact_id: Option<ContactId>,
    pub opportunity_id: Option<OpportunityId>,
    pub owner_id: Option<UserId>,
}

/// Checks what is new in `after`: the writer must see what they link, and all of it must be of the one client.
pub fn check(
    conn: &mut PgConnection,
    viewer: &Viewer,
    who: &Principal,
    before: Option<Parties>,
    after: Parties,
    errors: &mut FieldErrors,
) -> DbResult<()> {
    let is_new =
        |same: fn(&Parties, &Parties) -> bool| before.is_none_or(|before| !same(&before, &after));
    if is_new(|a, b| a.owner_id == b.owner_id) {
        check_owner(conn, viewer, after.owner_id, errors)?;
    }
    if is_new(|a, b| a.client_id == b.client_id) {
        check_client(conn, who, after.client_id, errors)?;
    }
    if let Some(site) = after.site_id
        && is_new(|a, b| a.site_id == b.site_id)
        && site_of(conn, after.client_id, site)?.is_none()
    {
        let detail = "Name a shop of the same client.";
        errors.add("/site_id", "site_id.foreign", detail);
    }
    if let Some(contact) = after.contact_id
        && is_new(|a, b| a.contact_id == b.contact_id)
    {
        let known = contacts::queries::of_client(conn, after.client_id)?;
        if known.iter().all(|known| known.id != contact) {
            let detail = "Name a person of the same client.";
            errors.add("/contact_id", "contact_id.foreign", detail);
        }
    }
    if let Some(deal) = after.opportunity_id
        && is_new(|a, b| a.opportunity_id == b.opportunity_id)
    {
        let found = match Viewer::with::<ReadOpportunities>(conn, who)? {
            Some(deals) => opportunities::queries::find(conn, &deals, deal)?,
            None => None,
        };
        if found.is_none_or(|deal| deal.fields.client_id != Some(after.client_id)) {
            let detail = "Name a deal with the same client that you can see.";
            errors.add("/opportunity_id", "opportunity_id.unknown", detail);
        }
    }
    Ok(())
}

fn check_client(
    conn: &mut PgConnection,
    who: &Principal,
    id: ClientId,
    errors: &mut FieldErrors,
) -> DbResult<()> {
    let client = match Viewer::with::<ReadClients>(conn, who)? {
        Some(clients) => clients::queries::find(conn, &clients, id)?,
        None => None,
    };
    match client {
        None => {
            let detail = "There is no such client, or it is not yours to see.";
            errors.add("/client_id", "client_id.unknown", detail);
        }
        Some(client) if client.archived_at.is_some() => {
            let detail = "This client was put away. Restore it first.";
            errors.add("/client_id", "client_id.archived", detail);
        }
        Some(_) => {}
    }
    Ok(())
}

/// A shop, if it is this client's and was not put away.
pub fn site_of(conn: &mut PgConnection, client: ClientId, site: SiteId) -> DbResult<Option<Site>> {
    let sites = sites::queries::of_client(conn, client)?;
    Ok(sites.into_iter().find(|known| known.id == site))
}

/// A client as it stands on paper.
#[must_use]
pub fn on_paper(client: &ClientFields) -> Party {
    Party {
        name: client.name.clone(),
        first_name: client.first_name.clone(),
        last_name: client.last_name.clone(),
        vat_country: client.vat_country.clone(),
        vat_number: client.vat_number.clone(),
        tax_code: client.tax_code.clone(),
        sdi_code: client.sdi_code.clone(),
        pec: client.pec.clone(),
        email: client.email.clone(),
        phone: client.phone.clone(),
        street: client.street.clone(),
        street_number: client.street_number.clone(),
        cap: client.cap.clone(),
        city: client.city.clone(),
        province: client.province.clone(),
        country: client.country.clone(),
    }
}

/// A shop as on an envelope: its sign, then its address.
#[must_use]
pub fn envelope(site: &Site) -> Vec<String> {
    let mut lines = vec![site.name.clone()];
    lines.extend(address::lines(&Address {
        street: site.street.as_deref(),
        street_number: site.street_number.as_deref(),
        cap: site.cap.as_deref(),
        city: site.city.as_deref(),
        province: site.province.as_deref(),
        country: Some(&site.country),
    }));
    lines
}

/// What is meant when a document for a client does not say.
#[derive(Debug, Clone)]
pub struct Usual {
    /// The client's owner if the writer reaches their records, else the writer.
    pub owner_id: UserId,
    pub payment_terms: Option<String>,
    /// The client's only shop.
    pub site_id: Option<SiteId>,
}

/// What a document for this client usually says.
pub fn usual(conn: &mut PgConnection, writer: &Viewer, client: &Client) -> DbResult<Usual> {
    let owner = client.fields.owner_id;
    let sites = sites::queries::of_client(conn, client.id)?;
    Ok(Usual {
        owner_id: owner
            .filter(|owner| writer.reaches(Some(*owner)))
            .unwrap_or(writer.user_id),
        payment_terms: client.fields.payment_terms.clone(),
        site_id: match sites.as_slice() {
            [only] => Some(only.id),
            _ => None,
        },
    })
}

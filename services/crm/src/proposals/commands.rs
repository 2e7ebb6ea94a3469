//! Writing what a proposal contains: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_auth::Principal;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, business_day};
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::{Value, json};

use super::error::{ProposalError, meaning};
use super::expiry::expire;
use super::model::{Proposal, ProposalFields, ProposalId, ProposalRecord, Version, usual_end};
use super::queries;
use super::state::{ProposalStatus, Refusal, VersionStatus};
use super::views::ProposalView;
use crate::approvals::model::Reason;
use crate::approvals::queries::{content_reasons, rules};
use crate::clients;
use crate::clients::model::Client;
use crate::interactions::commands::note_of;
use crate::interactions::model::{Kind, SystemNote};
use crate::lines;
use crate::lines::model::{Line, LineFields, copies};
use crate::lines::pricing::{Occasion, price};
use crate::lines::queries::Document;
use crate::numbers::{Series, take};
use crate::opportunities;
use crate::parties;
use nexus_records::Viewer;
use nexus_records::{Act, Author};

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: ProposalId,
    mut fields: ProposalFields,
    wanted: Vec<LineFields>,
) -> Result<Proposal, ProposalError> {
    let today = business_day(act.now);
    complete(conn, act, who, &mut fields)?;
    let fields = fields.review(today)?;
    let client_id = fields.client_id.unwrap_or_default();
    let mut errors = FieldErrors::default();
    parties::check(
        conn,
        &act.viewer,
        who,
        None,
        fields.parties(client_id),
        &mut errors,
    )?;
    errors.or(())?;
    let mut lines = priced(conn, act, client_id, wanted)?;
    let mut content = Version::draft(id, 1, usual_end(today), act.now);
    write(conn, act, client_id, &mut content, &fields, &lines)?;
    let name = clients::queries::names(conn, &[client_id])?
        .remove(&client_id)
        .unwrap_or_default();
    let mut proposal = Proposal {
        id,
        version: 1,
        year: 0,
        serial: 0,
        number: String::new(),
        client_id,
        opportunity_id: fields.opportunity_id,
        owner_id: fields.owner_id,
        status: ProposalStatus::Draft,
        current_version: 1,
        valid_until: content.valid_until,
        total_cents: content.total_cents,
        waits_for_approval: false,
        search_text: String::new(),
        created_at: act.now,
        updated_at: act.now,
        archived_at: None,
    };
    let number = take(conn, Series::Proposals, today)?;
    (proposal.year, proposal.serial) = (number.year, number.serial);
    proposal.number = number.to_string();
    proposal.search_text = proposal.search_text(&name);

    queries::insert(conn, &proposal).map_err(meaning)?;
    queries::insert_version(conn, &content)?;
    save_lines(conn, &content, &mut lines)?;
    let record = proposal.record(&content, &lines);
    announce(
        conn,
        &act.fact("crm.proposal.created.v1", id.uuid(), 1, None, &record),
    )?;
    Ok(proposal)
}

/// Writes the draft. What the customer has, or had, stays as it is: a change of it is version n + 1.
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: ProposalId,
    if_match: &IfMatch,
    patch: &Value,
    new_lines: Option<Vec<LineFields>>,
) -> Result<Proposal, ProposalError> {
    let (before, content) = lock(conn, act, id, if_match)?;
    let known = before.fields(&content);
    let fields: ProposalFields = merged(&known, patch).map_err(ProposalError::Other)?;
    let fields = fields.review(business_day(act.now))?;
    if fields.client_id != Some(before.client_id) {
        let detail = "A proposal stays its client's. Write another one.";
        return Err(FieldErrors::one("/client_id", "client_id.fixed", detail).into());
    }
    if fields == known && new_lines.is_none() {
        return Ok(before);
    }
    let mut errors = FieldErrors::default();
    let (old, new) = (
        known.parties(before.client_id),
        fields.parties(before.client_id),
    );
    parties::check(conn, &act.viewer, who, Some(old), new, &mut errors)?;
    errors.or(())?;
    let old_lines = lines::queries::of(conn, Document::ProposalVersion(content.id.uuid()))?;
    let mut lines = match new_lines {
        Some(wanted) => priced(conn, act, before.client_id, wanted)?,
        None => old_lines.clone(),
    };
    let mut draft = content.clone();
    write(conn, act, before.client_id, &mut draft, &fields, &lines)?;
    let mut after = Proposal {
        version: before.version + 1,
        updated_at: act.now,
        opportunity_id: fields.opportunity_id,
        owner_id: fields.owner_id,
        ..before.clone()
    };
    if draft.content_hash == content.content_hash {
        // Who sells it and the deal behind it are nobody's content.
        queries::save(conn, &after)?;
        let (was, is) = (
            before.record(&content, &old_lines),
            after.record(&content, &old_lines),
        );
        told(conn, act, &after, &was, &is)?;
        return Ok(after);
    }
    match content.status {
        VersionStatus::Draft => queries::save_version(conn, &draft)?,
        VersionStatus::Accepted => return Err(Refusal::Accepted.into()),
        _ => {
            let next = queries::last_number(conn, id)? + 1;
            let mut opened = Version::draft(id, next, draft.valid_until, act.now);
            write(conn, act, before.client_id, &mut opened, &fields, &lines)?;
            lines = copies(&lines);
            draft = opened;
            queries::insert_version(conn, &draft)?;
        }
    }
    save_lines(conn, &draft, &mut lines)?;
    after.follow(&draft);
    queries::save(conn, &after)?;
    let (was, is) = (
        before.record(&content, &old_lines),
        after.record(&draft, &lines),
    );
    told(conn, act, &after, &was, &is)?;
    Ok(after)
}

fn told(
    conn: &mut PgConnection,
    act: &Act,
    after: &Proposal,
    was: &ProposalRecord,
    is: &ProposalRecord,
) -> DbResult<()> {
    let kind = "crm.proposal.changed.v1";
    let fact = act.fact(kind, after.id.uuid(), after.version, Some(was), is);
    announce(conn, &fact)
}

/// The same again, for the same client, as a new draft at today's prices.
pub fn duplicate(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: ProposalId,
) -> Result<Proposal, ProposalError> {
    let known = queries::find(conn, &act.viewer, id)?.ok_or(ProposalError::NotFound(id))?;
    let content = queries::version(conn, id, known.current_version)?;
    let content = content.ok_or(ProposalError::NoVersion)?;
    let lines = lines::queries::of(conn, Document::ProposalVersion(content.id.uuid()))?;
    let fields = ProposalFields {
        valid_until: None,
        ..known.fields(&content)
    };
    let wanted = lines.iter().map(Line::again).collect();
    create(conn, act, who, ProposalId::new(), fields, wanted)
}

/// Puts it away; not while the customer has it.
pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
    away: bool,
) -> Result<Proposal, ProposalError> {
    let (before, content) = lock(conn, act, id, if_match)?;
    if before.archived_at.is_some() == away {
        return Ok(before);
    }
    if queries::sent(conn, id)?.is_some() {
        return Err(Refusal::Sent.into());
    }
    let after = Proposal {
        version: before.version + 1,
        archived_at: away.then_some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    queries::save(conn, &after)?;
    let kind = if away {
        "crm.proposal.archived.v1"
    } else {
        "crm.proposal.restored.v1"
    };
    let lines = lines::queries::of(conn, Document::ProposalVersion(content.id.uuid()))?;
    let (was, is) = (
        before.record(&content, &lines),
        after.record(&content, &lines),
    );
    announce(
        conn,
        &act.fact(kind, id.uuid(), after.version, Some(&was), &is),
    )?;
    Ok(after)
}

/// Holds a proposal, with its current version. One whose day has passed expires first.
pub fn lock(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
) -> Result<(Proposal, Version), ProposalError> {
    let proposal = queries::lock(conn, &act.viewer, id)?.ok_or(ProposalError::NotFound(id))?;
    if !if_match.allows(proposal.version) {
        let current = ProposalView::of(conn, proposal, act.now, false)?;
        return Err(ProposalError::Stale(Box::new(current)));
    }
    let proposal = expire(conn, proposal, act.now)?;
    let content = queries::version(conn, id, proposal.current_version)?;
    Ok((proposal, content.ok_or(ProposalError::NoVersion)?))
}

/// Takes over terms and lines, and sees what they need.
fn write(
    conn: &mut PgConnection,
    act: &Act,
    client_id: ClientId,
    content: &mut Version,
    fields: &ProposalFields,
    lines: &[Line],
) -> DbResult<()> {
    let before = content.content_hash.clone();
    content.set_content(client_id, fields, lines);
    if content.content_hash != before {
        content.written_by = Some(act.viewer.user_id);
        content.needs_approval.0 = needs(conn, act, lines)?;
    }
    Ok(())
}

/// Why somebody must look at it before it is sent.
pub fn needs(conn: &mut PgConnection, act: &Act, lines: &[Line]) -> DbResult<Vec<Reason>> {
    let (_, rules) = rules(conn)?;
    content_reasons(conn, &rules, Some(act.viewer.user_id), lines)
}

pub fn save_lines(conn: &mut PgConnection, content: &Version, lines: &mut [Line]) -> DbResult<()> {
    lines::queries::save(conn, Document::ProposalVersion(content.id.uuid()), lines)
}

/// Fills in what is not said: the deal's client; the client's owner, terms and only shop.
fn complete(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    fields: &mut ProposalFields,
) -> DbResult<()> {
    if let (None, Some(deal)) = (fields.client_id, fields.opportunity_id)
        && let Some(deals) = Viewer::with::<nexus_auth::can::ReadOpportunities>(conn, who)?
    {
        let deal = opportunities::queries::find(conn, &deals, deal)?;
        fields.client_id = deal.and_then(|deal| deal.fields.client_id);
    }
    let client: Option<Client> = match fields.client_id {
        Some(id) => clients::queries::any(conn, id)?,
        None => None,
    };
    let Some(client) = client else { return Ok(()) };
    let usual = parties::usual(conn, &act.viewer, &client)?;
    fields.owner_id.get_or_insert(usual.owner_id);
    fields.payment_terms = fields.payment_terms.take().or(usual.payment_terms);
    fields.site_id = fields.site_id.or(usual.site_id);
    Ok(())
}

fn priced(
    conn: &mut PgConnection,
    act: &Act,
    client_id: ClientId,
    wanted: Vec<LineFields>,
) -> Result<Vec<Line>, ProposalError> {
    let occasion = Occasion {
        client_id: Some(client_id),
        on: business_day(act.now),
    };
    Ok(price(conn, occasion, wanted)?)
}

/// A line on the client's timeline.
pub fn tell(
    conn: &mut PgConnection,
    author: &Author,
    kind: Kind,
    proposal: &Proposal,
    content: &Version,
    more: Value,
) -> DbResult<()> {
    let mut details = json!({
        "proposal_id": proposal.id,
        "number": proposal.number,
        "version_number": content.number,
        "total_cents": content.total_cents,
    });
    if let (Some(details), Value::Object(more)) = (details.as_object_mut(), more) {
        details.extend(more);
    }
    let note = SystemNote {
        kind,
        client_id: Some(proposal.client_id),
        opportunity_id: proposal.opportunity_id,
        lead_id: None,
        details,
        occurred_at: None,
    };
    note_of(conn, author, &note)
}

/// Saves a step of a version with its line on the timeline and its fact. `kind` is `None` for what concerns only us.
#[expect(
    clippy::too_many_arguments,
    reason = "one place where all that belongs to a step is written"
)]
pub fn save_step(
    conn: &mut PgConnection,
    author: &Author,
    kind: Option<Kind>,
    fact: &'static str,
    before: &Proposal,
    after: &Proposal,
    content: &Version,
    more: Value,
) -> DbResult<()> {
    queries::save_version(conn, content)?;
    queries::save(conn, after)?;
    if let Some(kind) = kind {
        tell(conn, author, kind, after, content, more)?;
    }
    let lines = lines::queries::of(conn, Document::ProposalVersion(content.id.uuid()))?;
    let (was, is) = (
        before.record(content, &lines),
        after.record(content, &lines),
    );
    let fact = author.fact(fact, after.id.uuid(), after.version, Some(&was), &is);
    announce(conn, &fact)
}

/// The proposal after a step of the version that counts.
#[must_use]
pub fn stepped(before: &Proposal, content: &Version, author: &Author) -> Proposal {
    let mut after = Proposal {
        version: before.version + 1,
        updated_at: author.now,
        ..before.clone()
    };
    after.follow(content);
    after
}

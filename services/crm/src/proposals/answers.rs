//! What the customer answers: by the link, or to a colleague who writes it down. Each version is answered once; whoever
//! answers the same again gets the first answer.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_kernel::business_day;
use nexus_problem::{FieldErrors, IfMatch, optional_text, required_text};
use serde_json::json;

use super::commands::{lock, save_step, stepped};
use super::error::ProposalError;
use super::links::Target;
use super::model::{Proposal, ProposalId, Version};
use super::sending::not_sent;
use super::state::{Refusal, VersionStatus, VersionStep};
use super::{papers, queries};
use crate::interactions::model::Kind;
use crate::lines;
use crate::lines::queries::Document;
use crate::opportunities;
use crate::orders;
use crate::orders::commands::hold_client;
use crate::orders::model::Order;
use nexus_records::{Act, Author};

/// Who answers, and how it reached us.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub by: Option<String>,
    pub role: Option<String>,
    /// `link` or `colleague`.
    pub via: &'static str,
    /// A mark of the address it came from.
    pub from: Option<String>,
    pub note: Option<String>,
}

/// Finds what a link leads to, and holds it.
pub fn open(
    conn: &mut PgConnection,
    target: Target,
    now: DateTime<Utc>,
) -> Result<(Proposal, Version), ProposalError> {
    if now.timestamp() >= target.expires {
        return Err(ProposalError::LinkEnded);
    }
    let proposal = queries::lock_for_system(conn, target.proposal_id)?;
    let proposal = proposal.ok_or(ProposalError::NoLink)?;
    let version = queries::version(conn, proposal.id, target.number)?;
    let version = version.ok_or(ProposalError::NoLink)?;
    match version.status_on(business_day(now)) {
        VersionStatus::Expired => Err(ProposalError::LinkEnded),
        VersionStatus::Draft => Err(ProposalError::NoLink),
        _ => Ok((proposal, version)),
    }
}

/// The customer looks at it. The first time is told.
pub fn view(
    conn: &mut PgConnection,
    target: Target,
    now: DateTime<Utc>,
) -> Result<(Proposal, Version), ProposalError> {
    let (before, mut version) = open(conn, target, now)?;
    if matches!(
        version.status,
        VersionStatus::Withdrawn | VersionStatus::Replaced
    ) {
        return Err(not_sent(&version).into());
    }
    if version.viewed_at.is_some() || version.status != VersionStatus::Sent {
        return Ok((before, version));
    }
    version.viewed_at = Some(now);
    let author = Author { user_id: None, now };
    let after = Proposal {
        version: before.version + 1,
        updated_at: now,
        ..before.clone()
    };
    let (kind, fact) = (Some(Kind::ProposalViewed), "crm.proposal.viewed.v1");
    save_step(
        conn,
        &author,
        kind,
        fact,
        &before,
        &after,
        &version,
        json!({}),
    )?;
    Ok((after, version))
}

/// The customer accepts what they read; the order is made with it. Accepted twice, the first answer stands.
pub fn accept_by_link(
    conn: &mut PgConnection,
    target: Target,
    content_hash: &str,
    answer: Answer,
    now: DateTime<Utc>,
) -> Result<(Proposal, Version), ProposalError> {
    let (proposal, version) = open(conn, target, now)?;
    if version.status == VersionStatus::Accepted {
        return Ok((proposal, version));
    }
    version.status.after(VersionStep::Accept)?;
    if version.content_hash != content_hash {
        return Err(ProposalError::OtherContent);
    }
    let author = Author { user_id: None, now };
    let (proposal, version, _) = accept(conn, &author, &proposal, version, answer, true)?;
    Ok((proposal, version))
}

/// The customer refuses it. Refused twice, the first answer stands.
pub fn refuse_by_link(
    conn: &mut PgConnection,
    target: Target,
    answer: Answer,
    now: DateTime<Utc>,
) -> Result<(Proposal, Version), ProposalError> {
    let (proposal, version) = open(conn, target, now)?;
    if version.status == VersionStatus::Refused {
        return Ok((proposal, version));
    }
    let author = Author { user_id: None, now };
    refuse(conn, &author, &proposal, version, answer)
}

/// A colleague writes down that the customer accepts what was sent.
pub fn accept_by_colleague(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
    answer: Answer,
    win: bool,
) -> Result<(Proposal, Version, Order), ProposalError> {
    let (proposal, current) = lock(conn, act, id, if_match)?;
    let sent = queries::sent(conn, id)?;
    let sent = sent.ok_or_else(|| not_sent(&current))?;
    accept(conn, &act.author(), &proposal, sent, answer, win)
}

/// A colleague writes down that the customer refuses what was sent.
pub fn refuse_by_colleague(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
    answer: Answer,
) -> Result<Proposal, ProposalError> {
    let (proposal, current) = lock(conn, act, id, if_match)?;
    let sent = queries::sent(conn, id)?;
    let sent = sent.ok_or_else(|| not_sent(&current))?;
    let (proposal, _) = refuse(conn, &act.author(), &proposal, sent, answer)?;
    Ok(proposal)
}

/// The order of an accepted proposal: the one there is, or made now.
pub fn order(conn: &mut PgConnection, act: &Act, id: ProposalId) -> Result<Order, ProposalError> {
    let (proposal, current) = lock(conn, act, id, &IfMatch::any())?;
    let accepted = queries::with_status(conn, id, VersionStatus::Accepted)?;
    let Some(accepted) = accepted else {
        return Err(not_accepted(&current).into());
    };
    let lines = lines::queries::of(conn, Document::ProposalVersion(accepted.id.uuid()))?;
    let order = orders::conversion::of_version(conn, &act.author(), &proposal, &accepted, &lines)?;
    Ok(order)
}

fn not_accepted(current: &Version) -> Refusal {
    match current.status {
        VersionStatus::Sent => Refusal::Sent,
        _ => not_sent(current),
    }
}

/// Client, then deal, then the order's number: everybody takes these locks in this order.
fn accept(
    conn: &mut PgConnection,
    author: &Author,
    before: &Proposal,
    mut version: Version,
    answer: Answer,
    win: bool,
) -> Result<(Proposal, Version, Order), ProposalError> {
    version.status = version.status.after(VersionStep::Accept)?;
    note(&mut version, reviewed(answer)?, author.now);
    version.pdf_sha256 = papers::hash(conn, version.id)?;
    if before.current_version != version.number
        && let Some(mut draft) = queries::version(conn, before.id, before.current_version)?
    {
        // The customer was faster than the next version.
        draft.status = draft.status.after(VersionStep::Replace)?;
        queries::save_version(conn, &draft)?;
    }
    let after = stepped(before, &version, author);
    let lines = lines::queries::of(conn, Document::ProposalVersion(version.id.uuid()))?;
    let (kind, fact) = (Some(Kind::ProposalAccepted), "crm.proposal.accepted.v1");
    let more = json!({"by": version.answered_by, "via": version.answered_via, "note": version.answer_note});
    save_step(conn, author, kind, fact, before, &after, &version, more)?;
    hold_client(conn, before.client_id)?;
    if let Some(deal) = after.opportunity_id {
        let amount = version.net_cents;
        opportunities::commands::follow_acceptance(conn, author, deal, amount, win)?;
    }
    let order = orders::conversion::of_version(conn, author, &after, &version, &lines)?;
    Ok((after, version, order))
}

fn refuse(
    conn: &mut PgConnection,
    author: &Author,
    before: &Proposal,
    mut version: Version,
    answer: Answer,
) -> Result<(Proposal, Version), ProposalError> {
    version.status = version.status.after(VersionStep::Refuse)?;
    note(&mut version, reviewed(answer)?, author.now);
    let after = if before.current_version == version.number {
        stepped(before, &version, author)
    } else {
        Proposal {
            version: before.version + 1,
            updated_at: author.now,
            ..before.clone()
        }
    };
    let (kind, fact) = (Some(Kind::ProposalRefused), "crm.proposal.refused.v1");
    let more = json!({"by": version.answered_by, "via": version.answered_via, "note": version.answer_note});
    save_step(conn, author, kind, fact, before, &after, &version, more)?;
    Ok((after, version))
}

/// What was answered, when and by whom. It stands.
fn note(version: &mut Version, answer: Answer, now: DateTime<Utc>) {
    version.answered_at = Some(now);
    version.answered_by = answer.by;
    version.answered_role = answer.role;
    version.answered_via = Some(answer.via.to_owned());
    version.answered_from = answer.from;
    version.answer_note = answer.note;
}

fn reviewed(answer: Answer) -> Result<Answer, FieldErrors> {
    let mut errors = FieldErrors::default();
    let by = if answer.via == "link" {
        let name = answer.by.as_deref().unwrap_or_default();
        Some(required_text(&mut errors, "/name", name, 200))
    } else {
        optional_text(&mut errors, "/name", answer.by.as_deref(), 200)
    };
    let role = optional_text(&mut errors, "/role", answer.role.as_deref(), 100);
    let pointer = if answer.via == "link" {
        "/reason"
    } else {
        "/note"
    };
    let note = optional_text(&mut errors, pointer, answer.note.as_deref(), 1000);
    errors.or(Answer {
        by,
        role,
        note,
        ..answer
    })
}

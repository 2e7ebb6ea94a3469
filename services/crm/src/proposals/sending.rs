//! What we do with a written version: ask for a yes, give it or not, send it, take it back.

use diesel::PgConnection;
use nexus_auth::Scope;
use nexus_kernel::{business_day, start_of_business_day};
use nexus_problem::{FieldErrors, IfMatch, optional_text, required_text};
use serde_json::json;

use super::commands::{lock, needs, save_lines, save_step, stepped};
use super::error::ProposalError;
use super::model::{Proposal, ProposalId, Version};
use super::state::{Refusal, VersionStep};
use super::{papers, queries};
use crate::interactions::model::Kind;
use crate::italy::text::is_email;
use crate::lines;
use crate::lines::model::copies;
use crate::lines::queries::Document;
use nexus_records::Act;

/// Asks a manager to look at the draft.
pub fn request_approval(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
) -> Result<Proposal, ProposalError> {
    let (before, mut content) = lock(conn, act, id, if_match)?;
    content.status.after(VersionStep::Edit)?;
    if content.waits() {
        return Ok(before);
    }
    if content.is_free() {
        return Err(Refusal::NotWaiting.into());
    }
    content.requested_hash = Some(content.content_hash.clone());
    (content.rejected_hash, content.rejected_reason) = (None, None);
    (content.rejected_by, content.rejected_at) = (None, None);
    let (author, after) = (act.author(), stepped(&before, &content, &act.author()));
    let fact = "crm.proposal.approval_requested.v1";
    save_step(
        conn,
        &author,
        None,
        fact,
        &before,
        &after,
        &content,
        json!({}),
    )?;
    Ok(after)
}

/// A yes to the draft's present content. It names what was looked at: by `If-Match` or by the content's hash.
pub fn approve(
    conn: &mut PgConnection,
    act: &Act,
    scope: Scope,
    id: ProposalId,
    if_match: &IfMatch,
    content_hash: Option<String>,
) -> Result<Proposal, ProposalError> {
    if content_hash.is_none() {
        if_match.clone().required().map_err(ProposalError::Other)?;
    }
    let (before, mut content) = lock(conn, act, id, if_match)?;
    content.status.after(VersionStep::Edit)?;
    if content.is_free() {
        return Err(Refusal::NotWaiting.into());
    }
    if content_hash.is_some_and(|seen| seen != content.content_hash) {
        return Err(ProposalError::OtherContent);
    }
    if scope != Scope::All && content.written_by == Some(act.viewer.user_id) {
        return Err(ProposalError::OwnWork);
    }
    content.approved_hash = Some(content.content_hash.clone());
    content.approved_by = Some(act.viewer.user_id);
    content.approved_at = Some(act.now);
    let (author, after) = (act.author(), stepped(&before, &content, &act.author()));
    let fact = "crm.proposal.approved.v1";
    save_step(
        conn,
        &author,
        None,
        fact,
        &before,
        &after,
        &content,
        json!({}),
    )?;
    Ok(after)
}

/// A no to the draft's present content.
pub fn reject(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
    reason: &str,
) -> Result<Proposal, ProposalError> {
    let mut errors = FieldErrors::default();
    let reason = required_text(&mut errors, "/reason", reason, 500);
    errors.or(())?;
    let (before, mut content) = lock(conn, act, id, if_match)?;
    content.status.after(VersionStep::Edit)?;
    if content.is_free() {
        return Err(Refusal::NotWaiting.into());
    }
    content.rejected_hash = Some(content.content_hash.clone());
    content.rejected_by = Some(act.viewer.user_id);
    content.rejected_at = Some(act.now);
    content.rejected_reason = Some(reason);
    let (author, after) = (act.author(), stepped(&before, &content, &act.author()));
    let fact = "crm.proposal.rejected.v1";
    save_step(
        conn,
        &author,
        None,
        fact,
        &before,
        &after,
        &content,
        json!({}),
    )?;
    Ok(after)
}

/// Gives the draft to the customer; from here on it does not change. What they had before is replaced.
pub fn send(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
    email: Option<&str>,
) -> Result<Proposal, ProposalError> {
    let mut errors = FieldErrors::default();
    let email = optional_text(&mut errors, "/email", email, 254);
    if email.as_deref().is_some_and(|email| !is_email(email)) {
        errors.add("/email", "email.malformed", "This is no e-mail address.");
    }
    errors.or(())?;
    let (before, mut content) = lock(conn, act, id, if_match)?;
    if before.archived_at.is_some() {
        return Err(ProposalError::NotFound(id));
    }
    content.status = content.status.after(VersionStep::Send)?;
    let lines = lines::queries::of(conn, Document::ProposalVersion(content.id.uuid()))?;
    let mut errors = FieldErrors::default();
    if lines.is_empty() {
        let detail = "A proposal has at least one line.";
        errors.add("/lines", "lines.empty", detail);
    }
    if content.valid_until < business_day(act.now) {
        let detail = "Its last day has passed. Choose a later one.";
        errors.add("/valid_until", "valid_until.past", detail);
    }
    errors.or(())?;
    // Judged by the rules of today and by who sends it, whoever wrote it.
    content.needs_approval.0 = needs(conn, act, &lines)?;
    if !content.is_free() {
        return Err(ProposalError::NeedsApproval(content.needs_approval));
    }
    content.sent_at = Some(act.now);
    content.sent_by = Some(act.viewer.user_id);
    content.sent_to = email;
    let the_day_after = content
        .valid_until
        .succ_opt()
        .unwrap_or(content.valid_until);
    content.link_expires_at = Some(start_of_business_day(the_day_after));
    if let Some(mut old) = queries::sent(conn, id)? {
        old.status = old.status.after(VersionStep::Replace)?;
        queries::save_version(conn, &old)?;
    }

    let (author, after) = (act.author(), stepped(&before, &content, &act.author()));
    let (kind, fact) = (Some(Kind::ProposalSent), "crm.proposal.sent.v1");
    let more = json!({"to": content.sent_to, "valid_until": content.valid_until});
    save_step(conn, &author, kind, fact, &before, &after, &content, more)?;
    papers::keep(conn, &after, &content, &lines, act.now)?;
    Ok(after)
}

/// Takes back what the customer has. Its content goes on as the next draft, unless one is being written already.
pub fn withdraw(
    conn: &mut PgConnection,
    act: &Act,
    id: ProposalId,
    if_match: &IfMatch,
    reason: Option<&str>,
) -> Result<Proposal, ProposalError> {
    let mut errors = FieldErrors::default();
    let reason = optional_text(&mut errors, "/reason", reason, 500);
    errors.or(())?;
    let (before, current) = lock(conn, act, id, if_match)?;
    let Some(mut sent) = queries::sent(conn, id)? else {
        return Err(not_sent(&current).into());
    };
    sent.status = sent.status.after(VersionStep::Withdraw)?;
    queries::save_version(conn, &sent)?;
    let draft = if current.id == sent.id {
        let lines = lines::queries::of(conn, Document::ProposalVersion(sent.id.uuid()))?;
        let mut draft = Version::draft(id, sent.number + 1, sent.valid_until, act.now);
        draft.set_content(before.client_id, &before.fields(&sent), &lines);
        draft.written_by = Some(act.viewer.user_id);
        draft.needs_approval.0 = needs(conn, act, &lines)?;
        queries::insert_version(conn, &draft)?;
        save_lines(conn, &draft, &mut copies(&lines))?;
        draft
    } else {
        current
    };

    let (author, after) = (act.author(), stepped(&before, &draft, &act.author()));
    let (kind, fact) = (Some(Kind::ProposalWithdrawn), "crm.proposal.withdrawn.v1");
    let more = json!({"reason": reason});
    save_step(conn, &author, kind, fact, &before, &after, &sent, more)?;
    Ok(after)
}

/// Why there is nothing with the customer.
#[must_use]
pub fn not_sent(current: &Version) -> Refusal {
    current
        .status
        .after(VersionStep::Withdraw)
        .err()
        .unwrap_or(Refusal::NotSent)
}

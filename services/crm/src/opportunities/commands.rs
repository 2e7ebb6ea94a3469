//! One function per thing a user can make happen: lock, decide, save, announce.

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{UserId, business_day};
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged, optional_text};
use serde_json::{Value, json};

use super::error::{OpportunityError, meaning};
use super::history::{self, StageMove};
use super::model::{Opportunity, OpportunityFields, OpportunityId, Refusal, closing_day};
use super::queries;
use super::views::OpportunityView;
use crate::campaigns;
use crate::clients;
use crate::clients::commands::check_owner;
use crate::interactions::commands::note_of;
use crate::interactions::model::{Kind, SystemNote};
use crate::pipelines;
use crate::pipelines::lost_reasons::{self, LostReasonId};
use crate::pipelines::model::{Outcome, Pipeline, PipelineId, StageId};
use crate::products;
use nexus_records::Viewer;
use nexus_records::users;
use nexus_records::{Act, Author};

/// Where a new opportunity starts; the default pipeline's first stage when nothing is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start {
    pub pipeline_id: Option<PipelineId>,
    pub stage_id: Option<StageId>,
}

/// Records are linked to what their writer can see; `clients` is `None` when the writer sees no client at all.
pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    clients: Option<&Viewer>,
    id: OpportunityId,
    start: Start,
    mut fields: OpportunityFields,
) -> Result<Opportunity, OpportunityError> {
    fields.owner_id = fields.owner_id.or(Some(act.viewer.user_id));
    fields.opened_on = fields.opened_on.or(Some(business_day(act.now)));
    let fields = fields.review()?;
    if fields.client_id.is_none() {
        return Err(FieldErrors::one(
            "/client_id",
            "client_id.missing",
            "Say to which client you want to sell.",
        )
        .into());
    }
    check_links(conn, act, clients, None, &fields)?;
    let pipeline = starting_pipeline(conn, start)?;
    check_team(conn, act, &pipeline, fields.owner_id)?;
    let stage = match start.stage_id {
        Some(stage) => pipeline.stage(stage).filter(|stage| !stage.is_final()),
        None => pipeline.first(Outcome::Open),
    };
    let stage = stage.ok_or_else(|| {
        FieldErrors::one(
            "/stage_id",
            "stage_id.unknown",
            "Start in an open stage of the pipeline.",
        )
    })?;
    let mut opportunity = Opportunity::new(id, stage, fields, act.now);
    opportunity.search_text = search_text(conn, &opportunity.fields)?;

    queries::insert(conn, &opportunity).map_err(meaning)?;
    history::insert(
        conn,
        &[StageMove::first(&opportunity, Some(act.viewer.user_id))],
    )?;
    let details = json!({"opportunity_id": id, "opportunity_name": opportunity.fields.name, "to": stage.id, "to_name": stage.name});
    tell(
        conn,
        &act.author(),
        Kind::OpportunityCreated,
        &opportunity,
        details,
    )?;
    announce(
        conn,
        &act.fact(
            "crm.opportunity.created.v1",
            id.uuid(),
            1,
            None,
            &opportunity,
        ),
    )?;
    Ok(opportunity)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    clients: Option<&Viewer>,
    id: OpportunityId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Opportunity, OpportunityError> {
    let before = lock(conn, act, id, if_match)?;
    let fields: OpportunityFields =
        merged(&before.fields, patch).map_err(OpportunityError::Unfit)?;
    let fields = fields.review()?;
    if fields == before.fields {
        return Ok(before);
    }
    check_links(conn, act, clients, Some(&before.fields), &fields)?;
    let mut after = before.with(fields, act.now);
    after.search_text = search_text(conn, &after.fields)?;

    queries::save(conn, &after).map_err(meaning)?;
    announce(
        conn,
        &act.fact(
            "crm.opportunity.changed.v1",
            id.uuid(),
            after.version,
            Some(&before),
            &after,
        ),
    )?;
    Ok(after)
}

pub fn move_to_stage(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    if_match: &IfMatch,
    to: StageId,
) -> Result<Opportunity, OpportunityError> {
    let before = lock(conn, act, id, if_match)?;
    let pipeline = pipeline_of(conn, &before)?;
    if before.stage_id == to && before.status == Outcome::Open {
        return Ok(before);
    }
    let after = before.move_to(&pipeline, to, act.now)?;

    save_move(
        conn,
        &act.author(),
        &pipeline,
        Kind::OpportunityMoved,
        "crm.opportunity.moved.v1",
        &before,
        &after,
        json!({}),
    )?;
    Ok(after)
}

pub fn win(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    if_match: &IfMatch,
    closed_on: Option<NaiveDate>,
) -> Result<Opportunity, OpportunityError> {
    let before = lock(conn, act, id, if_match)?;
    let pipeline = pipeline_of(conn, &before)?;
    let after = before.win(&pipeline, closing_day(closed_on, act.now)?, act.now)?;

    save_move(
        conn,
        &act.author(),
        &pipeline,
        Kind::OpportunityWon,
        "crm.opportunity.won.v1",
        &before,
        &after,
        json!({}),
    )?;
    Ok(after)
}

pub fn lose(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    if_match: &IfMatch,
    reason: LostReasonId,
    note: Option<&str>,
    closed_on: Option<NaiveDate>,
) -> Result<Opportunity, OpportunityError> {
    let before = lock(conn, act, id, if_match)?;
    let pipeline = pipeline_of(conn, &before)?;
    let mut errors = FieldErrors::default();
    let note = optional_text(&mut errors, "/note", note, 2_000);
    let known = lost_reasons::find(conn, reason)?.filter(|reason| reason.archived_at.is_none());
    if known.is_none() {
        errors.add(
            "/lost_reason_id",
            "lost_reason_id.unknown",
            "Pick one of the reasons of GET /lost-reasons.",
        );
    }
    errors.or(())?;
    let after = before.lose(
        &pipeline,
        reason,
        note,
        closing_day(closed_on, act.now)?,
        act.now,
    )?;

    let details = json!({"reason": known.map(|reason| reason.name), "note": after.lost_note});
    save_move(
        conn,
        &act.author(),
        &pipeline,
        Kind::OpportunityLost,
        "crm.opportunity.lost.v1",
        &before,
        &after,
        details,
    )?;
    Ok(after)
}

/// Open again: where it is told to, or in the pipeline's first stage.
pub fn reopen(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    if_match: &IfMatch,
    to: Option<StageId>,
) -> Result<Opportunity, OpportunityError> {
    let before = lock(conn, act, id, if_match)?;
    let pipeline = pipeline_of(conn, &before)?;
    let first = pipeline.first(Outcome::Open).map(|stage| stage.id);
    let to = to.or(first).ok_or(Refusal::ForeignStage)?;
    let after = before.reopen(&pipeline, to, act.now)?;

    save_move(
        conn,
        &act.author(),
        &pipeline,
        Kind::OpportunityReopened,
        "crm.opportunity.reopened.v1",
        &before,
        &after,
        json!({}),
    )?;
    Ok(after)
}

/// What an accepted proposal means for its opportunity: the amount is what was sold, and it is won if its pipeline
/// allows. One that is closed, put away or asks for more is left as it is.
pub fn follow_acceptance(
    conn: &mut PgConnection,
    author: &Author,
    id: OpportunityId,
    amount_cents: i64,
    win: bool,
) -> Result<(), OpportunityError> {
    let Some(before) = queries::lock_for_system(conn, id)? else {
        return Ok(());
    };
    if before.status != Outcome::Open || before.archived_at.is_some() {
        return Ok(());
    }
    let fields = OpportunityFields {
        amount_cents,
        ..before.fields.clone()
    };
    let priced = if fields == before.fields {
        before
    } else {
        let after = before.with(fields, author.now);
        queries::save(conn, &after)?;
        let kind = "crm.opportunity.changed.v1";
        announce(
            conn,
            &author.fact(kind, id.uuid(), after.version, Some(&before), &after),
        )?;
        after
    };
    let pipeline = pipeline_of(conn, &priced)?;
    let today = business_day(author.now);
    if let (true, Ok(won)) = (win, priced.win(&pipeline, today, author.now)) {
        save_move(
            conn,
            author,
            &pipeline,
            Kind::OpportunityWon,
            "crm.opportunity.won.v1",
            &priced,
            &won,
            json!({}),
        )?;
    }
    Ok(())
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    if_match: &IfMatch,
) -> Result<(), OpportunityError> {
    let before = lock(conn, act, id, if_match)?;
    if before.archived_at.is_some() {
        return Ok(());
    }
    put_away(conn, act, &before, true)?;
    Ok(())
}

pub fn restore(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    if_match: &IfMatch,
) -> Result<Opportunity, OpportunityError> {
    let before = lock(conn, act, id, if_match)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    put_away(conn, act, &before, false)
}

fn put_away(
    conn: &mut PgConnection,
    act: &Act,
    before: &Opportunity,
    away: bool,
) -> Result<Opportunity, OpportunityError> {
    let after = Opportunity {
        version: before.version + 1,
        archived_at: away.then_some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    let kind = if away {
        "crm.opportunity.archived.v1"
    } else {
        "crm.opportunity.restored.v1"
    };
    queries::save(conn, &after)?;
    announce(
        conn,
        &act.fact(kind, after.id.uuid(), after.version, Some(before), &after),
    )?;
    Ok(after)
}

fn lock(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    if_match: &IfMatch,
) -> Result<Opportunity, OpportunityError> {
    let opportunity =
        queries::lock(conn, &act.viewer, id)?.ok_or(OpportunityError::NotFound(id))?;
    if if_match.allows(opportunity.version) {
        return Ok(opportunity);
    }
    let current = OpportunityView::of(conn, opportunity, act.now)?;
    Err(OpportunityError::Stale(Box::new(current)))
}

fn pipeline_of(
    conn: &mut PgConnection,
    opportunity: &Opportunity,
) -> Result<Pipeline, OpportunityError> {
    let found = pipelines::queries::find(conn, opportunity.pipeline_id)?;
    found.ok_or(OpportunityError::Refused(Refusal::ForeignStage))
}

fn starting_pipeline(conn: &mut PgConnection, start: Start) -> Result<Pipeline, OpportunityError> {
    let found = match (start.pipeline_id, start.stage_id) {
        (Some(id), _) => pipelines::queries::find(conn, id)?,
        (None, Some(stage)) => match pipelines::queries::stage(conn, stage)? {
            Some(stage) => pipelines::queries::find(conn, stage.pipeline_id)?,
            None => None,
        },
        (None, None) => pipelines::queries::default(conn)?,
    };
    let usable = found.filter(|pipeline| pipeline.row.archived_at.is_none());
    Ok(usable.ok_or_else(|| {
        FieldErrors::one(
            "/pipeline_id",
            "pipeline_id.unknown",
            "There is no such pipeline.",
        )
    })?)
}

/// A team's pipeline is for deals of that team; whoever sees everything may start any.
fn check_team(
    conn: &mut PgConnection,
    act: &Act,
    pipeline: &Pipeline,
    owner: Option<UserId>,
) -> Result<(), OpportunityError> {
    let (Some(lead), Some(owner)) = (pipeline.row.team_lead_id, owner) else {
        return Ok(());
    };
    if act.viewer.owners().is_none() || users::queries::chain_above(conn, owner)?.contains(&lead) {
        return Ok(());
    }
    let detail = "This pipeline is another team's.";
    Err(FieldErrors::one("/pipeline_id", "pipeline_id.other_team", detail).into())
}

/// Client, owner and product, as far as they are new to the record.
fn check_links(
    conn: &mut PgConnection,
    act: &Act,
    clients: Option<&Viewer>,
    before: Option<&OpportunityFields>,
    fields: &OpportunityFields,
) -> Result<(), OpportunityError> {
    let mut errors = FieldErrors::default();
    if before.is_none_or(|before| before.owner_id != fields.owner_id) {
        check_owner(conn, &act.viewer, fields.owner_id, &mut errors)?;
    }
    if let Some(client) = fields
        .client_id
        .filter(|_| before.is_none_or(|before| before.client_id != fields.client_id))
    {
        let seen = match clients {
            Some(viewer) => clients::queries::is_visible(conn, viewer, client)?,
            None => false,
        };
        if !seen {
            errors.add(
                "/client_id",
                "client_id.unknown",
                "There is no such client, or it is not yours to see.",
            );
        }
    }
    campaigns::queries::check_links(conn, fields.source_id, fields.campaign_id, &mut errors)?;
    if let Some(product) = fields.product_id
        && products::find(conn, product)?.is_none()
    {
        errors.add(
            "/product_id",
            "product_id.unknown",
            "There is no such product.",
        );
    }
    Ok(errors.or(())?)
}

/// Its next step follows its tasks; `ended` is the title of one that has just been closed or taken away.
pub fn follow_tasks(
    conn: &mut PgConnection,
    act: &Act,
    id: OpportunityId,
    earliest: Option<(String, NaiveDate)>,
    ended: Option<&str>,
) -> DbResult<()> {
    let Some(before) = queries::lock_any(conn, id)?.filter(|deal| deal.status == Outcome::Open)
    else {
        return Ok(());
    };
    let Some(after) = before.following(earliest, ended, act.now) else {
        return Ok(());
    };
    queries::save(conn, &after)?;
    let fact = act.fact(
        "crm.opportunity.changed.v1",
        id.uuid(),
        after.version,
        Some(&before),
        &after,
    );
    announce(conn, &fact)
}

fn search_text(conn: &mut PgConnection, fields: &OpportunityFields) -> DbResult<String> {
    let name = match fields.client_id {
        Some(client) => clients::queries::names(conn, &[client])?.remove(&client),
        None => None,
    };
    Ok(fields.search_text(name.as_deref()))
}

/// A move is saved with its history, its line on the timeline and its fact.
#[expect(
    clippy::too_many_arguments,
    reason = "one place where all that belongs to a move is written"
)]
fn save_move(
    conn: &mut PgConnection,
    author: &Author,
    pipeline: &Pipeline,
    kind: Kind,
    fact: &'static str,
    before: &Opportunity,
    after: &Opportunity,
    details: Value,
) -> DbResult<()> {
    let name = |id| pipeline.stage(id).map(|stage| stage.name.as_str());
    let mut told = json!({
        "opportunity_id": after.id,
        "opportunity_name": after.fields.name,
        "amount_cents": after.fields.amount_cents,
        "from": before.stage_id,
        "from_name": name(before.stage_id),
        "to": after.stage_id,
        "to_name": name(after.stage_id),
    });
    if let (Some(told), Value::Object(more)) = (told.as_object_mut(), details) {
        told.extend(more);
    }
    queries::save(conn, after)?;
    history::insert(
        conn,
        &[StageMove::between(
            before,
            after,
            author.user_id,
            author.now,
        )],
    )?;
    tell(conn, author, kind, after, told)?;
    announce(
        conn,
        &author.fact(fact, after.id.uuid(), after.version, Some(before), after),
    )
}

fn tell(
    conn: &mut PgConnection,
    author: &Author,
    kind: Kind,
    opportunity: &Opportunity,
    details: Value,
) -> DbResult<()> {
    let note = SystemNote {
        kind,
        client_id: opportunity.fields.client_id,
        opportunity_id: Some(opportunity.id),
        lead_id: None,
        details,
        occurred_at: None,
    };
    note_of(conn, author, &note)
}

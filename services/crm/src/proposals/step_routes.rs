use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource};
use nexus_auth::Can;
use nexus_auth::can::{ApproveOrders, WriteProposals};
use nexus_problem::{ApiError, ApiResult, Body, Id, IfMatch, Problem};
use nexus_service::{App, OnceKey};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::answers::{self, Answer as Answered};
use super::links::Links;
use super::model::Proposal;
use super::routes::{created, link_of, shown};
use super::views::ProposalView;
use super::{commands, sending};
use crate::orders;
use crate::orders::views::OrderView;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    let at = |action| resource(format!("/api/v1/proposals/{{id}}/{action}"));
    cfg.service(at("send").route(post().to(send)))
        .service(at("withdraw").route(post().to(withdraw)))
        .service(at("accept").route(post().to(accept)))
        .service(at("refuse").route(post().to(refuse)))
        .service(at("request-approval").route(post().to(request_approval)))
        .service(at("approve").route(post().to(approve)))
        .service(at("reject").route(post().to(reject)))
        .service(at("duplicate").route(post().to(duplicate)))
        .service(at("restore").route(post().to(restore)))
        .service(at("order").route(post().to(order)));
}

/// To whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendBody {
    /// Where the link will be sent to; kept, not mailed.
    email: Option<String>,
}

/// Why it is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawBody {
    reason: Option<String>,
}

/// How the customer said yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// Who said it.
    name: Option<String>,
    role: Option<String>,
    /// `per telefono`.
    note: Option<String>,
    /// Whether the deal is won with it, if its pipeline allows; `true` when not given.
    win_opportunity: Option<bool>,
}

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposalReasonBody)]
pub struct ReasonBody {
    reason: String,
}

/// A yes to what was looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProposalApproveBody)]
pub struct ApproveBody {
    /// The `content_hash` that was looked at; or send `If-Match`.
    content_hash: Option<String>,
}

/// Gives the draft to the customer and answers with the link. From here on this version does not change.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/send", operation_id = "proposals_send", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = SendBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn send(
    app: Data<App>,
    links: Option<Data<Links>>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
    body: Body<SendBody>,
) -> ApiResult<HttpResponse> {
    let links = links.ok_or_else(Problem::internal)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    let (answer, link) = app
        .db
        .transaction(move |conn| -> Result<_, ApiError> {
            let answer = once.once(conn, actor, body.hash, |conn| {
                let act = Act {
                    viewer: Viewer::of(conn, &who)?,
                    now,
                };
                let email = body.value.email.as_deref();
                let sent = sending::send(conn, &act, id, &if_match, email)?;
                shown(conn, &who, sent, &act)
            })?;
            Ok((answer, link_of(conn, &links, id)?))
        })
        .await?;
    // The link is made anew for whoever asks; it is not kept with the answer.
    let answer = answer.amended(|view| view["link"] = json!(link));
    Ok(answer.response())
}

/// Takes back what the customer has; its content goes on as the next draft.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/withdraw", operation_id = "proposals_withdraw", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = WithdrawBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn withdraw(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
    body: Body<WithdrawBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let proposal = sending::withdraw(conn, &act, id, &if_match, body.value.reason.as_deref())?;
        shown(conn, &who, proposal, &act)
    })
    .await
}

/// Writes down that the customer accepts what was sent; the order is made with it.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/accept", operation_id = "proposals_accept", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = AcceptBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn accept(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
    body: Body<AcceptBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let win = body.value.win_opportunity.unwrap_or(true);
        let answer = Answered {
            by: body.value.name,
            role: body.value.role,
            via: "colleague",
            from: None,
            note: body.value.note,
        };
        let proposal = answers::accept_by_colleague(conn, &act, id, &if_match, answer, win)?.0;
        shown(conn, &who, proposal, &act)
    })
    .await
}

/// Writes down that the customer refuses what was sent.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/refuse", operation_id = "proposals_refuse", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ReasonBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn refuse(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
    body: Body<ReasonBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let answer = Answered {
            via: "colleague",
            note: Some(body.value.reason),
            ..Answered::default()
        };
        let proposal = answers::refuse_by_colleague(conn, &act, id, &if_match, answer)?;
        shown(conn, &who, proposal, &act)
    })
    .await
}

/// Asks a manager to look at the draft.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/request-approval", operation_id = "proposals_request_approval", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn request_approval(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let proposal = sending::request_approval(conn, &act, id, &if_match)?;
        shown(conn, &who, proposal, &act)
    })
    .await
}

/// Says yes to the draft's content. Name what you looked at: by `If-Match` or `content_hash`.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/approve", operation_id = "proposals_approve", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ApproveBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn approve(
    app: Data<App>,
    who: Can<ApproveOrders>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
    body: Body<ApproveBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let proposal = sending::approve(
            conn,
            &act,
            who.scope,
            id,
            &if_match,
            body.value.content_hash,
        )?;
        shown(conn, &who, proposal, &act)
    })
    .await
}

/// Says no to the draft's content.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/reject", operation_id = "proposals_reject", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ReasonBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn reject(
    app: Data<App>,
    who: Can<ApproveOrders>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
    body: Body<ReasonBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let proposal = sending::reject(conn, &act, id, &if_match, &body.value.reason)?;
        shown(conn, &who, proposal, &act)
    })
    .await
}

/// The same again as a new draft, at today's prices.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/duplicate", operation_id = "proposals_duplicate", tag = "proposals",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 201, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn duplicate(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let proposal = commands::duplicate(conn, &act, &who, id)?;
        created(conn, &who, proposal, &act)
    })
    .await
}

/// Takes it out of the archive.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/restore", operation_id = "proposals_restore", tag = "proposals",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = ProposalView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn restore(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let proposal = commands::archive(conn, &act, id, &if_match, false)?;
        shown(conn, &who, proposal, &act)
    })
    .await
}

/// The order of an accepted proposal: the one there is, or made now. Exactly one, however often it is asked for.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/order", operation_id = "proposals_order", tag = "proposals",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OrderView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "It was not accepted")))]
async fn order(
    app: Data<App>,
    who: Can<WriteProposals>,
    once: OnceKey,
    Id(id): Id<Proposal>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let order = answers::order(conn, &act, id)?;
        orders::routes::shown(conn, &who, order, &act)
    })
    .await
}

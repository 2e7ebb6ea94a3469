//! What customers reach without an account. The gateway lets these paths pass; the link is the only key.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path, ServiceConfig, get, post, resource};
use nexus_problem::{ApiError, ApiResult, Body, FieldErrors, Problem};
use nexus_service::App;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::{self, Answer};
use super::error::ProposalError;
use super::links::{Links, Target};
use super::public_view::Offer;

pub fn configure(cfg: &mut ServiceConfig) {
    let at = |rest| resource(format!("/api/v1/proposals/link/{{token}}{rest}"));
    cfg.service(at("").route(get().to(show)))
        .service(at("/accept").route(post().to(accept)))
        .service(at("/refuse").route(post().to(refuse)));
}

/// The customer's yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAcceptBody {
    /// Who accepts.
    name: String,
    /// As what: `titolare`.
    role: Option<String>,
    /// `true`; without it nothing is accepted.
    accept: bool,
    /// Of the offer that was read.
    content_hash: String,
}

/// The customer's no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRefuseBody {
    /// Who refuses.
    name: String,
    reason: Option<String>,
}

/// The offer that a link leads to.
#[utoipa::path(get, path = "/api/v1/proposals/link/{token}", operation_id = "proposals_link_get", tag = "proposals",
    params(("token" = String, Path, description = "The end of the link")), security(()),
    responses((status = 200, description = "Done", body = Offer), (status = 404, description = "No link of ours"),
        (status = 410, description = "Expired, withdrawn or replaced: `type` says which"), (status = 429, description = "Too many tries")))]
async fn show(app: Data<App>, request: HttpRequest, token: Path<String>) -> ApiResult<Json<Offer>> {
    let (target, _) = target(&app, &request, &token)?;
    let now = app.now();
    let offer = app
        .db
        .transaction(move |conn| -> Result<Offer, ApiError> {
            let (proposal, version) = answers::view(conn, target, now).map_err(over)?;
            Ok(Offer::of(conn, &proposal, version)?)
        })
        .await?;
    Ok(Json(offer))
}

/// Accepts the offer, once; the order is made with it. Sent again, it gives the first answer.
#[utoipa::path(post, path = "/api/v1/proposals/link/{token}/accept", operation_id = "proposals_link_accept", tag = "proposals",
    params(("token" = String, Path, description = "The end of the link")), security(()), request_body = LinkAcceptBody,
    responses((status = 200, description = "Done", body = Offer), (status = 404, description = "No link of ours"),
        (status = 409, description = "It was answered otherwise, or is not what was read: `type` says which"),
        (status = 410, description = "Expired, withdrawn or replaced: `type` says which"), (status = 429, description = "Too many tries")))]
async fn accept(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    body: Body<LinkAcceptBody>,
) -> ApiResult<Json<Offer>> {
    let (target, from) = target(&app, &request, &token)?;
    let (yes, now) = (body.value, app.now());
    if !yes.accept {
        let detail = "Send true to accept.";
        return Err(FieldErrors::one("/accept", "accept.missing", detail).into());
    }
    let answer = Answer {
        by: Some(yes.name),
        role: yes.role,
        via: "link",
        from,
        note: None,
    };
    let offer = app
        .db
        .transaction(move |conn| -> Result<Offer, ApiError> {
            let done = answers::accept_by_link(conn, target, &yes.content_hash, answer, now);
            let (proposal, version) = done.map_err(over)?;
            Ok(Offer::of(conn, &proposal, version)?)
        })
        .await?;
    Ok(Json(offer))
}

/// Refuses the offer, once. Sent again, it gives the first answer.
#[utoipa::path(post, path = "/api/v1/proposals/link/{token}/refuse", operation_id = "proposals_link_refuse", tag = "proposals",
    params(("token" = String, Path, description = "The end of the link")), security(()), request_body = LinkRefuseBody,
    responses((status = 200, description = "Done", body = Offer), (status = 404, description = "No link of ours"),
        (status = 409, description = "It was answered otherwise: `type` says how"),
        (status = 410, description = "Expired, withdrawn or replaced: `type` says which"), (status = 429, description = "Too many tries")))]
async fn refuse(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    body: Body<LinkRefuseBody>,
) -> ApiResult<Json<Offer>> {
    let (target, from) = target(&app, &request, &token)?;
    let now = app.now();
    let answer = Answer {
        by: Some(body.value.name),
        role: None,
        via: "link",
        from,
        note: body.value.reason,
    };
    let offer = app
        .db
        .transaction(move |conn| -> Result<Offer, ApiError> {
            let done = answers::refuse_by_link(conn, target, answer, now);
            let (proposal, version) = done.map_err(over)?;
            Ok(Offer::of(conn, &proposal, version)?)
        })
        .await?;
    Ok(Json(offer))
}

/// Where the link leads, and a mark of where the request comes from.
pub fn target(
    app: &App,
    request: &HttpRequest,
    token: &str,
) -> Result<(Target, Option<String>), Problem> {
    let links = request.app_data::<Data<Links>>();
    let links = links.ok_or_else(Problem::internal)?;
    // Only the gateway reaches us; it takes away what comes under this name from outside.
    let told = request
        .headers()
        .get("x-client-ip")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let from: Option<IpAddr> = told.or_else(|| Some(request.peer_addr()?.ip()));
    if !links.admit(from, app.now()) {
        let detail = "This link is opened too often. Try again in a minute.";
        return Err(Problem::too_many_requests(detail, 60));
    }
    let target = links.read(token).ok_or(ProposalError::NoLink)?;
    Ok((target, from.map(|from| links.mark(&from.to_string()))))
}

/// What was taken back or replaced is gone for the customer.
pub fn over(error: ProposalError) -> Problem {
    use super::state::Refusal;
    match error {
        ProposalError::Refused(refusal @ (Refusal::Withdrawn | Refusal::Replaced)) => {
            Problem::from(refusal).with_status(StatusCode::GONE)
        }
        other => other.into(),
    }
}

//! What other services ask; none of it is reachable through the gateway.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path, ServiceConfig, get, post, resource};
use nexus_auth::ServiceCaller;
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, Body, Problem};
use serde::Serialize;
use uuid::Uuid;

use super::commands::{Kept, keep};
use super::model::Written;
use super::queries;
use crate::app::Call;
use crate::roles;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/internal/readers/{id}").route(get().to(reader)))
        .service(resource("/internal/letters").route(post().to(write)));
}

/// Whether somebody gets letters, and what one to them may say.
#[derive(Debug, Serialize)]
struct ReaderView {
    /// Active, with an address of their own, and there is a mail server.
    reads: bool,
    locale: String,
    /// What they may do now: `resource:action:scope`.
    permissions: Vec<String>,
}

async fn reader(call: Call, _caller: ServiceCaller, id: Path<Uuid>) -> ApiResult<Json<ReaderView>> {
    let id = id.into_inner();
    let mail = call.auth.post.is_some();
    let view = call
        .read(move |conn| {
            let Some(reader) = queries::reader(conn, id)? else {
                return Err(Problem::not_found("user").into());
            };
            let permissions = roles::queries::permissions_of(conn, UserId::from_uuid(id))?;
            Ok(ReaderView {
                reads: mail && reader.address().is_some(),
                locale: reader.locale,
                permissions,
            })
        })
        .await?;
    Ok(Json(view))
}

/// What became of a letter.
#[derive(Debug, Serialize)]
struct KeptView {
    /// False: nobody reads it; the user is not active, or has no address.
    kept: bool,
}

async fn write(
    call: Call,
    ServiceCaller(service): ServiceCaller,
    Body { value, .. }: Body<Written>,
) -> ApiResult<Json<KeptView>> {
    let written = value.review()?;
    if call.auth.post.is_none() {
        let detail = "This installation has no mail server.";
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no-mail",
            "No mail can be sent",
            detail,
        )
        .into());
    }
    let now = call.now();
    let kept = call
        .transaction(None, move |tx| Ok(keep(tx.conn, &service, &written, now)?))
        .await?;
    call.auth.letters.notify_one();
    Ok(Json(KeptView {
        kept: kept == Kept::Kept,
    }))
}

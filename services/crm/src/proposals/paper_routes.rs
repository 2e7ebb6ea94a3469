use actix_web::web::{Data, Path, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use nexus_auth::Can;
use nexus_auth::can::ReadProposals;
use nexus_problem::{ApiError, ApiResult, Id};
use nexus_service::App;

use super::answers;
use super::error::ProposalError;
use super::model::Proposal;
use super::papers;
use super::public_routes::{over, target};
use super::queries;
use crate::documents::{on_a_thread, proposal_pdf};
use crate::lines;
use crate::lines::queries::Document;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/proposals/link/{token}/pdf").route(get().to(show_to_customer)))
        .service(resource("/api/v1/proposals/{id}/versions/{number}/pdf").route(get().to(show)));
}

/// A PDF to look at, that nobody keeps on the way.
pub fn pdf(name: &str, bytes: Vec<u8>) -> HttpResponse {
    let name = name.replace('/', "-");
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((
            "content-disposition",
            format!("inline; filename=\"{name}.pdf\""),
        ))
        .insert_header(("cache-control", "private, no-store"))
        .body(bytes)
}

/// One version on paper. What was sent is given as it was sent, byte by byte.
#[utoipa::path(get, path = "/api/v1/proposals/{id}/versions/{number}/pdf", operation_id = "proposals_pdf", tag = "proposals",
    params(("id" = Uuid, Path), ("number" = i32, Path, description = "From 1")), security(("bearer" = [])),
    responses((status = 200, description = "Done", content_type = "application/pdf", body = String), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadProposals>,
    Id(id): Id<Proposal>,
    path: Path<(String, String)>,
) -> ApiResult<HttpResponse> {
    let now = app.now();
    let number = path.1.parse().map_err(|_| ProposalError::NoVersion)?;
    let (name, kept, document) = app
        .db
        .read(move |conn| -> Result<_, ProposalError> {
            let viewer = Viewer::of(conn, &who)?;
            let proposal = queries::find(conn, &viewer, id)?.ok_or(ProposalError::NotFound(id))?;
            let version = queries::version(conn, id, number)?.ok_or(ProposalError::NoVersion)?;
            let name = format!("{} v{number}", proposal.number);
            if let Some(paper) = papers::find(conn, version.id)? {
                return Ok((name, Some(paper.pdf), None));
            }
            let lines = lines::queries::of(conn, Document::ProposalVersion(version.id.uuid()))?;
            let document = papers::document(conn, &proposal, &version, &lines, now)?;
            Ok((name, None, Some(document)))
        })
        .await?;
    let bytes = match (kept, document) {
        (Some(bytes), _) => bytes,
        (None, Some(document)) => on_a_thread(move || proposal_pdf(&document)).await?,
        (None, None) => return Err(ProposalError::NoVersion.into()),
    };
    Ok(pdf(&name, bytes))
}

/// The offer on paper, as it was sent.
#[utoipa::path(get, path = "/api/v1/proposals/link/{token}/pdf", operation_id = "proposals_link_pdf", tag = "proposals",
    params(("token" = String, Path, description = "The end of the link")), security(()),
    responses((status = 200, description = "Done", content_type = "application/pdf", body = String), (status = 404, description = "No link of ours"),
        (status = 410, description = "Expired, withdrawn or replaced: `type` says which"), (status = 429, description = "Too many tries")))]
async fn show_to_customer(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> ApiResult<HttpResponse> {
    let (target, _) = target(&app, &request, &token)?;
    let now = app.now();
    let (name, paper) = app
        .db
        .transaction(move |conn| -> Result<_, ApiError> {
            let (proposal, version) = answers::view(conn, target, now).map_err(over)?;
            let paper = papers::find(conn, version.id)?.ok_or(ProposalError::NoLink)?;
            Ok((format!("{} v{}", proposal.number, version.number), paper))
        })
        .await?;
    Ok(pdf(&name, paper.pdf))
}

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, get, put, resource};
use nexus_auth::can::ManageUsers;
use nexus_auth::{Can, SignedIn};
use nexus_problem::{ApiResult, Body, IfMatch};
use nexus_service::{Answer, App, tagged};

use super::model::{Company, CompanyFields};
use super::{commands, queries};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/company")
            .route(get().to(show))
            .route(put().to(replace)),
    );
}

/// The company's own data, as they stand on every document.
#[utoipa::path(get, path = "/api/v1/company", operation_id = "company_get", tag = "company", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Company)))]
async fn show(app: Data<App>, _who: SignedIn) -> ApiResult<HttpResponse> {
    let found = app.db.read(queries::find).await?;
    Ok(tagged(found.version, &found)?)
}

/// Writes the company's own data as a whole: what is left out is cleared.
#[utoipa::path(put, path = "/api/v1/company", operation_id = "company_put", tag = "company",
    params(("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = CompanyFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Company), (status = 403, description = "None of your roles allows it")))]
async fn replace(
    app: Data<App>,
    who: Can<ManageUsers>,
    if_match: IfMatch,
    body: Body<CompanyFields>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let company = commands::replace(conn, &act, &if_match, body.value)?;
        Ok(Answer::record(company.version, &company)?)
    })
    .await
}

use actix_web::HttpResponse;
use actix_web::web::{Json, ServiceConfig, delete, get, patch, post, resource};
use nexus_auth::{
    Can, Scope,
    can::{ManageRoles, ReadUsers},
};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem};
use nexus_service::{Answer, OnceKey};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands::{self, Wish};
use super::model::RoleView;
use super::queries;
use crate::app::Call;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/roles")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/roles/{id}")
            .route(patch().to(change))
            .route(delete().to(remove)),
    );
}

/// A new role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// Chosen by the caller, or by us.
    id: Option<Uuid>,
    name: String,
    /// `resource:action:scope`.
    permissions: Vec<String>,
}

/// What changes about a role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleChanges {
    name: Option<String>,
    /// The whole new set.
    permissions: Option<Vec<String>>,
}

/// Roles are everybody's, so a narrower right to change them is none.
fn everybodys(who: &Can<ManageRoles>) -> Result<(), Problem> {
    match who.scope {
        Scope::All => Ok(()),
        Scope::Own | Scope::Team => Err(Problem::forbidden(
            "This needs the permission roles:manage:all.",
        )),
    }
}

/// The roles
#[utoipa::path(get, path = "/api/v1/roles", operation_id = "roles_list", tag = "roles", security(("bearer" = [])),
    responses((status = 200, description = "All of them", body = Page<RoleView>), (status = 403, description = "Not allowed")))]
pub(crate) async fn list(call: Call, _who: Can<ReadUsers>) -> ApiResult<Json<Page<RoleView>>> {
    let roles = call.read(|conn| Ok(queries::all(conn)?)).await?;
    Ok(Json(Page::whole(roles).map(RoleView::from)))
}

/// Make a role
#[utoipa::path(post, path = "/api/v1/roles", operation_id = "roles_create", tag = "roles", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely")), request_body = NewRole,
    responses((status = 201, description = "Made", body = RoleView), (status = 403, description = "Not allowed")))]
pub(crate) async fn create(
    call: Call,
    who: Can<ManageRoles>,
    once: OnceKey,
    Body { value: new, hash }: Body<NewRole>,
) -> ApiResult<HttpResponse> {
    everybodys(&who)?;
    let wish = Wish {
        name: Some(new.name),
        permissions: Some(new.permissions),
    };
    let answer = call
        .once(once, who.user_id, hash, move |tx| {
            let role = commands::create(tx, &who, new.id, wish)?;
            let path = format!("/api/v1/roles/{}", role.id);
            Ok(Answer::created(path, role.version, &RoleView::from(role))?)
        })
        .await?;
    Ok(answer.response())
}

/// Change a role
///
/// Whoever has it needs new tokens: theirs are refused within a second.
#[utoipa::path(patch, path = "/api/v1/roles/{id}", operation_id = "roles_change", tag = "roles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The role"), ("If-Match" = String, Header, description = "Its ETag, or *")),
    request_body = RoleChanges,
    responses((status = 200, description = "Changed", body = RoleView), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such role"), (status = 409, description = "It is built in"),
        (status = 412, description = "Somebody else changed it"), (status = 428, description = "If-Match is missing")))]
pub(crate) async fn change(
    call: Call,
    who: Can<ManageRoles>,
    id: Id<()>,
    if_match: IfMatch,
    Body { value: changes, .. }: Body<RoleChanges>,
) -> ApiResult<HttpResponse> {
    everybodys(&who)?;
    let if_match = if_match.required()?;
    let wish = Wish {
        name: changes.name,
        permissions: changes.permissions,
    };
    let answer = call
        .transaction(Some(who.user_id), move |tx| {
            let role = commands::change(tx, &who, id.0.uuid(), &if_match, wish)?;
            Ok(Answer::record(role.version, &RoleView::from(role))?)
        })
        .await?;
    Ok(answer.response())
}

/// Delete a role that nobody has
#[utoipa::path(delete, path = "/api/v1/roles/{id}", operation_id = "roles_delete", tag = "roles", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The role"), ("If-Match" = String, Header, description = "Its ETag, or *")),
    responses((status = 204, description = "Deleted"), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such role"), (status = 409, description = "It is built in, or somebody has it"),
        (status = 412, description = "Somebody else changed it"), (status = 428, description = "If-Match is missing")))]
pub(crate) async fn remove(
    call: Call,
    who: Can<ManageRoles>,
    id: Id<()>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    everybodys(&who)?;
    let if_match = if_match.required()?;
    call.transaction(Some(who.user_id), move |tx| {
        Ok(commands::delete(tx, id.0.uuid(), &if_match)?)
    })
    .await?;
    Ok(Answer::nothing().response())
}

//! What happens to somebody beyond a change of fields.

use actix_web::HttpResponse;
use nexus_auth::{Can, can::ManageUsers};
use nexus_kernel::id::named;
use nexus_problem::{ApiResult, Body, Id, IfMatch};
use nexus_service::{Answer, OnceKey};
use serde::Deserialize;
use utoipa::ToSchema;

use super::authority::Authority;
use super::lifecycle;
use super::model::UserView;
use super::routes::with_link;
use crate::app::Call;
use crate::invitations;
use crate::invitations::model::{InvitedUser, without_link};
use crate::mail::commands::announce_link;

/// An invitation for somebody who is known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reinvitation {
    /// When it is another than before, or there was none.
    email: Option<String>,
}

/// Invite somebody again
///
/// For people who were imported, lost their link, or forgot their password. Older links end.
#[utoipa::path(post, path = "/api/v1/users/{id}/invite", operation_id = "users_invite_again", tag = "users",
    params(("id" = Uuid, Path, description = "The person"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely")),
    request_body = Option<Reinvitation>, security(("bearer" = [])),
    responses((status = 200, description = "Invited", body = InvitedUser), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such person"), (status = 409, description = "The person is disabled")))]
pub(crate) async fn invite_again(
    call: Call,
    who: Can<ManageUsers>,
    id: Id<named::User>,
    once: OnceKey,
    Body {
        value: Reinvitation { email },
        hash,
    }: Body<Reinvitation>,
) -> ApiResult<HttpResponse> {
    let (auth, authority) = (call.auth.clone(), Authority::from(&who));
    let answer = call
        .once(once, who.user_id, hash, move |tx| {
            let key = &auth.invitation_key;
            let (user, invitation) =
                invitations::commands::invite_again(tx, key, &authority, id.0, email.as_deref())?;
            let mailed = announce_link(tx, &auth, &invitation, user.email.as_deref())?;
            Ok(Answer::record(
                user.version,
                &without_link(&user, &invitation, mailed),
            )?)
        })
        .await?;
    Ok(with_link(&call, answer))
}

/// An action without any fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoFields)]
pub(crate) struct Nothing {}

/// Let somebody in no more
///
/// Their sessions, tokens and invitations end.
#[utoipa::path(post, path = "/api/v1/users/{id}/disable", operation_id = "users_disable", tag = "users",
    params(("id" = Uuid, Path, description = "The person"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely")),
    request_body = Option<Nothing>, security(("bearer" = [])),
    responses((status = 200, description = "Disabled", body = UserView), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such person"), (status = 409, description = "The last active admin"),
        (status = 412, description = "Somebody else changed it")))]
pub(crate) async fn disable(
    call: Call,
    who: Can<ManageUsers>,
    id: Id<named::User>,
    if_match: IfMatch,
    once: OnceKey,
    Body { hash, .. }: Body<Nothing>,
) -> ApiResult<HttpResponse> {
    let authority = Authority::from(&who);
    let answer = call
        .once(once, who.user_id, hash, move |tx| {
            let user = lifecycle::disable(tx, &authority, id.0, &if_match)?;
            Ok(Answer::record(user.version, &user)?)
        })
        .await?;
    Ok(answer.response())
}

/// Let somebody in again
#[utoipa::path(post, path = "/api/v1/users/{id}/enable", operation_id = "users_enable", tag = "users",
    params(("id" = Uuid, Path, description = "The person"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely")),
    request_body = Option<Nothing>, security(("bearer" = [])),
    responses((status = 200, description = "Enabled", body = UserView), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such person"), (status = 412, description = "Somebody else changed it")))]
pub(crate) async fn enable(
    call: Call,
    who: Can<ManageUsers>,
    id: Id<named::User>,
    if_match: IfMatch,
    once: OnceKey,
    Body { hash, .. }: Body<Nothing>,
) -> ApiResult<HttpResponse> {
    let authority = Authority::from(&who);
    let answer = call
        .once(once, who.user_id, hash, move |tx| {
            let user = lifecycle::enable(tx, &authority, id.0, &if_match)?;
            Ok(Answer::record(user.version, &user)?)
        })
        .await?;
    Ok(answer.response())
}

/// Letting in somebody who registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    /// Names of roles; `viewer` when not said.
    roles: Option<Vec<String>>,
}

/// Let in somebody who registered
#[utoipa::path(post, path = "/api/v1/users/{id}/approve", operation_id = "users_approve", tag = "users",
    params(("id" = Uuid, Path, description = "The person"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeat safely")),
    request_body = Option<Approval>, security(("bearer" = [])),
    responses((status = 200, description = "Approved", body = UserView), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such person"), (status = 409, description = "The person does not wait"),
        (status = 412, description = "Somebody else changed it")))]
pub(crate) async fn approve(
    call: Call,
    who: Can<ManageUsers>,
    id: Id<named::User>,
    if_match: IfMatch,
    once: OnceKey,
    Body {
        value: Approval { roles },
        hash,
    }: Body<Approval>,
) -> ApiResult<HttpResponse> {
    let authority = Authority::from(&who);
    let answer = call
        .once(once, who.user_id, hash, move |tx| {
            let user = lifecycle::approve(tx, &authority, id.0, &if_match, roles.as_deref())?;
            Ok(Answer::record(user.version, &user)?)
        })
        .await?;
    Ok(answer.response())
}

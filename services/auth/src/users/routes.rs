use actix_web::HttpResponse;
use actix_web::web::{Json, ServiceConfig, get, patch, post, resource};
use nexus_auth::{
    Can, Scope, SignedIn,
    can::{ManageUsers, ReadUsers},
};
use nexus_kernel::{Change, Page, UserId, id::named};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Query};
use nexus_service::{Answer, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::authority::Authority;
use super::commands::{self, NewPerson, PersonChanges};
use super::model::{Status, UserOption, UserView, fold};
use super::queries::{self, After, Filter, Sort};
use super::visibility::Visible;
use super::{UserError, actions};
use crate::app::Call;
use crate::invitations;
use crate::invitations::model::{InvitedUser, LASTS, add_link, without_link};
use crate::mail::commands::announce_link;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/users")
            .route(get().to(list))
            .route(post().to(invite)),
    )
    .service(resource("/api/v1/users/options").route(get().to(options)))
    .service(
        resource("/api/v1/users/{id}")
            .route(get().to(show))
            .route(patch().to(change)),
    )
    .service(resource("/api/v1/users/{id}/invite").route(post().to(actions::invite_again)))
    .service(resource("/api/v1/users/{id}/disable").route(post().to(actions::disable)))
    .service(resource("/api/v1/users/{id}/enable").route(post().to(actions::enable)))
    .service(resource("/api/v1/users/{id}/approve").route(post().to(actions::approve)));
}

/// Which people, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserQuery {
    /// Part of the name or of the e-mail address.
    q: Option<String>,
    status: Option<Status>,
    /// A role's name.
    role: Option<String>,
    /// 1 to 200; 50 when not said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    cursor: Option<String>,
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    /// Also say how many there are.
    #[serde(default)]
    count: bool,
}

/// The people I may see
#[utoipa::path(get, path = "/api/v1/users", operation_id = "users_list", tag = "users", params(UserQuery),
    security(("bearer" = [])),
    responses((status = 200, description = "A page", body = Page<UserView>), (status = 403, description = "Not allowed")))]
pub(crate) async fn list(
    call: Call,
    who: Can<ReadUsers>,
    Query(query): Query<UserQuery>,
) -> ApiResult<Json<Page<UserView>>> {
    let limit = page_limit(query.limit)?;
    let after: Option<After> = read_cursor(query.cursor.as_deref())?;
    let q = query.q.as_deref().map(fold).filter(|q| !q.is_empty());
    let filter = Filter {
        q,
        status: query.status,
        role: query.role,
    };
    let page = call
        .read(move |conn| {
            let visible = Visible::to(conn, who.user_id, who.scope)?;
            let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
            let rows = queries::page(conn, &visible, &filter, query.sort, after, most)?;
            let total = query
                .count
                .then(|| queries::count(conn, &visible, &filter))
                .transpose()?;
            let Page {
                items, next_cursor, ..
            } = Page::cut(rows, limit, |user| After::of(query.sort, user));
            Ok(Page {
                items: queries::views(conn, items)?,
                next_cursor,
                total,
            })
        })
        .await?;
    Ok(Json(page))
}

/// Whom I may assign something to
///
/// By my right to change clients and opportunities, the wider of the two: myself, my team, or everybody.
#[utoipa::path(get, path = "/api/v1/users/options", operation_id = "users_options", tag = "users",
    security(("bearer" = [])), responses((status = 200, description = "All of them, by name", body = Page<UserOption>)))]
pub(crate) async fn options(call: Call, who: SignedIn) -> ApiResult<Json<Page<UserOption>>> {
    let scope = who
        .scope_of("clients:write")
        .max(who.scope_of("opportunities:write"));
    let options = call
        .read(move |conn| {
            let visible = Visible::to(conn, who.user_id, scope.unwrap_or(Scope::Own))?;
            Ok(queries::assignable(conn, &visible)?)
        })
        .await?;
    Ok(Json(
        Page::whole(options).map(|(id, name)| UserOption { id, name }),
    ))
}

/// One person
#[utoipa::path(get, path = "/api/v1/users/{id}", operation_id = "users_show", tag = "users", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 200, description = "The person", body = UserView), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such person, or not yours to see")))]
pub(crate) async fn show(
    call: Call,
    who: Can<ReadUsers>,
    id: Id<named::User>,
) -> ApiResult<HttpResponse> {
    let user = call
        .read(move |conn| {
            let visible = Visible::to(conn, who.user_id, who.scope)?;
            let user = queries::seen(conn, &visible, id.0)?.ok_or(UserError::NotFound)?;
            Ok(queries::view(conn, user)?)
        })
        .await?;
    Ok(tagged(user.version, &user)?)
}

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// Chosen by the caller, or by us.
    #[schema(value_type = Option<Uuid>)]
    id: Option<UserId>,
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// Names of roles.
    #[schema(min_items = 1)]
    roles: Vec<String>,
    #[schema(value_type = Option<Uuid>)]
    manager_id: Option<UserId>,
    office: Option<String>,
}

/// Invite somebody
///
/// The answer holds the link by which they come in. It is shown once and good for a week.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "users_invite", tag = "users", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeat safely")), request_body = NewUser,
    responses((status = 201, description = "Invited", body = InvitedUser), (status = 403, description = "Not allowed")))]
pub(crate) async fn invite(
    call: Call,
    who: Can<ManageUsers>,
    once: OnceKey,
    Body { value: new, hash }: Body<NewUser>,
) -> ApiResult<HttpResponse> {
    let (auth, authority) = (call.auth.clone(), Authority::from(&who));
    let NewUser {
        id,
        name,
        email,
        roles,
        manager_id,
        office,
    } = new;
    let new = NewPerson {
        id,
        name,
        email,
        roles,
        manager_id,
        office,
    };
    let answer = call
        .once(once, who.user_id, hash, move |tx| {
            let user = commands::add(tx, &authority, new)?;
            let key = &auth.invitation_key;
            let invitation = invitations::commands::issue(tx, key, user.id, LASTS)?;
            let view = queries::view(tx.conn, user)?;
            let mailed = announce_link(tx, &auth, &invitation, view.email.as_deref())?;
            let path = format!("/api/v1/users/{}", view.id);
            Ok(Answer::created(
                path,
                view.version,
                &without_link(&view, &invitation, mailed),
            )?)
        })
        .await?;
    Ok(with_link(&call, answer))
}

/// The stored answer does not hold the link: it is added on the way out.
pub(super) fn with_link(call: &Call, answer: Answer) -> HttpResponse {
    call.auth.letters.notify_one();
    let (key, public_url) = (&call.auth.invitation_key, &call.auth.config.public_url);
    answer
        .amended(|body| add_link(body, key, public_url))
        .response()
}

/// What changes about somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChanges {
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Change<String>,
    /// The whole new set; names of roles.
    roles: Option<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    manager_id: Change<UserId>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    office: Change<String>,
}

/// Change somebody
///
/// Other roles end their access tokens within a second; they get new ones by refreshing.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "users_change", tag = "users", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The person"), ("If-Match" = String, Header, description = "Its ETag, or *")),
    request_body = UserChanges,
    responses((status = 200, description = "Changed", body = UserView), (status = 403, description = "Not allowed"),
        (status = 404, description = "No such person"), (status = 409, description = "The last active admin"),
        (status = 412, description = "Somebody else changed it"), (status = 428, description = "If-Match is missing")))]
pub(crate) async fn change(
    call: Call,
    who: Can<ManageUsers>,
    id: Id<named::User>,
    if_match: IfMatch,
    Body { value: changes, .. }: Body<UserChanges>,
) -> ApiResult<HttpResponse> {
    let (authority, if_match) = (Authority::from(&who), if_match.required()?);
    let UserChanges {
        name,
        email,
        roles,
        manager_id,
        office,
    } = changes;
    let changes = PersonChanges {
        name,
        email,
        roles,
        manager_id,
        office,
    };
    let answer = call
        .transaction(Some(who.user_id), move |tx| {
            let user = commands::change(tx, &authority, id.0, &if_match, changes)?;
            Ok(Answer::record(user.version, &user)?)
        })
        .await?;
    Ok(answer.response())
}

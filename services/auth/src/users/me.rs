//! One's own account.

use actix_web::HttpResponse;
use nexus_auth::SignedIn;
use nexus_problem::{ApiResult, Body, IfMatch, Problem};
use nexus_service::{Answer, tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::commands::{self, OwnChanges};
use super::model::UserView;
use super::queries;
use crate::app::Call;
use crate::roles;

/// Myself, with what I may do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Myself)]
pub(crate) struct Me {
    #[serde(flatten)]
    user: UserView,
    /// `resource:action:scope`.
    permissions: Vec<String>,
}

/// Who am I?
#[utoipa::path(get, path = "/api/v1/auth/me", operation_id = "auth_me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, description = "Myself", body = Me)))]
pub(crate) async fn show(call: Call, who: SignedIn) -> ApiResult<HttpResponse> {
    let id = who.user_id;
    let me = call
        .read(move |conn| {
            let gone = || Problem::unauthenticated("This account does not exist any more.");
            let user = queries::find(conn, id)?.ok_or_else(gone)?;
            let permissions = roles::queries::permissions_of(conn, id)?;
            Ok(Me {
                user: queries::view(conn, user)?,
                permissions,
            })
        })
        .await?;
    Ok(tagged(me.user.version, &me)?)
}

/// What I change about myself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MyChanges {
    name: Option<String>,
    /// `it` or `en`.
    locale: Option<String>,
}

/// Change my name or language
#[utoipa::path(patch, path = "/api/v1/auth/me", operation_id = "auth_change_me", tag = "auth", security(("bearer" = [])),
    params(("If-Match" = String, Header, description = "My ETag, or *")), request_body = MyChanges,
    responses((status = 200, description = "Changed", body = UserView),
        (status = 412, description = "Somebody else changed it"), (status = 428, description = "If-Match is missing")))]
pub(crate) async fn change(
    call: Call,
    who: SignedIn,
    if_match: IfMatch,
    Body {
        value: MyChanges { name, locale },
        ..
    }: Body<MyChanges>,
) -> ApiResult<HttpResponse> {
    let (id, if_match) = (who.user_id, if_match.required()?);
    let answer = call
        .transaction(Some(id), move |tx| {
            let user = commands::change_own(tx, id, &if_match, OwnChanges { name, locale })?;
            Ok(Answer::record(user.version, &user)?)
        })
        .await?;
    Ok(answer.response())
}

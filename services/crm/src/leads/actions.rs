//! The routes of what is more than a change of fields.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, post, resource};
use chrono::{DateTime, Utc};
use nexus_auth::Can;
use nexus_auth::can::{
    AssignLeads, ReadClients, ReadLeads, WriteClients, WriteLeads, WriteOpportunities,
};
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, Body, FieldError, Id, IfMatch, new_record};
use nexus_service::{Answer, App, OnceKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::convert::{self, Conversion, Converted, Converter};
use super::error::LeadError;
use super::model::{Lead, LeadFields};
use super::routes::shown;
use super::views::LeadView;
use super::{commands, steps};
use crate::duplicates;
use crate::duplicates::model::{Duplicate, Probe};
use crate::duplicates::queries::Asker;
use crate::pipelines::lost_reasons::LostReasonId;
use nexus_records::Act;
use nexus_records::Viewer;

/// Adds the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/leads/check").route(post().to(check)))
        .service(resource("/api/v1/leads/{id}/contact").route(post().to(contact)))
        .service(resource("/api/v1/leads/{id}/qualify").route(post().to(qualify)))
        .service(resource("/api/v1/leads/{id}/lose").route(post().to(lose)))
        .service(resource("/api/v1/leads/{id}/reopen").route(post().to(reopen)))
        .service(resource("/api/v1/leads/{id}/assign").route(post().to(assign)))
        .service(resource("/api/v1/leads/{id}/convert").route(post().to(turn_into_client)));
}

/// A lead being typed; `id` names the one being edited.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct LeadDraft {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: LeadFields,
}

/// What a form would be told if it were sent now.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadCheck {
    /// What would be refused.
    errors: Vec<FieldError>,
    /// Whom we may know already.
    duplicates: Vec<Duplicate>,
}

/// Checks a form while it is being filled. Saves nothing.
#[utoipa::path(post, path = "/api/v1/leads/check", operation_id = "leads_check", tag = "leads",
    request_body = LeadDraft, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadCheck), (status = 403, description = "None of your roles allows it")))]
async fn check(
    app: Data<App>,
    who: Can<WriteLeads>,
    body: Body<Value>,
) -> ApiResult<Json<LeadCheck>> {
    let edited = body
        .value
        .get("id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok());
    let (_, fields) = new_record::<Lead, LeadFields>(body.value)?;
    let person = fields.person();
    let probe = Probe::of(fields.company_name.as_deref(), Some(&person), edited)
        .numbers(fields.vat_number.as_deref(), fields.tax_code.as_deref())
        .reached_at(&[fields.email.as_deref()], &[fields.phone.as_deref()])
        .at(
            fields.cap.as_deref(),
            fields.city.as_deref(),
            fields.province.as_deref(),
        );
    let errors = fields.review().err().unwrap_or_default();
    let duplicates = app
        .db
        .read(move |conn| {
            let asker = Asker {
                clients: Viewer::with::<ReadClients>(conn, &who)?,
                leads: Viewer::with::<ReadLeads>(conn, &who)?,
            };
            Ok::<_, LeadError>(duplicates::queries::find(conn, &asker, &probe)?)
        })
        .await?;
    Ok(Json(LeadCheck {
        errors: errors.0,
        duplicates,
    }))
}

/// When it was contacted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadContactBody {
    /// Now when not given.
    at: Option<DateTime<Utc>>,
}

/// Why it is lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoseLeadBody {
    #[schema(value_type = Uuid)]
    lost_reason_id: LostReasonId,
    note: Option<String>,
}

/// Who works it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignLeadBody {
    /// Whom the assignment rules name, when not given.
    #[schema(value_type = Option<Uuid>)]
    owner_id: Option<UserId>,
}

/// Nothing more to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plainly {}

/// Marks it contacted. A call, a meeting, a visit or a mail of ours on its timeline does so too.
#[utoipa::path(post, path = "/api/v1/leads/{id}/contact", operation_id = "leads_contact", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = LeadContactBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn contact(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    if_match: IfMatch,
    body: Body<LeadContactBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let lead = steps::contact(conn, &act, id, &if_match, body.value.at)?;
        shown(conn, lead, &act)
    })
    .await
}

/// Marks it qualified: worth an offer.
#[utoipa::path(post, path = "/api/v1/leads/{id}/qualify", operation_id = "leads_qualify", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Plainly, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn qualify(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    if_match: IfMatch,
    body: Body<Plainly>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let Plainly {} = body.value;
        let lead = steps::qualify(conn, &act, id, &if_match)?;
        shown(conn, lead, &act)
    })
    .await
}

/// Loses it, for a reason.
#[utoipa::path(post, path = "/api/v1/leads/{id}/lose", operation_id = "leads_lose", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = LoseLeadBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn lose(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    if_match: IfMatch,
    body: Body<LoseLeadBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let LoseLeadBody {
            lost_reason_id,
            note,
        } = body.value;
        let lead = steps::lose(conn, &act, id, &if_match, lost_reason_id, note.as_deref())?;
        shown(conn, lead, &act)
    })
    .await
}

/// Works a lost one again, where it was.
#[utoipa::path(post, path = "/api/v1/leads/{id}/reopen", operation_id = "leads_reopen", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Plainly, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn reopen(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    if_match: IfMatch,
    body: Body<Plainly>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let Plainly {} = body.value;
        let lead = steps::reopen(conn, &act, id, &if_match)?;
        shown(conn, lead, &act)
    })
    .await
}

/// Gives it to somebody, or to whom the assignment rules name.
#[utoipa::path(post, path = "/api/v1/leads/{id}/assign", operation_id = "leads_assign", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = AssignLeadBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LeadView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn assign(
    app: Data<App>,
    who: Can<AssignLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    if_match: IfMatch,
    body: Body<AssignLeadBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let lead = commands::assign(conn, &act, &act.viewer, id, &if_match, body.value.owner_id)?;
        shown(conn, lead, &act)
    })
    .await
}

/// Makes it a client with its contact and its deal, in one step. Converting again answers what it became the first time.
#[utoipa::path(post, path = "/api/v1/leads/{id}/convert", operation_id = "leads_convert", tag = "leads",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Conversion, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Converted), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn turn_into_client(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    if_match: IfMatch,
    body: Body<Conversion>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let by = Converter {
            leads: act,
            clients: Viewer::with::<WriteClients>(conn, &who)?,
            opportunities: Viewer::with::<WriteOpportunities>(conn, &who)?,
        };
        let converted = convert::convert(conn, &by, id, &if_match, body.value)?;
        Ok(Answer::record(converted.lead.lead.version, &converted)?)
    })
    .await
}

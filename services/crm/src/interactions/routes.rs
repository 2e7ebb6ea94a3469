use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, post, resource};
use diesel::PgConnection;
use nexus_auth::can::{ReadClients, ReadLeads, ReadOpportunities, WriteInteractions};
use nexus_auth::{Can, SignedIn};
use nexus_db::DbResult;
use nexus_kernel::id::named;
use nexus_kernel::{ClientId, Page, UserId};
use nexus_problem::{ApiResult, Body, FieldErrors, Id, Problem, Query, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::error::InteractionError;
use super::model::{Interaction, InteractionFields, Kind};
use super::queries::Subject;
use super::{commands, queries};
use crate::clients;
use crate::leads;
use crate::leads::model::{Lead, LeadId};
use crate::opportunities;
use crate::opportunities::model::OpportunityId;
use nexus_records::Act;
use nexus_records::Viewer;
use nexus_records::users;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/interactions")
            .route(get().to(list))
            .route(post().to(record)),
    )
    .service(resource("/api/v1/interactions/{id}").route(get().to(show)))
    .service(resource("/api/v1/clients/{id}/timeline").route(get().to(of_client)))
    .service(resource("/api/v1/leads/{id}/timeline").route(get().to(of_lead)));
}

/// An entry as the timeline shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct InteractionView {
    #[serde(flatten)]
    entry: Interaction,
    /// Who did it.
    actor_name: Option<String>,
}

fn views(conn: &mut PgConnection, entries: Vec<Interaction>) -> DbResult<Vec<InteractionView>> {
    let actors: Vec<UserId> = entries.iter().filter_map(|entry| entry.actor_id).collect();
    let names = users::queries::names(conn, &actors)?;
    let view = |entry: Interaction| InteractionView {
        actor_name: entry.actor_id.and_then(|actor| names.get(&actor).cloned()),
        entry,
    };
    Ok(entries.into_iter().map(view).collect())
}

/// Which part of a timeline.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TimelineQuery {
    /// Only these, separated by commas: `call,note`.
    kind: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Whose timeline, and which part.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Either this …
    #[param(value_type = Option<Uuid>)]
    client_id: Option<ClientId>,
    /// … or this.
    #[param(value_type = Option<Uuid>)]
    opportunity_id: Option<OpportunityId>,
    /// … or this.
    #[param(value_type = Option<Uuid>)]
    lead_id: Option<LeadId>,
    /// Only these, separated by commas: `call,note`.
    kind: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

fn kinds(text: Option<&str>) -> Result<Vec<Kind>, Problem> {
    let words = text
        .unwrap_or_default()
        .split(',')
        .filter(|word| !word.is_empty());
    let known: Option<Vec<Kind>> = words.map(Kind::from_word).collect();
    known.ok_or_else(|| {
        FieldErrors::one("kind", "kind.unknown", "One of these kinds is not known.").into()
    })
}

async fn page(
    app: &App,
    who: SignedIn,
    subject: Subject,
    query: TimelineQuery,
) -> ApiResult<Json<Page<InteractionView>>> {
    let limit = page_limit(query.limit)?;
    let after = read_cursor(query.cursor.as_deref())?;
    let kinds = kinds(query.kind.as_deref())?;
    let page = app
        .db
        .read(move |conn| {
            check_visible(conn, &who, subject)?;
            let found = queries::page(conn, subject, &kinds, after, limit)?;
            let mut page = Page::cut(found, limit, |last| (last.occurred_at, last.id));
            let entries = std::mem::take(&mut page.items);
            Ok::<_, InteractionError>(page.with_items(views(conn, entries)?))
        })
        .await?;
    Ok(Json(page))
}

fn check_visible(
    conn: &mut PgConnection,
    who: &SignedIn,
    subject: Subject,
) -> Result<(), InteractionError> {
    let (seen, what) = match subject {
        Subject::Client(id) => {
            let viewer = Viewer::with::<ReadClients>(conn, who)?;
            let seen = match viewer {
                Some(viewer) => clients::queries::is_visible(conn, &viewer, id)?,
                None => false,
            };
            (seen, "client")
        }
        Subject::Lead(id) => {
            let viewer = Viewer::with::<ReadLeads>(conn, who)?;
            let seen = match viewer {
                Some(viewer) => leads::queries::find(conn, &viewer, id)?.is_some(),
                None => false,
            };
            (seen, "lead")
        }
        Subject::Opportunity(id) => {
            let viewer = Viewer::with::<ReadOpportunities>(conn, who)?;
            let seen = match viewer {
                Some(viewer) => opportunities::queries::find(conn, &viewer, id)?.is_some(),
                None => false,
            };
            (seen, "opportunity")
        }
    };
    if seen {
        Ok(())
    } else {
        Err(InteractionError::NoSubject(what))
    }
}

/// The timeline of a client or of an opportunity, newest first.
#[utoipa::path(get, path = "/api/v1/interactions", operation_id = "interactions_list", tag = "timeline",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<InteractionView>)))]
async fn list(
    app: Data<App>,
    who: SignedIn,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<InteractionView>>> {
    let subject = match (query.client_id, query.opportunity_id, query.lead_id) {
        (Some(client), None, None) => Subject::Client(client),
        (None, Some(opportunity), None) => Subject::Opportunity(opportunity),
        (None, None, Some(lead)) => Subject::Lead(lead),
        _ => {
            let detail = "Name one of client_id, opportunity_id and lead_id.";
            return Err(Problem::from(FieldErrors::one("client_id", "subject.one", detail)).into());
        }
    };
    let part = TimelineQuery {
        kind: query.kind,
        limit: query.limit,
        cursor: query.cursor,
    };
    page(&app, who, subject, part).await
}

/// The timeline of a client, newest first.
#[utoipa::path(get, path = "/api/v1/clients/{id}/timeline", operation_id = "clients_timeline", tag = "timeline",
    params(("id" = Uuid, Path), TimelineQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<InteractionView>)))]
async fn of_client(
    app: Data<App>,
    who: SignedIn,
    Id(id): Id<named::Client>,
    Query(query): Query<TimelineQuery>,
) -> ApiResult<Json<Page<InteractionView>>> {
    page(&app, who, Subject::Client(id), query).await
}

/// The timeline of a lead, newest first.
#[utoipa::path(get, path = "/api/v1/leads/{id}/timeline", operation_id = "leads_timeline", tag = "timeline",
    params(("id" = Uuid, Path), TimelineQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<InteractionView>)))]
async fn of_lead(
    app: Data<App>,
    who: SignedIn,
    Id(id): Id<Lead>,
    Query(query): Query<TimelineQuery>,
) -> ApiResult<Json<Page<InteractionView>>> {
    page(&app, who, Subject::Lead(id), query).await
}

/// One entry.
#[utoipa::path(get, path = "/api/v1/interactions/{id}", operation_id = "interactions_get", tag = "timeline",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = InteractionView)))]
async fn show(app: Data<App>, who: SignedIn, Id(id): Id<Interaction>) -> ApiResult<HttpResponse> {
    let view = app
        .db
        .read(move |conn| {
            let missing = InteractionError::NoSubject("interaction");
            let Some(entry) = queries::find(conn, id)? else {
                return Err(missing);
            };
            let subject = match (entry.opportunity_id, entry.client_id, entry.lead_id) {
                (_, Some(client), _) => Subject::Client(client),
                (Some(opportunity), None, _) => Subject::Opportunity(opportunity),
                (None, None, Some(lead)) => Subject::Lead(lead),
                (None, None, None) => return Err(missing),
            };
            check_visible(conn, &who, subject)?;
            views(conn, vec![entry])?.pop().ok_or(missing)
        })
        .await?;
    Ok(tagged(1, &view)?)
}

/// A new entry's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewInteraction {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: InteractionFields,
}

/// Writes down a call, an e-mail, a meeting, a visit or a note. It stays as it is.
#[utoipa::path(post, path = "/api/v1/interactions", operation_id = "interactions_record", tag = "timeline",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewInteraction, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = InteractionView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn record(
    app: Data<App>,
    who: Can<WriteInteractions>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Interaction, InteractionFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let entry = commands::record(conn, &act, &who, id, fields)?;
        let view = views(conn, vec![entry])?.pop();
        Ok(Answer::created(
            format!("/api/v1/interactions/{id}"),
            1,
            &view,
        )?)
    })
    .await
}

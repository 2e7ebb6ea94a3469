use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, post, resource};
use nexus_auth::Can;
use nexus_auth::can::{ReadClients, ReadLeads, WriteClients, WriteLeads};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id};
use nexus_service::{Answer, App, OnceKey};

use super::error::ConsentError;
use super::model::{Consent, ConsentFields, Person};
use super::{commands, queries};
use crate::contacts::model::Contact;
use crate::leads::model::Lead;
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/contacts/{id}/consents")
            .route(get().to(of_contact))
            .route(post().to(record_of_contact)),
    )
    .service(
        resource("/api/v1/leads/{id}/consents")
            .route(get().to(of_lead))
            .route(post().to(record_of_lead)),
    );
}

/// What a contact said about being called or written to, by channel. A channel that is not in it was never spoken of.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/consents", operation_id = "contacts_consents", tag = "consents",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Consent>), (status = 403, description = "None of your roles allows it")))]
async fn of_contact(
    app: Data<App>,
    who: Can<ReadClients>,
    Id(id): Id<Contact>,
) -> ApiResult<Json<Page<Consent>>> {
    let now = app.now();
    let found = app
        .db
        .read(move |conn| {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::check_person(conn, &act, Person::Contact(id))?;
            Ok::<_, ConsentError>(queries::of(conn, Person::Contact(id))?)
        })
        .await?;
    Ok(Json(Page::whole(found)))
}

/// Writes down what a contact said. `refused` on `phone` or `email` stops calls and mails.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/consents", operation_id = "contacts_record_consent", tag = "consents",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ConsentFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Consent),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn record_of_contact(
    app: Data<App>,
    who: Can<WriteClients>,
    once: OnceKey,
    Id(id): Id<Contact>,
    body: Body<ConsentFields>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let consent = commands::record(conn, &act, Person::Contact(id), body.value)?;
        Ok(Answer::record(consent.version, &consent)?)
    })
    .await
}

/// What a lead said about being called or written to, by channel. A channel that is not in it was never spoken of.
#[utoipa::path(get, path = "/api/v1/leads/{id}/consents", operation_id = "leads_consents", tag = "consents",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Consent>), (status = 403, description = "None of your roles allows it")))]
async fn of_lead(
    app: Data<App>,
    who: Can<ReadLeads>,
    Id(id): Id<Lead>,
) -> ApiResult<Json<Page<Consent>>> {
    let now = app.now();
    let found = app
        .db
        .read(move |conn| {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::check_person(conn, &act, Person::Lead(id))?;
            Ok::<_, ConsentError>(queries::of(conn, Person::Lead(id))?)
        })
        .await?;
    Ok(Json(Page::whole(found)))
}

/// Writes down what a lead said. `refused` on `phone` or `email` stops calls and mails.
#[utoipa::path(post, path = "/api/v1/leads/{id}/consents", operation_id = "leads_record_consent", tag = "consents",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ConsentFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Consent),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn record_of_lead(
    app: Data<App>,
    who: Can<WriteLeads>,
    once: OnceKey,
    Id(id): Id<Lead>,
    body: Body<ConsentFields>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let consent = commands::record(conn, &act, Person::Lead(id), body.value)?;
        Ok(Answer::record(consent.version, &consent)?)
    })
    .await
}

//! What makes this service crm: its routes, its document, its schema, what runs beside the requests.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use nexus_config::Settings;
use nexus_peers::Credentials;
use nexus_problem::{FieldError, ProblemBody};
use nexus_service::{App, Conventions, Parts, Service};
use utoipa::OpenApi;

use crate::proposals::links::Links;
use crate::{
    approvals, assignment, baskets, campaigns, categories, clients, company, consents, contacts,
    imports, interactions, italy, leads, lines, opportunities, orders, pipelines, price_lists,
    products, proposals, rates, sites, tasks, users,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/crm");

/// The service, without the key to links that [`parts`] adds.
pub const SERVICE: Service = Service {
    name: "crm",
    bind: "127.0.0.1:8082",
    configure,
    openapi,
    migrations,
    background: |app| background(app, None),
};

/// The schema's history.
#[must_use]
pub fn migrations() -> EmbeddedMigrations {
    MIGRATIONS
}

fn configure(cfg: &mut ServiceConfig) {
    clients::routes::configure(cfg);
    company::routes::configure(cfg);
    sites::routes::configure(cfg);
    contacts::routes::configure(cfg);
    pipelines::routes::configure(cfg);
    opportunities::routes::configure(cfg);
    interactions::routes::configure(cfg);
    categories::routes::configure(cfg);
    products::routes::configure(cfg);
    lines::routes::configure(cfg);
    price_lists::routes::configure(cfg);
    rates::taxes::configure(cfg);
    rates::ceilings::configure(cfg);
    italy::routes::configure(cfg);
    imports::routes::configure(cfg);
    campaigns::routes::configure(cfg);
    assignment::routes::configure(cfg);
    leads::routes::configure(cfg);
    consents::routes::configure(cfg);
    tasks::routes::configure(cfg);
    approvals::routes::configure(cfg);
    proposals::routes::configure(cfg);
    orders::routes::configure(cfg);
    baskets::routes::configure(cfg);
}

/// What crm makes of its settings.
pub fn parts(settings: &mut Settings) -> Option<Parts> {
    let credentials = Credentials::from_settings(settings, SERVICE.name);
    let links = Links::from_settings(settings);
    let visits: Option<String> = settings.optional("VISITS_URL");
    let links = Data::new(links?);
    Some(Parts {
        credentials: credentials?,
        configure: Arc::new(move |cfg| {
            cfg.app_data(links.clone()).configure(configure);
        }),
        background: Box::new(move |app| background(app, visits)),
    })
}

/// `visits` is where that service listens, where there is one.
fn background(app: App, visits: Option<String>) {
    let (peers, verifier) = (&app.peers, &app.verifier);
    tokio::spawn(nexus_auth::keep_keys_fresh(
        Arc::clone(peers),
        Arc::clone(verifier),
    ));
    tokio::spawn(nexus_auth::follow(Arc::clone(peers), Arc::clone(verifier)));
    let auth = peers.auth_url().to_owned();
    tokio::spawn(nexus_outbox::consume(
        app.db.clone(),
        Arc::clone(peers),
        users::inbox::SOURCE,
        auth,
        users::inbox::apply,
    ));
    if let Some(url) = visits {
        tokio::spawn(nexus_outbox::consume(
            app.db.clone(),
            Arc::clone(peers),
            interactions::visits::SOURCE,
            url.trim_end_matches('/').to_owned(),
            interactions::visits::apply,
        ));
    }
    tokio::spawn(proposals::expiry::work(app.clone()));
    tokio::spawn(imports::worker::work(app));
}

/// The service's document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "NEXUS-CRM: crm", description = "Clients, pipelines, opportunities, the timeline, imports."),
    paths(
        clients::routes::list, clients::routes::create, clients::routes::show, clients::routes::change,
        clients::routes::archive, clients::routes::restore, clients::routes::check,
        company::routes::show, company::routes::replace,
        sites::routes::list, sites::routes::create, sites::routes::show, sites::routes::change, sites::routes::archive,
        contacts::routes::list, contacts::routes::create, contacts::routes::show, contacts::routes::change,
        contacts::routes::archive,
        pipelines::routes::list, pipelines::routes::show, pipelines::routes::create, pipelines::routes::change,
        pipelines::routes::archive, pipelines::routes::show_board, pipelines::routes::list_reasons,
        pipelines::routes::create_reason, pipelines::routes::change_reason, pipelines::routes::archive_reason,
        opportunities::routes::list, opportunities::routes::create, opportunities::routes::show,
        opportunities::routes::change, opportunities::routes::archive, opportunities::routes::restore,
        opportunities::routes::move_to_stage, opportunities::routes::win, opportunities::routes::lose,
        opportunities::routes::reopen, opportunities::routes::show_history,
        interactions::routes::list, interactions::routes::of_client, interactions::routes::record, interactions::routes::show,
        categories::routes::list, categories::routes::create, categories::routes::change, categories::routes::archive,
        products::routes::list, products::routes::create, products::routes::show, products::routes::change,
        products::routes::archive, products::routes::restore, products::routes::match_texts,
        lines::routes::resolve,
        price_lists::routes::list, price_lists::routes::create, price_lists::routes::show, price_lists::routes::change,
        price_lists::routes::archive, price_lists::routes::list_prices, price_lists::routes::price,
        rates::taxes::show, rates::taxes::replace, rates::ceilings::show, rates::ceilings::replace,
        italy::routes::list,
        imports::routes::create, imports::routes::list, imports::routes::show, imports::routes::change,
        imports::routes::remove, imports::routes::check, imports::routes::run, imports::routes::rows,
        imports::routes::report,
        campaigns::routes::list_sources, campaigns::routes::create_source, campaigns::routes::change_source,
        campaigns::routes::archive_source, campaigns::routes::list_campaigns, campaigns::routes::create_campaign,
        campaigns::routes::show_campaign, campaigns::routes::change_campaign, campaigns::routes::archive_campaign,
        assignment::routes::list, assignment::routes::create, assignment::routes::change, assignment::routes::archive,
        leads::routes::list, leads::routes::create, leads::routes::show, leads::routes::change, leads::routes::archive,
        leads::routes::restore, leads::routes::show_board, leads::actions::check, leads::actions::contact,
        leads::actions::qualify, leads::actions::lose, leads::actions::reopen, leads::actions::assign,
        leads::actions::turn_into_client, interactions::routes::of_lead,
        consents::routes::of_contact, consents::routes::record_of_contact, consents::routes::of_lead,
        consents::routes::record_of_lead,
        tasks::routes::list, tasks::routes::create, tasks::routes::show_day, tasks::routes::show, tasks::routes::change,
        tasks::routes::finish, tasks::routes::cancel, tasks::routes::reopen,
        baskets::routes::show,
        approvals::routes::show, approvals::routes::replace,
        proposals::routes::list, proposals::routes::create, proposals::routes::show, proposals::routes::change,
        proposals::routes::archive, proposals::routes::versions, proposals::routes::version, proposals::routes::show_diff,
        proposals::step_routes::send, proposals::step_routes::withdraw, proposals::step_routes::accept,
        proposals::step_routes::refuse, proposals::step_routes::request_approval, proposals::step_routes::approve,
        proposals::step_routes::reject, proposals::step_routes::duplicate, proposals::step_routes::restore,
        proposals::step_routes::order, proposals::public_routes::show, proposals::public_routes::accept,
        proposals::public_routes::refuse, proposals::paper_routes::show, proposals::paper_routes::show_to_customer,
        orders::routes::list, orders::routes::counts, orders::routes::create, orders::routes::show, orders::routes::change,
        orders::routes::show_history, orders::routes::duplicate, orders::step_routes::approve, orders::step_routes::refuse,
        orders::step_routes::cancel, orders::step_routes::process, orders::step_routes::ship,
        orders::step_routes::deliver, orders::step_routes::invoice, orders::step_routes::paid,
        orders::paper_routes::show_pdf, orders::paper_routes::show_invoice,
    ),
    components(schemas(ProblemBody, FieldError)),
    modifiers(&Conventions),
)]
struct Document;

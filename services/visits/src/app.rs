//! What makes this service visits: its routes, its document, its schema, what runs beside the requests.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use nexus_config::Settings;
use nexus_peers::Credentials;
use nexus_problem::{FieldError, ProblemBody};
use nexus_records::users;
use nexus_service::{App, Conventions, Parts, Service};
use utoipa::OpenApi;

use crate::planner::worth::Reason;
use crate::plans::engines::Engines;
use crate::plans::model::{PlanRequest, PlanTrouble};
use crate::plans::outcome::PlanOutcome;
use crate::{
    agents, calendar, figures, mirror, nights, photos, places, plans, reports, rules, territories,
    tours, visits,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/visits");
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// The service, without the engines that [`parts`] adds.
pub const SERVICE: Service = Service {
    name: "visits",
    bind: "127.0.0.1:8083",
    configure,
    openapi,
    migrations,
    background: |_| {},
};

/// The schema's history.
#[must_use]
pub fn migrations() -> EmbeddedMigrations {
    MIGRATIONS
}

fn configure(cfg: &mut ServiceConfig) {
    rules::routes::configure(cfg);
    places::nearby::configure(cfg);
    places::routes::configure(cfg);
    places::coverage::configure(cfg);
    territories::routes::configure(cfg);
    agents::routes::configure(cfg);
    nights::routes::configure(cfg);
    reports::routes::configure(cfg);
    // Before the visits, whose ids are any word.
    figures::routes::configure(cfg);
    mirror::routes::configure(cfg);
    visits::routes::configure(cfg);
    visits::steps::configure(cfg);
    photos::routes::configure(cfg);
    calendar::routes::configure(cfg);
    plans::routes::configure(cfg);
    tours::routes::configure(cfg);
}

/// Where the other services and the engines are.
#[derive(Debug, Clone)]
pub struct Places {
    pub crm: String,
    pub optimizer: String,
    pub osrm: Option<String>,
}

impl Places {
    fn from_settings(settings: &mut Settings) -> Option<Self> {
        let crm: Option<String> =
            settings.required("CRM_URL", "where crm listens, e.g. http://127.0.0.1:8082");
        let optimizer: Option<String> = settings.required(
            "ROUTE_OPTIMIZER_URL",
            "whatever speaks VROOM's API, e.g. http://127.0.0.1:8090",
        );
        Some(Self {
            crm: crm?.trim_end_matches('/').to_owned(),
            optimizer: optimizer?,
            osrm: settings.optional("OSRM_URL"),
        })
    }
}

/// What visits make of their settings.
pub fn parts(settings: &mut Settings) -> Option<Parts> {
    let credentials = Credentials::from_settings(settings, SERVICE.name);
    let places = Places::from_settings(settings);
    let (credentials, places) = (credentials?, places?);
    let peers = Arc::new(nexus_peers::Peers::new(credentials.clone()));
    let engines = Engines::new(peers, &places.optimizer, places.osrm.as_deref());
    let shared = Data::new(engines.clone());
    let crm = Data::new(mirror::rebuild::Crm(places.crm.clone()));
    Some(Parts {
        credentials,
        configure: Arc::new(move |cfg| {
            cfg.app_data(shared.clone())
                .app_data(crm.clone())
                .configure(configure);
        }),
        background: Box::new(move |app| background(app, &places, engines)),
    })
}

fn background(app: App, places: &Places, engines: Engines) {
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
    tokio::spawn(nexus_outbox::consume(
        app.db.clone(),
        Arc::clone(peers),
        mirror::inbox::SOURCE,
        places.crm.clone(),
        mirror::inbox::apply,
    ));
    tokio::spawn(forget_positions(app.clone()));
    tokio::spawn(figures::closing::work(app.clone()));
    tokio::spawn(plans::worker::work(app, engines));
}

/// Positions are kept as long as the company says, and no longer.
async fn forget_positions(app: App) {
    loop {
        let now = app.now();
        let forgotten = app.db.transaction(move |conn| {
            let (_, rules) = rules::queries::read(conn)?;
            let before = now - chrono::Duration::days(i64::from(rules.positions_kept_days));
            visits::queries::forget_positions(conn, before)
        });
        if let Err(error) = forgotten.await {
            tracing::debug!(cause = %error, "old positions stay for now");
        }
        tokio::time::sleep(FORGET_EVERY).await;
    }
}

/// The service's document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "NEXUS-CRM: visits", description = "Shops to visit, visits, plans, tours, coverage."),
    paths(
        rules::routes::show, rules::routes::replace, rules::routes::list_holidays, rules::routes::replace_holidays,
        places::routes::list, places::routes::show, places::routes::change, places::routes::add_hours, places::routes::remove_hours,
        places::coverage::show, places::coverage::show_map,
        agents::routes::show, agents::routes::replace, agents::routes::add_absence, agents::routes::remove_absence,
        nights::routes::hotels, nights::routes::add, nights::routes::remove,
        visits::routes::list, visits::routes::create, visits::routes::show, visits::routes::change,
        visits::steps::check_in, visits::steps::correct, visits::steps::list_check_ins, visits::steps::finish,
        visits::steps::miss, visits::steps::cancel, visits::steps::reopen, figures::routes::show,
        photos::routes::show, photos::routes::keep, photos::routes::remove,
        reports::routes::list, reports::routes::create, reports::routes::show, reports::routes::change, reports::routes::archive,
        reports::routes::show_for_visit,
        territories::routes::list, territories::routes::create, territories::routes::show, territories::routes::change,
        territories::routes::archive,
        mirror::routes::show, mirror::routes::start,
        calendar::routes::show, calendar::routes::make, calendar::routes::revoke, calendar::routes::read,
        plans::routes::list, plans::routes::create, plans::routes::show, plans::routes::adjusted, plans::routes::cancel, plans::routes::take,
        tours::routes::list, tours::routes::create, tours::routes::show, tours::routes::change, tours::routes::withdraw,
        tours::actions::optimise, tours::actions::replan, tours::stops::add, tours::stops::remove,
        places::nearby::around, places::nearby::on_the_way,
    ),
    components(schemas(ProblemBody, FieldError, Reason, PlanRequest, PlanOutcome, PlanTrouble)),
    modifiers(&Conventions),
)]
struct Document;

//! What makes this service analytics: its routes, its document, its schema, what runs beside the requests.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, ServiceConfig};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use nexus_config::Settings;
use nexus_kernel::business_day;
use nexus_peers::Credentials;
use nexus_problem::{FieldError, ProblemBody};
use nexus_records::users;
use nexus_service::{App, Conventions, Parts, Service};
use utoipa::OpenApi;

use crate::dashboard::Cache;
use crate::facts::feed::{self, Source, note_change, one_at_a_time};
use crate::live::Live;
use crate::{
    boards, dashboard, definitions, digests, exports, facts, live, measures, options, rebuild,
    records, targets,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/analytics");

/// The service, without the feeds that [`parts`] follows.
pub const SERVICE: Service = Service {
    name: "analytics",
    bind: "127.0.0.1:8084",
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
    cfg.app_data(Data::new(Cache::default()))
        .app_data(Data::new(Live::default()))
        .app_data(Data::new(Sources(Vec::new())));
    routes(cfg);
}

fn routes(cfg: &mut ServiceConfig) {
    dashboard::routes::configure(cfg);
    records::routes::configure(cfg);
    definitions::routes::configure(cfg);
    options::routes::configure(cfg);
    live::routes::configure(cfg);
    exports::routes::configure(cfg);
    boards::routes::configure(cfg);
    digests::routes::configure(cfg);
    targets::routes::configure(cfg);
    rebuild::routes::configure(cfg);
}

/// The services whose feeds are followed.
#[derive(Debug, Clone)]
pub struct Sources(pub Vec<Source>);

impl Sources {
    fn from_settings(settings: &mut Settings) -> Option<Self> {
        let crm: Option<String> =
            settings.required("CRM_URL", "where crm listens, e.g. http://127.0.0.1:8082");
        let visits: Option<String> = settings.optional("VISITS_URL");
        let source = |name, url: String| Source {
            name,
            url: url.trim_end_matches('/').to_owned(),
        };
        let mut sources = vec![source("crm", crm?)];
        sources.extend(visits.map(|url| source("visits", url)));
        Some(Self(sources))
    }
}

/// What analytics make of their settings.
pub fn parts(settings: &mut Settings) -> Option<Parts> {
    let credentials = Credentials::from_settings(settings, SERVICE.name);
    let sources = Sources::from_settings(settings);
    let (credentials, sources) = (credentials?, sources?);
    let (configure, live) = shared(&sources);
    Some(Parts {
        credentials,
        configure,
        background: Box::new(move |app| background(&app, &sources, live)),
    })
}

type Configure = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// Mounts the routes with what all threads share.
fn shared(sources: &Sources) -> (Configure, Live) {
    let live = Live::default();
    let cache = Data::new(Cache::default());
    let (told, feeds) = (Data::new(live.clone()), Data::new(sources.clone()));
    let configure = move |cfg: &mut ServiceConfig| {
        cfg.app_data(cache.clone())
            .app_data(told.clone())
            .app_data(feeds.clone())
            .configure(routes);
    };
    (Arc::new(configure), live)
}

fn background(app: &App, sources: &Sources, live: Live) {
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
    for source in &sources.0 {
        tokio::spawn(feed::follow(app.clone(), source.clone()));
    }
    tokio::spawn(live.look(app.clone()));
    tokio::spawn(fold(app.clone()));
    tokio::spawn(rescore(app.clone()));
    tokio::spawn(digests::send_all(app.clone()));
}

const FOLD_EVERY: Duration = Duration::from_secs(1);
/// Empty cells are swept once in so many rounds.
const SWEEP_EVERY: u32 = 600;

/// Folds appended counts into the sums.
async fn fold(app: App) {
    let mut round: u32 = 0;
    loop {
        round = round.wrapping_add(1);
        if round.is_multiple_of(SWEEP_EVERY)
            && let Err(error) = app.db.transaction(measures::rollup::sweep).await
        {
            tracing::debug!(cause = %error, "empty counts are swept later");
        }
        if let Err(error) = app.db.transaction(measures::rollup::fold).await {
            tracing::debug!(cause = %error, "counts are folded later");
        }
        tokio::time::sleep(FOLD_EVERY).await;
    }
}

const RESCORE_EVERY: Duration = Duration::from_secs(30);
const RESCORED_AT_ONCE: i64 = 2_000;

/// A new day makes other scores of the same orders.
async fn rescore(app: App) {
    loop {
        let today = business_day(app.now());
        let scored = app.db.transaction(move |conn| {
            one_at_a_time(conn)?;
            let recounted = measures::rollup::recount_if_asked(conn)?;
            let scored = facts::rescore(conn, today, RESCORED_AT_ONCE)?;
            if recounted || scored > 0 {
                note_change(conn, None)?;
            }
            Ok::<_, nexus_db::DbError>(scored)
        });
        match scored.await {
            Ok(0) | Err(_) => tokio::time::sleep(RESCORE_EVERY).await,
            Ok(_) => {}
        }
    }
}

/// The service's document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "NEXUS-CRM: analytics", description = "Figures, the records behind them, dashboards, targets."),
    paths(
        dashboard::routes::show, records::routes::list, definitions::routes::list, options::routes::show, live::routes::wait,
        exports::routes::export, boards::routes::list, boards::routes::create, boards::routes::show, boards::routes::change,
        boards::routes::delete, digests::routes::list, digests::routes::set, digests::routes::delete, targets::routes::show, targets::routes::replace, rebuild::routes::status,
        rebuild::routes::parked, rebuild::routes::show, rebuild::routes::start,
    ),
    components(schemas(ProblemBody, FieldError, dashboard::model::Tile)),
    modifiers(&Conventions),
)]
struct Document;

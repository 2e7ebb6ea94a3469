use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, Json, PayloadConfig, ServiceConfig, get, resource, to};
use actix_web::{HttpResponse, HttpServer};
use nexus_outbox::Feed;
use nexus_problem::not_found_handler;
use serde_json::json;
use utoipa::openapi::OpenApi;

use crate::app::App;
use crate::drain::Drain;
use crate::run::Service;
use crate::tracing_layer::{Methods, trace};

/// Two cores, two workers.
const WORKERS: usize = 2;
/// A JSON body of ours is never larger.
const BODY_MOST: usize = 1024 * 1024;
const HEAD_WITHIN: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(75);
const DRAIN: Duration = Duration::from_secs(8);
const LISTENER_CLOSES: Duration = Duration::from_millis(20);

/// A started server.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Stops it.
    pub handle: ServerHandle,
    /// Ends when the server has stopped.
    pub ended: tokio::task::JoinHandle<std::io::Result<()>>,
    drain: Arc<Drain>,
    feed: Feed,
}

impl Running {
    /// Not ready any more; gives connections back, accepts no more of them, finishes what has begun, then stops. It does not
    /// wait for the framework, which looks once a second: whoever starts this service again does so at once.
    pub async fn drain(self) -> std::io::Result<()> {
        self.feed.stop();
        self.drain.say_farewell().await;
        // What was accepted is served to its end; told to stop, the framework would drop what still waits for a worker.
        self.handle.pause().await;
        self.drain.finished(DRAIN).await;
        let stopping = self.handle.stop(true);
        tokio::select! {
            () = stopping => self.ended.await.unwrap_or_else(|error| Err(std::io::Error::other(error))),
            () = tokio::time::sleep(LISTENER_CLOSES) => Ok(()),
        }
    }
}

/// Whether everything a service needs is there.
#[derive(Clone)]
struct Readiness {
    app: App,
    migrated: Arc<AtomicBool>,
    drain: Arc<Drain>,
}

/// Starts the HTTP server of a service with these routes, which may be more than its own `configure`.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(
    listener: TcpListener,
    app: App,
    service: Service,
    migrated: Arc<AtomicBool>,
    configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> std::io::Result<Running> {
    let address = listener.local_addr()?;
    let drain = Arc::new(Drain::default());
    let readiness = Readiness {
        app: app.clone(),
        migrated,
        drain: Arc::clone(&drain),
    };
    let known = Arc::new(Methods::new(service.openapi));
    let waiting = app.feed.clone();
    let (db, feed) = (Data::new(app.db.clone()), Data::new(app.feed.clone()));
    let verifier = Data::from(Arc::clone(&app.verifier));
    let (app, readiness) = (Data::new(app), Data::new(readiness));
    let drains = Arc::clone(&drain);
    let server = HttpServer::new(move || {
        let (known, drain) = (Arc::clone(&known), Arc::clone(&drains));
        actix_web::App::new()
            .app_data(app.clone())
            .app_data(db.clone())
            .app_data(feed.clone())
            .app_data(verifier.clone())
            .app_data(readiness.clone())
            .app_data(PayloadConfig::new(BODY_MOST))
            .wrap(from_fn(move |request, next| {
                trace(Arc::clone(&known), Arc::clone(&drain), request, next)
            }))
            .service(resource("/healthz").route(get().to(healthz)))
            .service(resource("/readyz").route(get().to(readyz)))
            .service(resource("/metrics").route(get().to(move || metrics(service.name))))
            .service(
                resource("/internal/openapi.json")
                    .route(get().to(move || document(service.openapi))),
            )
            .configure(nexus_outbox::events_route)
            .configure(|cfg| configure(cfg))
            .default_service(to(not_found_handler))
    })
    .workers(WORKERS)
    .worker_max_blocking_threads(1)
    .max_connections(512)
    .client_request_timeout(HEAD_WITHIN)
    .keep_alive(IDLE)
    .shutdown_timeout(DRAIN.as_secs())
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    Ok(Running {
        address,
        handle,
        ended: tokio::spawn(server),
        drain,
        feed: waiting,
    })
}

/// Alive: restart me when this does not answer. It asks nobody else.
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "alive"}))
}

/// Ready: send me requests.
async fn readyz(readiness: Data<Readiness>) -> HttpResponse {
    let database = readiness
        .app
        .db
        .read(|conn| {
            use diesel::r2d2::R2D2Connection;
            conn.ping().map_err(nexus_db::DbError::from)
        })
        .await
        .is_ok();
    let parts = json!({
        "database": database,
        "migrated": readiness.migrated.load(Ordering::Acquire),
        "keys": !readiness.app.verifier.keys.is_empty(),
        "serving": !readiness.drain.has_begun(),
    });
    let ready = parts
        .as_object()
        .is_some_and(|parts| parts.values().all(|part| part == &json!(true)));
    let status = if ready { "ready" } else { "not ready" };
    let body = json!({"status": status, "parts": parts});
    if ready {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable()
            .insert_header(("retry-after", "1"))
            .json(body)
    }
}

/// Numbers for Prometheus. Like every path outside `/api` it is reached from inside only: the gateway does not route it.
async fn metrics(name: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(nexus_telemetry::metrics::CONTENT_TYPE)
        .body(nexus_telemetry::metrics::told(name))
}

/// Made when somebody asks: kept, it would be a large part of the service's memory.
async fn document(made: fn() -> OpenApi) -> Json<OpenApi> {
    Json(made())
}

//! HTTP: VROOM's two routes, ours for whoever runs it, and the frame around both.

mod admission;
mod line;
mod metrics;
mod routes;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, get, post, resource, to};
use actix_web::{App, HttpServer};
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::pool::Pool;
use crate::work::Workshop;
use metrics::Metrics;

const HEAD_WITHIN: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(75);
const CONNECTIONS: usize = 256;
const DRAIN_SECONDS: u64 = 8;

/// What the routes share.
struct Desk {
    workshop: Arc<Workshop>,
    pool: Pool,
    /// One permit for each request that is worked on or waits.
    places: Arc<Semaphore>,
    /// How many permits there are.
    most: usize,
    metrics: Arc<Metrics>,
    body_bytes: usize,
    draining: Arc<AtomicBool>,
}

impl Desk {
    /// Requests that are worked on or wait.
    fn in_hand(&self) -> usize {
        self.most - self.places.available_permits()
    }
}

/// A started server.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    ended: tokio::task::JoinHandle<std::io::Result<()>>,
    draining: Arc<AtomicBool>,
}

impl Running {
    /// Not ready any more; finishes what has begun, then stops.
    ///
    /// # Errors
    /// When the server had failed.
    pub async fn drain(self) -> std::io::Result<()> {
        self.draining.store(true, Ordering::Release);
        self.handle.stop(true).await;
        let ended = self.ended.await;
        ended.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }
}

/// Starts the server.
///
/// # Errors
/// When the listener cannot be used.
pub fn start(listener: TcpListener, config: &Config) -> std::io::Result<Running> {
    let address = listener.local_addr()?;
    let draining = Arc::new(AtomicBool::new(false));
    let desk = Data::new(Desk {
        workshop: Arc::new(config.workshop()),
        pool: Pool::new(config.threads),
        places: Arc::new(Semaphore::new(config.threads + config.queue)),
        most: config.threads + config.queue,
        metrics: Arc::default(),
        body_bytes: config.body_bytes,
        draining: Arc::clone(&draining),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(desk.clone())
            .service(resource("/").route(post().to(routes::solve)).route(
                actix_web::web::method(actix_web::http::Method::OPTIONS).to(routes::preflight),
            ))
            .service(resource("/health").route(get().to(routes::health)))
            .service(resource("/healthz").route(get().to(routes::healthz)))
            .service(resource("/readyz").route(get().to(routes::readyz)))
            .service(resource("/metrics").route(get().to(routes::metrics)))
            .default_service(to(routes::unknown))
    })
    .on_connect(line::remember)
    .workers(1)
    .worker_max_blocking_threads(1)
    .max_connections(CONNECTIONS)
    .client_request_timeout(HEAD_WITHIN)
    .keep_alive(IDLE)
    .shutdown_timeout(DRAIN_SECONDS)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(Running {
        address,
        handle: server.handle(),
        ended: tokio::spawn(server),
        draining,
    })
}

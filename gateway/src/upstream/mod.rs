//! A service behind the gateway: pooled connections, deadlines, careful retries, a breaker.

mod answer;
mod breaker;
mod budget;
mod link;
mod targets;
mod watch;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::header::{HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::body::RequestBody;
use crate::rescue::Refusal;
use crate::table::Service;
use answer::Slot;
pub use answer::UpstreamBody;
use breaker::Breaker;
use budget::Budget;
use link::{Link, Lost};
use nexus_telemetry::metrics::Page;
pub use targets::BadAddress;
use targets::Targets;
use watch::{Moment, Watch, one_more};

/// With it a service does its work once, however often it is asked.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The largest answer to a question of the gateway's own (an API description).
const DOCUMENT_BYTES: usize = 8 * 1024 * 1024;

/// How long the gateway waits for a service, and how much it asks at once.
#[derive(Debug, Clone, Copy)]
pub struct UpstreamLimits {
    pub connect: Duration,
    /// A refused connection is tried again for so long: a restart goes unnoticed.
    pub connect_budget: Duration,
    /// From the request's end to the head of the answer.
    pub answer: Duration,
    /// Longest pause within an answer.
    pub answer_pause: Duration,
    /// How often an open breaker looks whether the service is back, and how long it waits for a sign.
    pub probe_every: Duration,
    pub probe_patience: Duration,
    pub in_flight: usize,
    pub idle_connections: usize,
    /// Below the 75 seconds after which services close a quiet connection.
    pub idle: Duration,
}

impl Default for UpstreamLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_millis(300),
            connect_budget: Duration::from_millis(800),
            answer: Duration::from_secs(5),
            answer_pause: Duration::from_secs(30),
            probe_every: Duration::from_millis(500),
            probe_patience: Duration::from_secs(1),
            in_flight: 256,
            idle_connections: 64,
            idle: Duration::from_secs(30),
        }
    }
}

type Pool = Vec<Box<Link>>;

pub struct Upstream {
    pub service: Service,
    targets: Targets,
    authority: HeaderValue,
    idle: Mutex<Pool>,
    breaker: Breaker,
    budget: Budget,
    watch: Watch,
    in_flight: AtomicUsize,
    limits: UpstreamLimits,
}

impl Upstream {
    /// `urls` is `http://host:port`; several, separated by commas, are replicas of one service.
    pub fn new(
        service: Service,
        urls: &str,
        limits: UpstreamLimits,
    ) -> Result<Arc<Self>, BadAddress> {
        let (targets, authority) = Targets::parse(urls)?;
        Ok(Arc::new(Self {
            service,
            targets,
            authority,
            idle: Mutex::new(Vec::new()),
            breaker: Breaker::default(),
            budget: Budget::default(),
            watch: Watch::default(),
            in_flight: AtomicUsize::new(0),
            limits,
        }))
    }

    /// Its numbers.
    pub fn tell(&self, page: &mut Page) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = Moment {
            in_flight: self.in_flight.load(Ordering::Relaxed),
            idle: idle.len(),
            open: self.breaker.is_open(),
        };
        drop(idle);
        self.watch.tell(page, self.service.name(), &moment);
    }

    /// Sends a request on, and returns the answer as soon as its head is there.
    ///
    /// A request is sent again only when none of it had left, or when asking twice does what asking once does.
    pub async fn send(
        self: &Arc<Self>,
        mut request: Request<RequestBody>,
    ) -> Result<Response<UpstreamBody>, Refusal> {
        if self.breaker.is_open() {
            one_more(&self.watch.refused_by_breaker);
            return Err(Refusal::Unavailable);
        }
        let slot = Slot::take(self).ok_or_else(|| {
            one_more(&self.watch.overloaded);
            Refusal::Overloaded
        })?;
        request.headers_mut().insert(HOST, self.authority.clone());
        if has_key(&request) {
            let (parts, body) = request.into_parts();
            request = Request::from_parts(parts, body.held().await?);
        }
        let mut again = copy_of_repeatable(&request);
        let mut fresh_failed = false;
        let began = Instant::now();
        loop {
            let (mut link, rested) = match self.take_idle() {
                Some(link) => (link, true),
                None => (self.dial().await?, false),
            };
            // However often it is sent, the client waits no longer.
            let patience = self.limits.answer.saturating_sub(began.elapsed());
            match link.exchange(request, patience).await {
                Ok(response) => {
                    self.breaker.answered();
                    self.budget.answered();
                    return Ok(response.map(|body| UpstreamBody::new(body, link, slot)));
                }
                Err(Lost::Unsent(unsent)) if rested || !fresh_failed => {
                    fresh_failed = !rested;
                    request = *unsent;
                }
                Err(Lost::Unsent(_) | Lost::Broken) => {
                    request = self.once_more(&mut again)?;
                }
                Err(Lost::TimedOut) => {
                    one_more(&self.watch.timed_out);
                    self.targets.shun(link.address);
                    if self.breaker.timed_out() {
                        self.watch();
                    }
                    return Err(Refusal::UpstreamTimeout);
                }
                Err(Lost::Body(fault)) => return Err(fault),
            }
        }
    }

    /// The copy of a request whose answer was lost, once and within the budget.
    fn once_more(
        &self,
        again: &mut Option<Request<RequestBody>>,
    ) -> Result<Request<RequestBody>, Refusal> {
        match again.take().filter(|_| self.budget.spend()) {
            Some(request) => {
                one_more(&self.watch.retries);
                Ok(request)
            }
            None => {
                one_more(&self.watch.broken);
                Err(Refusal::BadGateway)
            }
        }
    }

    fn take_idle(&self) -> Option<Box<Link>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let mut link = idle.pop()?;
            if !self.targets.is_shunned(link.address) && link.is_fresh(self.limits.idle) {
                return Some(link);
            }
        }
    }

    fn put_back(&self, mut link: Box<Link>) {
        if !link.is_reusable() {
            return;
        }
        link.rest();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.limits.idle_connections {
            idle.push(link);
        }
    }

    /// Connects, trying again within the budget. Whoever runs out of it opens the breaker for everybody.
    async fn dial(self: &Arc<Self>) -> Result<Box<Link>, Refusal> {
        let give_up = Instant::now() + self.limits.connect_budget;
        let mut pause = Duration::from_millis(20);
        loop {
            if let Some(link) = self.connect().await {
                return Ok(link);
            }
            if self.breaker.is_open() {
                return Err(Refusal::Unavailable);
            }
            if Instant::now() + pause > give_up {
                one_more(&self.watch.unreachable);
                if self.breaker.open() {
                    self.watch();
                }
                return Err(Refusal::Unavailable);
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }

    /// A connection to the first address that takes one.
    async fn connect(&self) -> Option<Box<Link>> {
        for address in self.targets.in_turn().await {
            match self.connect_to(address).await {
                Some(link) => return Some(link),
                None => self.targets.shun(address),
            }
        }
        None
    }

    async fn connect_to(&self, address: SocketAddr) -> Option<Box<Link>> {
        let dialling = TcpStream::connect(address);
        let stream = timeout(self.limits.connect, dialling).await.ok()?.ok()?;
        // Small messages both ways: waiting to fill packets only adds delay.
        stream.set_nodelay(true).ok()?;
        let link = Link::new(stream, address).await.ok()?;
        self.targets.pardon(address);
        Some(link)
    }

    /// Looks in the background for the service to come back, and closes the breaker then.
    fn watch(self: &Arc<Self>) {
        one_more(&self.watch.opened);
        tracing::warn!(
            upstream = self.service.name(),
            "a service stopped answering"
        );
        let upstream = Arc::downgrade(self);
        let every = self.limits.probe_every;
        tokio::spawn(async move {
            loop {
                sleep(every).await;
                let Some(upstream) = upstream.upgrade() else {
                    return;
                };
                if upstream
                    .ask("/healthz", upstream.limits.probe_patience)
                    .await
                    .is_ok()
                {
                    upstream.breaker.close();
                    tracing::info!(
                        upstream = upstream.service.name(),
                        "a service answers again"
                    );
                    return;
                }
            }
        });
    }

    /// Asks the service something of the gateway's own, past the breaker, on a connection of its own.
    pub async fn ask(
        &self,
        path: &'static str,
        patience: Duration,
    ) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let mut request = Request::new(RequestBody::Empty);
        *request.uri_mut() = Uri::from_static(path);
        request.headers_mut().insert(HOST, self.authority.clone());
        let asking = async {
            let mut link = self.connect().await.ok_or(Refusal::Unavailable)?;
            match link.exchange(request, patience).await {
                Ok(response) => {
                    let status = response.status();
                    let body = link.read(response.into_body(), DOCUMENT_BYTES).await;
                    Ok((status, body.ok_or(Refusal::BadGateway)?))
                }
                Err(_) => Err(Refusal::BadGateway),
            }
        };
        timeout(patience, asking)
            .await
            .unwrap_or(Err(Refusal::UpstreamTimeout))
    }
}

fn has_key(request: &Request<RequestBody>) -> bool {
    *request.method() == Method::POST && request.headers().contains_key(IDEMPOTENCY_KEY)
}

/// A read without a body can be asked twice, and so can what carries a key and is held whole.
fn copy_of_repeatable(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    let read = matches!(*request.method(), Method::GET | Method::HEAD)
        && matches!(request.body(), RequestBody::Empty);
    if !read && !has_key(request) {
        return None;
    }
    let mut copy = Request::new(request.body().again()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}

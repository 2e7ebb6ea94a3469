//! What happens to a request, read top to bottom.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderValue, ORIGIN};
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use nexus_telemetry::metrics::{self, REQUESTS};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::body::{Busy, Reply, RequestBody};
use crate::config::Config;
use crate::guard::{FAULT_METHOD, HeadFault};
use crate::headers::{self, Dressing, TRACEPARENT, X_CLIENT_IP};
use crate::health::{self, Readiness};
use crate::openapi::Document;
use crate::path;
use crate::rescue::Refusal;
use crate::table::{self, BodyLimits, Route, Service};
use crate::tiles::Tiles;
use crate::tokens::Tokens;
use crate::trace::Trace;
use crate::upstream::Upstream;
use crate::web::Site;

pub struct Gateway {
    config: Config,
    upstreams: Vec<Arc<Upstream>>,
    tokens: Tokens,
    site: Site,
    tiles: Tiles,
    document: Document,
    readiness: Readiness,
    dressing: Dressing,
    stopping: AtomicBool,
}

/// The other end of a client's connection.
pub struct Peer {
    pub address: IpAddr,
    /// The same, as services get it.
    pub name: HeaderValue,
    /// Requests being answered on it.
    pub busy: Arc<AtomicUsize>,
}

impl Peer {
    pub fn new(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self {
            address,
            name: address_value(address),
            busy: Arc::default(),
        }
    }
}

impl Gateway {
    pub fn new(config: Config) -> anyhow::Result<Self> {
        let upstreams = config
            .upstreams
            .iter()
            .map(|(service, url)| Upstream::new(*service, url, config.limits.upstream))
            .collect::<Result<Vec<_>, _>>()?;
        let told = upstreams.clone();
        metrics::provide("upstreams", move |page| {
            for upstream in &told {
                upstream.tell(page);
            }
        });
        Ok(Self {
            upstreams,
            tokens: Tokens::start(&config),
            site: Site::load(config.web_root.as_deref())?,
            tiles: Tiles::new(config.tiles.clone())?,
            document: Document::default(),
            readiness: Readiness::default(),
            dressing: Dressing::new(&config.public_url),
            stopping: AtomicBool::new(false),
            config,
        })
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether tokens can be checked.
    pub fn keys_known(&self) -> bool {
        self.tokens.keys_known()
    }

    /// From now on `/readyz` says no.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub async fn handle(&self, request: Request<Incoming>, peer: &Peer) -> Response<Reply> {
        let started = Instant::now();
        let busy = Busy::new(peer.busy.clone());
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let (span, trace) = Trace::begin(&method, request.headers());
        let mut route = "-";

        let answering = self.answer(request, &uri, peer, &trace, &mut route);
        let answer = answering.instrument(span.clone()).await;

        let mut response = answer.unwrap_or_else(|refusal| refusal.answer(&trace));
        let in_api = uri.path().starts_with("/api/") && !uri.path().starts_with("/api/docs");
        self.dressing.put_on(response.headers_mut(), &trace, in_api);
        response.body_mut().keep(busy);
        if self.stopping.load(Ordering::Relaxed) {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        let status = response.status().as_u16();
        span.record("http.route", route);
        span.record("http.response.status_code", status);
        if matches!(uri.path(), "/healthz" | "/readyz") {
            return response;
        }
        REQUESTS.answered(method.as_str(), route, status, started.elapsed());
        tracing::info!(
            method = method.as_str(),
            route,
            path = uri.path(),
            status,
            duration_ms = (started.elapsed().as_secs_f64() * 1e5).round() / 100.0,
            trace_id = trace.id(),
            "request"
        );
        response
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        uri: &Uri,
        peer: &Peer,
        trace: &Trace,
        route_name: &mut &'static str,
    ) -> Result<Response<Reply>, Refusal> {
        let target = target(request.method(), uri, request.headers())?;
        if let Some(route) = table::find(request.method(), &target) {
            *route_name = route.name;
            let uri = forwarded_uri(uri, &target)?;
            return self.forward(request, uri, route, peer, trace).await;
        }
        let response = self.answer_myself(&target, request.headers()).await?;
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            Ok(response)
        } else {
            Err(Refusal::Method(table::STATIC_METHODS))
        }
    }

    async fn answer_myself(
        &self,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<Response<Reply>, Refusal> {
        match path {
            "/healthz" => Ok(health::alive()),
            "/readyz" => {
                let stopping = self.stopping.load(Ordering::Relaxed);
                let keys_known = self.tokens.keys_known();
                Ok(self
                    .readiness
                    .answer(&self.upstreams, keys_known, stopping)
                    .await)
            }
            "/api/openapi.json" => {
                let document = self.document.current(&self.upstreams).await;
                Ok(health::json(
                    StatusCode::OK,
                    document.ok_or(Refusal::NoDocument)?,
                ))
            }
            "/tiles" => Ok(self.tiles.told()),
            path => match path.strip_prefix("/tiles/") {
                Some(tile) => {
                    self.tokens.check(headers)?;
                    self.tiles.answer(tile).await
                }
                None => self.site.answer(path, headers).await,
            },
        }
    }

    async fn forward(
        &self,
        request: Request<Incoming>,
        uri: Uri,
        route: Route,
        peer: &Peer,
        trace: &Trace,
    ) -> Result<Response<Reply>, Refusal> {
        if !table::api_allows(request.method()) {
            return Err(Refusal::Method(table::API_METHODS));
        }
        let upstream = self.upstream(route.service).ok_or(Refusal::NotFound)?;
        if route.cookie_bearing && !self.comes_from_own_pages(request.headers()) {
            return Err(Refusal::ForeignOrigin);
        }
        let (mut parts, body) = request.into_parts();
        let client = self.client_of(peer, &parts.headers);

        headers::strip_request(&mut parts.headers, route.service == Service::Auth);
        if !route.open {
            self.tokens.check(&parts.headers)?;
        }
        let limits = if route.upload {
            self.config.limits.upload
        } else if route.offer {
            BodyLimits::small()
        } else {
            self.config.limits.body
        };
        let body = RequestBody::new(body, limits)?;

        parts.headers.insert(X_CLIENT_IP, client);
        parts.headers.insert(TRACEPARENT, trace.parent_value());
        parts.uri = uri;
        parts.version = Version::HTTP_11;
        let mut response = upstream.send(Request::from_parts(parts, body)).await?;
        headers::strip_response(response.headers_mut());
        *response.version_mut() = Version::HTTP_11;
        Ok(response.map(Reply::upstream))
    }

    fn upstream(&self, service: Service) -> Option<&Arc<Upstream>> {
        self.upstreams
            .iter()
            .find(|upstream| upstream.service == service)
    }

    fn client_of(&self, peer: &Peer, headers: &HeaderMap) -> HeaderValue {
        let client = self.config.trusted_proxies.client(peer.address, headers);
        if client == peer.address {
            peer.name.clone()
        } else {
            address_value(client)
        }
    }

    /// Browsers say where a request comes from; other programs say nothing and carry no cookies by themselves.
    fn comes_from_own_pages(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let (_, authority) = origin.split_once("://").unwrap_or_default();
        origins.next().is_none() && (origin == self.config.public_url || host == Some(authority))
    }
}

fn address_value(address: IpAddr) -> HeaderValue {
    HeaderValue::try_from(address.to_string()).unwrap_or(HeaderValue::from_static("unknown"))
}

/// The canonical path that is asked for.
fn target<'u>(method: &Method, uri: &'u Uri, headers: &HeaderMap) -> Result<Cow<'u, str>, Refusal> {
    if method.as_str() == FAULT_METHOD {
        return Err(Refusal::Head(HeadFault::from_path(uri.path())));
    }
    if matches!(*method, Method::CONNECT | Method::TRACE) {
        return Err(Refusal::Method(table::API_METHODS));
    }
    if let Some(authority) = uri.authority() {
        // RFC 9112 §3.2.2: a whole URL is a valid target; one that contradicts Host is a trick.
        let host = headers.get(HOST);
        let same = host.is_some_and(|host| {
            host.as_bytes()
                .eq_ignore_ascii_case(authority.as_str().as_bytes())
        });
        if !same || !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(Refusal::Target);
        }
    }
    if !uri.query().is_none_or(path::query_is_sound) {
        return Err(Refusal::Path);
    }
    path::canonical(uri.path()).map_err(|_| Refusal::Path)
}

/// The target as a service gets it: the canonical path, the query as it came.
fn forwarded_uri(uri: &Uri, path: &str) -> Result<Uri, Refusal> {
    if uri.authority().is_none() && uri.path() == path {
        return Ok(uri.clone());
    }
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    Uri::try_from(target).map_err(|_| Refusal::Target)
}

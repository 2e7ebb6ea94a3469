//! The web app: built files, held in memory as browsers ask for them.

mod csp;
mod load;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use hyper::body::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderValue, IF_NONE_MATCH, LOCATION, VARY,
};
use hyper::{HeaderMap, Response, StatusCode};

use crate::body::Reply;
use crate::rescue::Refusal;
pub use load::LoadError;

/// Where the browsable API description lives, in the address and in the folder.
const DOCS: (&str, &str) = ("/api/docs/", "/api-docs/");

const NOT_BUILT: &str = "The web app has not been built yet.\n\nIn the folder frontend/ run: npm ci && npm run build\nThen start the gateway with WEB_ROOT naming the folder frontend/build.\n\nThe API is at /api/v1, its description at /api/openapi.json.\n";

#[derive(Default)]
pub struct Site {
    files: HashMap<String, Asset>,
}

struct Asset {
    content_type: HeaderValue,
    /// Pages only.
    policy: Option<HeaderValue>,
    immutable: bool,
    plain: Variant,
    brotli: Option<Variant>,
    gzip: Option<Variant>,
}

struct Variant {
    content: Content,
    etag: HeaderValue,
}

enum Content {
    Held(Bytes),
    OnDisk(PathBuf),
}

impl Content {
    async fn read(&self) -> Result<Bytes, Refusal> {
        match self {
            Self::Held(bytes) => Ok(bytes.clone()),
            Self::OnDisk(path) => match tokio::fs::read(path).await {
                Ok(bytes) => Ok(bytes.into()),
                // Another build stands there now.
                Err(_) => Err(Refusal::NotFound),
            },
        }
    }
}

impl Site {
    /// Reads the built app; without a folder there is a page that says how to build it.
    pub fn load(root: Option<&Path>) -> Result<Self, LoadError> {
        let files = match root {
            Some(root) if root.is_dir() => load::folder(root)?,
            _ => HashMap::new(),
        };
        if !files.contains_key("/index.html") {
            tracing::warn!(
                "there is no built web app: WEB_ROOT names no folder with an index.html"
            );
        }
        Ok(Self { files })
    }

    /// Answers a GET or HEAD of a canonical path outside the API.
    pub async fn answer(
        &self,
        path: &str,
        headers: &HeaderMap,
    ) -> Result<Response<Reply>, Refusal> {
        if path == "/api/docs" {
            return Ok(redirect(DOCS.0));
        }
        if let Some(rest) = path.strip_prefix(DOCS.0) {
            let file = self.file(&format!("{}{rest}", DOCS.1));
            return file.ok_or(Refusal::NotFound)?.answer(headers).await;
        }
        let first = path.split('/').nth(1).unwrap_or_default();
        if first.eq_ignore_ascii_case("api") || first.eq_ignore_ascii_case("internal") {
            return Err(Refusal::NotFound);
        }
        if let Some(asset) = self.file(path) {
            return asset.answer(headers).await;
        }
        let last = path.rsplit('/').next().unwrap_or_default();
        match self.files.get("/index.html") {
            _ if last.contains('.') => Err(Refusal::NotFound),
            Some(index) => index.answer(headers).await,
            None => Ok(not_built()),
        }
    }

    fn file(&self, path: &str) -> Option<&Asset> {
        if path.ends_with('/') {
            self.files.get(&format!("{path}index.html"))
        } else {
            self.files.get(path)
        }
    }
}

impl Asset {
    async fn answer(&self, request: &HeaderMap) -> Result<Response<Reply>, Refusal> {
        let (variant, encoding) = self.variant(request);
        let unchanged = request
            .get_all(IF_NONE_MATCH)
            .iter()
            .any(|tags| names(tags, &variant.etag));
        let bytes = if unchanged {
            Bytes::new()
        } else {
            variant.content.read().await?
        };
        let mut response = Response::new(Reply::whole(bytes));
        let headers = response.headers_mut();
        headers.insert(ETAG, variant.etag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        let cache = if self.immutable {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        if let Some(policy) = &self.policy {
            headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        }
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Ok(response);
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Ok(response)
    }

    fn variant(&self, request: &HeaderMap) -> (&Variant, Option<&'static str>) {
        if let Some(brotli) = self.brotli.as_ref().filter(|_| accepts(request, "br")) {
            return (brotli, Some("br"));
        }
        if let Some(gzip) = self.gzip.as_ref().filter(|_| accepts(request, "gzip")) {
            return (gzip, Some("gzip"));
        }
        (&self.plain, None)
    }
}

/// Whether `Accept-Encoding` names this coding without a weight of zero.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    request
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|entry| {
            let (name, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(coding) && weight.is_none_or(|q| q > 0.0)
        })
}

/// Whether an `If-None-Match` names this tag (weakly, as RFC 9110 §13.1.2 wants it).
fn names(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    tags.to_str().is_ok_and(|tags| {
        tags.split(',').map(str::trim).any(|tag| {
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == etag.as_bytes()
        })
    })
}

fn redirect(to: &'static str) -> Response<Reply> {
    let mut response = Response::new(Reply::whole(Bytes::new()));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static(to));
    response
}

fn not_built() -> Response<Reply> {
    let mut response = Response::new(Reply::whole(NOT_BUILT));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

//! One API description out of the services' own.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::upstream::Upstream;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MergeError {
    #[error("two services describe {0} {1:?} differently: rename one")]
    Conflict(&'static str, String),
    #[error("a service's description is not an OpenAPI document")]
    NotADocument,
}

/// Merges documents: paths, components and tags together. Equal parts may meet, different ones under one name may not.
pub fn merge(documents: &[Value]) -> Result<Value, MergeError> {
    let (mut paths, mut components, mut tags) = (Map::new(), Map::new(), Vec::new());
    for document in documents {
        let own = document["paths"]
            .as_object()
            .ok_or(MergeError::NotADocument)?;
        for (path, item) in own
            .iter()
            .filter(|(path, _)| !path.starts_with("/internal"))
        {
            add("the path", &mut paths, path, item)?;
        }
        for (kind, members) in document["components"].as_object().into_iter().flatten() {
            let all = components.entry(kind).or_insert_with(|| json!({}));
            let all = all.as_object_mut().ok_or(MergeError::NotADocument)?;
            for (name, member) in members.as_object().into_iter().flatten() {
                add("the component", all, name, member)?;
            }
        }
        for tag in document["tags"].as_array().into_iter().flatten() {
            if !tags
                .iter()
                .any(|known: &Value| known["name"] == tag["name"])
            {
                tags.push(tag.clone());
            }
        }
    }
    let security = documents
        .iter()
        .find_map(|document| document.get("security"));
    let mut merged = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "NEXUS-CRM",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Everything the web app does, it does with these calls.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": components,
    });
    if let Some(security) = security {
        merged["security"] = security.clone();
    }
    Ok(merged)
}

fn add(
    kind: &'static str,
    all: &mut Map<String, Value>,
    name: &str,
    member: &Value,
) -> Result<(), MergeError> {
    match all.get(name) {
        Some(known) if known != member => Err(MergeError::Conflict(kind, name.to_owned())),
        Some(_) => Ok(()),
        None => {
            all.insert(name.to_owned(), member.clone());
            Ok(())
        }
    }
}

/// How long a merged document is served without asking the services again, and how soon a failure is tried again.
const FRESH: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(3);

/// The merged document of the running services; the last good one outlives a service that is down.
#[derive(Default)]
pub struct Document(Mutex<Held>);

#[derive(Default)]
struct Held {
    last: Option<Bytes>,
    good_until: Option<Instant>,
}

impl Document {
    pub async fn current(&self, upstreams: &[Arc<Upstream>]) -> Option<Bytes> {
        let mut held = self.0.lock().await;
        let now = Instant::now();
        if held.good_until.is_none_or(|until| until < now) {
            let read = read(upstreams).await;
            let good_for = if read.is_some() { FRESH } else { AGAIN };
            held.good_until = Some(now + good_for);
            held.last = read.or(held.last.take());
        }
        held.last.clone()
    }
}

async fn read(upstreams: &[Arc<Upstream>]) -> Option<Bytes> {
    let mut documents = Vec::with_capacity(upstreams.len());
    for upstream in upstreams {
        let answer = upstream.ask("/internal/openapi.json", PATIENCE).await;
        let document = answer
            .ok()
            .filter(|(status, _)| status.is_success())
            .and_then(|(_, body)| serde_json::from_slice(&body).ok());
        let Some(document) = document else {
            tracing::warn!(
                upstream = upstream.service.name(),
                "no API description to be had"
            );
            return None;
        };
        documents.push(document);
    }
    match merge(&documents) {
        Ok(merged) => Some(Bytes::from(merged.to_string())),
        Err(error) => {
            tracing::error!(%error, "the services' API descriptions do not fit together");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(path: &str, schema: &str, kind: &str) -> Value {
        json!({
            "paths": { path: { "get": {} }, "/internal/feed": {} },
            "components": { "schemas": { schema: { "type": kind } }, "securitySchemes": { "bearer": { "type": "http" } } },
            "tags": [{ "name": path }],
            "security": [{ "bearer": [] }],
        })
    }

    #[test]
    fn paths_and_components_come_together_and_internal_ones_stay_out() {
        let merged =
            merge(&[document("/a", "A", "string"), document("/b", "B", "string")]).unwrap();
        let names = |value: &Value| {
            value
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&merged["paths"]), ["/a", "/b"]);
        assert_eq!(names(&merged["components"]["schemas"]), ["A", "B"]);
        assert_eq!(names(&merged["components"]["securitySchemes"]), ["bearer"]);
        assert_eq!(merged["tags"].as_array().map(Vec::len), Some(2));
        assert_eq!(merged["security"], json!([{ "bearer": [] }]));
    }

    #[test]
    fn equal_components_may_meet_but_different_ones_are_an_error() {
        assert!(
            merge(&[
                document("/a", "Problem", "object"),
                document("/b", "Problem", "object")
            ])
            .is_ok()
        );
        let clash = merge(&[
            document("/a", "Row", "object"),
            document("/b", "Row", "string"),
        ]);
        assert_eq!(
            clash,
            Err(MergeError::Conflict("the component", "Row".to_owned()))
        );
        assert_eq!(merge(&[json!({})]), Err(MergeError::NotADocument));
    }
}

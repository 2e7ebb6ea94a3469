//! Reads the built app into memory.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use sha2::{Digest as _, Sha256};

use super::{Asset, Content, Variant, csp};

/// A built app is a few megabytes; a folder far beyond that was named by mistake.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the web app's files cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("WEB_ROOT holds more than 64 MiB: it must name the built web app")]
    TooLarge,
}

pub fn folder(root: &Path) -> Result<HashMap<String, Asset>, LoadError> {
    let mut raw = HashMap::new();
    let mut left = MOST_BYTES;
    let mut folders = vec![(root.to_path_buf(), String::from("/"))];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                folders.push((entry.path(), format!("{prefix}{name}/")));
            } else if kind.is_file() {
                left = left
                    .checked_sub(entry.metadata()?.len())
                    .ok_or(LoadError::TooLarge)?;
                raw.insert(format!("{prefix}{name}"), read(&entry.path())?);
            }
        }
    }
    Ok(assets(root, raw))
}

fn read(path: &PathBuf) -> io::Result<Bytes> {
    fs::read(path).map(Bytes::from)
}

/// Joins files with their compressed twins; a twin without its file stays a file of its own. What has a twin is asked for as it
/// is by no browser, and stays on the disk.
fn assets(root: &Path, mut raw: HashMap<String, Bytes>) -> HashMap<String, Asset> {
    let is_twin = |path: &str| {
        path.strip_suffix(".br")
            .or(path.strip_suffix(".gz"))
            .map(str::to_owned)
    };
    let paths: Vec<String> = raw
        .keys()
        .filter(|path| is_twin(path).is_none_or(|base| !raw.contains_key(&base)))
        .cloned()
        .collect();
    let mut assets = HashMap::with_capacity(paths.len());
    for path in paths {
        let Some(bytes) = raw.remove(&path) else {
            continue;
        };
        let hash: String = Sha256::digest(&bytes)[..12]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let variant = |content, suffix: &str| Variant {
            content,
            etag: HeaderValue::from_str(&format!("\"{hash}{suffix}\""))
                .unwrap_or(HeaderValue::from_static("\"\"")),
        };
        let content_type = content_type(&path);
        let page = content_type.starts_with("text/html");
        let mut twin = |suffix: &str| raw.remove(&format!("{path}.{suffix}"));
        let (brotli, gzip) = (twin("br"), twin("gz"));
        let policy = page.then(|| csp::policy(&String::from_utf8_lossy(&bytes)));
        let plain = if gzip.is_some() {
            Content::OnDisk(root.join(path.trim_start_matches('/')))
        } else {
            Content::Held(bytes)
        };
        let asset = Asset {
            content_type: HeaderValue::from_static(content_type),
            policy,
            immutable: path.starts_with("/_app/immutable/"),
            brotli: brotli.map(|bytes| variant(Content::Held(bytes), "-br")),
            gzip: gzip.map(|bytes| variant(Content::Held(bytes), "-gz")),
            plain: variant(plain, ""),
        };
        assets.insert(path, asset);
    }
    assets
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

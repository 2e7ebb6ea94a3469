//! Reads the built app into memory.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

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
    let paths = paths(root)?;
    // A twin without its file is a file of its own.
    let is_twin = |path: &str| {
        let base = path.strip_suffix(".br").or(path.strip_suffix(".gz"));
        base.is_some_and(|base| paths.contains(base))
    };
    let mut assets = HashMap::new();
    for path in paths.iter().filter(|path| !is_twin(path)) {
        assets.insert(path.clone(), asset(root, path, &paths)?);
    }
    Ok(assets)
}

/// The files below a folder, as addresses.
fn paths(root: &Path) -> Result<HashSet<String>, LoadError> {
    let mut paths = HashSet::new();
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
                paths.insert(format!("{prefix}{name}"));
            }
        }
    }
    Ok(paths)
}

/// A file with its compressed twins. What has a twin is asked for as it is by no browser, and stays on the disk.
fn asset(root: &Path, path: &str, paths: &HashSet<String>) -> io::Result<Asset> {
    let on_disk = |path: &str| root.join(path.trim_start_matches('/'));
    let bytes = fs::read(on_disk(path))?;
    let hash: String = Sha256::digest(&bytes)[..12]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let variant = |content, suffix: &str| Variant {
        content,
        etag: HeaderValue::from_str(&format!("\"{hash}{suffix}\""))
            .unwrap_or(HeaderValue::from_static("\"\"")),
    };
    let content_type = content_type(path);
    let page = content_type.starts_with("text/html");
    let policy = page.then(|| csp::policy(&String::from_utf8_lossy(&bytes)));
    let twin = |suffix: &str| -> io::Result<Option<Variant>> {
        let path = format!("{path}.{suffix}");
        if !paths.contains(&path) {
            return Ok(None);
        }
        let content = Content::Held(fs::read(on_disk(&path))?.into());
        Ok(Some(variant(content, &format!("-{suffix}"))))
    };
    let (brotli, gzip) = (twin("br")?, twin("gz")?);
    let plain = if gzip.is_some() {
        Content::OnDisk(on_disk(path))
    } else {
        Content::Held(bytes.into())
    };
    Ok(Asset {
        content_type: HeaderValue::from_static(content_type),
        policy,
        immutable: path.starts_with("/_app/immutable/"),
        brotli,
        gzip,
        plain: variant(plain, ""),
    })
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

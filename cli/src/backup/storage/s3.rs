//! The four calls of S3's protocol that backups need: put, list, get, delete.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_lc_rs::digest::{Context as Digest, SHA256, digest};
use reqwest::{Body, Client, Method, Response, Url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::sign::{Request, Signer, encoded};
use crate::backup::chain::hex;
use crate::backup::clock;

/// What one PUT may carry, by the protocol.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;
const PIECE: usize = 256 * 1024;
/// A large backup over a slow line takes its time; silence does not.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
/// A list's page; more are asked for one after the other.
const PAGES_MOST: usize = 100;

/// A folder of a bucket.
pub struct Bucket {
    http: Client,
    base: Url,
    /// `/bucket`, percent-encoded.
    bucket: String,
    /// `folder/`, or nothing.
    folder: String,
    signer: Signer,
}

/// What lies there.
#[derive(Debug, PartialEq, Eq)]
pub struct Object {
    /// Below our folder.
    pub name: String,
    pub size: u64,
}

impl Bucket {
    pub fn new(url: &str, region: &str, key: String, secret: String) -> Result<Self> {
        let base: Url = url.parse().context("the storage's URL")?;
        let local = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if base.scheme() != "https" && !local && env_says_plain().is_none() {
            bail!(
                "the storage's URL must begin with https://: its secret key would travel in the open otherwise"
            );
        }
        let mut parts = base.path().trim_matches('/').splitn(2, '/');
        let bucket = parts.next().filter(|bucket| !bucket.is_empty());
        let bucket = bucket.context("the storage's URL names no bucket: https://host/bucket")?;
        let folder = parts.next().map(|folder| format!("{folder}/"));
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .build()?;
        Ok(Self {
            http,
            bucket: format!("/{bucket}"),
            folder: folder.unwrap_or_default(),
            signer: Signer {
                key,
                secret,
                region: region.to_owned(),
            },
            base,
        })
    }

    /// An object as a person may look for it.
    pub fn shown(&self, name: &str) -> String {
        let host = self.base.host_str().unwrap_or_default();
        format!("{host}{}/{}{name}", self.bucket, self.folder)
    }

    pub async fn put(&self, name: &str, path: &Path) -> Result<()> {
        let size = fs::metadata(path)?.len();
        if size > LARGEST {
            bail!(
                "{size} bytes are more than one upload may have: copy the backup with a tool that sends parts"
            );
        }
        let (payload, file) = (sha256_of(path)?, tokio::fs::File::open(path).await?);
        let body = Body::wrap_stream(pieces(file));
        let call = self.call(Method::PUT, &self.path(name), &[], &payload)?;
        let call = call
            .header("content-length", size)
            .header("content-type", "application/octet-stream")
            .body(body);
        good(call.send().await?, "PUT").await.map(drop)
    }

    pub async fn get(&self, name: &str, to: &Path) -> Result<()> {
        let call = self.call(Method::GET, &self.path(name), &[], &nothing())?;
        let mut answer = good(call.send().await?, "GET").await?;
        let half = to.with_extension("fetching");
        let mut file = tokio::fs::File::create(&half).await?;
        while let Some(piece) = answer.chunk().await? {
            file.write_all(&piece).await?;
        }
        file.sync_all().await?;
        fs::rename(&half, to).with_context(|| to.display().to_string())
    }

    pub async fn delete(&self, name: &str) -> Result<()> {
        let call = self.call(Method::DELETE, &self.path(name), &[], &nothing())?;
        good(call.send().await?, "DELETE").await.map(drop)
    }

    /// Everything in our folder.
    pub async fn list(&self) -> Result<Vec<Object>> {
        let (mut found, mut more) = (Vec::new(), None::<String>);
        for _ in 0..PAGES_MOST {
            let mut query = vec![("list-type", "2")];
            if let Some(token) = &more {
                query.insert(0, ("continuation-token", token));
            }
            if !self.folder.is_empty() {
                query.push(("prefix", &self.folder));
            }
            let call = self.call(Method::GET, &self.bucket, &query, &nothing())?;
            let text = good(call.send().await?, "LIST").await?.text().await?;
            found.extend(objects(&text, &self.folder));
            more = element(&text, "NextContinuationToken").map(unescaped);
            if more.is_none() {
                return Ok(found);
            }
        }
        bail!(
            "the storage's folder holds more than a hundred pages of objects: give backups a folder of their own"
        )
    }

    fn path(&self, name: &str) -> String {
        let path = format!("{}/{}{name}", self.bucket, self.folder);
        encoded(&path, true)
    }

    fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        payload: &str,
    ) -> Result<reqwest::RequestBuilder> {
        let at = clock().format("%Y%m%dT%H%M%SZ").to_string();
        let host = self.base.host_str().context("the storage's URL")?;
        let host = match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let headers = [
            ("host", host.as_str()),
            ("x-amz-content-sha256", payload),
            ("x-amz-date", &at),
        ];
        let authorization = self.signer.authorization(&Request {
            method: method.as_str(),
            path,
            query,
            headers: &headers,
            payload,
            at: &at,
        });
        let mut url = self.base.clone();
        url.set_path(path);
        let asked: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name, false), encoded(value, false)))
            .collect();
        url.set_query((!asked.is_empty()).then(|| asked.join("&")).as_deref());
        Ok(self
            .http
            .request(method, url)
            .header("x-amz-content-sha256", payload)
            .header("x-amz-date", at)
            .header("authorization", authorization))
    }
}

/// For storage on a private network without TLS: whoever sets this knows it.
fn env_says_plain() -> Option<()> {
    std::env::var_os("NEXUS_BACKUP_S3_PLAIN_HTTP").map(drop)
}

/// A file's bytes as a stream.
fn pieces(
    file: tokio::fs::File,
) -> impl futures_util::Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static {
    futures_util::stream::unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(piece), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    })
}

fn nothing() -> String {
    hex(digest(&SHA256, b"").as_ref())
}

fn sha256_of(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let (mut digest, mut piece) = (Digest::new(&SHA256), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(digest.finish().as_ref())),
            read => digest.update(&piece[..read]),
        }
    }
}

/// Errors are XML with a code and a message.
async fn good(answer: Response, what: &str) -> Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let text = answer.text().await.unwrap_or_default();
    let why = [element(&text, "Code"), element(&text, "Message")];
    let why: Vec<&str> = why.into_iter().flatten().collect();
    bail!("the storage refuses {what} ({status}): {}", why.join(", "))
}

fn objects(text: &str, folder: &str) -> Vec<Object> {
    let contents = text.split("<Contents>").skip(1);
    let read = contents.filter_map(|part| {
        let key = unescaped(element(part, "Key")?);
        Some(Object {
            name: key.strip_prefix(folder)?.to_owned(),
            size: element(part, "Size")?.parse().ok()?,
        })
    });
    read.collect()
}

/// The text of the first element of this name.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

fn unescaped(text: &str) -> String {
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    plain
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| {
            text.replace(escaped, plain)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_what_lies_elsewhere_left_out() {
        let text = "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated>\
                    <Contents><Key>crm/nexus-1.backup</Key><Size>12</Size></Contents>\
                    <Contents><Key>other/x</Key><Size>1</Size></Contents>\
                    <NextContinuationToken>a&amp;b</NextContinuationToken></ListBucketResult>";
        let found = objects(text, "crm/");
        assert_eq!(
            found,
            [Object {
                name: "nexus-1.backup".to_owned(),
                size: 12
            }]
        );
        let more = element(text, "NextContinuationToken").map(unescaped);
        assert_eq!(more.as_deref(), Some("a&b"));
    }

    #[test]
    fn a_url_says_bucket_and_folder_and_is_encrypted() {
        let bucket = |url: &str| Bucket::new(url, "eu", "k".to_owned(), "s".to_owned());
        let found = bucket("https://s3.example.it/backups/crm/one").unwrap();
        assert_eq!(found.path("a b"), "/backups/crm/one/a%20b");
        assert_eq!(bucket("https://s3.example.it/b").unwrap().path("x"), "/b/x");
        for bad in ["https://s3.example.it/", "http://s3.example.it/b", "s3://b"] {
            assert!(bucket(bad).is_err(), "{bad}");
        }
    }
}

use std::fs;
use std::path::{Path, PathBuf};

use crate::client::Wire;
use crate::stage::Stage;

/// A built app in a folder that goes away with the test.
struct Site(PathBuf);

impl Site {
    fn build(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("gateway-{name}-{}", std::process::id()));
        let site = Self(root);
        let files: [(&str, &[u8]); 9] = [
            (
                "index.html",
                b"<!doctype html><script>alert(1)</script><script src=\"/_app/a.js\"></script>",
            ),
            ("_app/immutable/a.js", b"plain"),
            ("_app/immutable/a.js.br", b"brotli"),
            ("_app/immutable/a.js.gz", b"gzip"),
            ("service-worker.js", b"worker"),
            ("manifest.webmanifest", b"{}"),
            ("api-docs/index.html", b"docs"),
            ("api-docs/ui.js", b"ui"),
            (".secret", b"no"),
        ];
        for (path, bytes) in files {
            let path = site.0.join(path);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
            fs::write(path, bytes).unwrap();
        }
        site
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

async fn serving(site: &Site) -> Stage {
    Stage::start_with(|config| config.web_root = Some(site.0.clone())).await
}

#[tokio::test]
async fn files_are_served_with_their_type_tag_and_lifetime() {
    let site = Site::build("files");
    let stage = serving(&site).await;
    let script = stage.get("/_app/immutable/a.js").await;
    assert_eq!((script.status, script.text().as_str()), (200, "plain"));
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(
        script.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(script.header("vary"), Some("accept-encoding"));
    assert_eq!(
        stage
            .get("/service-worker.js")
            .await
            .header("cache-control"),
        Some("no-cache")
    );
    let etag = script.header("etag").unwrap();
    let again = stage
        .get_with(
            "/_app/immutable/a.js",
            &format!("If-None-Match: \"x\", W/{etag}\r\n"),
        )
        .await;
    assert_eq!(
        (again.status, again.header("etag"), again.body.len()),
        (304, Some(etag), 0)
    );
}

#[tokio::test]
async fn compressed_twins_are_served_to_whoever_accepts_them() {
    let site = Site::build("twins");
    let stage = serving(&site).await;
    for (accepts, body, encoding) in [
        ("gzip, deflate, br", "brotli", Some("br")),
        ("gzip;q=0.5", "gzip", Some("gzip")),
        ("br;q=0, gzip", "gzip", Some("gzip")),
        ("identity", "plain", None),
    ] {
        let answer = stage
            .get_with(
                "/_app/immutable/a.js",
                &format!("Accept-Encoding: {accepts}\r\n"),
            )
            .await;
        assert_eq!(
            (answer.text().as_str(), answer.header("content-encoding")),
            (body, encoding),
            "{accepts}"
        );
    }
    // Another build took its place.
    fs::remove_file(site.0.join("_app/immutable/a.js")).unwrap();
    assert_eq!(stage.get("/_app/immutable/a.js").await.status, 404);
}

#[tokio::test]
async fn the_apps_own_addresses_get_its_page_and_missing_files_do_not() {
    let site = Site::build("fallback");
    let stage = serving(&site).await;
    for path in ["/", "/clients", "/clients/01980000", "/invite"] {
        let page = stage.get(path).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, Some("text/html; charset=utf-8")),
            "{path}"
        );
        assert_eq!(page.header("cache-control"), Some("no-cache"));
    }
    for path in [
        "/missing.js",
        "/_app/immutable/b.js",
        "/.secret",
        "/.env",
        "/api/nothing",
        "/api/v1/nothing",
        "/internal/x",
        "/api/docs/none",
    ] {
        stage.get(path).await.assert_problem(404, "not-found");
    }
}

#[tokio::test]
async fn pages_carry_a_policy_that_allows_exactly_their_own_scripts() {
    let site = Site::build("policy");
    let stage = serving(&site).await;
    let page = stage.get("/").await;
    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    for name in [
        "x-content-type-options",
        "referrer-policy",
        "permissions-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "x-request-id",
    ] {
        assert!(page.header(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_head_request_gets_the_head_alone() {
    let site = Site::build("head");
    let stage = serving(&site).await;
    let mut wire = Wire::open(stage.address).await;
    wire.write("HEAD /service-worker.js HTTP/1.1\r\nHost: x\r\n\r\nGET /service-worker.js HTTP/1.1\r\nHost: x\r\n\r\n").await;
    wire.finish_writing().await;
    let bytes = wire.rest().await;
    assert_eq!(bytes.matches("content-length: 6\r\n").count(), 2, "{bytes}");
    assert_eq!(bytes.matches("worker").count(), 1, "{bytes}");
}

#[tokio::test]
async fn the_api_description_can_be_browsed() {
    let site = Site::build("docs");
    let stage = serving(&site).await;
    let moved = stage.get("/api/docs").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (308, Some("/api/docs/"))
    );
    assert_eq!(stage.get("/api/docs/").await.text(), "docs");
    assert_eq!(stage.get("/api/docs/ui.js").await.text(), "ui");
}

#[tokio::test]
async fn without_a_built_app_there_is_a_page_that_says_how_to_build_it() {
    let stage = Stage::start().await;
    let page = stage.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("npm run build"));
    stage.get("/a.js").await.assert_problem(404, "not-found");
}

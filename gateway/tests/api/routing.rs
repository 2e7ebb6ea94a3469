use crate::stage::Stage;

#[tokio::test]
async fn a_prefix_decides_which_service_is_asked() {
    let stage = Stage::start().await;
    let answer = stage
        .signed_in("GET", "/api/v1/clients?q=a%20b", "", "")
        .await;
    assert_eq!(answer.json()["service"], "crm");
    assert_eq!(answer.json()["target"], "/api/v1/clients?q=a%20b");
    let answer = stage.signed_in("PATCH", "/api/v1/users/1", "", "{}").await;
    assert_eq!(answer.json()["service"], "auth");
    assert_eq!(answer.json()["body_bytes"], 2);
}

#[tokio::test]
async fn what_no_service_owns_is_not_found_and_internal_paths_never_pass() {
    let stage = Stage::start().await;
    for path in [
        "/api/v1/nothing",
        "/api/v1/internal/token",
        "/api/v1",
        "/api",
        "/API/v1/clients",
        "/internal/token",
        "/internal/events?after=0",
    ] {
        stage
            .signed_in("GET", path, "", "")
            .await
            .assert_problem(404, "not-found");
        stage
            .signed_in("POST", path, "", "{}")
            .await
            .assert_problem(404, "not-found");
    }
    assert!(
        stage.crm.seen().iter().all(|seen| seen.target == "/readyz"),
        "{:?}",
        stage.crm.seen()
    );
}

#[tokio::test]
async fn only_the_clients_own_headers_pass() {
    let stage = Stage::start().await;
    let lines = "X-User-Id: 1\r\nX-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Client-Ip: 1.2.3.4\r\nX-Real-Ip: 1.2.3.4\r\n\
        Connection: keep-alive, If-None-Match\r\nIf-None-Match: \"1\"\r\nIf-Match: \"2\"\r\nUpgrade: h2c\r\nTE: trailers\r\nCookie: a=b\r\n\
        traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
    let answer = stage.signed_in("GET", "/api/v1/clients", lines, "").await;
    assert_eq!(
        answer.header("x-request-id"),
        Some("0af7651916cd43dd8448eb211c80319c")
    );
    let seen = stage.crm.only();
    let mut names: Vec<_> = seen
        .headers
        .keys()
        .map(hyper::header::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "authorization",
            "host",
            "if-match",
            "traceparent",
            "x-client-ip"
        ]
    );
    assert_eq!(seen.header("x-client-ip"), Some("127.0.0.1"));
    assert_eq!(
        seen.header("host"),
        Some(stage.crm.address.to_string().as_str())
    );
    assert!(
        seen.header("traceparent")
            .unwrap()
            .starts_with("00-0af7651916cd43dd8448eb211c80319c-")
    );
}

#[tokio::test]
async fn a_trusted_proxy_may_say_who_the_client_is() {
    let stage =
        Stage::start_with(|config| config.trusted_proxies = "127.0.0.1".parse().unwrap()).await;
    stage
        .signed_in(
            "GET",
            "/api/v1/clients",
            "X-Forwarded-For: 6.6.6.6, 8.8.8.8\r\n",
            "",
        )
        .await;
    assert_eq!(stage.crm.only().header("x-client-ip"), Some("8.8.8.8"));
}

#[tokio::test]
async fn the_refresh_cookie_reaches_auth_alone_and_only_from_our_own_pages() {
    let stage = Stage::start().await;
    let cookie = "Cookie: __Host-nexus_refresh=r\r\nX-Nexus-Refresh: 1\r\n";
    for (origin, status) in [
        ("", 200),
        ("Origin: https://crm.example.it\r\n", 200),
        ("Origin: http://crm.example.it\r\n", 200),
        ("Origin: https://evil.example\r\n", 403),
        ("Origin: null\r\n", 403),
        (
            "Origin: https://crm.example.it\r\nOrigin: https://evil.example\r\n",
            403,
        ),
    ] {
        let answer = stage
            .signed_in(
                "POST",
                "/api/v1/auth/refresh",
                &format!("{cookie}{origin}"),
                "",
            )
            .await;
        assert_eq!(answer.status, status, "{origin}");
    }
    let seen = stage.auth.seen();
    let refresh = seen
        .iter()
        .find(|seen| seen.target == "/api/v1/auth/refresh")
        .unwrap();
    assert_eq!(refresh.header("cookie"), Some("__Host-nexus_refresh=r"));
    assert_eq!(refresh.header("x-nexus-refresh"), Some("1"));
}

#[tokio::test]
async fn answers_lose_the_inner_hop_and_get_the_security_headers() {
    let stage = Stage::start().await;
    let answer = stage
        .signed_in("GET", "/api/v1/clients/chatty", "", "")
        .await;
    for gone in ["server", "x-powered-by", "x-inner", "connection"] {
        assert_eq!(answer.header(gone), None, "{gone}");
    }
    assert_eq!(answer.header("etag"), Some("\"7\""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        answer.header("strict-transport-security"),
        Some("max-age=31536000; includeSubDomains")
    );
    assert!(
        answer
            .header("content-security-policy")
            .unwrap()
            .contains("frame-ancestors 'none'")
    );
    assert_eq!(answer.header("x-request-id").map(str::len), Some(32));
}

#[tokio::test]
async fn unusual_methods_are_refused_with_what_is_allowed() {
    let stage = Stage::start().await;
    for (method, path, allowed) in [
        (
            "OPTIONS",
            "/api/v1/clients",
            "GET, HEAD, POST, PUT, PATCH, DELETE",
        ),
        (
            "TRACE",
            "/api/v1/clients",
            "GET, HEAD, POST, PUT, PATCH, DELETE",
        ),
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
    ] {
        let answer = stage.signed_in(method, path, "", "").await;
        answer.assert_problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
    stage
        .raw("CONNECT crm.example.it:443 HTTP/1.1\r\nHost: crm.example.it:443\r\n\r\n")
        .await
        .assert_problem(405, "method-not-allowed");
    stage
        .signed_in("BREW", "/", "", "")
        .await
        .assert_problem(501, "not-implemented");
}

#[tokio::test]
async fn ambiguous_paths_are_refused_and_escaped_ones_get_their_only_spelling() {
    let stage = Stage::start().await;
    for path in [
        "/api/v1/clients%2f1",
        "/api/v1/clients/..%5c1",
        "/api/v1//clients",
        "/api/v1/clients/../users",
        "/api/v1/clients;a=b",
        "/api/v1/clients/%00",
        "/api/v1/clients?q=%00",
        "/api/v1/clients/%252e",
        "/a\\b",
    ] {
        stage
            .signed_in("GET", path, "", "")
            .await
            .assert_problem(400, "unreadable");
    }
    let answer = stage
        .signed_in("GET", "/api/v1/%63lients/caff%c3%a8?x=%41", "", "")
        .await;
    assert_eq!(answer.json()["target"], "/api/v1/clients/caff%C3%A8?x=%41");
}

#[tokio::test]
async fn connections_to_services_are_kept_and_reused() {
    let stage = Stage::start().await;
    let before = *stage.crm.memory.connections.lock().unwrap();
    for path in [
        "/api/v1/clients",
        "/api/v1/clients/none",
        "/api/v1/company/large",
        "/api/v1/clients",
    ] {
        let answer = stage.signed_in("GET", path, "", "").await;
        assert!(answer.whole && answer.status < 300, "{path}");
    }
    assert_eq!(
        stage
            .signed_in("HEAD", "/api/v1/clients", "", "")
            .await
            .body,
        b""
    );
    assert_eq!(*stage.crm.memory.connections.lock().unwrap(), before + 1);
}

#[tokio::test]
async fn a_service_that_is_not_configured_does_not_exist() {
    let stage = Stage::start_with(|config| config.upstreams.truncate(1)).await;
    stage
        .signed_in("GET", "/api/v1/clients", "", "")
        .await
        .assert_problem(404, "not-found");
    assert_eq!(
        stage.signed_in("GET", "/api/v1/users", "", "").await.status,
        200
    );
}

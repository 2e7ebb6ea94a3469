//! A service that answers at once, auth's keys included: what is left is the gateway's own cost.
//!
//! `upstream 127.0.0.1:9001` prints a token that is good for ten minutes, then serves until it is killed.

use std::convert::Infallible;
use std::io::Write as _;
use std::time::SystemTime;

use aws_lc_rs::signature::Ed25519KeyPair;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:9001".to_owned());
    let pair = Ed25519KeyPair::generate()?;
    let key = EncodingKey::from_ed_der(pair.to_pkcs8v1()?.as_ref());
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::EdDSA)?)?;
    jwk["kid"] = json!("k1");
    let keys = Bytes::from(json!({ "keys": [jwk] }).to_string());
    writeln!(std::io::stdout(), "{}", token(&key)?)?;

    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let keys = keys.clone();
        let service = service_fn(move |request| answer(request, keys.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// About as large as a manager's.
fn token(key: &EncodingKey) -> anyhow::Result<String> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs();
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some("k1".to_owned());
    let id = |last: u8| format!("01980000-0000-7000-8000-0000000000{last:02x}");
    let claims = json!({
        "iss": "nexus-auth", "aud": "nexus", "sub": id(1), "sid": id(2), "jti": id(3),
        "iat": now, "nbf": now, "exp": now + 600, "ver": 1,
        "perm": ["users:read:team", "clients:read:team", "clients:write:team", "opportunities:read:team",
                 "opportunities:write:team", "interactions:write:team", "imports:run:team"],
    });
    Ok(jsonwebtoken::encode(&header, &claims, key)?)
}

async fn answer(
    request: Request<Incoming>,
    keys: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    static RECORD: Bytes = Bytes::from_static(&[b'x'; 900]);
    let (parts, mut body) = request.into_parts();
    while let Some(Ok(_)) = body.frame().await {}
    let json = |value: Value| Bytes::from(value.to_string());
    let body = match parts.uri.path() {
        "/internal/jwks" => keys,
        "/internal/token" => json(json!({ "access_token": "t", "expires_in": 600 })),
        "/internal/revocations" => json(json!({ "position": 0, "sessions": [], "users": [] })),
        "/internal/events" => std::future::pending().await,
        _ => RECORD.clone(),
    };
    let mut response = Response::new(Full::new(body));
    let headers = response.headers_mut();
    headers.insert(
        "content-type",
        hyper::header::HeaderValue::from_static("application/json"),
    );
    headers.insert("etag", hyper::header::HeaderValue::from_static("\"1\""));
    Ok(response)
}

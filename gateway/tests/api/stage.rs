//! A gateway between two stub services, with short deadlines and keys to sign tokens.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use aws_lc_rs::signature::Ed25519KeyPair;
use gateway::config::{Config, Limits};
use gateway::server::Server;
use gateway::table::Service;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use nexus_config::{Listener, Secret};
use nexus_peers::Credentials;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Answer, Wire};
use crate::stub::{Stub, within};

pub struct Stage {
    pub address: SocketAddr,
    pub auth: Stub,
    pub crm: Stub,
    pub key: EncodingKey,
    pub stop: Option<oneshot::Sender<()>>,
    pub running: Option<JoinHandle<()>>,
}

impl Stage {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let stage = Self::start_unready(change).await;
        within("the keys are known", async || {
            stage.get("/readyz").await.json()["parts"]["keys"] == "ok"
        })
        .await;
        stage
    }

    /// Starts it, and does not wait for it to know the keys.
    pub async fn start_unready(change: impl FnOnce(&mut Config)) -> Self {
        let key = signing_key();
        let auth = Stub::start("auth").await;
        let crm = Stub::start("crm").await;
        *auth.memory.answers.lock().unwrap() = vec![
            (
                "/internal/token",
                json!({ "access_token": "service", "expires_in": 600 }),
            ),
            (
                "/internal/revocations",
                json!({ "position": 0, "sessions": [], "users": [] }),
            ),
            ("/internal/jwks", json!({ "keys": [jwk(&key)] })),
        ];
        let mut config = Config {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            listener: Listener::Own,
            metrics_bind: None,
            upstreams: vec![(Service::Auth, auth.url()), (Service::Crm, crm.url())],
            web_root: None,
            public_url: "https://crm.example.it".to_owned(),
            trusted_proxies: "".parse().unwrap(),
            credentials: Credentials {
                auth_url: auth.url(),
                client_id: "gateway".to_owned(),
                client_secret: Secret::new("secret".to_owned()),
            },
            tiles: None,
            limits: quick(),
        };
        change(&mut config);
        let server = Server::bind(config).await.unwrap();
        let address = server.address().unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(server.run(async {
            let _stop_or_dropped = stopped.await;
        }));
        Self {
            address,
            auth,
            crm,
            key,
            stop: Some(stop),
            running: Some(running),
        }
    }

    /// A good token with these claims changed; `null` takes one away.
    pub fn token_with(&self, changes: Value) -> String {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let given: serde_json::Map<_, _> = claims
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        sign(&header(), &Value::Object(given), &self.key)
    }

    pub fn token(&self) -> String {
        self.token_with(json!({}))
    }

    /// Sends bytes on a connection of their own, and returns the first answer.
    pub async fn raw(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut wire = Wire::open(self.address).await;
        wire.write(bytes).await;
        wire.answer().await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, "").await
    }

    /// `headers` are whole lines.
    pub async fn get_with(&self, path: &str, headers: &str) -> Answer {
        self.raw(format!(
            "GET {path} HTTP/1.1\r\nHost: crm.example.it\r\n{headers}Connection: close\r\n\r\n"
        ))
        .await
    }

    pub async fn signed_in(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.raw(self.request(method, path, headers, body)).await
    }

    /// The bytes of a signed-in request with a body of known length.
    pub fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: crm.example.it\r\nAuthorization: Bearer {}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            self.token(),
            body.len()
        )
    }

    /// The gateway is alive and serves others.
    pub async fn assert_well(&self) {
        assert_eq!(self.get("/healthz").await.status, 200);
        assert_eq!(
            self.signed_in("GET", "/api/v1/users", "", "").await.status,
            200
        );
    }
}

/// Deadlines that tests can wait for.
fn quick() -> Limits {
    let mut limits = Limits {
        drain: Duration::from_secs(2),
        quiet_start: Duration::ZERO,
        farewell: Duration::from_millis(50),
        ..Limits::default()
    };
    limits.guard.head = Duration::from_millis(300);
    limits.guard.idle = Duration::from_millis(600);
    limits.body.deadline = Duration::from_millis(700);
    limits.body.idle = Duration::from_millis(300);
    limits.upload.deadline = Duration::from_secs(20);
    limits.upload.idle = Duration::from_secs(5);
    limits.upstream.answer = Duration::from_millis(400);
    limits.upstream.connect_budget = Duration::from_millis(300);
    limits.upstream.probe_every = Duration::from_millis(50);
    limits.upstream.probe_patience = Duration::from_millis(500);
    limits
}

pub fn signing_key() -> EncodingKey {
    let pair = Ed25519KeyPair::generate().unwrap();
    EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref())
}

fn jwk(key: &EncodingKey) -> Value {
    let mut jwk =
        serde_json::to_value(Jwk::from_encoding_key(key, Algorithm::EdDSA).unwrap()).unwrap();
    jwk["kid"] = json!("k1");
    jwk["alg"] = json!("EdDSA");
    jwk
}

pub fn header() -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some("k1".to_owned());
    header
}

pub fn sign(header: &Header, claims: &Value, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, claims, key).unwrap()
}

pub fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

pub fn claims() -> Value {
    json!({
        "iss": "nexus-auth", "aud": "nexus",
        "sub": "01980000-0000-7000-8000-000000000001", "sid": "01980000-0000-7000-8000-000000000002",
        "jti": "01980000-0000-7000-8000-000000000003",
        "iat": now(), "nbf": now(), "exp": now() + 600, "ver": 1, "perm": ["clients:read:all"],
    })
}

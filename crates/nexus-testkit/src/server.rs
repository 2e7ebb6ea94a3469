use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use nexus_auth::Verifier;
use nexus_config::Secret;
use nexus_db::{Db, DbSettings};
use nexus_kernel::UserId;
use nexus_peers::{Credentials, Peers};
use nexus_service::{App, Service};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::database::TestDatabase;
use crate::key::TestKey;

/// A service, running on a port and a schema of its own, that believes the trusted test key.
pub struct TestServer {
    /// `http://127.0.0.1:port`.
    pub url: String,
    /// What its handlers see.
    pub app: App,
    /// Its schema.
    pub database: TestDatabase,
    http: Client,
}

/// Somebody (or nobody) who calls the server.
#[derive(Clone)]
pub struct Caller {
    url: String,
    token: Option<String>,
    http: Client,
    /// Who it is.
    pub user_id: UserId,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as JSON; a string when it is none.
    pub body: Value,
}

impl TestServer {
    /// Starts the service on a fresh schema, with nothing beside its requests.
    #[must_use]
    pub fn start(service: Service) -> Self {
        let database = TestDatabase::empty().migrated((service.migrations)());
        Self::start_on(service, database, "http://127.0.0.1:1")
    }

    /// Starts the service on this schema; `auth_url` is where its peers are looked for.
    #[must_use]
    pub fn start_on(service: Service, database: TestDatabase, auth_url: &str) -> Self {
        let verifier = Arc::new(Verifier::default());
        verifier.keys.replace(&TestKey::trusted().jwks());
        let app = App {
            db: Db::start(&DbSettings {
                url: database.url.clone(),
                threads: 2,
                name: Box::leak(database.application_name().into_boxed_str()),
            }),
            peers: Arc::new(Peers::new(Credentials {
                auth_url: auth_url.to_owned(),
                client_id: service.name.to_owned(),
                client_secret: Secret::new("test".to_owned()),
            })),
            verifier,
            feed: nexus_outbox::start(database.url.clone()),
            clock: nexus_service::now,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let migrated = Arc::new(AtomicBool::new(true));
        let running =
            nexus_service::serve(listener, app.clone(), service, migrated, service.configure)
                .unwrap();
        Self {
            url: format!("http://{}", running.address),
            app,
            database,
            http: Client::builder()
                .timeout(Duration::from_secs(30))
                .no_proxy()
                .build()
                .unwrap(),
        }
    }

    /// Somebody with these permissions (`clients:read:own`).
    #[must_use]
    pub fn sign_in(&self, permissions: &[&str]) -> Caller {
        self.sign_in_as(UserId::new(), permissions)
    }

    /// This user with these permissions.
    #[must_use]
    pub fn sign_in_as(&self, user: UserId, permissions: &[&str]) -> Caller {
        self.with_token(user, Some(TestKey::trusted().access(user, permissions)))
    }

    /// Another service.
    #[must_use]
    pub fn service(&self) -> Caller {
        self.with_token(UserId::new(), Some(TestKey::trusted().service("test")))
    }

    /// Nobody.
    #[must_use]
    pub fn nobody(&self) -> Caller {
        self.with_token(UserId::new(), None)
    }

    /// Whoever holds this token.
    #[must_use]
    pub fn with_token(&self, user_id: UserId, token: Option<String>) -> Caller {
        Caller {
            url: self.url.clone(),
            token,
            http: self.http.clone(),
            user_id,
        }
    }
}

impl Caller {
    /// Any request; `headers` as pairs.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Reply::read(request).await
    }

    /// The request's builder, for what `send` cannot say.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, &[], Some(&body)).await
    }

    /// PATCH of any version.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, &[("if-match", "*")], Some(&body))
            .await
    }

    /// DELETE of any version.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[("if-match", "*")], None)
            .await
    }
}

impl Reply {
    /// Sends a request and reads the answer.
    pub async fn read(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("the answer is complete");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self {
            status,
            headers,
            body,
        }
    }

    /// Fails the test unless the status is this one. Returns the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self.body
    }

    /// Fails the test unless this is that problem. Returns the body.
    #[track_caller]
    pub fn problem(self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        assert_eq!(
            self.body["type"],
            format!("/problems/{kind}"),
            "{:#}",
            self.body
        );
        let content_type = self
            .headers
            .get("content-type")
            .map(|value| value.to_str().unwrap());
        assert_eq!(content_type, Some("application/problem+json"));
        self.body
    }

    /// Fails the test unless this is a validation problem about these pointers. Returns the body.
    #[track_caller]
    pub fn invalid(self, pointers: &[&str]) -> Value {
        let body = self.problem(422, "validation");
        let told: Vec<_> = body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(told, pointers, "{body:#}");
        body
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Waits for a condition, without guessing how long it takes.
///
/// # Panics
/// When it does not come true within ten seconds.
pub async fn eventually<F, Fut>(what: &str, mut holds: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    let began = Instant::now();
    while !holds().await {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "never came true: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

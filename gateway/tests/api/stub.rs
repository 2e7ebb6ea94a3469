//! A service behind the gateway: answers by path, and remembers what it was asked.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

type Body = BoxBody<Bytes, std::io::Error>;

/// One request as the service saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub trailers: bool,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

#[derive(Default)]
pub struct Memory {
    pub seen: Mutex<Vec<Seen>>,
    /// Bytes of bodies that arrived, also of those that broke off.
    pub bytes: Mutex<usize>,
    pub connections: Mutex<usize>,
    /// Answers to fixed paths.
    pub answers: Mutex<Vec<(&'static str, Value)>>,
}

pub struct Stub {
    pub address: SocketAddr,
    pub memory: Arc<Memory>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Stub {
    pub async fn start(name: &'static str) -> Self {
        Self::start_at(name, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn start_at(name: &'static str, address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let memory = Arc::<Memory>::default();
        let task = tokio::spawn(accept(name, listener, memory.clone()));
        Self {
            address,
            memory,
            task: Some(task),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.memory.seen.lock().unwrap().clone()
    }

    /// The only request that reached it (its own health checks left out).
    #[track_caller]
    pub fn only(&self) -> Seen {
        let seen: Vec<Seen> = self
            .seen()
            .into_iter()
            .filter(|seen| seen.target.starts_with("/api/"))
            .collect();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }

    /// Closes the port and every connection.
    pub async fn stop(&mut self) {
        let task = self.task.take().unwrap();
        task.abort();
        let _aborted = task.await;
    }
}

async fn accept(name: &'static str, listener: TcpListener, memory: Arc<Memory>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        *memory.connections.lock().unwrap() += 1;
        let memory = memory.clone();
        let service = service_fn(move |request| answer(name, request, memory.clone()));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(
    name: &'static str,
    request: Request<Incoming>,
    memory: Arc<Memory>,
) -> Result<Response<Body>, std::io::Error> {
    let (parts, mut body) = request.into_parts();
    let (mut bytes, mut trailers) = (Vec::new(), false);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(std::io::Error::other)?;
        trailers |= frame.is_trailers();
        if let Ok(data) = frame.into_data() {
            *memory.bytes.lock().unwrap() += data.len();
            bytes.extend_from_slice(&data);
        }
    }
    let target = parts.uri.to_string();
    let seen = Seen {
        method: parts.method.to_string(),
        target: target.clone(),
        headers: parts.headers,
        body: bytes,
        trailers,
    };
    let echo = json!({ "service": name, "method": seen.method, "target": target, "body_bytes": seen.body.len() });
    memory.seen.lock().unwrap().push(seen);
    let path = parts.uri.path();
    let fixed = memory
        .answers
        .lock()
        .unwrap()
        .iter()
        .find(|(known, _)| *known == path)
        .map(|(_, value)| value.clone());
    if let Some(value) = fixed {
        return Ok(json_answer(&value));
    }
    match path {
        // A long poll: it ends when the test has something to tell.
        "/internal/events" => loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let mut answers = memory.answers.lock().unwrap();
            if let Some(at) = answers.iter().position(|(known, _)| *known == path) {
                return Ok(json_answer(&answers.remove(at).1));
            }
        },
        "/api/v1/clients/hung" => std::future::pending().await,
        "/api/v1/clients/dropped" => Err(std::io::ErrorKind::ConnectionReset.into()),
        "/api/v1/clients/cut" => Ok(cut_short()),
        "/api/v1/company/large" => Ok(large()),
        "/api/v1/clients/chatty" => {
            let mut response = json_answer(&echo);
            let headers = response.headers_mut();
            for (name, value) in [
                ("server", "secret/1.0"),
                ("x-powered-by", "x"),
                ("connection", "x-inner"),
                ("x-inner", "1"),
                ("etag", "\"7\""),
            ] {
                headers.insert(name, value.parse().unwrap());
            }
            Ok(response)
        }
        "/api/v1/clients/none" => {
            let mut response =
                json_answer(&Value::Null).map(|_| Full::default().map_err(never).boxed());
            *response.status_mut() = StatusCode::NO_CONTENT;
            Ok(response)
        }
        _ => Ok(json_answer(&echo)),
    }
}

fn json_answer(value: &Value) -> Response<Body> {
    let mut response = Response::new(Full::from(value.to_string()).map_err(never).boxed());
    response
        .headers_mut()
        .insert("content-type", "application/json".parse().unwrap());
    response
}

/// Announces a hundred bytes, sends ten, and breaks off.
fn cut_short() -> Response<Body> {
    let part = stream::once(async { Ok(Frame::data(Bytes::from_static(b"0123456789"))) });
    let end = stream::once(async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::ErrorKind::BrokenPipe.into())
    });
    let mut response = Response::new(http_body_util::BodyExt::boxed(StreamBody::new(
        part.chain(end),
    )));
    response
        .headers_mut()
        .insert("content-length", "100".parse().unwrap());
    response
}

fn large() -> Response<Body> {
    let frames = (0..64).map(|_| Ok(Frame::data(Bytes::from(vec![b'x'; 16 * 1024]))));
    Response::new(http_body_util::BodyExt::boxed(StreamBody::new(
        stream::iter(frames),
    )))
}

fn never(error: Infallible) -> std::io::Error {
    match error {}
}

/// Waits for something that must become true soon.
pub async fn within(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let happened = tokio::time::timeout(Duration::from_secs(8), waiting).await;
    assert!(happened.is_ok(), "never happened: {what}");
}

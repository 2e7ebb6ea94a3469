//! What the tests share: a workshop, a running server, a bare HTTP call.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nexus_config::Settings;
use route_optimizer::config::Config;
use route_optimizer::request::Fault;
use route_optimizer::server;
use route_optimizer::work::Workshop;
use serde_json::Value;

pub fn config(pairs: &[(&str, &str)]) -> Config {
    let pairs: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut settings = Settings::from_lookup(move |name| {
        let found = pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    });
    let config = Config::read(&mut settings);
    settings.finish(Some(config)).unwrap()
}

pub fn workshop() -> Workshop {
    config(&[]).workshop()
}

/// The response of a workshop, or VROOM's code and words.
pub fn respond(workshop: &Workshop, body: &[u8]) -> Result<Value, Fault> {
    let answer = workshop.respond(body, Instant::now(), &AtomicBool::new(false));
    answer.map(|(text, _)| serde_json::from_slice(&text).unwrap())
}

pub fn solve(request: &Value) -> Value {
    respond(&workshop(), request.to_string().as_bytes()).unwrap()
}

pub fn refusal(request: &Value) -> Fault {
    respond(&workshop(), request.to_string().as_bytes()).unwrap_err()
}

/// A server in a thread of its own; it ends with the test.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    pub fn start(pairs: &[(&str, &str)]) -> Self {
        let config = config(pairs);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (ready, address) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let running = server::start(listener, &config).unwrap();
                ready.send(running.address).unwrap();
                let _dropped = stopped.await;
                running.drain().await.unwrap();
            });
        });
        Self {
            address: address.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    }

    /// Asks the server to stop, without waiting for it.
    pub fn begin_to_stop(&mut self) {
        drop(self.stop.take());
    }

    pub fn call(&self, method: &str, path: &str, body: &[u8]) -> Reply {
        let mut stream = self.connect();
        send(&mut stream, method, path, body);
        receive(&mut stream)
    }

    pub fn post(&self, body: &Value) -> Reply {
        self.call("POST", "/", body.to_string().as_bytes())
    }

    /// One of the counters.
    pub fn metric(&self, name: &str) -> f64 {
        let text = self.call("GET", "/metrics", b"").text;
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("route_optimizer_{name} ")));
        line.and_then(|line| line.rsplit(' ').next())
            .unwrap()
            .parse()
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.begin_to_stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

pub fn send(stream: &mut TcpStream, method: &str, path: &str, body: &[u8]) {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses early closes early.
    let _refused = stream.write_all(body);
}

pub fn receive(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let _reset = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Reply {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0),
        head: head.to_lowercase(),
        text: body.to_owned(),
    }
}

/// Waits for a condition.
pub fn until(mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "it never came true"
        );
        std::thread::yield_now();
    }
}

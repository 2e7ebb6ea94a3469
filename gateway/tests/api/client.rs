//! A client that sends exactly the bytes it is given.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

const PATIENCE: Duration = Duration::from_secs(10);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the body is as long as announced.
    pub whole: bool,
    pub took: Duration,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// It is a problem of the gateway's, complete, with the trace id that the header names.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, slug: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(problem["type"], format!("/problems/{slug}"));
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        assert_eq!(problem["trace_id"].as_str(), self.header("x-request-id"));
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
    }
}

/// An open connection.
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
    since: Instant,
}

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self {
            stream,
            read: Vec::new(),
            since: Instant::now(),
        }
    }

    /// Writes; a server that has already hung up is no failure here.
    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        timeout(PATIENCE, self.stream.write_all(bytes.as_ref()))
            .await
            .unwrap()
            .is_ok()
    }

    pub async fn finish_writing(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// The next answer, interim ones passed over; `None` when the connection ends without one.
    pub async fn answer(&mut self) -> Option<Answer> {
        loop {
            let end = loop {
                if let Some(at) = find(&self.read, b"\r\n\r\n") {
                    break at + 4;
                }
                if !self.more().await {
                    assert!(
                        self.read.is_empty(),
                        "half an answer: {:?}",
                        String::from_utf8_lossy(&self.read)
                    );
                    return None;
                }
            };
            let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
            let mut answer = head_of(&head);
            if answer.status >= 200 {
                self.body(&mut answer).await;
                answer.took = self.since.elapsed();
                return Some(answer);
            }
        }
    }

    /// Waits for the server to close; `true` when it did so without another byte.
    pub async fn closes(&mut self) -> bool {
        self.read.is_empty() && !self.more().await
    }

    /// Everything until the server closes.
    pub async fn rest(&mut self) -> String {
        while self.more().await {}
        String::from_utf8_lossy(&self.read).into_owned()
    }

    async fn body(&mut self, answer: &mut Answer) {
        if answer.header("transfer-encoding").is_some() {
            loop {
                if let Some(at) = find(&self.read, b"\r\n0\r\n\r\n") {
                    answer.body = dechunked(&self.read[..at + 2]);
                    self.read.drain(..at + 7);
                    answer.whole = true;
                    return;
                }
                if !self.more().await {
                    return;
                }
            }
        }
        let length = answer
            .header("content-length")
            .map_or(0, |value| value.parse().unwrap());
        while self.read.len() < length && self.more().await {}
        answer.whole = self.read.len() >= length;
        let have = length.min(self.read.len());
        answer.body = self.read.drain(..have).collect();
    }

    async fn more(&mut self) -> bool {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.read)).await;
        matches!(
            read.expect("the gateway neither answers nor hangs up"),
            Ok(1..)
        )
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn head_of(head: &str) -> Answer {
    let mut lines = head.trim_end().split("\r\n");
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .map(|line| {
            line.split_once(": ")
                .unwrap_or((line.trim_end_matches(':'), ""))
        })
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    Answer {
        status,
        headers,
        body: Vec::new(),
        whole: false,
        took: Duration::ZERO,
    }
}

fn dechunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(at) = find(chunks, b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..at]).unwrap(), 16).unwrap();
        body.extend_from_slice(&chunks[at + 2..at + 2 + size]);
        chunks = &chunks[at + 2 + size + 2..];
    }
    body
}

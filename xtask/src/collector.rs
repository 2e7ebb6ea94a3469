//! A collector that only listens: it keeps what services export over OTLP, so that a test can look for one whole trace.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Exporters send in batches, a few seconds apart.
const PATIENCE: Duration = Duration::from_secs(15);
const LARGEST: usize = 16 * 1024 * 1024;

pub struct Collector {
    pub url: String,
    received: Arc<Mutex<Vec<Value>>>,
}

struct Span {
    service: String,
    name: String,
    parent: String,
}

impl Collector {
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || listen(&stream, &kept));
            }
        });
        Ok(Self { url, received })
    }

    /// Waits for a trace that goes from the gateway through crm into the database.
    pub fn expect_whole_trace(&self) -> Result<()> {
        let started = Instant::now();
        while !self.has_whole_trace() {
            if started.elapsed() > PATIENCE {
                bail!("no trace goes from the gateway through crm into the database");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn has_whole_trace(&self) -> bool {
        let spans = self.spans();
        let parent = |span: &Span| spans.get(&span.parent);
        spans.values().any(|database| {
            let request = parent(database).filter(|span| span.service == "nexus-crm");
            let entry = request
                .and_then(parent)
                .filter(|span| span.service == "nexus-gateway");
            database.service == "nexus-crm" && database.name.starts_with("db.") && entry.is_some()
        })
    }

    /// All spans so far, by trace and span id; so a parent is always of the same trace.
    fn spans(&self) -> HashMap<String, Span> {
        let received = self
            .received
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut spans = HashMap::new();
        for group in received
            .iter()
            .flat_map(|body| list(&body["resourceSpans"]))
        {
            let attributes = list(&group["resource"]["attributes"]);
            let service = attributes
                .iter()
                .find(|attribute| attribute["key"] == "service.name")
                .map(|attribute| text(&attribute["value"]["stringValue"]))
                .unwrap_or_default();
            for span in list(&group["scopeSpans"])
                .iter()
                .flat_map(|scope| list(&scope["spans"]))
            {
                let trace = text(&span["traceId"]);
                let of_trace = |id: &Value| format!("{trace}/{}", text(id));
                let known = Span {
                    service: service.clone(),
                    name: text(&span["name"]),
                    parent: of_trace(&span["parentSpanId"]),
                };
                spans.insert(of_trace(&span["spanId"]), known);
            }
        }
        spans
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn listen(stream: &TcpStream, kept: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream);
    while let Ok(Some(body)) = read_request(&mut reader) {
        if let Ok(body) = serde_json::from_slice(&body) {
            kept.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(body);
        }
        let mut stream = stream;
        if stream
            .write_all(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
            )
            .is_err()
        {
            return;
        }
    }
}

/// The next request's body; `None` when the connection has ended.
fn read_request(reader: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().context("content-length")?;
        }
    }
    if length > LARGEST {
        bail!("a body of {length} bytes");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}

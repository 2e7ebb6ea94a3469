//! A road engine that breaks off, drips, floods, says no, or answers with numbers that are none.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::{config, respond};

/// Handles each connection after its first request's head; the rest is up to `answer`.
fn engine(answer: impl Fn(&mut TcpStream) + Send + Clone + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                while line != "\r\n" {
                    line.clear();
                    if lines.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                }
                answer(&mut stream);
            });
        }
    });
    url
}

/// Answers with this body and status.
fn fixed(status: &'static str, body: String) -> String {
    engine(move |stream| {
        let length = body.len();
        let _gone = write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
    })
}

fn request() -> Value {
    let jobs: Vec<Value> = (1..4_u64)
        .map(|id| json!({"id": id, "location": [7.42 + id as f64 / 1000.0, 43.73]}))
        .collect();
    json!({"vehicles": [{"id": 1, "start": [7.42, 43.73]}], "jobs": jobs, "options": {"iterations": 100}})
}

fn source(url: &str) -> String {
    let settings = [("OSRM_URL", url), ("OSRM_TIMEOUT_MS", "400")];
    let started = Instant::now();
    let text = request().to_string();
    let answer = respond(&config(&settings).workshop(), text.as_bytes()).unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(answer["summary"]["unassigned"], 0);
    answer["summary"]["matrix_source"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn table(entry: &str) -> String {
    let row = format!("[{}]", [entry; 4].join(","));
    let rows = format!("[{}]", [row.as_str(); 4].join(","));
    format!("{{\"code\":\"Ok\",\"durations\":{rows},\"distances\":{rows}}}")
}

#[test]
fn numbers_that_are_no_times_are_estimated() {
    for entry in ["null", "-1", "1e300", "4294967295", "-1e-9"] {
        let url = fixed("200 OK", table(entry));
        assert_eq!(source(&url), "osrm+great_circle", "{entry}");
    }
}

#[test]
fn tables_of_other_things_are_no_tables() {
    for entry in ["NaN", "\"5\"", "true", "[]", "1e999", "{\"a\":1}"] {
        let url = fixed("200 OK", table(entry));
        assert_eq!(source(&url), "great_circle", "{entry}");
    }
    for body in [
        "",
        "{",
        "null",
        "{\"code\":\"Ok\"}",
        "{\"code\":5}",
        "\u{0}",
    ] {
        let url = fixed("200 OK", body.to_owned());
        assert_eq!(source(&url), "great_circle", "{body}");
    }
}

#[test]
fn who_says_no_is_believed() {
    for status in [
        "400 Bad Request",
        "429 Too Many Requests",
        "500 Oops",
        "302 Found",
    ] {
        let body = "{\"code\":\"TooBig\",\"message\":\"no\"}";
        let url = fixed(status, body.to_owned());
        assert_eq!(source(&url), "great_circle", "{status}");
    }
}

#[test]
fn an_answer_that_breaks_off_is_none() {
    let url = engine(|stream| {
        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"code\":");
    });
    assert_eq!(source(&url), "great_circle");
    let url = engine(|stream| {
        let _gone = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
    });
    assert_eq!(source(&url), "great_circle");
    assert_eq!(source(&engine(|_| {})), "great_circle");
}

#[test]
fn an_answer_that_drips_is_waited_for_no_longer_than_said() {
    let url = engine(|stream| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
        let mut open = stream.write_all(head).is_ok();
        for _ in 0..600 {
            std::thread::sleep(Duration::from_millis(50));
            open = open && stream.write_all(b" ").and_then(|()| stream.flush()).is_ok();
            if !open {
                return;
            }
        }
    });
    let started = Instant::now();
    assert_eq!(source(&url), "great_circle");
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_flood_is_not_drunk() {
    let url = engine(|stream| {
        let block = vec![b'['; 1 << 20];
        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&block).is_ok() {}
    });
    assert_eq!(source(&url), "great_circle");
}

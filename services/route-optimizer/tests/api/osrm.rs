//! A road engine that is up, down, slow, or answers nulls and nonsense.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::kit::{config, respond};

/// Answers each request line with what it is told to; counts them.
struct Engine {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Engine {
    fn start(answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let (counter, answer) = (Arc::clone(&counter), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let mut lines = BufReader::new(stream.try_clone().unwrap());
                    loop {
                        let mut line = String::new();
                        if lines.read_line(&mut line).unwrap_or(0) == 0 {
                            return;
                        }
                        let mut head = String::new();
                        while head != "\r\n" {
                            head.clear();
                            if lines.read_line(&mut head).unwrap_or(0) == 0 {
                                return;
                            }
                        }
                        counter.fetch_add(1, Ordering::SeqCst);
                        // No answer: the caller is left waiting.
                        let Some(body) = answer(&line) else {
                            std::thread::park_timeout(Duration::from_secs(30));
                            return;
                        };
                        let sent = write!(
                            stream,
                            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
                            body.len()
                        );
                        if sent.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A table as OSRM writes it: so many sources, so many destinations.
fn table(line: &str, entry: impl Fn(usize, usize) -> Value) -> String {
    let path = line.split(' ').nth(1).unwrap();
    let (places, query) = path.rsplit('/').next().unwrap().split_once('?').unwrap();
    let all = places.split(';').count();
    let count = |key: &str| {
        let found = query.split('&').find_map(|part| part.strip_prefix(key));
        found.map_or(all, |ranks| ranks.split(';').count())
    };
    let rows: Vec<Vec<Value>> = (0..count("sources="))
        .map(|row| {
            (0..count("destinations="))
                .map(|column| entry(row, column))
                .collect()
        })
        .collect();
    json!({"code": "Ok", "durations": rows, "distances": rows}).to_string()
}

fn request(jobs: u64) -> Value {
    let jobs: Vec<Value> = (1..=jobs)
        .map(|id| json!({"id": id, "location": [7.42 + id as f64 / 1000.0, 43.73]}))
        .collect();
    json!({"vehicles": [{"id": 1, "start": [7.42, 43.73]}], "jobs": jobs, "options": {"iterations": 100}})
}

fn ask(url: &str, more: &[(&str, &str)], request: &Value) -> Value {
    let settings: Vec<(&str, &str)> = [("OSRM_URL", url)].iter().chain(more).copied().collect();
    respond(
        &config(&settings).workshop(),
        request.to_string().as_bytes(),
    )
    .unwrap()
}

#[test]
fn times_come_from_the_road_engine_and_are_remembered() {
    let engine = Engine::start(|line| {
        Some(table(line, |row, column| {
            json!(if row == column { 0.0 } else { 100.4 })
        }))
    });
    let workshop = config(&[("OSRM_URL", &engine.url)]).workshop();
    let answer = respond(&workshop, request(3).to_string().as_bytes()).unwrap();
    assert_eq!(answer["summary"]["matrix_source"], "osrm");
    assert_eq!(answer["summary"]["duration"], 300);
    assert_eq!(engine.asked(), 1);
    respond(&workshop, request(3).to_string().as_bytes()).unwrap();
    assert_eq!(engine.asked(), 1, "the legs were known");
}

#[test]
fn large_tables_are_asked_for_in_blocks() {
    let engine = Engine::start(|line| Some(table(line, |_, _| json!(60))));
    let answer = ask(&engine.url, &[("OSRM_TABLE_SIZE", "10")], &request(24));
    assert_eq!(answer["summary"]["matrix_source"], "osrm");
    assert_eq!(engine.asked(), 25, "five times five blocks of five");
    assert_eq!(answer["summary"]["duration"], 24 * 60);
}

#[test]
fn legs_it_does_not_know_are_estimated() {
    let engine = Engine::start(|line| {
        Some(table(line, |row, column| {
            if (row, column) == (0, 1) {
                Value::Null
            } else {
                json!(60)
            }
        }))
    });
    let answer = ask(&engine.url, &[], &request(2));
    assert_eq!(answer["summary"]["matrix_source"], "osrm+great_circle");
}

#[test]
fn without_it_times_are_estimated_and_it_is_left_alone_for_a_while() {
    let engine = Engine::start(|_| Some("{\"code\": \"NoSegment\"}".to_owned()));
    for answer in [
        "{\"code\": \"NoSegment\"}",
        "nonsense",
        "{\"code\": \"Ok\", \"durations\": [[0]], \"distances\": []}",
        "[]",
    ] {
        let engine = Engine::start(move |_| Some(answer.to_owned()));
        let answered = ask(&engine.url, &[], &request(2));
        assert_eq!(
            answered["summary"]["matrix_source"], "great_circle",
            "{answer}"
        );
    }
    drop(engine);
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let answer = ask(&format!("http://{nobody}"), &[], &request(2));
    assert_eq!(answer["summary"]["matrix_source"], "great_circle");
}

#[test]
fn a_slow_one_is_waited_for_once_and_no_longer_than_said() {
    let engine = Engine::start(|_| None);
    let workshop = config(&[("OSRM_URL", &engine.url), ("OSRM_TIMEOUT_MS", "300")]).workshop();
    let started = Instant::now();
    for _ in 0..3 {
        let answer = respond(&workshop, request(2).to_string().as_bytes()).unwrap();
        assert_eq!(answer["summary"]["matrix_source"], "great_circle");
    }
    assert_eq!(engine.asked(), 1, "a server that failed is left alone");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn geometry_follows_the_road() {
    let engine = Engine::start(|line| {
        let road = json!({"code": "Ok", "routes": [{"geometry": "_p~iF~ps|U"}]});
        let table = || table(line, |_, _| json!(60));
        Some(if line.contains("/route/") {
            road.to_string()
        } else {
            table()
        })
    });
    let mut asked = request(2);
    asked["options"]["g"] = json!(true);
    let answer = ask(&engine.url, &[], &asked);
    assert_eq!(answer["routes"][0]["geometry"], "_p~iF~ps|U");
    assert_eq!(answer["summary"]["distance"], 120);
}

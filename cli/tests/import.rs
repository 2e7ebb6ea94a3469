//! `nexus import` against a server that answers from a script: what is asked, and what the exit code says.

#![expect(
    clippy::unwrap_used,
    reason = "a set-up step that fails is a failed test"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

/// `METHOD path`, then the body.
type Asked = Arc<Mutex<Vec<(String, String)>>>;
type Answer = fn(&str) -> (u16, &'static str);

fn serve(answer: Answer) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            thread::spawn(move || converse(stream, answer, &seen));
        }
    });
    (url, asked)
}

fn converse(stream: TcpStream, answer: Answer, seen: &Asked) {
    let mut out = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let lower = head.to_lowercase();
        let length = lower
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        let request = head.split(" HTTP/").next().unwrap().to_owned();
        seen.lock()
            .unwrap()
            .push((request.clone(), String::from_utf8_lossy(&body).into_owned()));
        let (status, text) = answer(&request);
        let reply = format!(
            "HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        );
        out.write_all(reply.as_bytes()).unwrap();
    }
}

fn import(url: &str, name: &str, more: &[&str]) -> Output {
    let file = scratch(name);
    fs::write(&file, "account,stage\nRossi,Won\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_nexus"))
        .arg("import")
        .arg(&file)
        .args(["--url", url])
        .args(more)
        .env("NEXUS_TOKEN", "a-token")
        .env_remove("NEXUS_URL")
        .output()
        .unwrap();
    fs::remove_file(file).unwrap();
    output
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nexus-import-{name}-{}", std::process::id()))
}

const UPLOADED: &str = r#"{"id":"i1","version":1,"rows_total":2,"columns":[{"name":"account"},{"name":"stage"}],
    "mapping":{"account":"client_name","stage":"stage"},"values":{"stage":["Won","Prospecting"]}}"#;

fn some_rows_fail(request: &str) -> (u16, &'static str) {
    match request {
        "POST /api/v1/imports" => (201, UPLOADED),
        "PATCH /api/v1/imports/i1" => (200, UPLOADED),
        "POST /api/v1/imports/i1/run" => (202, "{}"),
        "GET /api/v1/imports/i1" => (
            200,
            r#"{"status":"done","rows_total":2,"rows_done":2,"counts":{"created":1,"failed":1}}"#,
        ),
        "GET /api/v1/imports/i1/report.csv" => (200, "line,outcome\n2,created\n3,failed\n"),
        _ => (500, "{}"),
    }
}

#[test]
fn rows_that_could_not_be_placed_are_told_and_reported() {
    let (url, asked) = serve(some_rows_fail);
    let report = scratch("report");
    let path = report.to_string_lossy();
    let more = [
        "--kind",
        "opportunities",
        "--map",
        "account=client_name",
        "--new-pipeline",
        "Sales",
        "--report",
        &path,
    ];
    let output = import(&url, "partly", &more);

    assert_eq!(
        output.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        told.contains("1 created, 0 updated, 0 left as they were, 1 not placed"),
        "{told}"
    );
    assert!(fs::read_to_string(&report).unwrap().contains("3,failed"));
    fs::remove_file(report).unwrap();

    let asked = asked.lock().unwrap();
    assert!(asked[0].1.contains("Rossi,Won") && asked[0].1.contains("opportunities"));
    assert_eq!(asked[1].1, r#"{"mapping":{"account":"client_name"}}"#);
    let stages = r#"[{"name":"Prospecting","outcome":"open"},{"name":"Won","outcome":"won"}]"#;
    assert!(asked[2].1.contains(stages), "{}", asked[2].1);
}

fn refuses(_: &str) -> (u16, &'static str) {
    (
        403,
        r#"{"type":"/problems/forbidden","title":"Not allowed","status":403,"detail":"This needs imports:run."}"#,
    )
}

#[test]
fn a_refusal_is_told_in_the_servers_words() {
    let (url, _) = serve(refuses);
    let output = import(&url, "refused", &["--kind", "clients"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("the server answered 403: Not allowed: This needs imports:run."),
        "{told}"
    );
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let output = import("http://127.0.0.1:1", "absent", &["--kind", "clients"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("http://127.0.0.1:1 does not answer. Is it running?"),
        "{told}"
    );
}

//! Optimisers to plan with: the bundled one, as its program runs; and one that answers whatever a test wants.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::web::{Data, Json, PayloadConfig, post, resource};
use actix_web::{App, HttpResponse, HttpServer};
use serde_json::{Value, json};

/// The bundled optimiser; it ends with the test.
pub struct Bundled {
    pub url: String,
    child: Child,
}

impl Bundled {
    pub fn start() -> Self {
        let program = program();
        // Whoever takes the free port first has it: then another is tried.
        for _ in 0..5 {
            let port = free_port();
            let child = Command::new(&program)
                .env("ROUTE_OPTIMIZER_BIND", format!("127.0.0.1:{port}"))
                .env("RUST_LOG", "warn")
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let mut started = Self {
                url: format!("http://127.0.0.1:{port}"),
                child,
            };
            if started.answers(port) {
                return started;
            }
        }
        panic!("{} does not start", program.display());
    }

    fn answers(&mut self, port: u16) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return true;
            }
            std::thread::yield_now();
        }
        false
    }

    /// Ends it, as a crash does.
    pub fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Bundled {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// `target/debug/route-optimizer`, beside this test's own program; built when it is missing.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(Path::parent).unwrap();
    let program = folder.join("route-optimizer");
    if !program.is_file() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", "route-optimizer"]);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success());
    }
    program
}

type Answers = dyn Fn(&Value) -> (u16, Value) + Send + Sync;

/// Somebody who speaks VROOM's language and says what a test wants.
#[derive(Clone)]
pub struct Fake {
    pub url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

struct Desk {
    answers: Box<Answers>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Fake {
    /// Answers each request so. Status 0: never.
    pub fn start(answers: impl Fn(&Value) -> (u16, Value) + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
        let desk = Data::new(Desk {
            answers: Box::new(answers),
            asked: Arc::clone(&asked),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(desk.clone())
                .app_data(actix_web::web::JsonConfig::default().limit(64 << 20))
                .app_data(PayloadConfig::new(64 << 20))
                .service(resource("/").route(post().to(solve)))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap();
        tokio::spawn(server.run());
        Self { url, asked }
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

async fn solve(desk: Data<Desk>, request: Json<Value>) -> HttpResponse {
    let (status, answer) = (desk.answers)(&request);
    desk.asked.lock().unwrap().push(request.into_inner());
    if status == 0 {
        std::future::pending::<()>().await;
    }
    HttpResponse::build(status.try_into().unwrap()).json(answer)
}

/// A route of these jobs on this vehicle, without times: those are computed by whoever believes it.
pub fn route(vehicle: u64, jobs: &[u64]) -> Value {
    let steps: Vec<Value> = jobs
        .iter()
        .map(|job| json!({"type": "job", "id": job, "arrival": 0}))
        .collect();
    json!({"vehicle": vehicle, "steps": steps})
}

pub fn answer(routes: Value) -> Value {
    json!({"code": 0, "routes": routes, "unassigned": [], "summary": {}})
}

//! Children that crash, finish, are stubborn, and are handed a socket.

use super::*;
use std::fs;
use std::path::PathBuf;

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("nexus-child-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.0.join("log"), true).unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.0.join("log")).unwrap()
    }

    async fn log_holds(&self, text: &str) {
        let seen = async {
            while !self.log().contains(text) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(
            timeout(Duration::from_secs(10), seen).await.is_ok(),
            "no {text:?} in {}",
            self.log()
        );
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn shell(script: &'static str, grace: Duration) -> Plan {
    let command = move || {
        let mut shell = nexus_cluster::leashed("/bin/sh".as_ref(), "TERM");
        shell.args(["-c", script]);
        shell
    };
    Plan {
        name: "dummy".into(),
        command: Box::new(command),
        end_by: Signal::TERM,
        grace,
        show: Show::All,
        socket: None,
    }
}

#[tokio::test]
async fn a_socket_outlives_the_one_that_was_handed_it() {
    use tokio::io::AsyncReadExt;
    let scratch = Scratch::new("socket");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Each life answers one connection and ends.
    let script =
        "import socket, sys; s = socket.socket(fileno=0); c, _ = s.accept(); c.sendall(b'served')";
    let command = move || {
        let mut python = Command::new("python3");
        python.args(["-c", script]);
        python
    };
    let mut plan = shell("", Duration::from_secs(5));
    plan.command = Box::new(command);
    plan.socket = Some(Socket {
        address,
        listener: Some(listener),
        always: true,
    });
    let kept = Kept::start(plan, scratch.journal());
    for _ in 0..3 {
        let mut connection = tokio::net::TcpStream::connect(address)
            .await
            .expect("nobody is refused between two lives");
        let mut answer = String::new();
        let reading = connection.read_to_string(&mut answer);
        timeout(Duration::from_secs(10), reading)
            .await
            .expect("the next life answers")
            .unwrap();
        assert_eq!(answer, "served");
    }
    kept.stop().await;
}

#[tokio::test]
async fn one_that_is_restarted_may_finish_and_is_no_failure() {
    let scratch = Scratch::new("again");
    let script = "trap 'echo finished; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    let kept = Kept::start(shell(script, Duration::from_secs(5)), scratch.journal());
    scratch.log_holds("| up").await;
    kept.restart();
    scratch.log_holds("| finished").await;
    let lives = || scratch.log().matches("| up").count();
    let born_again = async {
        while lives() < 2 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(Duration::from_secs(10), born_again).await.is_ok());
    assert_eq!(kept.ends(), 0);
    kept.stop().await;
}

#[tokio::test]
async fn one_that_crashes_is_started_again() {
    let scratch = Scratch::new("crash");
    let kept = Kept::start(
        shell("echo hello; exit 7", Duration::from_secs(5)),
        scratch.journal(),
    );
    scratch
        .log_holds("dummy ended (exit code 7); starting it again in 0.4 s")
        .await;
    assert!(kept.ends() >= 2);
    kept.stop().await;
    assert!(
        scratch.log().matches("dummy     | hello").count() >= 2,
        "{}",
        scratch.log()
    );
}

#[tokio::test]
async fn one_that_is_told_to_end_may_finish() {
    let scratch = Scratch::new("finish");
    let script = "trap 'echo finished; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    let kept = Kept::start(shell(script, Duration::from_secs(5)), scratch.journal());
    scratch.log_holds("| up").await;
    kept.stop().await;
    scratch.log_holds("| finished").await;
    assert!(!scratch.log().contains("starting it again"));
}

#[tokio::test]
async fn one_that_will_not_end_is_killed() {
    let scratch = Scratch::new("stubborn");
    let script = "trap '' TERM; echo up; while :; do sleep 0.05; done";
    let kept = Kept::start(shell(script, Duration::from_millis(200)), scratch.journal());
    scratch.log_holds("| up").await;
    kept.stop().await;
    assert!(
        scratch
            .log()
            .contains("dummy did not end within 0 s: killed"),
        "{}",
        scratch.log()
    );
}

//! With a real PostgreSQL: what a cluster promises.

#![expect(
    clippy::unwrap_used,
    reason = "a set-up step that fails is a failed test"
)]

use std::fs;
use std::path::PathBuf;

use nexus_cluster::{Cluster, Options, Purpose, Server, ServiceRole, bootstrap};

/// A cluster in a folder of its own, stopped and removed at the end.
struct Scratch {
    folder: PathBuf,
    cluster: Cluster,
}

impl Scratch {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("nexus-cluster-{name}-{}", std::process::id()));
        let cluster = open(&folder);
        Self { folder, cluster }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = self.cluster.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn open(folder: &PathBuf) -> Cluster {
    Cluster::open(&Options {
        folder,
        binaries: None,
        purpose: Purpose::Throwaway,
        password: "s3cret",
    })
    .unwrap()
}

fn roles() -> Vec<ServiceRole> {
    vec![
        ServiceRole::of("auth", "pw-a"),
        ServiceRole::of("crm", "pw-c"),
    ]
}

fn service(server: &Server, name: &str, password: &str) -> Server {
    Server::external(
        &server.url(&format!("nexus_{name}"), password, "nexus"),
        None,
    )
    .unwrap()
}

#[test]
fn what_was_written_is_there_after_stop_and_start() {
    let scratch = Scratch::new("restart");
    scratch.cluster.start().unwrap();
    scratch
        .cluster
        .start()
        .expect("starting a running cluster reuses it");
    scratch
        .cluster
        .server()
        .run("postgres", "CREATE TABLE kept AS SELECT 42 AS answer")
        .unwrap();
    scratch.cluster.stop().unwrap();
    assert!(!scratch.cluster.is_running());
    scratch
        .cluster
        .stop()
        .expect("stopping a stopped cluster is no error");

    let again = open(&scratch.folder);
    again.start().unwrap();
    assert_eq!(
        again
            .server()
            .run("postgres", "SELECT answer FROM kept")
            .unwrap(),
        "42"
    );
}

#[test]
fn nobody_comes_in_without_the_password() {
    let scratch = Scratch::new("password");
    scratch.cluster.start().unwrap();
    let url = scratch
        .cluster
        .server()
        .admin_url()
        .replace("s3cret", "wrong");
    let refused = Server::external(&url, None)
        .unwrap()
        .run("postgres", "SELECT 1")
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("password authentication failed"),
        "{refused}"
    );
}

#[test]
fn each_service_rules_its_own_schema_and_sees_no_other() {
    let scratch = Scratch::new("roles");
    scratch.cluster.start().unwrap();
    let server = scratch.cluster.server();
    bootstrap(&server, "nexus", &roles()).unwrap();
    bootstrap(&server, "nexus", &roles()).expect("repeating it is harmless");

    let auth = service(&server, "auth", "pw-a");
    let crm = service(&server, "crm", "pw-c");
    auth.run("nexus", "CREATE TABLE users (name text)").unwrap();
    assert_eq!(
        auth.run(
            "nexus",
            "SELECT tablename FROM pg_tables WHERE schemaname = 'auth'"
        )
        .unwrap(),
        "users"
    );
    assert_eq!(
        crm.run("nexus", "SELECT similarity('rosso', 'rosso')")
            .unwrap(),
        "1",
        "pg_trgm is in reach"
    );
    for forbidden in [
        "SELECT * FROM auth.users",
        "CREATE TABLE auth.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE extensions.mine (x int)",
        "CREATE SCHEMA mine",
        "SET ROLE nexus_auth",
        "CREATE ROLE other",
    ] {
        let refused = crm.run("nexus", forbidden).unwrap_err().to_string();
        assert!(
            refused.contains("permission denied"),
            "{forbidden}: {refused}"
        );
    }
}

//! Backup, verify and restore with real PostgreSQL servers: what comes back is what was saved, row by row.

#![expect(
    clippy::unwrap_used,
    reason = "a set-up step that fails is a failed test"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nexus_cluster::{Cluster, Options, Purpose, Server, ServiceRole, bootstrap};

/// A PostgreSQL and a state folder of their own.
struct Machine {
    folder: PathBuf,
    cluster: Cluster,
}

impl Machine {
    fn new(name: &str) -> Self {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let cluster = Cluster::open(&Options {
            folder: &folder.join("pg"),
            binaries: None,
            purpose: Purpose::Throwaway,
            password: "nexus",
        })
        .unwrap();
        cluster.start().unwrap();
        Self { folder, cluster }
    }

    fn server(&self) -> Server {
        self.cluster.server()
    }

    fn nexus(&self, args: &[&str], key: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexus"));
        command
            .arg("--state")
            .arg(self.folder.join("state"))
            .args(args)
            .current_dir(&self.folder)
            .env_remove("BACKUP_KEY")
            .env("NEXUS_PG_BIN", &self.cluster.binaries().folder)
            .env("ADMIN_DATABASE_URL", self.server().admin_url());
        if let Some(key) = key {
            command.env("BACKUP_KEY", key);
        }
        command.output().unwrap()
    }

    fn secret(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.folder.join("state/secrets.env")).unwrap_or_default();
        let mut pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    }

    /// Everything in the services' schemas, as text.
    fn content(&self) -> String {
        let dump = self
            .server()
            .client("pg_dump", "nexus")
            .args(["--schema=auth", "--schema=crm"])
            .output()
            .unwrap();
        let text = String::from_utf8(dump.stdout).unwrap();
        // These lines are of the dump, not of what is dumped.
        let lines = text.lines().filter(|line| !line.starts_with("\\"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _already_down = self.cluster.stop();
        let _left_behind = fs::remove_dir_all(&self.folder);
    }
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    assert!(!output.status.success(), "{}", said(output));
    assert!(said(output).contains(why), "{}", said(output));
}

/// Tables like the services': owned by their roles, one append-only, with what dumps find hard.
const RECORDS: &str = "
    SET ROLE nexus_auth; SET search_path = auth;
    CREATE TABLE users (id int PRIMARY KEY, name text);
    INSERT INTO users SELECT i, 'Niccolò D''Angelo' || chr(9) || i FROM generate_series(1, 1000) i;
    RESET ROLE; SET ROLE nexus_crm; SET search_path = crm, extensions;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
    CREATE TABLE events (position bigint PRIMARY KEY, payload jsonb, at timestamptz);
    INSERT INTO events SELECT i, jsonb_build_object('text', E'\\\\.\\n' || i), now() FROM generate_series(1, 5000) i;
    CREATE TRIGGER stay BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse();
    CREATE INDEX events_search ON events USING gin ((payload ->> 'text') gin_trgm_ops);
    CREATE SEQUENCE numbers; SELECT nextval('numbers'), nextval('numbers');
    CREATE TABLE empty (id int);
";

#[test]
fn what_was_saved_comes_back_on_another_machine_and_nothing_is_overwritten() {
    let old = Machine::new("backup-old");
    let roles = ["auth", "crm", "visits", "analytics"].map(|service| ServiceRole::of(service, "x"));
    bootstrap(&old.server(), "nexus", &roles).unwrap();
    old.server().run("nexus", RECORDS).unwrap();
    fs::create_dir_all(old.folder.join("state")).unwrap();
    fs::write(
        old.folder.join("state/secrets.env"),
        "AUTH_MASTER_SECRET=abcd\n",
    )
    .unwrap();

    let told = done(&old.nexus(&["backup"], None));
    assert!(told.contains("Saved 6000 rows"), "{told}");
    let key = old.secret("BACKUP_KEY").expect("a key is made");
    assert_eq!(
        done(&old.nexus(&["backup", "--show-key"], None)).trim(),
        key
    );
    let told = done(&old.nexus(&["verify"], None));
    assert!(told.contains("is whole: 6000 rows in 3 tables"), "{told}");
    let backups: Vec<_> = fs::read_dir(old.folder.join("state/backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [backup] = backups.as_slice() else {
        panic!("one file, and nothing half-made: {backups:?}");
    };
    let bytes = fs::read(backup).unwrap();
    let secret = b"AUTH_MASTER_SECRET";
    assert!(!bytes.windows(secret.len()).any(|part| part == secret));

    let new = Machine::new("backup-new");
    let path = backup.to_str().unwrap();
    refused(&new.nexus(&["restore", path], None), "set BACKUP_KEY");
    refused(
        &new.nexus(&["restore", path], Some(&"0".repeat(64))),
        "the key is another one",
    );
    let told = done(&new.nexus(&["restore", path], Some(&key)));
    assert!(told.contains("Restored 6000 rows"), "{told}");
    assert_eq!(new.content(), old.content());
    assert_eq!(new.secret("AUTH_MASTER_SECRET").as_deref(), Some("abcd"));
    assert_eq!(new.secret("BACKUP_KEY"), Some(key.clone()));
    let next = new
        .server()
        .run("nexus", "SELECT nextval('crm.numbers')")
        .unwrap();
    assert_eq!(next, "3");

    // The services' own logins work there, and only in their own schema.
    let password = new
        .secret("CRM_DATABASE_PASSWORD")
        .expect("a password of its own");
    let url = new.server().url("nexus_crm", &password, "nexus");
    let login = Server::external(&url, Some(new.cluster.binaries())).unwrap();
    assert_eq!(
        login.run("nexus", "SELECT count(*) FROM events").unwrap(),
        "5000"
    );
    assert!(
        login
            .run("nexus", "SELECT count(*) FROM auth.users")
            .is_err()
    );

    refused(
        &new.nexus(&["restore", path], None),
        "there is an installation here already",
    );
}

#[test]
fn a_damaged_backup_is_told_and_restores_nothing() {
    let machine = Machine::new("backup-damaged");
    let roles = ["auth", "crm", "visits", "analytics"].map(|service| ServiceRole::of(service, "x"));
    bootstrap(&machine.server(), "nexus", &roles).unwrap();
    machine.server().run("nexus", RECORDS).unwrap();
    done(&machine.nexus(&["backup", "--folder", "safe"], None));
    let entry = fs::read_dir(machine.folder.join("safe")).unwrap().next();
    let path = entry.unwrap().unwrap().path();
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    refused(
        &machine.nexus(&["verify", "--folder", "safe"], None),
        "the file was changed or cut",
    );

    let sql = "DROP SCHEMA auth, crm CASCADE;";
    machine.server().run("nexus", sql).unwrap();
    let file = path.to_str().unwrap();
    refused(&machine.nexus(&["restore", file], None), "changed or cut");
    let sql = "SELECT count(*) FROM pg_tables WHERE schemaname IN ('auth', 'crm')";
    assert_eq!(machine.server().run("nexus", sql).unwrap(), "0");

    refused(
        &machine.nexus(&["backup", "--folder", "/proc/nowhere"], None),
        "/proc/nowhere",
    );
}

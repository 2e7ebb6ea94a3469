//! A backup sent to S3-compatible storage and brought back; the storage is a small one of our own that looks at what it gets.

#![expect(
    clippy::unwrap_used,
    reason = "a set-up step that fails is a failed test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use nexus_cluster::{Cluster, Options, Purpose, ServiceRole, bootstrap};

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Keeps objects by their path; refuses whoever does not sign.
struct Bucket {
    url: String,
    objects: Objects,
}

impl Bucket {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/bucket/crm", listener.local_addr().unwrap());
        let objects = Objects::default();
        let kept = Arc::clone(&objects);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || while answer(&stream, &kept).is_some() {});
            }
        });
        Self { url, objects }
    }

    fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

/// One request; `None` when the connection has ended.
fn answer(stream: &TcpStream, kept: &Objects) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut signed) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        signed |= header.starts_with("authorization: aws4-hmac-sha256 credential=key/");
        if let Some(value) = header.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut objects = kept.lock().unwrap();
    let (status, told) = match (signed, method.as_str()) {
        (false, _) => (
            "403 Forbidden",
            b"<Error><Code>AccessDenied</Code><Message>who are you</Message></Error>".to_vec(),
        ),
        (_, "PUT") => {
            objects.insert(target, body);
            ("200 OK", Vec::new())
        }
        (_, "DELETE") => {
            objects.remove(&target);
            ("204 No Content", Vec::new())
        }
        (_, "GET") if target.starts_with("/bucket?") => {
            let contents = objects.iter().map(|(path, bytes)| {
                let key = path.trim_start_matches("/bucket/");
                format!(
                    "<Contents><Key>{key}</Key><Size>{}</Size></Contents>",
                    bytes.len()
                )
            });
            let list = contents.collect::<String>();
            (
                "200 OK",
                format!("<ListBucketResult>{list}</ListBucketResult>").into_bytes(),
            )
        }
        _ => match objects.get(&target) {
            Some(bytes) => ("200 OK", bytes.clone()),
            None => (
                "404 Not Found",
                b"<Error><Code>NoSuchKey</Code></Error>".to_vec(),
            ),
        },
    };
    drop(objects);
    let mut stream = stream;
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
        told.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&told).ok()
}

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

    fn nexus(&self, args: &[&str], bucket: &Bucket, key: &str, secret: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexus"));
        command
            .arg("--state")
            .arg(self.folder.join("state"))
            .args(args)
            .current_dir(&self.folder)
            .env("BACKUP_KEY", key)
            .env("NEXUS_PG_BIN", &self.cluster.binaries().folder)
            .env("ADMIN_DATABASE_URL", self.cluster.server().admin_url())
            .env("NEXUS_BACKUP_S3_URL", &bucket.url)
            .env("NEXUS_BACKUP_S3_KEY", secret)
            .env("NEXUS_BACKUP_S3_SECRET", "secret");
        command.output().unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _already_down = self.cluster.stop();
        let _left_behind = fs::remove_dir_all(&self.folder);
    }
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

#[test]
fn a_backup_goes_to_the_storage_and_comes_back_on_another_machine() {
    let bucket = Bucket::start();
    let (key, old) = ("7".repeat(64), Machine::new("bucket-old"));
    let roles = ["auth", "crm", "visits", "analytics"].map(|service| ServiceRole::of(service, "x"));
    let server = old.cluster.server();
    bootstrap(&server, "nexus", &roles).unwrap();
    let records = "SET ROLE nexus_crm; CREATE TABLE crm.clients AS SELECT i AS id FROM generate_series(1, 700) i;";
    server.run("nexus", records).unwrap();
    // One of long ago, and something that is none of ours.
    for name in ["nexus-20200101T000000Z.backup", "photos.zip"] {
        let path = format!("/bucket/crm/{name}");
        bucket.objects.lock().unwrap().insert(path, vec![1]);
    }

    let refused = old.nexus(&["backup"], &bucket, &key, "somebody");
    assert!(!refused.status.success());
    let told = said(&refused);
    assert!(
        told.contains("AccessDenied, who are you") && told.contains("Saved 700 rows"),
        "the backup is in the folder all the same: {told}"
    );
    // A second later it has a name of its own.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let told = said(&old.nexus(&["backup"], &bucket, &key, "key"));
    assert!(
        told.contains("A copy is at 127.0.0.1/bucket/crm/nexus-"),
        "{told}"
    );
    let names = bucket.names();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[1], "/bucket/crm/photos.zip");

    let new = Machine::new("bucket-new");
    let told = said(&new.nexus(&["verify", "--from-storage"], &bucket, &key, "key"));
    assert!(told.contains("is whole: 700 rows in 1 tables"), "{told}");
    let told = said(&new.nexus(&["restore", "--from-storage"], &bucket, &key, "key"));
    assert!(told.contains("Restored 700 rows"), "{told}");
    let count = new
        .cluster
        .server()
        .run("nexus", "SELECT count(*) FROM crm.clients");
    assert_eq!(count.unwrap(), "700");
}

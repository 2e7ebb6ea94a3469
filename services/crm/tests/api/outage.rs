//! PostgreSQL stops and starts again while the service is in use. It is a cluster of this test's own.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nexus_cluster::{Cluster, Options, Purpose};
use nexus_testkit::{TestDatabase, TestServer, eventually};
use serde_json::{Value, json};

use crate::kit::{Crm, a_client, path};

/// A cluster that is gone afterwards, whatever the test says.
struct OwnCluster {
    cluster: Cluster,
    folder: PathBuf,
}

impl OwnCluster {
    fn start() -> Self {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("outage-{}", std::process::id()));
        let cluster = Cluster::open(&Options {
            folder: &folder,
            binaries: None,
            purpose: Purpose::Throwaway,
            password: "nexus",
        })
        .unwrap();
        cluster.start().unwrap();
        Self { cluster, folder }
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        let _already_down = self.cluster.stop();
        let _left_behind = std::fs::remove_dir_all(&self.folder);
    }
}

#[actix_web::test]
async fn while_postgresql_is_down_everything_is_503_and_afterwards_it_goes_on_by_itself() {
    let own = OwnCluster::start();
    let database = TestDatabase::empty_in(own.cluster.server().admin_url_of("postgres"));
    let server = TestServer::start_on(
        crm::SERVICE,
        database.migrated(crm::migrations()),
        "http://127.0.0.1:1",
    );
    let crm = Crm { server };
    let admin = crm.admin();
    let client = a_client(&admin, "Prima").await;
    let url = path("clients", &client);

    own.cluster.stop().unwrap();
    // More than there are database threads, so that each of them has lost its connection.
    for _ in 0..6 {
        let began = Instant::now();
        let reply = admin.get(&url).await;
        assert!(
            began.elapsed() < Duration::from_secs(3),
            "{:?}",
            began.elapsed()
        );
        assert!(reply.header("retry-after").is_some());
        reply.problem(503, "unavailable");
    }
    admin
        .patch(&url, json!({"name": "Durante"}))
        .await
        .problem(503, "unavailable");
    let lost = json!({"name": "Durante"});
    admin
        .post("/api/v1/clients", lost)
        .await
        .problem(503, "unavailable");
    crm.server.nobody().get("/healthz").await.expect(200);
    assert_eq!(
        crm.server.nobody().get("/readyz").await.status.as_u16(),
        503
    );

    own.cluster.start().unwrap();
    let back = Instant::now();
    eventually("a write is accepted again", || {
        let (admin, url) = (admin.clone(), url.clone());
        async move {
            let reply = admin.patch(&url, json!({"name": "Dopo"})).await;
            assert!(
                matches!(reply.status.as_u16(), 200 | 503),
                "{:?}",
                reply.body
            );
            reply.status.as_u16() == 200
        }
    })
    .await;
    assert!(
        back.elapsed() < Duration::from_secs(5),
        "{:?}",
        back.elapsed()
    );
    assert_eq!(admin.get(&url).await.expect(200)["version"], 2);
    assert_eq!(crm.count("clients"), 1);
    // The feed's own connection comes back too.
    let feed = crm.server.service();
    eventually("both events are on the feed", || {
        let (feed, url) = (feed.clone(), url.clone());
        async move {
            let page = feed.get("/internal/events?after=0").await;
            let of_client = |events: &Vec<Value>| {
                let told = |event: &&Value| url.ends_with(event["subject_id"].as_str().unwrap());
                events.iter().filter(told).count()
            };
            page.status == 200 && page.body["events"].as_array().map(of_client) == Some(2)
        }
    })
    .await;
}

//! How a run goes: beside the requests, through a crash, and when what it needs is missing.

use std::fmt::Write as _;

use nexus_testkit::eventually;
use serde_json::json;

use super::kit::{counts, crm, ended, number, path, sizes, told, upload, work, worker};
use crate::kit::Crm;

/// A file of that many clients, with references.
pub fn many(rows: usize) -> String {
    let mut file = "codice,ragione sociale,citta,telefono\n".to_owned();
    for row in 1..=rows {
        writeln!(
            file,
            "C{row},Tabaccheria Numero {row},Torino,011 123{row:05}"
        )
        .unwrap();
    }
    file
}

#[actix_web::test]
async fn a_run_that_is_killed_goes_on_where_it_was() {
    let crm = Crm::start();
    let admin = crm.admin();
    let first = worker(&crm);
    let uploaded = upload(&admin, "clients", "x.csv", many(5_000)).await;
    let path = path(&uploaded);
    admin
        .post(&format!("{path}/run"), json!({}))
        .await
        .expect(202);
    eventually("the first batch is done", || {
        let done = number(&crm, "SELECT rows_done FROM imports");
        async move { done >= 1_000.0 }
    })
    .await;
    first.abort();
    // A batch that had begun goes on without the worker, as it would in PostgreSQL after a kill.
    let busy = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND application_name = 'nexus-{}'",
        crm.server.database.application_name()
    );
    eventually("the last batch has ended", || {
        let busy = number(&crm, &busy);
        async move { busy == 0.0 }
    })
    .await;
    let done = number(&crm, "SELECT rows_done FROM imports");
    assert!(done < 5_000.0, "the worker was too quick for this test");
    assert_eq!(crm.count("clients"), done as i64);

    // A claim that is not renewed lapses.
    lapse(&crm);
    let _second = worker(&crm);
    let import = ended(&admin, &path).await;
    assert_eq!(counts(&import), [5_000, 0, 0, 0, 0]);
    assert_eq!(
        number(&crm, "SELECT count(DISTINCT external_ref) FROM clients"),
        5_000.0
    );
    assert_eq!(
        (crm.count("clients"), crm.count("interactions")),
        (5_000, 5_000)
    );
    let facts = "(SELECT actor_id FROM outbox UNION ALL SELECT actor_id FROM events) e WHERE actor_id IS NOT NULL";
    assert_eq!(crm.count(facts), 5_000);
}

fn lapse(crm: &Crm) {
    use diesel::RunQueryDsl;
    diesel::sql_query("UPDATE imports SET claimed_until = now() - interval '1 second'")
        .execute(&mut crm.server.database.connect())
        .unwrap();
}

#[actix_web::test]
async fn two_workers_share_the_work_and_no_row_is_done_twice() {
    let crm = crm();
    let _second = worker(&crm);
    let admin = crm.admin();
    let mut ran = Vec::new();
    for _ in 0..2 {
        let uploaded = upload(&admin, "clients", "x.csv", many(1_500)).await;
        let begun = admin
            .post(&format!("{}/run", path(&uploaded)), json!({}))
            .await;
        begun.expect(202);
        ran.push(uploaded);
    }
    let mut created = 0;
    for import in ran {
        created += counts(&ended(&admin, &path(&import)).await)[0];
    }
    assert_eq!((created, crm.count("clients")), (1_500, 1_500));
}

#[actix_web::test]
async fn an_import_at_work_is_left_alone() {
    let crm = Crm::start();
    let admin = crm.admin();
    let uploaded = upload(&admin, "clients", "x.csv", "nome\nBar\n").await;
    let path = path(&uploaded);
    admin
        .post(&format!("{path}/run"), json!({}))
        .await
        .expect(202);
    for wish in ["check", "run"] {
        let told = admin.post(&format!("{path}/{wish}"), json!({})).await;
        told.problem(409, "import-at-work");
    }
    let patch = json!({"options": {"mode": "upsert"}});
    admin
        .patch(&path, patch)
        .await
        .problem(409, "import-at-work");
    admin.delete(&path).await.problem(409, "import-at-work");
    let _worker = worker(&crm);
    ended(&admin, &path).await;
    admin.delete(&path).await.expect(204);
    assert_eq!((crm.count("clients"), crm.count("imports")), (1, 0));
}

#[actix_web::test]
async fn a_checked_import_runs_as_it_was_foretold() {
    let crm = crm();
    let admin = crm.admin();
    let file = many(2_500) + "C1,Doppia,Torino,\nC9999,,Torino,\n";
    let uploaded = upload(&admin, "clients", "x.csv", file).await;
    let before = sizes(&crm);
    let checked = work(&admin, &uploaded, "check").await;
    assert_eq!(sizes(&crm), before, "a check writes nothing");
    let foretold = told(&admin, &checked).await;
    let ran = work(&admin, &checked, "run").await;
    assert_eq!(counts(&checked), counts(&ran));
    assert_eq!(foretold, told(&admin, &ran).await);
    assert_eq!(counts(&ran), [2_500, 0, 1, 1, 1]);
}

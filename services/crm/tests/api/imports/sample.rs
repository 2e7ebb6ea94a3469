//! The company of `fixtures/sales-opportunities` moves in: 85 clients, 7 products, 35 agents, 8,800 deals, warts included.

use serde_json::Value;

use super::kit::{
    counts, crm_with_auth, import, number, path, ranking, sample, sizes, told, upload, work,
};
use crate::kit::Crm;

async fn moved_in() -> (Crm, nexus_testkit::Caller, Value) {
    let crm = crm_with_auth();
    let admin = crm.admin();
    let users = import(
        &admin,
        "users",
        "sales_teams.csv",
        sample("sales_teams.csv"),
    )
    .await;
    assert_eq!(counts(&users), [35, 0, 0, 0, 0], "{users:#}");
    let products = import(&admin, "products", "products.csv", sample("products.csv")).await;
    assert_eq!(counts(&products), [7, 0, 0, 0, 0]);
    let clients = import(&admin, "clients", "accounts.csv", sample("accounts.csv")).await;
    assert_eq!(counts(&clients), [85, 0, 0, 0, 1]);
    assert_eq!(told(&admin, &clients).await.len(), 1, "Philipines");
    let deals = import(
        &admin,
        "opportunities",
        "sales_pipeline.csv",
        sample("sales_pipeline.csv"),
    )
    .await;
    (crm, admin, deals)
}

#[actix_web::test]
async fn the_recounts_hold_after_the_import_and_after_a_second_one() {
    let (crm, admin, deals) = moved_in().await;
    let [created, updated, skipped, failed, _] = counts(&deals);
    assert_eq!((created, updated, skipped, failed), (8_800, 0, 0, 0));
    assert_recounts(&crm);
    assert_remarks(&crm);
    assert_story(&crm);
    assert_report(&admin, &deals).await;

    let before = sizes(&crm);
    for (kind, file, rows) in [
        ("users", "sales_teams.csv", 35),
        ("products", "products.csv", 7),
        ("clients", "accounts.csv", 85),
        ("opportunities", "sales_pipeline.csv", 8_800),
    ] {
        let again = import(&admin, kind, file, sample(file)).await;
        assert_eq!(counts(&again), [0, 0, rows, 0, 0], "{kind}");
    }
    assert_eq!(sizes(&crm), before, "the same files add nothing");
}

fn assert_recounts(crm: &Crm) {
    let stages = "SELECT s.name, count(*) AS n FROM opportunities o JOIN stages s ON s.id = o.stage_id GROUP BY 1 ORDER BY 2 DESC";
    let expected = [
        ("Won", 4_238),
        ("Lost", 2_473),
        ("Engaging", 1_589),
        ("Prospecting", 500),
    ];
    assert_eq!(
        ranking(crm, stages),
        expected.map(|(name, n)| (name.to_owned(), n))
    );
    let won = "FROM opportunities WHERE status = 'won'";
    assert_eq!(
        number(crm, &format!("SELECT sum(amount_cents) / 100 {won}")),
        10_005_534.0
    );
    let mean = number(
        crm,
        &format!("SELECT round(avg(closed_on - opened_on), 2) {won}"),
    );
    assert_eq!(mean, 51.78);
    let median = "percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_on - opened_on)";
    assert_eq!(number(crm, &format!("SELECT {median} {won}")), 57.0);
    let months = format!(
        "SELECT to_char(closed_on, 'MM') AS name, count(*) AS n {won} AND closed_on >= '2017-01-01' GROUP BY 1 ORDER BY 1"
    );
    let months: Vec<i64> = ranking(crm, &months).into_iter().map(|(_, n)| n).collect();
    assert_eq!(months, [531, 285, 438, 531, 308, 446, 503, 279, 406, 511]);
    let agents = "SELECT u.name, sum(o.amount_cents) / 100 AS n FROM opportunities o JOIN users u ON u.id = o.owner_id
                  WHERE o.status = 'won' GROUP BY 1 ORDER BY 2 DESC LIMIT 3";
    let agents = agents.replace(
        "sum(o.amount_cents) / 100",
        "(sum(o.amount_cents) / 100)::bigint",
    );
    let best = [
        ("Darcel Schlecht", 1_153_214),
        ("Vicki Laflamme", 478_396),
        ("Kary Hendrixson", 454_298),
    ];
    assert_eq!(
        ranking(crm, &agents),
        best.map(|(name, n)| (name.to_owned(), n))
    );
    assert_eq!(
        number(
            crm,
            "SELECT count(*) FROM opportunities WHERE client_id IS NULL"
        ),
        1_425.0
    );
    assert_eq!(
        number(
            crm,
            "SELECT count(*) FROM opportunities WHERE product_id IS NULL OR owner_id IS NULL"
        ),
        0.0
    );
    assert_eq!(
        number(
            crm,
            "SELECT count(*) FROM opportunities WHERE opened_on IS NULL"
        ),
        500.0
    );
    assert_eq!(
        number(
            crm,
            "SELECT count(*) FROM clients WHERE parent_id IS NOT NULL"
        ),
        15.0
    );
    assert_eq!(
        number(crm, "SELECT count(*) FROM clients WHERE country = 'US'"),
        71.0
    );
    let cents = "SELECT annual_revenue_cents FROM clients WHERE name = 'Acme Corporation'";
    assert_eq!(number(crm, cents), 110_004.0);
}

/// What could not be placed is said, row by row.
fn assert_remarks(crm: &Crm) {
    let codes = "SELECT p->>'code' AS name, count(*) AS n FROM imports i JOIN import_rows r ON r.import_id = i.id,
                 jsonb_array_elements(r.problems) p WHERE i.kind = 'opportunities' GROUP BY 1 ORDER BY 2";
    let expected = [
        ("opened_on.missing", 500),
        ("client.missing", 1_425),
        ("product.spelled_differently", 1_480),
    ];
    assert_eq!(
        ranking(crm, codes),
        expected.map(|(name, n)| (name.to_owned(), n))
    );
}

/// The past is told as if it had been kept here.
fn assert_story(crm: &Crm) {
    let kinds = "SELECT kind AS name, count(*) AS n FROM interactions GROUP BY 1 ORDER BY 1";
    let expected = [
        ("client_created", 85),
        ("opportunity_created", 8_800),
        ("opportunity_lost", 2_473),
        ("opportunity_won", 4_238),
    ];
    assert_eq!(
        ranking(crm, kinds),
        expected.map(|(name, n)| (name.to_owned(), n))
    );
    let first = "SELECT extract(epoch FROM occurred_at) FROM interactions WHERE kind = 'opportunity_won' ORDER BY 1 LIMIT 1";
    // 1 March 2017, midnight in Rome.
    assert_eq!(number(crm, first), 1_488_322_800.0);
    let seconds = "SELECT round(avg(m.seconds_in_from) / 86400, 1) FROM stage_moves m JOIN stages s ON s.id = m.to_stage_id
                   WHERE s.outcome = 'won'";
    assert_eq!(number(crm, seconds), 51.8);
    let moves = number(crm, "SELECT count(*) FROM stage_moves");
    assert_eq!(moves, 8_800.0 + 4_238.0 + 2_473.0 + 1_589.0);
    let reason = "SELECT count(*) FROM opportunities o JOIN lost_reasons r ON r.id = o.lost_reason_id WHERE r.name = 'Non indicato'";
    assert_eq!(number(crm, reason), 2_473.0);
    let facts = "SELECT kind AS name, count(*) AS n FROM (SELECT kind FROM outbox UNION ALL SELECT kind FROM events) e
                 WHERE kind LIKE 'crm.opportunity.%' GROUP BY 1 ORDER BY 1";
    let expected = [
        ("crm.opportunity.created.v1", 8_800),
        ("crm.opportunity.lost.v1", 2_473),
        ("crm.opportunity.won.v1", 4_238),
    ];
    assert_eq!(
        ranking(crm, facts),
        expected.map(|(name, n)| (name.to_owned(), n))
    );
}

/// The report holds every row, in order, with what became of it.
async fn assert_report(admin: &nexus_testkit::Caller, deals: &Value) {
    let reply = admin.get(&format!("{}/report.csv", path(deals))).await;
    assert!(
        reply
            .header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    let body = reply.expect(200);
    let lines: Vec<&str> = body.as_str().unwrap().lines().collect();
    assert_eq!(lines.len(), 8_801);
    assert!(lines[0].ends_with("close_value,line,outcome,problems"));
    let plain =
        "1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,10/20/2016,3/1/2017,1054,2,created,";
    assert_eq!(lines[1], plain);
    assert!(
        lines[2].contains("product.spelled_differently"),
        "{}",
        lines[2]
    );
    assert!(lines.iter().skip(1).all(|line| line.contains(",created,")));
}

#[actix_web::test]
async fn a_check_foretells_the_run_and_writes_nothing() {
    let crm = crm_with_auth();
    let admin = crm.admin();
    let before = sizes(&crm);
    for (kind, file) in [
        ("users", "sales_teams.csv"),
        ("products", "products.csv"),
        ("clients", "accounts.csv"),
        ("opportunities", "sales_pipeline.csv"),
    ] {
        let uploaded = upload(&admin, kind, file, sample(file)).await;
        let checked = work(&admin, &uploaded, "check").await;
        assert_eq!(checked["status"], "checked");
        assert_eq!(
            counts(&checked)[0],
            checked["rows_total"].as_i64().unwrap(),
            "{kind}"
        );
    }
    assert_eq!(sizes(&crm), before);
}

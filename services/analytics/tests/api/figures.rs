//! Single figures whose answer is known by heart.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{
    Analytics, LOST, NEW, OFFER, TALKS, WON, activity, client, dashboard, deal, figure, id, lead,
    order, site, task, visit,
};

#[actix_web::test]
async fn a_funnel_is_of_the_deals_that_began_and_a_skipped_stage_was_passed() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let began = json!({"amount_cents": 100, "opened_on": "2026-03-02"});
    let at = |stage: uuid::Uuid, day: &str| json!({"stage_id": stage, "stage_entered_at": day, "amount_cents": 100, "opened_on": "2026-03-02"});
    analytics.tell(&[
        deal(id(1), 1, "2026-03-02T10:00:00Z", "created", began.clone()),
        deal(id(2), 1, "2026-03-02T10:00:00Z", "created", began.clone()),
        deal(id(2), 2, "2026-03-04T10:00:00Z", "moved", at(OFFER, "2026-03-04T10:00:00Z")),
        deal(id(3), 1, "2026-03-02T10:00:00Z", "created", began.clone()),
        deal(id(3), 2, "2026-04-20T10:00:00Z", "won", json!({"stage_id": WON, "status": "won", "closed_on": "2026-04-20",
            "stage_entered_at": "2026-04-20T10:00:00Z", "amount_cents": 100, "opened_on": "2026-03-02"})),
        // Of another cohort.
        deal(id(4), 1, "2026-04-02T10:00:00Z", "created", json!({"opened_on": "2026-04-02"})),
    ]);
    let seen = dashboard(&admin, "tiles=funnel&from=2026-03-01&until=2026-03-31").await;
    let funnel = &seen["funnel"]["pipelines"][0];
    let reached: Vec<_> = funnel["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["reached"]["count"].as_i64().unwrap())
        .collect();
    assert_eq!(reached, [3, 2, 2]);
    assert_eq!(
        (&funnel["won"]["count"], &funnel["conversion"]),
        (&json!(1), &json!(0.3333))
    );
    let stage = funnel["steps"][1]["stage_id"].as_str().unwrap();
    let behind = admin
        .get(&format!("/api/v1/analytics/records?measure=funnel&key={stage}&count=true&from=2026-03-01&until=2026-03-31"))
        .await
        .expect(200);
    assert_eq!(behind["count"], json!(2));
}

#[actix_web::test]
async fn the_pipeline_is_as_it_is_now_weighted_and_says_what_is_stale() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let long_ago = json!({"stage_id": TALKS, "stage_entered_at": "2026-01-01T10:00:00Z", "amount_cents": 1_001});
    analytics.tell(&[
        deal(id(1), 1, "2026-01-01T10:00:00Z", "created", long_ago),
        deal(
            id(2),
            1,
            "2026-01-01T10:00:00Z",
            "created",
            json!({"stage_id": NEW, "amount_cents": 50, "archived_at": "2026-01-02T10:00:00Z"}),
        ),
    ]);
    let seen = dashboard(&admin, "tiles=pipeline&from=2020-01-01&until=2020-01-31").await;
    let pipeline = &seen["pipeline"]["pipelines"][0];
    assert_eq!(
        (
            &pipeline["deals"],
            &pipeline["amount_cents"],
            &pipeline["weighted_cents"]
        ),
        (&json!(1), &json!(1_001), &json!(400))
    );
    let talks = &pipeline["stages"][1];
    assert_eq!(
        (&talks["stale"], &pipeline["stages"][0]["stale"]),
        (&json!(1), &Value::Null)
    );
    let url = format!(
        "/api/v1/analytics/records?measure=open_since&key={TALKS}&until={}",
        talks["stale_before"].as_str().unwrap()
    );
    assert_eq!(
        admin.get(&url).await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[actix_web::test]
async fn a_day_ends_at_midnight_in_rome_in_summer_and_winter() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let buyer = id(9);
    analytics.tell(&[
        client(buyer, 1, "2026-01-01T10:00:00Z", json!({})),
        order(id(1), 1, "2026-03-28T23:30:00Z", buyer, json!({})), // 00:30 on the 29th: winter time
        order(id(2), 1, "2026-03-29T22:30:00Z", buyer, json!({})), // 00:30 on the 30th: summer time
        order(id(3), 1, "2026-03-29T21:30:00Z", buyer, json!({})), // 23:30 on the 29th
    ]);
    let seen = dashboard(
        &admin,
        "tiles=headline,sales_trend&from=2026-03-29&until=2026-03-29",
    )
    .await;
    assert_eq!(figure(&seen, "ordered"), json!(2));
    assert_eq!(
        seen["sales_trend"]["points"][0]["ordered"]["cents"],
        json!(20_000)
    );
}

#[actix_web::test]
async fn orders_count_once_approved_reorders_within_ninety_days_and_segments_follow() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let buyer = id(9);
    let now = nexus_service::now();
    let ago = |days: i64| {
        (now - chrono::Duration::days(days))
            .format("%Y-%m-%dT10:00:00Z")
            .to_string()
    };
    analytics.tell(&[
        client(buyer, 1, &ago(400), json!({})),
        order(id(1), 1, &ago(300), buyer, json!({})),
        order(id(2), 1, &ago(220), buyer, json!({})), // 80 days later
        order(id(3), 1, &ago(100), buyer, json!({})), // 120 days later
        order(
            id(4),
            1,
            &ago(20),
            buyer,
            json!({"status": "pending_approval"}),
        ),
        order(id(5), 1, &ago(10), buyer, json!({"status": "cancelled"})),
    ]);
    let from = (now - chrono::Duration::days(350)).date_naive();
    let seen = dashboard(&admin, &format!("tiles=reorders,segments&from={from}")).await;
    let reorders = &seen["reorders"];
    assert_eq!(
        (
            &reorders["orders"],
            &reorders["followed"],
            &reorders["undecided"]
        ),
        (&json!(3), &json!(1), &json!(0))
    );
    let at_risk = &seen["segments"]["segments"][4];
    assert_eq!(
        (
            &at_risk["key"],
            &at_risk["clients"],
            &at_risk["net_year_cents"]
        ),
        (&json!("at_risk"), &json!(1), &json!(30_000))
    );
    // Approved at last.
    analytics.tell(&[order(id(4), 2, &ago(20), buyer, json!({}))]);
    let seen = dashboard(&admin, &format!("tiles=reorders,phases&from={from}")).await;
    assert_eq!(
        (
            &seen["reorders"]["followed"],
            &seen["reorders"]["undecided"]
        ),
        (&json!(2), &json!(1))
    );
    let loyal = &seen["phases"]["phases"][5];
    assert_eq!(
        (&loyal["phase"], &loyal["clients"]),
        (&json!("loyalty"), &json!(1))
    );
    assert_eq!(analytics.differences(), 0);
}

#[actix_web::test]
async fn leads_are_followed_by_source_and_late_work_is_told() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let fair = id(50);
    let came = "2026-03-02T10:00:00Z";
    analytics.tell(&[
        lead(
            id(1),
            1,
            came,
            json!({"source_id": fair, "owner_id": admin.user_id}),
        ),
        lead(
            id(2),
            1,
            came,
            json!({"source_id": fair, "status": "converted"}),
        ),
        lead(
            id(3),
            1,
            came,
            json!({"status": "lost", "contacted_at": came}),
        ),
        task(id(4), "2026-03-02T10:00:00Z", admin.user_id, json!({})),
        task(
            id(5),
            "2026-03-02T10:00:00Z",
            admin.user_id,
            json!({"late_at": "2099-01-01T10:00:00Z"}),
        ),
        task(
            id(6),
            "2026-03-02T10:00:00Z",
            admin.user_id,
            json!({"status": "done"}),
        ),
    ]);
    let seen = dashboard(
        &admin,
        "tiles=leads,follow_ups&from=2026-03-01&until=2026-03-31",
    )
    .await;
    let leads = &seen["leads"];
    assert_eq!(
        (
            &leads["came"],
            &leads["contacted"],
            &leads["converted"],
            &leads["conversion"]
        ),
        (&json!(3), &json!(2), &json!(1), &json!(0.3333))
    );
    assert_eq!(
        (
            &leads["sources"][0]["came"],
            &leads["sources"][0]["conversion"]
        ),
        (&json!(2), &json!(0.5))
    );
    let work = &seen["follow_ups"];
    assert_eq!(
        (&work["overdue"], &work["late"], &work["leads_waiting"]),
        (&json!(2), &json!(1), &json!(1))
    );
}

#[actix_web::test]
async fn shops_are_covered_by_their_class_and_only_when_somebody_was_met() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let (buyer, shop, other, third) = (id(9), id(20), id(21), id(22));
    let today = nexus_service::now();
    let ago = |days: i64| {
        (today - chrono::Duration::days(days))
            .format("%Y-%m-%dT10:00:00Z")
            .to_string()
    };
    let done =
        |outcome: &str| json!({"status": "done", "outcome": outcome, "agent_id": admin.user_id});
    // Visits may come before the shop they are of.
    analytics.tell(&[visit(id(30), 1, &ago(5), shop, buyer, done("ordered"))]);
    analytics.tell(&[
        visit(id(31), 1, &ago(4), other, buyer, done("nobody_there")),
        visit(id(32), 1, &ago(40), third, buyer, done("interested")),
        site(shop, &ago(90), buyer),
        site(other, &ago(90), buyer),
        site(third, &ago(90), buyer),
        client(
            buyer,
            1,
            &ago(90),
            json!({"class": "B", "owner_id": admin.user_id}),
        ),
    ]);
    let seen = dashboard(&admin, "tiles=coverage,tours").await["coverage"].clone();
    assert_eq!(
        (
            &seen["places"],
            &seen["within"],
            &seen["overdue"],
            &seen["never"]
        ),
        (&json!(3), &json!(1), &json!(1), &json!(1))
    );
    analytics.tell(&[client(
        buyer,
        2,
        &ago(1),
        json!({"class": "B", "lifecycle": "lost"}),
    )]);
    assert_eq!(
        dashboard(&admin, "tiles=coverage").await["coverage"]["places"],
        json!(0)
    );
    assert_eq!(analytics.differences(), 0);
}

#[actix_web::test]
async fn a_forecast_stays_what_it_was_when_its_month_began() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let march =
        json!({"stage_id": TALKS, "expected_close_on": "2026-03-20", "amount_cents": 1_000});
    let april =
        json!({"stage_id": OFFER, "expected_close_on": "2026-04-20", "amount_cents": 3_000});
    analytics.tell(&[
        deal(id(1), 1, "2026-02-10T10:00:00Z", "created", march),
        deal(id(1), 2, "2026-03-10T10:00:00Z", "changed", april),
    ]);
    let seen = dashboard(&admin, "tiles=forecast&from=2026-03-01&until=2026-04-30").await;
    let months = seen["forecast"]["months"].as_array().unwrap();
    let told: Vec<_> = months
        .iter()
        .map(|month| {
            (
                month["forecast_cents"].as_i64().unwrap(),
                month["open_cents"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [(400, 0), (2_100, 2_100)]);
}

#[actix_web::test]
async fn what_a_tile_cannot_follow_it_says_and_wrong_filters_are_told() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    analytics.tell(&[
        activity(id(1), "2026-03-02T10:00:00Z", "call", None, None),
        deal(
            id(2),
            1,
            "2026-03-02T10:00:00Z",
            "lost",
            json!({"stage_id": LOST, "status": "lost", "closed_on": "2026-03-02"}),
        ),
    ]);
    let seen = dashboard(
        &admin,
        "tiles=activities,lost_reasons&province=to&from=2026-03-01&until=2026-03-31",
    )
    .await;
    assert_eq!(
        (&seen["activities"]["ignores"], &seen["activities"]["total"]),
        (&json!(["province"]), &json!(1))
    );
    assert_eq!(
        (
            &seen["lost_reasons"]["ignores"],
            &seen["lost_reasons"]["lost"]["count"]
        ),
        (&json!([]), &json!(0))
    );
    for (query, pointer) in [
        ("from=2026-04-01&until=2026-03-01", "until"),
        ("tiles=weather", "tiles"),
        ("from=0001-01-01", "from"),
    ] {
        admin
            .get(&format!("/api/v1/analytics/dashboard?{query}"))
            .await
            .invalid(&[pointer]);
    }
    assert_eq!(
        admin
            .get("/api/v1/analytics/dashboard?colour=red")
            .await
            .status,
        422
    );
    admin
        .get("/api/v1/analytics/records?measure=weather")
        .await
        .invalid(&["measure"]);
}

#[actix_web::test]
async fn an_unchanged_dashboard_is_not_sent_again_and_a_change_wakes_whoever_waits() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let first = admin.get("/api/v1/analytics/dashboard?tiles=funnel").await;
    let tag = first.header("etag").unwrap().to_owned();
    let again = admin
        .send(
            Method::GET,
            "/api/v1/analytics/dashboard?tiles=funnel",
            &[("if-none-match", &tag)],
            None,
        )
        .await;
    // The tag holds for the minute that it was made in.
    let fresh = again.header("etag").unwrap() != tag;
    assert!(again.status == 304 || fresh, "{}", again.status);
    let before = first.body["change"].as_i64().unwrap();
    analytics.tell(&[deal(id(1), 1, "2026-03-02T10:00:00Z", "created", json!({}))]);
    let told = admin
        .get(&format!("/api/v1/analytics/changes?after={before}&wait=20"))
        .await
        .expect(200);
    assert_eq!(told["change"], json!(before + 1));
    admin
        .get("/api/v1/analytics/changes?wait=99")
        .await
        .invalid(&["wait"]);
}

#[actix_web::test]
async fn figures_come_as_files_without_formulas() {
    let mut analytics = Analytics::start();
    let evil = analytics.user("=1+1;x", None, crate::kit::AGENT);
    analytics.tell(&[deal(
        id(1),
        1,
        "2026-03-02T10:00:00Z",
        "won",
        json!({"owner_id": evil.user_id, "stage_id": WON,
        "status": "won", "closed_on": "2026-03-02", "amount_cents": 123_456}),
    )]);
    let url = "/api/v1/analytics/export?from=2026-03-01&until=2026-03-31";
    let file = evil.get(&format!("{url}&format=csv&tiles=agents")).await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = file.body.as_str().unwrap();
    assert!(
        text.starts_with("\u{feff}agents")
            && text.contains("\"'=1+1;x\"")
            && text.contains("1234,56"),
        "{text}"
    );
    let bytes = evil
        .request(Method::GET, url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(&bytes[..2], b"PK");
}

#[actix_web::test]
async fn every_figure_says_what_it_means() {
    let analytics = Analytics::start();
    let told = analytics
        .admin()
        .get("/api/v1/analytics/definitions")
        .await
        .expect(200);
    let funnel = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["name"] == "funnel")
        .unwrap();
    assert_eq!(funnel["title_it"], "Imbuto");
    assert!(funnel["formula"].as_str().unwrap().contains("reached"));
}

//! The records behind a figure: all of them, once, in pages.

use serde_json::json;

use crate::kit::{Analytics, PIPELINE, WON, client, deal, id, site, visit};

#[actix_web::test]
async fn pages_follow_each_other_and_come_to_the_figure() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    analytics.tell(&[client(
        id(99),
        1,
        "2026-01-01T10:00:00Z",
        json!({"name": "Bar Sport", "province": "MI"}),
    )]);
    for number in 0..7 {
        let day = format!("2026-03-0{}", 1 + number / 3);
        let won = json!({"client_id": id(99), "stage_id": WON, "status": "won", "closed_on": day, "amount_cents": 100 + number});
        analytics.tell(&[deal(id(number), 1, "2026-03-05T10:00:00Z", "won", won)]);
    }
    let url = "/api/v1/analytics/records?measure=won&province=MI&from=2026-03-01&until=2026-03-31&limit=3&count=true";
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{url}{cursor}")).await.expect(200);
        assert_eq!(
            (&page["total"], &page["count"], &page["cents"]),
            (&json!(7), &json!(7), &json!(721))
        );
        seen.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut ids: Vec<&str> = seen
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 7);
    ids.dedup();
    assert_eq!(ids.len(), 7);
    let days: Vec<&str> = seen
        .iter()
        .map(|line| line["day"].as_str().unwrap())
        .collect();
    assert!(days.windows(2).all(|pair| pair[0] >= pair[1]), "{days:?}");
    assert_eq!(
        (&seen[0]["client_name"], &seen[0]["kind"]),
        (&json!("Bar Sport"), &json!("opportunity"))
    );
}

#[actix_web::test]
async fn every_measure_can_be_listed_whatever_the_filter() {
    let analytics = Analytics::start();
    let admin = analytics.admin();
    let filters = format!(
        "province=TO&product_id={}&source_id={}&agent_id={}",
        id(1),
        id(2),
        admin.user_id
    );
    for measure in analytics::measures::ALL
        .iter()
        .map(|measure| measure.word())
        .chain([
            "task_overdue",
            "task_late",
            "lead_waiting",
            "place_within",
            "place_due_now",
        ])
    {
        for query in [
            String::new(),
            format!("&{filters}"),
            "&key=x&count=true".to_owned(),
            "&without=source_id".to_owned(),
            "&without=owner_id&count=true".to_owned(),
        ] {
            admin
                .get(&format!(
                    "/api/v1/analytics/records?measure={measure}{query}"
                ))
                .await
                .expect(200);
        }
    }
    for query in [
        filters.as_str(),
        "from=2020-02-15&until=2026-03-10",
        "from=2026-03-10&until=2026-03-10&compare=none",
    ] {
        admin
            .get(&format!("/api/v1/analytics/dashboard?{query}"))
            .await
            .expect(200);
    }
    admin.get("/api/v1/analytics/filters").await.expect(200);
}

#[actix_web::test]
async fn who_was_won_and_who_has_none_of_something_have_their_records_too() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let at = "2026-03-05T10:00:00Z";
    let open = json!({"amount_cents": 5, "opened_on": "2026-03-02", "source_id": id(80)});
    let won = json!({"stage_id": WON, "status": "won", "closed_on": "2026-03-09", "opened_on": "2026-03-03",
        "amount_cents": 7});
    analytics.tell(&[
        deal(id(1), 1, at, "created", open),
        deal(id(2), 1, at, "won", won),
        client(id(9), 1, at, json!({"class": "A"})),
        site(id(10), at, id(9)),
        site(id(11), at, id(9)),
        site(id(12), at, id(9)),
    ]);
    let today = nexus_kernel::business_day(nexus_service::now());
    for (number, days) in [(10, 5), (11, 12)] {
        let day = (today - chrono::Duration::days(days)).to_string();
        let met = json!({"status": "done", "outcome": "order", "day": day});
        analytics.tell(&[visit(id(20 + number), 1, at, id(number), id(9), met)]);
    }
    let span = "from=2026-03-01&until=2026-03-31";
    for (query, lines, cents) in [
        (format!("measure=funnel&key={PIPELINE}&{span}"), 2, 12),
        (format!("measure=funnel&key={PIPELINE}:won&{span}"), 1, 7),
        (format!("measure=funnel&key={}:won&{span}", id(1)), 0, 0),
        (format!("measure=opened&without=source_id&{span}"), 1, 7),
        (format!("measure=opened&without=owner_id&{span}"), 2, 12),
        // Of visits nobody knows a source.
        (format!("measure=visit_done&without=source_id&{span}"), 0, 0),
        // An A client's shop is due after ten of fourteen days.
        ("measure=place_within".to_owned(), 1, 0),
        ("measure=place_due_now".to_owned(), 1, 0),
        ("measure=place_never".to_owned(), 1, 0),
    ] {
        let url = format!("/api/v1/analytics/records?count=true&{query}");
        let page = admin.get(&url).await.expect(200);
        assert_eq!(
            (&page["total"], &page["cents"]),
            (&json!(lines), &json!(cents)),
            "{query}"
        );
    }
}

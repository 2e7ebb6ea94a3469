//! A private calendar feed, read by whoever has its address.

use std::collections::BTreeMap;

use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{Shop, Visits, a_visit};
use crate::visits::{a_shop, step};

/// Reads a calendar as strictly as RFC 5545: the lines of each entry, by property.
fn entries(text: &str) -> Vec<BTreeMap<String, String>> {
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    for line in text.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line}");
    }
    let whole = text.replace("\r\n ", "");
    let mut found = Vec::new();
    let mut open: Option<BTreeMap<String, String>> = None;
    for line in whole.split("\r\n").filter(|line| !line.is_empty()) {
        let (property, value) = line.split_once(':').unwrap();
        match line {
            "BEGIN:VEVENT" => open = Some(BTreeMap::new()),
            "END:VEVENT" => found.push(open.take().unwrap()),
            _ => {
                if let Some(entry) = &mut open {
                    let before = entry.insert(property.to_owned(), value.to_owned());
                    assert_eq!(before, None, "{property} stands twice");
                }
            }
        }
    }
    for entry in &found {
        for needed in ["UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "STATUS"] {
            assert!(entry.contains_key(needed), "{needed}: {entry:?}");
        }
    }
    found
}

async fn make(who: &Caller) -> String {
    let feed = who
        .post("/api/v1/calendar/feed", json!({}))
        .await
        .expect(201);
    feed["path"].as_str().unwrap().to_owned()
}

async fn read(visits: &Visits, at: &str) -> Vec<BTreeMap<String, String>> {
    let reply = visits.server.nobody().get(at).await;
    assert_eq!(
        reply.header("content-type"),
        Some("text/calendar; charset=utf-8")
    );
    let Value::String(text) = reply.expect(200) else {
        panic!("a calendar is no JSON")
    };
    entries(&text)
}

fn about<'a>(all: &'a [BTreeMap<String, String>], words: &str) -> &'a BTreeMap<String, String> {
    let found = all.iter().find(|entry| entry["SUMMARY"].contains(words));
    found.unwrap_or_else(|| panic!("nothing about {words}: {all:?}"))
}

#[actix_web::test]
async fn a_calendar_shows_visits_and_absences_and_follows_their_changes() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = visits.shop(&Shop::of(&agent, "Rossi, Bianchi; & Figli", (45.07, 7.68)));
    let at = make(&agent).await;
    let agreed = json!({"fixed_at": "2026-11-24T09:00:00Z", "day": null, "subject": "Natale"});
    let agreed = a_visit(&agent, shop, "2026-11-24", agreed).await;
    a_visit(
        &agent,
        shop,
        "2026-11-23",
        json!({"until_day": "2026-11-27", "subject": "Elastica"}),
    )
    .await;
    let away = json!({"from_day": "2026-12-24", "until_day": "2026-12-31", "reason": "holiday", "note": "privato"});
    let absences = format!("/api/v1/availability/{}/absences", agent.user_id);
    agent.post(&absences, away).await.expect(201);
    let place = json!({"label": "Albergo Lovera", "lat": 44.39, "lng": 7.55});
    let stay = json!({"from_day": "2026-11-24", "until_day": "2026-11-25", "place": place});
    let stays = format!("/api/v1/availability/{}/stays", agent.user_id);
    agent.post(&stays, stay).await.expect(201);

    let all = read(&visits, &at).await;
    assert_eq!(all.len(), 4);
    let night = about(&all, "Albergo Lovera");
    assert_eq!(night["DTSTART;VALUE=DATE"], "20261124");
    assert_eq!(night["DTEND;VALUE=DATE"], "20261126");
    let natale = about(&all, "Natale");
    assert_eq!(
        natale["SUMMARY"],
        "Rossi\\, Bianchi\\; & Figli – Negozio: Natale"
    );
    assert_eq!(
        natale["UID"],
        format!("{}@nexus-crm", agreed["id"].as_str().unwrap())
    );
    assert_eq!(
        (natale["DTSTART"].as_str(), natale["DTEND"].as_str()),
        ("20261124T090000Z", "20261124T093000Z")
    );
    assert_eq!(
        (natale["SEQUENCE"].as_str(), natale["STATUS"].as_str()),
        ("0", "CONFIRMED")
    );
    assert_eq!(natale["LOCATION"], "Via Roma 1\\, 10121 Torino (TO)");
    let some_day = about(&all, "Elastica");
    assert_eq!(some_day["DTSTART;VALUE=DATE"], "20261123");
    assert_eq!(some_day["DTEND;VALUE=DATE"], "20261128");
    assert_eq!(
        (some_day["TRANSP"].as_str(), some_day["STATUS"].as_str()),
        ("TRANSPARENT", "TENTATIVE")
    );
    let holiday = about(&all, "Ferie");
    assert_eq!(holiday["DTEND;VALUE=DATE"], "20270101");
    assert!(!holiday.contains_key("DESCRIPTION"));

    step(&agent, &agreed, "cancel", json!({"reason": "chiude"}))
        .await
        .expect(200);
    let all = read(&visits, &at).await;
    let natale = about(&all, "Natale");
    assert_eq!(
        (natale["SEQUENCE"].as_str(), natale["STATUS"].as_str()),
        ("1", "CANCELLED")
    );
}

#[actix_web::test]
async fn an_address_can_be_changed_and_taken_back() {
    let visits = Visits::start();
    let agent = visits.agent();
    let nobody = visits.server.nobody();
    a_visit(&agent, a_shop(&visits, &agent), "2026-11-24", json!({})).await;
    assert_eq!(
        agent.get("/api/v1/calendar/feed").await.expect(200)["exists"],
        false
    );
    let first = make(&agent).await;
    assert_eq!(first.len(), "/api/v1/calendar/".len() + 64 + ".ics".len());
    nobody.get(&first).await.expect(200);
    let feed = agent.get("/api/v1/calendar/feed").await.expect(200);
    assert_eq!(
        (&feed["exists"], &feed["read_at"]),
        (&json!(true), &json!("2026-11-22T18:00:00Z"))
    );
    // Nobody is told it a second time, and the table does not know it.
    assert!(feed.get("path").is_none());
    let second = make(&agent).await;
    nobody.get(&first).await.problem(404, "not-found");
    nobody.get(&second).await.expect(200);
    agent.delete("/api/v1/calendar/feed").await.expect(204);
    nobody.get(&second).await.problem(404, "not-found");
    nobody
        .get("/api/v1/calendar/0.ics")
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn whoever_does_not_work_here_any_more_has_no_calendar() {
    let visits = Visits::start();
    let agent = visits.agent();
    let at = make(&agent).await;
    visits.sql(&format!(
        "UPDATE users SET status = 'disabled' WHERE id = '{}'",
        agent.user_id
    ));
    visits
        .server
        .nobody()
        .get(&at)
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn a_calendar_that_has_not_changed_is_not_sent_again() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let at = make(&agent).await;
    let nobody = visits.server.nobody();
    let first = nobody.get(&at).await;
    let tag = first.header("etag").unwrap().to_owned();
    let headers = [("if-none-match", tag.as_str())];
    let again = nobody.send(reqwest::Method::GET, &at, &headers, None).await;
    assert_eq!(again.status.as_u16(), 304);
    a_visit(&agent, shop, "2026-11-24", json!({})).await;
    nobody
        .send(reqwest::Method::GET, &at, &headers, None)
        .await
        .expect(200);
}

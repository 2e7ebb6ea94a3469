//! How often, how long, when open; and when people work.

use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{AGENT, MANAGER, Shop, Visits, a_visit};
use crate::visits::{a_shop, step};

async fn put(who: &nexus_testkit::Caller, at: &str, body: Value) -> nexus_testkit::Reply {
    who.send(Method::PUT, at, &[("if-match", "*")], Some(&body))
        .await
}

#[actix_web::test]
async fn every_shop_comes_due_by_new_rules_at_once_but_for_what_was_said_of_it() {
    let visits = Visits::start();
    let (admin, agent) = (visits.admin(), visits.agent());
    let (usual, own) = (a_shop(&visits, &agent), a_shop(&visits, &agent));
    let at = |shop| format!("/api/v1/places/{shop}");
    let said = json!({"own_cadence_days": 10, "own_visit_minutes": 45});
    let said = agent.patch(&at(own), said).await.expect(200);
    // Seen on 22 October: 7 of 10 days later.
    assert_eq!(
        (&said["cadence_days"], &said["due_on"]),
        (&json!(10), &json!("2026-10-29"))
    );
    let rules = json!({"cadence_days": {"a": 7, "b": 21, "c": 60, "other": 45}, "due_from": 0.5});
    let rules = put(&admin, "/api/v1/visit-rules", rules).await.expect(200);
    assert_eq!(rules["version"], 1);
    let place = agent.get(&at(usual)).await.expect(200);
    assert_eq!(
        (&place["cadence_days"], &place["due_on"]),
        (&json!(21), &json!("2026-11-02"))
    );
    assert_eq!(
        agent.get(&at(own)).await.expect(200)["due_on"],
        "2026-10-27"
    );
    let visit = a_visit(&agent, own, "2026-11-23", json!({})).await;
    assert_eq!(visit["minutes"], 45);
    let back = agent
        .patch(&at(own), json!({"own_cadence_days": null}))
        .await
        .expect(200);
    assert_eq!(back["cadence_days"], 21);
    let stale = [("if-match", "\"0\"")];
    let reply = admin
        .send(Method::PUT, "/api/v1/visit-rules", &stale, Some(&json!({})))
        .await;
    reply.problem(412, "stale");
    let wrong = json!({"due_from": 2, "check_in_radius_m": 1});
    put(&admin, "/api/v1/visit-rules", wrong)
        .await
        .invalid(&["/due_from", "/check_in_radius_m"]);
}

#[actix_web::test]
async fn a_shop_is_due_from_seven_tenths_of_its_interval() {
    let visits = Visits::start();
    let agent = visits.agent();
    // Class B, 30 days; today is 22 November.
    for (seen, urgency, standing) in [
        ("2026-11-02", 0.67, "fine"),
        ("2026-11-01", 0.7, "due"),
        ("2026-10-24", 0.97, "due"),
        ("2026-10-23", 1.0, "overdue"),
    ] {
        let shop = visits.shop(&Shop {
            last_visit_on: Some(seen),
            ..Shop::of(&agent, "Rossi", (45.07, 7.68))
        });
        let place = agent
            .get(&format!("/api/v1/places/{shop}"))
            .await
            .expect(200);
        assert_eq!(
            (&place["urgency"], &place["standing"]),
            (&json!(urgency), &json!(standing)),
            "{seen}"
        );
    }
}

#[actix_web::test]
async fn the_patron_saints_of_provincial_capitals_are_there_and_can_be_corrected() {
    let visits = Visits::start();
    let (admin, agent) = (visits.admin(), visits.agent());
    let at = "/api/v1/visit-rules/local-holidays";
    let days = agent.get(at).await.expect(200)["items"].clone();
    let torino = json!({"province": "TO", "city": "Torino", "month": 6, "day": 24, "name": "San Giovanni Battista"});
    assert!(days.as_array().unwrap().contains(&torino), "{days:#}");
    let moncalieri = json!({"province": "to", "city": " Moncalieri ", "month": 7, "day": 24, "name": "Beato Bernardo"});
    let items = json!({"items": [torino, moncalieri]});
    let kept = put(&admin, at, items).await.expect(200)["items"].clone();
    assert_eq!(kept.as_array().unwrap().len(), 2);
    assert_eq!(
        (&kept[0]["province"], &kept[0]["city"]),
        (&json!("TO"), &json!("Moncalieri"))
    );
    let never = json!({"items": [{"province": "TO", "city": "Torino", "month": 2, "day": 30, "name": "San Mai"}]});
    put(&admin, at, never).await.invalid(&["/items/0/day"]);
    assert!(
        visits
            .announced()
            .contains(&"visits.local_holidays.replaced.v1".to_owned())
    );
}

#[actix_web::test]
async fn days_that_are_not_as_usual_are_noted_and_taken_back() {
    let visits = Visits::start();
    let (agent, other) = (visits.agent(), visits.user("Bruno", None, AGENT));
    let shop = a_shop(&visits, &agent);
    let at = format!("/api/v1/places/{shop}");
    let hours = format!("{at}/hours");
    let holidays = json!({"from_day": "2026-12-24", "until_day": "2027-01-06", "note": "Ferie"});
    other
        .post(&hours, holidays.clone())
        .await
        .problem(404, "not-found");
    let noted = agent.post(&hours, holidays).await.expect(201);
    let short = json!({"from_day": "2026-12-23", "until_day": "2026-12-23", "windows": [["09:00", "12:00"]]});
    agent.post(&hours, short).await.expect(201);
    let wrong = json!({"from_day": "2026-12-23", "until_day": "2026-12-22", "windows": [["12:00", "09:00"]]});
    agent
        .post(&hours, wrong)
        .await
        .invalid(&["/until_day", "/windows"]);
    let place = agent.get(&at).await.expect(200);
    assert_eq!(place["hours_changes"].as_array().unwrap().len(), 2);
    let id = noted["id"].as_str().unwrap();
    agent.delete(&format!("{hours}/{id}")).await.expect(204);
    agent
        .delete(&format!("{hours}/{id}"))
        .await
        .problem(404, "not-found");
    let place = agent.get(&at).await.expect(200);
    assert_eq!(
        place["hours_changes"][0]["windows"],
        json!([["09:00", "12:00"]])
    );
    assert_eq!(
        visits.announced(),
        [
            "visits.place_hours.added.v1",
            "visits.place_hours.added.v1",
            "visits.place_hours.removed.v1"
        ]
    );
}

#[actix_web::test]
async fn people_say_when_they_work_where_they_set_out_and_when_they_are_away() {
    let visits = Visits::start();
    let manager = visits.user("Marco", None, MANAGER);
    let agent = visits.user("Anna", Some(&manager), AGENT);
    let other = visits.user("Bruno", None, AGENT);
    let at = format!("/api/v1/availability/{}", agent.user_id);
    let usual = agent.get(&at).await.expect(200);
    assert_eq!(
        (&usual["version"], &usual["start"]),
        (&json!(0), &Value::Null)
    );
    let home = json!({"label": "Casa", "lat": 45.03, "lng": 7.63});
    let hours = json!({"week": {"mon": [["08:30", "17:00"]]}, "start": home, "end": home, "visits_most": 9});
    let kept = put(&agent, &at, hours).await.expect(200);
    assert_eq!(
        (&kept["version"], &kept["start"]["label"]),
        (&json!(1), &json!("Casa"))
    );
    put(&agent, &at, json!({"week": {"lun": []}}))
        .await
        .invalid(&["/week/lun"]);
    put(&other, &at, json!({})).await.problem(404, "not-found");
    let absences = format!("{at}/absences");
    let away = json!({"from_day": "2026-12-01", "until_day": "2026-12-03", "reason": "sick"});
    let away = manager.post(&absences, away).await.expect(201);
    let back = json!({"from_day": "2026-12-03", "until_day": "2026-12-01", "reason": "sick"});
    manager.post(&absences, back).await.invalid(&["/until_day"]);
    assert_eq!(
        agent.get(&at).await.expect(200)["absences"][0]["id"],
        away["id"]
    );
    let gone = format!("{absences}/{}", away["id"].as_str().unwrap());
    other.delete(&gone).await.problem(404, "not-found");
    agent.delete(&gone).await.expect(204);
    assert_eq!(agent.get(&at).await.expect(200)["absences"], json!([]));
}

#[actix_web::test]
async fn a_visit_told_late_does_not_put_the_shop_back() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    for (day, ended) in [
        ("2026-11-20", "2026-11-20T10:00:00Z"),
        ("2026-11-10", "2026-11-10T10:00:00Z"),
    ] {
        let visit = a_visit(&agent, shop, day, json!({})).await;
        let report = json!({"outcome": "ordered", "ended_at": ended});
        step(&agent, &visit, "done", report).await.expect(200);
    }
    let place = agent
        .get(&format!("/api/v1/places/{shop}"))
        .await
        .expect(200);
    assert_eq!(place["last_visit_on"], "2026-11-20");
}

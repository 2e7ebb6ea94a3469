use chrono::Duration;
use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{AGENT, Crm, MANAGER, a_client, a_lead, all_pages, an_opportunity, path};

async fn task(who: &Caller, title: &str, in_hours: i64, more: Value) -> Value {
    let due = nexus_service::now() + Duration::hours(in_hours);
    let mut body = json!({"title": title, "due_at": due});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    who.post("/api/v1/tasks", body).await.expect(201)
}

fn titles(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn my_day_is_what_waited_too_long_today_and_tomorrow() {
    let crm = Crm::start();
    let agent = crm.agent();
    task(&agent, "Da una settimana", -24 * 9, json!({})).await;
    task(&agent, "Da un'ora", -1, json!({})).await;
    task(&agent, "Fra dieci giorni", 240, json!({})).await;
    let gone = task(&agent, "Annullata", -1, json!({})).await;
    let cancelled = agent
        .send(
            reqwest::Method::POST,
            &format!("{}/cancel", path("tasks", &gone)),
            &[],
            None,
        )
        .await;
    assert_eq!(cancelled.expect(200)["status"], "cancelled");
    let day = agent.get("/api/v1/tasks/day").await.expect(200);
    assert_eq!(titles(&day["overdue"]), ["Da una settimana", "Da un'ora"]);
    assert_eq!(
        (
            &day["overdue_count"],
            &day["late_count"],
            &day["later_count"]
        ),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        (&day["overdue"][0]["late"], &day["overdue"][1]["late"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(day["overdue"][1]["overdue"], true);
    for (query, expected) in [
        ("due=overdue", vec!["Da una settimana", "Da un'ora"]),
        ("due=late", vec!["Da una settimana"]),
        (
            "status=open&sort=-due_at",
            vec!["Fra dieci giorni", "Da un'ora", "Da una settimana"],
        ),
        ("status=cancelled", vec!["Annullata"]),
        (
            "due=week&status=open",
            vec!["Da una settimana", "Da un'ora"],
        ),
    ] {
        let page = agent
            .get(&format!("/api/v1/tasks?{query}"))
            .await
            .expect(200);
        assert_eq!(titles(&page["items"]), expected, "{query}");
    }
    assert_eq!(all_pages(&agent, "/api/v1/tasks?limit=1").await.len(), 4);
}

#[actix_web::test]
async fn done_with_a_note_that_lands_on_the_timeline_of_what_it_was_about() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let deal = an_opportunity(&agent, &client, "Fornitura", 1).await;
    let lead = a_lead(&agent, "Neri", json!({})).await;
    let url = path("clients", &client);
    let contact = agent
        .post(&format!("{url}/contacts"), json!({"first_name": "Ida"}))
        .await
        .expect(201);
    let site = agent
        .post(&format!("{url}/sites"), json!({"name": "Centro"}))
        .await
        .expect(201);
    for (kind, record, timeline) in [
        ("client", &client, &url),
        ("opportunity", &deal, &url),
        ("contact", &contact, &url),
        ("site", &site, &url),
        ("lead", &lead, &path("leads", &lead)),
    ] {
        let made = task(
            &agent,
            kind,
            1,
            json!({"record_kind": kind, "record_id": record["id"]}),
        )
        .await;
        let name = if kind == "contact" {
            &json!("Ida")
        } else {
            &record["name"]
        };
        assert_eq!(&made["record_name"], name);
        let done = agent
            .post(
                &format!("{}/done", path("tasks", &made)),
                json!({"note": format!("fatto {kind}")}),
            )
            .await
            .expect(200);
        assert_eq!(
            (&done["status"], &done["closed_by"]),
            (&json!("done"), &json!(agent.user_id))
        );
        let story = agent
            .get(&format!("{timeline}/timeline?kind=task_done&limit=1"))
            .await
            .expect(200);
        let entry = &story["items"][0];
        assert_eq!(
            (&entry["subject"], &entry["body"]),
            (&json!(kind), &json!(format!("fatto {kind}")))
        );
    }
    let of_client = format!("/api/v1/tasks?client_id={}", client["id"].as_str().unwrap());
    assert_eq!(
        agent.get(&of_client).await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let of_lead = format!(
        "/api/v1/tasks?record_kind=lead&record_id={}",
        lead["id"].as_str().unwrap()
    );
    assert_eq!(
        titles(&agent.get(&of_lead).await.expect(200)["items"]),
        ["lead"]
    );
    agent
        .get("/api/v1/tasks?record_kind=lead")
        .await
        .invalid(&["record_id"]);
}

#[actix_web::test]
async fn a_closed_task_only_reopens_and_putting_off_is_a_change() {
    let crm = Crm::start();
    let agent = crm.agent();
    let made = task(&agent, "Richiama", -1, json!({})).await;
    let url = path("tasks", &made);
    let later = nexus_service::now() + Duration::days(3);
    let put_off = agent
        .patch(&url, json!({"due_at": later}))
        .await
        .expect(200);
    assert_eq!(
        (&put_off["overdue"], &put_off["version"]),
        (&json!(false), &json!(2))
    );
    let done = agent
        .post(&format!("{url}/done"), json!({}))
        .await
        .expect(200);
    assert_eq!(done["outcome"], Value::Null);
    agent
        .post(&format!("{url}/done"), json!({}))
        .await
        .problem(409, "task-closed");
    agent
        .patch(&url, json!({"title": "x"}))
        .await
        .problem(409, "task-closed");
    let reopened = agent
        .send(reqwest::Method::POST, &format!("{url}/reopen"), &[], None)
        .await
        .expect(200);
    assert_eq!(reopened["status"], "open");
    agent
        .send(reqwest::Method::POST, &format!("{url}/reopen"), &[], None)
        .await
        .problem(409, "task-open");
    agent
        .post("/api/v1/tasks", json!({"title": " ", "due_at": later}))
        .await
        .invalid(&["/title"]);
    agent
        .post("/api/v1/tasks", json!({"title": "x"}))
        .await
        .problem(422, "validation");
    let half = json!({"title": "x", "due_at": later, "record_kind": "client"});
    agent
        .post("/api/v1/tasks", half)
        .await
        .invalid(&["/record_id"]);
    agent
        .patch(&url, json!({"due_at": null}))
        .await
        .problem(422, "validation");
}

#[actix_web::test]
async fn a_deals_next_step_is_its_earliest_open_task() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let deal = an_opportunity(&agent, &client, "Fornitura", 1).await;
    let url = path("opportunities", &deal);
    let about = json!({"record_kind": "opportunity", "record_id": deal["id"]});
    let step = || async {
        let deal = agent.get(&url).await.expect(200);
        deal["next_step"].as_str().map(str::to_owned)
    };
    let bare = agent
        .get("/api/v1/opportunities?no_next_step=true")
        .await
        .expect(200);
    assert_eq!(bare["items"].as_array().unwrap().len(), 1);
    let late = task(&agent, "Dopo", 96, about.clone()).await;
    assert_eq!(step().await.as_deref(), Some("Dopo"));
    let soon = task(&agent, "Prima", 24, about).await;
    assert_eq!(step().await.as_deref(), Some("Prima"));
    agent
        .patch(&path("tasks", &soon), json!({"title": "Prima di tutto"}))
        .await
        .expect(200);
    assert_eq!(step().await.as_deref(), Some("Prima di tutto"));
    agent
        .post(&format!("{}/done", path("tasks", &soon)), json!({}))
        .await
        .expect(200);
    assert_eq!(step().await.as_deref(), Some("Dopo"));
    agent
        .patch(
            &path("tasks", &late),
            json!({"record_kind": null, "record_id": null}),
        )
        .await
        .expect(200);
    assert_eq!(step().await, None);
    agent
        .patch(&url, json!({"next_step": "A mano"}))
        .await
        .expect(200);
    agent
        .post(&format!("{}/done", path("tasks", &late)), json!({}))
        .await
        .expect(200);
    assert_eq!(step().await.as_deref(), Some("A mano"));
}

#[actix_web::test]
async fn tasks_are_their_doers_and_hang_on_what_the_writer_sees() {
    let crm = Crm::start();
    let boss = crm.user("Bruna", None, MANAGER);
    let (anna, carlo) = (
        crm.user("Anna", Some(&boss), AGENT),
        crm.user("Carlo", None, AGENT),
    );
    let given = task(&boss, "Per Anna", 1, json!({"assignee_id": anna.user_id})).await;
    assert_eq!(given["assignee_name"], "Anna");
    let url = path("tasks", &given);
    anna.get(&url).await.expect(200);
    carlo.get(&url).await.problem(404, "not-found");
    carlo
        .patch(&url, json!({"title": "mia"}))
        .await
        .problem(404, "not-found");
    carlo
        .post(&format!("{url}/done"), json!({}))
        .await
        .problem(404, "not-found");
    let due = nexus_service::now();
    let for_boss = json!({"title": "x", "due_at": due, "assignee_id": boss.user_id});
    anna.post("/api/v1/tasks", for_boss)
        .await
        .invalid(&["/assignee_id"]);
    let foreign = a_client(&carlo, "Altrui").await;
    let on_foreign =
        json!({"title": "x", "due_at": due, "record_kind": "client", "record_id": foreign["id"]});
    anna.post("/api/v1/tasks", on_foreign)
        .await
        .invalid(&["/record_id"]);
    assert_eq!(crm.count("tasks"), 1);
    let of_anna = format!("/api/v1/tasks/day?assignee_id={}", anna.user_id);
    assert_eq!(
        boss.get("/api/v1/tasks?count=true").await.expect(200)["total"],
        1
    );
    let seen = |day: Value| titles(&day["today"]).len() + titles(&day["tomorrow"]).len();
    assert_eq!(seen(boss.get(&of_anna).await.expect(200)), 1);
    assert_eq!(seen(carlo.get(&of_anna).await.expect(200)), 0);
    let stale = anna
        .send(
            reqwest::Method::PATCH,
            &url,
            &[("if-match", "\"9\"")],
            Some(&json!({"title": "x"})),
        )
        .await;
    stale.problem(412, "stale");
}

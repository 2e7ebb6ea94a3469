//! What a report asks, and that it is answered.

use serde_json::{Value, json};

use crate::kit::{Visits, a_visit, path};
use crate::visits::{a_shop, step};

fn questions() -> Value {
    json!([
        {"id": "esposizione", "label": "Com'è esposta la merce?", "kind": "choice", "required": true,
            "options": ["buona", "scarsa"]},
        {"id": "scaffali", "label": "Quanti scaffali?", "kind": "number", "least": 0, "most": 50},
    ])
}

async fn a_template(visits: &Visits, more: Value) -> Value {
    let mut body = json!({"name": "Visita", "questions": questions()});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    visits
        .admin()
        .post("/api/v1/report-templates", body)
        .await
        .expect(201)
}

#[actix_web::test]
async fn mandatory_questions_are_answered_and_answers_fit() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    a_template(&visits, json!({})).await;
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    for (answers, pointers) in [
        (json!({}), vec!["/answers/esposizione"]),
        (
            json!({"esposizione": "ottima"}),
            vec!["/answers/esposizione"],
        ),
        (
            json!({"esposizione": "buona", "scaffali": 51}),
            vec!["/answers/scaffali"],
        ),
        (
            json!({"esposizione": "buona", "altro": 1}),
            vec!["/answers/altro"],
        ),
    ] {
        let report = json!({"outcome": "ordered", "answers": answers});
        step(&agent, &visit, "done", report)
            .await
            .invalid(&pointers);
    }
    let report = json!({"outcome": "ordered", "answers": {"esposizione": "buona", "scaffali": 4}});
    let done = step(&agent, &visit, "done", report).await.expect(200);
    let told: Vec<[&Value; 2]> = done["answers"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| [&item["label"], &item["value"]])
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["Com'è esposta la merce?", "buona"],
            ["Quanti scaffali?", 4]
        ])
    );
}

#[actix_web::test]
async fn before_a_closed_door_nothing_has_to_be_answered() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    a_template(&visits, json!({})).await;
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let done = step(&agent, &visit, "done", json!({"outcome": "closed"}))
        .await
        .expect(200);
    assert_eq!(done["answers"], Value::Null);
}

#[actix_web::test]
async fn old_reports_keep_their_questions_and_phones_the_version_they_showed() {
    let visits = Visits::start();
    let (admin, agent) = (visits.admin(), visits.agent());
    let shop = a_shop(&visits, &agent);
    let template = a_template(&visits, json!({})).await;
    let (first, second) = (
        a_visit(&agent, shop, "2026-11-22", json!({})).await,
        a_visit(&agent, shop, "2026-11-22", json!({})).await,
    );
    let report = json!({"outcome": "ordered", "answers": {"esposizione": "buona"}});
    step(&agent, &first, "done", report.clone())
        .await
        .expect(200);

    let change = json!({"questions": [{"id": "insegna", "label": "L'insegna è accesa?", "kind": "yes_no", "required": true}]});
    let changed = admin
        .patch(&path("report-templates", &template), change)
        .await
        .expect(200);
    assert_eq!(changed["version"], 2);
    let kept = agent.get(&path("visits", &first)).await.expect(200);
    assert_eq!(
        kept["answers"]["items"][0]["label"],
        "Com'è esposta la merce?"
    );
    assert_eq!(kept["answers"]["template_version"], 1);

    step(&agent, &second, "done", report.clone())
        .await
        .invalid(&["/answers/esposizione", "/answers/insegna"]);
    // The phone had no signal and asked what it knew.
    let mut old = report;
    old["template"] = json!({"id": template["id"], "version": 1});
    let mut never = old.clone();
    never["template"]["version"] = json!(7);
    step(&agent, &second, "done", never)
        .await
        .invalid(&["/template"]);
    let done = step(&agent, &second, "done", old).await.expect(200);
    assert_eq!(done["answers"]["template_version"], 1);
    assert_eq!(visits.count("report_template_versions"), 2);
}

#[actix_web::test]
async fn the_first_template_for_the_clients_class_is_asked() {
    let visits = Visits::start();
    let (admin, agent) = (visits.admin(), visits.agent());
    let shop = a_shop(&visits, &agent);
    a_template(
        &visits,
        json!({"name": "Grandi", "classes": ["A"], "position": 1}),
    )
    .await;
    let of_b = a_template(
        &visits,
        json!({"name": "Medi", "classes": ["B"], "position": 2}),
    )
    .await;
    let of_all = a_template(&visits, json!({"name": "Tutti", "position": 3})).await;
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let at = format!("{}/report-template", path("visits", &visit));
    let asked = agent.get(&at).await.expect(200);
    assert_eq!(asked["template"]["id"], of_b["id"]);
    admin
        .delete(&path("report-templates", &of_b))
        .await
        .expect(204);
    let asked = agent.get(&at).await.expect(200);
    assert_eq!(asked["template"]["id"], of_all["id"]);
    let names = agent.get("/api/v1/report-templates").await.expect(200);
    assert_eq!(names["items"].as_array().unwrap().len(), 2);
    admin
        .delete(&path("report-templates", &of_all))
        .await
        .expect(204);
    assert_eq!(agent.get(&at).await.expect(200)["template"], Value::Null);
}

#[actix_web::test]
async fn a_template_that_cannot_be_asked_is_refused() {
    let visits = Visits::start();
    let admin = visits.admin();
    let new = "/api/v1/report-templates";
    admin
        .post(new, json!({"name": "Vuoto"}))
        .await
        .invalid(&["/questions"]);
    let choice = json!({"id": "x", "label": "?", "kind": "choice", "options": ["solo"]});
    let body = json!({"name": "Visita", "questions": [choice]});
    admin
        .post(new, body)
        .await
        .invalid(&["/questions/0/options"]);
    let template = a_template(&visits, json!({})).await;
    let stale = [("if-match", "\"9\"")];
    let at = path("report-templates", &template);
    let change = json!({"name": "Altro"});
    let reply = admin
        .send(reqwest::Method::PATCH, &at, &stale, Some(&change))
        .await;
    reply.problem(412, "stale");
}

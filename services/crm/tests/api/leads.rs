use diesel::prelude::*;
use serde_json::{Value, json};

use crate::kit::{
    ADMIN, AGENT, BACK_OFFICE, Crm, MANAGER, a_client, a_lead, all_pages, names, path,
};

async fn reason(who: &nexus_testkit::Caller) -> Value {
    who.get("/api/v1/lost-reasons").await.expect(200)["items"][0]["id"].clone()
}

#[actix_web::test]
async fn a_lead_is_worked_to_its_end_and_every_step_is_announced() {
    let crm = Crm::start();
    let agent = crm.agent();
    let lead = a_lead(
        &agent,
        "Svapo Più",
        json!({"phone": "333 1234567", "province": "torino"}),
    )
    .await;
    assert_eq!(
        (&lead["status"], &lead["name"]),
        (&json!("new"), &json!("Svapo Più"))
    );
    assert_eq!(
        (&lead["phone"], &lead["province"]),
        (&json!("+393331234567"), &json!("TO"))
    );
    assert_eq!(lead["owner_id"], json!(agent.user_id));
    let url = path("leads", &lead);
    let contacted = agent
        .post(&format!("{url}/contact"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&contacted["status"], &contacted["version"]),
        (&json!("contacted"), &json!(2))
    );
    let qualified = agent
        .post(&format!("{url}/qualify"), json!({}))
        .await
        .expect(200);
    assert_eq!(qualified["status"], "qualified");
    let why = json!({"lost_reason_id": reason(&agent).await, "note": "ha già un fornitore"});
    let lost = agent.post(&format!("{url}/lose"), why).await.expect(200);
    assert_eq!(
        (&lost["status"], &lost["lost_note"]),
        (&json!("lost"), &json!("ha già un fornitore"))
    );
    let again = agent
        .post(&format!("{url}/reopen"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&again["status"], &again["lost_reason_id"]),
        (&json!("qualified"), &Value::Null)
    );
    assert_eq!(
        crm.announced(),
        [
            "crm.lead.created.v1",
            "crm.lead.contacted.v1",
            "crm.lead.qualified.v1",
            "crm.lead.lost.v1",
            "crm.lead.reopened.v1"
        ]
    );
    let story: Vec<_> = all_pages(&agent, &format!("{url}/timeline?limit=2"))
        .await
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        story,
        [
            "lead_reopened",
            "lead_lost",
            "lead_qualified",
            "lead_contacted",
            "lead_created"
        ]
    );
}

#[actix_web::test]
async fn a_step_that_is_not_allowed_is_409_for_its_own_reason() {
    let crm = Crm::start();
    let agent = crm.agent();
    let lead = a_lead(&agent, "Neri", json!({})).await;
    let url = path("leads", &lead);
    agent
        .post(&format!("{url}/reopen"), json!({}))
        .await
        .problem(409, "lead-not-lost");
    agent
        .post(&format!("{url}/qualify"), json!({}))
        .await
        .expect(200);
    agent
        .post(&format!("{url}/contact"), json!({}))
        .await
        .problem(409, "lead-past-step");
    agent
        .post(&format!("{url}/lose"), json!({}))
        .await
        .problem(422, "validation");
    let unknown = json!({"lost_reason_id": lead["id"]});
    agent
        .post(&format!("{url}/lose"), unknown)
        .await
        .invalid(&["/lost_reason_id"]);
    let why = json!({"lost_reason_id": reason(&agent).await});
    agent
        .post(&format!("{url}/lose"), why.clone())
        .await
        .expect(200);
    agent
        .post(&format!("{url}/qualify"), json!({}))
        .await
        .problem(409, "lead-lost");
    agent
        .post(&format!("{url}/convert"), json!({}))
        .await
        .problem(409, "lead-lost");
    agent
        .post(&format!("{url}/lose"), why)
        .await
        .problem(409, "lead-lost");
}

#[actix_web::test]
async fn wrong_fields_are_told_by_place_and_change_nothing() {
    let crm = Crm::start();
    let agent = crm.agent();
    let wrong = json!({"email": "x", "phone": "1", "vat_number": "12345670018", "cap": "1"});
    agent.post("/api/v1/leads", wrong).await.invalid(&[
        "/company_name",
        "/email",
        "/phone",
        "/vat_number",
        "/cap",
    ]);
    agent
        .post(
            "/api/v1/leads",
            json!({"company_name": "x", "colour": "red"}),
        )
        .await
        .problem(422, "validation");
    let elsewhere =
        json!({"company_name": "x", "source_id": agent.user_id, "campaign_id": agent.user_id});
    agent
        .post("/api/v1/leads", elsewhere)
        .await
        .invalid(&["/source_id", "/campaign_id"]);
    assert_eq!((crm.count("leads"), crm.count("interactions")), (0, 0));
    let lead = a_lead(&agent, "Neri", json!({"external_ref": "L1"})).await;
    agent
        .patch(&path("leads", &lead), json!({"company_name": null}))
        .await
        .invalid(&["/company_name"]);
    let twin = json!({"company_name": "Altra", "external_ref": "L1"});
    agent
        .post("/api/v1/leads", twin)
        .await
        .problem(409, "reference-taken");
}

#[actix_web::test]
async fn a_call_on_its_timeline_contacts_a_lead_and_a_note_does_not() {
    let crm = Crm::start();
    let agent = crm.agent();
    let lead = a_lead(&agent, "Neri", json!({})).await;
    let url = path("leads", &lead);
    let write = |kind: &str, direction: Option<&str>| json!({"lead_id": lead["id"], "kind": kind, "direction": direction, "body": "x"});
    for (entry, status) in [
        (write("note", None), "new"),
        (write("email", Some("in")), "new"),
        (write("call", Some("out")), "contacted"),
        (write("visit", None), "contacted"),
    ] {
        agent
            .post("/api/v1/interactions", entry.clone())
            .await
            .expect(201);
        let now = agent.get(&url).await.expect(200);
        assert_eq!(now["status"], status, "{entry}");
    }
    let page = agent
        .get(&format!(
            "/api/v1/interactions?lead_id={}",
            lead["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 5);
    let stranger = crm.user("Carlo", None, AGENT);
    stranger
        .post("/api/v1/interactions", write("note", None))
        .await
        .problem(404, "not-found");
    stranger
        .get(&format!("{url}/timeline"))
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn whoever_nobody_called_in_time_is_late_in_list_filter_and_board() {
    let crm = Crm::start();
    let agent = crm.agent();
    let (old, called) = (
        a_lead(&agent, "Vecchio", json!({})).await,
        a_lead(&agent, "Sentito", json!({})).await,
    );
    a_lead(&agent, "Nuovo", json!({})).await;
    agent
        .post(&format!("{}/contact", path("leads", &called)), json!({}))
        .await
        .expect(200);
    diesel::sql_query(
        "UPDATE leads SET due_at = now() - interval '1 minute' WHERE name <> 'Nuovo'",
    )
    .execute(&mut crm.server.database.connect())
    .unwrap();
    let late = agent
        .get("/api/v1/leads?late=true&count=true")
        .await
        .expect(200);
    assert_eq!(
        (names(&late), &late["total"]),
        (vec!["Vecchio".to_owned()], &json!(1))
    );
    assert_eq!(late["items"][0]["late"], true);
    assert_eq!(
        agent.get(&path("leads", &old)).await.expect(200)["late"],
        true
    );
    let board = agent.get("/api/v1/leads/board?cards=1").await.expect(200);
    assert_eq!((&board["late"], &board["open"]), (&json!(1), &json!(3)));
    let new = &board["columns"][0];
    assert_eq!((&new["status"], &new["count"]), (&json!("new"), &json!(2)));
    assert_eq!(new["cards"][0]["name"], "Vecchio");
    let next = new["next_cursor"].as_str().unwrap();
    let rest = agent
        .get(&format!(
            "/api/v1/leads?status=new&sort=due_at&cursor={next}"
        ))
        .await
        .expect(200);
    assert_eq!(names(&rest), ["Nuovo"]);
    assert_eq!(board["columns"].as_array().unwrap().len(), 5);
    let open = agent.get("/api/v1/leads/board?open=true").await.expect(200);
    assert_eq!(open["columns"].as_array().unwrap().len(), 3);
}

#[actix_web::test]
async fn lists_are_searched_filtered_and_paged_in_every_order() {
    let crm = Crm::start();
    let agent = crm.agent();
    let campaign = crm
        .admin()
        .post(
            "/api/v1/campaigns",
            json!({"name": "Vapitaly", "kind": "fair"}),
        )
        .await
        .expect(201);
    for name in ["Alfa", "Beta", "Gamma", "Delta", "Caffè D'Angelo"] {
        let more = if name == "Alfa" {
            json!({"campaign_id": campaign["id"], "city": "Torino"})
        } else {
            json!({})
        };
        a_lead(&agent, name, more).await;
    }
    for sort in [
        "name",
        "-name",
        "created_at",
        "-created_at",
        "updated_at",
        "-updated_at",
        "due_at",
        "-due_at",
    ] {
        let whole = names(
            &agent
                .get(&format!("/api/v1/leads?sort={sort}"))
                .await
                .expect(200),
        );
        let paged = all_pages(&agent, &format!("/api/v1/leads?sort={sort}&limit=2")).await;
        let paged: Vec<_> = paged
            .iter()
            .map(|lead| lead["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!((paged.len(), &paged), (5, &whole), "{sort}");
    }
    let of_fair = format!(
        "/api/v1/leads?campaign_id={}",
        campaign["id"].as_str().unwrap()
    );
    let of_fair = agent.get(&of_fair).await.expect(200);
    assert_eq!(
        (names(&of_fair), &of_fair["items"][0]["campaign_name"]),
        (vec!["Alfa".to_owned()], &json!("Vapitaly"))
    );
    assert_eq!(
        names(&agent.get("/api/v1/leads?q=dangelo").await.expect(200)),
        ["Caffè D'Angelo"]
    );
    assert_eq!(
        names(&agent.get("/api/v1/leads?q=torino").await.expect(200)),
        ["Alfa"]
    );
    let gone = a_lead(&agent, "Via", json!({})).await;
    agent.delete(&path("leads", &gone)).await.expect(204);
    assert_eq!(
        names(&agent.get("/api/v1/leads?archived=true").await.expect(200)),
        ["Via"]
    );
    let back = agent
        .send(
            reqwest::Method::POST,
            &format!("{}/restore", path("leads", &gone)),
            &[],
            None,
        )
        .await;
    assert_eq!(back.expect(200)["archived_at"], Value::Null);
}

#[actix_web::test]
async fn leads_are_seen_by_owner_team_and_all_and_strangers_get_404() {
    let crm = Crm::start();
    let boss = crm.user("Bruna", None, MANAGER);
    let (anna, carlo) = (
        crm.user("Anna", Some(&boss), AGENT),
        crm.user("Carlo", None, AGENT),
    );
    let office = crm.user("Ufficio", None, BACK_OFFICE);
    let lead = a_lead(&anna, "Di Anna", json!({})).await;
    a_lead(&carlo, "Di Carlo", json!({})).await;
    let url = path("leads", &lead);
    for (who, expected) in [(&anna, 1), (&boss, 1), (&carlo, 1), (&office, 2)] {
        let page = who.get("/api/v1/leads?count=true").await.expect(200);
        assert_eq!(page["total"], expected);
        let board = who.get("/api/v1/leads/board").await.expect(200);
        assert_eq!(board["open"], expected);
    }
    carlo.get(&url).await.problem(404, "not-found");
    carlo
        .patch(&url, json!({"notes": "mio"}))
        .await
        .problem(404, "not-found");
    carlo.delete(&url).await.problem(404, "not-found");
    for step in ["contact", "qualify", "reopen", "convert"] {
        carlo
            .post(&format!("{url}/{step}"), json!({}))
            .await
            .problem(404, "not-found");
    }
    boss.get(&url).await.expect(200);
}

#[actix_web::test]
async fn only_whoever_may_assign_gives_leads_away_and_only_within_reach() {
    let crm = Crm::start();
    let boss = crm.user("Bruna", None, MANAGER);
    let (anna, carlo) = (
        crm.user("Anna", Some(&boss), AGENT),
        crm.user("Carlo", None, AGENT),
    );
    let office = crm.user("Ufficio", None, BACK_OFFICE);
    let lead = a_lead(&anna, "Neri", json!({})).await;
    let url = path("leads", &lead);
    let to = |who: &nexus_testkit::Caller| json!({"owner_id": who.user_id});
    anna.patch(&url, to(&carlo)).await.invalid(&["/owner_id"]);
    office.patch(&url, to(&carlo)).await.invalid(&["/owner_id"]);
    anna.post(&format!("{url}/assign"), to(&boss))
        .await
        .problem(403, "forbidden");
    boss.post(&format!("{url}/assign"), to(&carlo))
        .await
        .invalid(&["/owner_id"]);
    let given = boss
        .post(&format!("{url}/assign"), to(&boss))
        .await
        .expect(200);
    assert_eq!(given["owner_name"], "Bruna");
    anna.get(&url).await.problem(404, "not-found");
    assert!(crm.announced().contains(&"crm.lead.assigned.v1".to_owned()));
    let admin = crm.user("Ada", None, ADMIN);
    boss.post(&format!("{url}/assign"), json!({}))
        .await
        .problem(409, "lead-no-rule");
    admin
        .post(&format!("{url}/assign"), to(&carlo))
        .await
        .expect(200);
    carlo.get(&url).await.expect(200);
}

#[actix_web::test]
async fn a_stale_step_is_412_with_the_lead_as_it_is() {
    let crm = Crm::start();
    let agent = crm.agent();
    a_client(&agent, "x").await;
    let lead = a_lead(&agent, "Neri", json!({})).await;
    let url = path("leads", &lead);
    agent
        .patch(&url, json!({"notes": "nuovo"}))
        .await
        .expect(200);
    let step = agent
        .send(
            reqwest::Method::POST,
            &format!("{url}/qualify"),
            &[("if-match", "\"1\"")],
            Some(&json!({})),
        )
        .await;
    assert_eq!(step.problem(412, "stale")["current"]["notes"], "nuovo");
}

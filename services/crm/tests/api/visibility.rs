//! Own, team, all: for get, list, search, aggregates and writes alike.

use serde_json::json;

use crate::kit::{ADMIN, AGENT, Crm, MANAGER, VIEWER, a_client, an_opportunity, names, path};

#[actix_web::test]
async fn each_scope_sees_its_records_and_no_other_on_every_way_to_them() {
    let crm = Crm::start();
    let boss = crm.user("Bruno Boss", None, MANAGER);
    let lead = crm.user("Lea Lead", Some(&boss), MANAGER);
    let agent = crm.user("Anna", Some(&lead), AGENT);
    let stranger = crm.user("Stefano", None, AGENT);
    let other_boss = crm.user("Olga", None, MANAGER);
    let viewer = crm.server.sign_in_as(lead.user_id, VIEWER);
    let admin = crm.user("Ada", None, ADMIN);
    let client = a_client(&agent, "Visibile").await;
    let deal = an_opportunity(&agent, &client, "Visibile affare", 700).await;
    let pipeline = agent.get("/api/v1/pipelines").await.expect(200)["items"][0].clone();

    for (who, name, sees) in [
        (&agent, "the owner", true),
        (&lead, "the owner's manager", true),
        (&boss, "the manager's manager", true),
        (&viewer, "a viewer of the team", true),
        (&admin, "an admin", true),
        (&stranger, "another agent", false),
        (&other_boss, "another manager", false),
    ] {
        let status = if sees { 200 } else { 404 };
        for url in [
            path("clients", &client),
            format!("{}/timeline", path("clients", &client)),
            format!("{}/sites", path("clients", &client)),
            format!("{}/contacts", path("clients", &client)),
            path("opportunities", &deal),
            format!("{}/history", path("opportunities", &deal)),
            format!(
                "/api/v1/interactions?opportunity_id={}",
                deal["id"].as_str().unwrap()
            ),
        ] {
            let got = who.get(&url).await.status.as_u16();
            assert_eq!(got, status, "{name}: {url}");
        }
        let expected: Vec<String> = if sees {
            vec!["Visibile".to_owned()]
        } else {
            vec![]
        };
        assert_eq!(
            names(&who.get("/api/v1/clients?q=visibile").await.expect(200)),
            expected,
            "{name}"
        );
        let list = who
            .get("/api/v1/opportunities?count=true")
            .await
            .expect(200);
        assert_eq!(list["total"], i64::from(sees), "{name}");
        let board = who
            .get(&format!("{}/board", path("pipelines", &pipeline)))
            .await
            .expect(200);
        assert_eq!(
            board["total"]["amount_cents"],
            if sees { 700 } else { 0 },
            "{name}"
        );
    }
}

#[actix_web::test]
async fn what_is_not_yours_cannot_be_changed_and_stays_as_it_was() {
    let crm = Crm::start();
    let agent = crm.agent();
    let stranger = crm.user("Stefano", None, AGENT);
    let viewer = crm.server.sign_in_as(agent.user_id, VIEWER);
    let client = a_client(&agent, "Mio").await;
    let deal = an_opportunity(&agent, &client, "Mio affare", 700).await;
    let before = agent.get(&path("clients", &client)).await.expect(200);

    stranger
        .patch(&path("clients", &client), json!({"name": "Tuo"}))
        .await
        .problem(404, "not-found");
    stranger
        .delete(&path("clients", &client))
        .await
        .problem(404, "not-found");
    stranger
        .post(
            &format!("{}/sites", path("clients", &client)),
            json!({"name": "S"}),
        )
        .await
        .problem(404, "not-found");
    stranger
        .post(
            &format!("{}/contacts", path("clients", &client)),
            json!({"first_name": "S"}),
        )
        .await
        .problem(404, "not-found");
    stranger
        .post(&format!("{}/win", path("opportunities", &deal)), json!({}))
        .await
        .problem(404, "not-found");
    stranger
        .post(
            "/api/v1/interactions",
            json!({"client_id": client["id"], "kind": "note", "body": "x"}),
        )
        .await
        .problem(404, "not-found");
    stranger
        .post(
            "/api/v1/opportunities",
            json!({"client_id": client["id"], "name": "x", "amount_cents": 1}),
        )
        .await
        .invalid(&["/client_id"]);
    viewer
        .patch(&path("clients", &client), json!({"name": "Tuo"}))
        .await
        .problem(403, "forbidden");

    assert_eq!(
        agent.get(&path("clients", &client)).await.expect(200),
        before
    );
}

#[actix_web::test]
async fn an_agent_keeps_records_and_a_manager_gives_them_within_the_team() {
    let crm = Crm::start();
    let manager = crm.user("Maria", None, MANAGER);
    let agent = crm.user("Anna", Some(&manager), AGENT);
    let stranger = crm.user("Stefano", None, AGENT);
    let client = a_client(&agent, "Rossi").await;
    let give = |to: &nexus_testkit::Caller| json!({"owner_id": to.user_id});

    agent
        .patch(&path("clients", &client), give(&stranger))
        .await
        .invalid(&["/owner_id"]);
    manager
        .patch(&path("clients", &client), give(&stranger))
        .await
        .invalid(&["/owner_id"]);
    manager
        .patch(&path("clients", &client), give(&manager))
        .await
        .expect(200);
    agent
        .get(&path("clients", &client))
        .await
        .problem(404, "not-found");
    manager
        .patch(&path("clients", &client), give(&agent))
        .await
        .expect(200);
    agent.get(&path("clients", &client)).await.expect(200);
    let nobody = json!({"owner_id": null});
    agent
        .patch(&path("clients", &client), nobody)
        .await
        .invalid(&["/owner_id"]);
}

#[actix_web::test]
async fn a_new_reporting_line_shows_and_hides_at_once() {
    let crm = Crm::start();
    let (manager, other) = (
        crm.user("Maria", None, MANAGER),
        crm.user("Olga", None, MANAGER),
    );
    let agent = crm.user("Anna", Some(&manager), AGENT);
    let client = a_client(&agent, "Rossi").await;

    crm.knows(agent.user_id, "Anna", Some(other.user_id));

    manager
        .get(&path("clients", &client))
        .await
        .problem(404, "not-found");
    other.get(&path("clients", &client)).await.expect(200);
}

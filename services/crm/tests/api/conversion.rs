//! A lead becomes a client with its contact and its deal: all of it, once, or nothing.

use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::kit::{AGENT, BACK_OFFICE, Crm, a_client, a_lead, all_pages, path, post_once};

fn person() -> Value {
    json!({"first_name": "Ida", "last_name": "Neri", "email": "ida@neri.it", "phone": "3331234567",
        "vat_number": "12345670017", "cap": "10121", "city": "Torino", "province": "TO", "interest": "monouso"})
}

#[actix_web::test]
async fn client_contact_deal_and_story_come_of_it_in_one_step() {
    let crm = Crm::start();
    let agent = crm.agent();
    let campaign = crm
        .admin()
        .post(
            "/api/v1/campaigns",
            json!({"name": "Vapitaly", "kind": "fair",
        "source_id": "019aab00-0000-7000-8000-000000000031"}),
        )
        .await
        .expect(201);
    let mut fields = person();
    fields["campaign_id"] = campaign["id"].clone();
    let lead = a_lead(&agent, "Neri Svapo", fields).await;
    let url = path("leads", &lead);
    let call = json!({"lead_id": lead["id"], "kind": "call", "direction": "out", "body": "interessata",
        "occurred_at": "2026-01-05T10:00:00Z"});
    agent.post("/api/v1/interactions", call).await.expect(201);
    let task = json!({"title": "Manda campioni", "due_at": "2030-01-05T10:00:00Z", "record_kind": "lead",
        "record_id": lead["id"]});
    let task = agent.post("/api/v1/tasks", task).await.expect(201);
    let wish = json!({"client": {"class": "A"}, "contact": {"role": "owner"},
        "opportunity": {"name": "Prima fornitura", "amount_cents": 120_000}});
    let made = agent
        .post(&format!("{url}/convert"), wish)
        .await
        .expect(200);
    assert_eq!(made["lead"]["status"], "converted");
    let of = |collection: &str, field: &str| {
        format!("/api/v1/{collection}/{}", made[field].as_str().unwrap())
    };

    let client = agent.get(&of("clients", "client_id")).await.expect(200);
    assert_eq!(
        (&client["name"], &client["class"], &client["cap"]),
        (&json!("Neri Svapo"), &json!("A"), &json!("10121"))
    );
    assert_eq!(
        (&client["campaign_id"], &client["source_id"]),
        (&campaign["id"], &campaign["source_id"])
    );
    let contact = agent.get(&of("contacts", "contact_id")).await.expect(200);
    assert_eq!(
        (&contact["first_name"], &contact["role"]),
        (&json!("Ida"), &json!("owner"))
    );
    let deal = agent
        .get(&of("opportunities", "opportunity_id"))
        .await
        .expect(200);
    assert_eq!(
        (&deal["amount_cents"], &deal["source"]),
        (&json!(120_000), &json!("Fiera"))
    );
    assert_eq!(
        (&deal["campaign_id"], &deal["notes"]),
        (&campaign["id"], &json!("monouso"))
    );
    assert_eq!(
        (&deal["next_step"], &deal["next_step_on"]),
        (&json!("Manda campioni"), &json!("2030-01-05"))
    );

    let story = all_pages(
        &agent,
        &format!("{}/timeline?limit=50", of("clients", "client_id")),
    )
    .await;
    let kinds: Vec<_> = story
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    for kind in [
        "call",
        "lead_created",
        "lead_converted",
        "client_created",
        "opportunity_created",
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let call = story.iter().find(|entry| entry["kind"] == "call").unwrap();
    assert_eq!(
        (&call["occurred_at"], &call["lead_id"]),
        (&json!("2026-01-05T10:00:00Z"), &lead["id"])
    );
    let task = agent.get(&path("tasks", &task)).await.expect(200);
    assert_eq!(
        (&task["record_kind"], &task["client_id"]),
        (&json!("opportunity"), &made["client_id"])
    );
    agent
        .post(&format!("{url}/contact"), json!({}))
        .await
        .problem(409, "lead-converted");
}

#[actix_web::test]
async fn converting_again_answers_what_it_became_the_first_time() {
    let crm = Crm::start();
    let agent = crm.agent();
    let lead = a_lead(&agent, "Neri", person()).await;
    let url = format!("{}/convert", path("leads", &lead));
    let wish = json!({"opportunity": {"amount_cents": 5}});
    let first = post_once(&agent, &url, "k1", &wish).await.expect(200);
    assert_eq!(
        post_once(&agent, &url, "k1", &wish).await.expect(200),
        first
    );
    let again = agent.post(&url, json!({})).await.expect(200);
    assert_eq!(again["client_id"], first["client_id"]);
    assert_eq!(again["opportunity_id"], first["opportunity_id"]);
    assert_eq!(
        (
            crm.count("clients"),
            crm.count("contacts"),
            crm.count("opportunities")
        ),
        (1, 1, 1)
    );
}

#[actix_web::test]
async fn of_many_conversions_at_once_one_client_comes() {
    let crm = Crm::start();
    let agent = crm.agent();
    let lead = a_lead(&agent, "Neri", person()).await;
    let url = format!("{}/convert", path("leads", &lead));
    let tries = (0..8).map(|_| async {
        loop {
            let reply = agent.post(&url, json!({"opportunity": {}})).await;
            if reply.status != 503 {
                return reply.expect(200);
            }
        }
    });
    let made = join_all(tries).await;
    assert!(
        made.iter()
            .all(|one| one["client_id"] == made[0]["client_id"])
    );
    assert_eq!(
        (
            crm.count("clients"),
            crm.count("contacts"),
            crm.count("opportunities")
        ),
        (1, 1, 1)
    );
    let converted = crm
        .announced()
        .into_iter()
        .filter(|kind| kind == "crm.lead.converted.v1")
        .count();
    assert_eq!(converted, 1);
}

#[actix_web::test]
async fn what_fails_on_the_way_leaves_nothing_half_made() {
    let crm = Crm::start();
    let agent = crm.agent();
    let lead = a_lead(&agent, "Neri", person()).await;
    let url = path("leads", &lead);
    let announced = crm.announced().len();
    // After client and contact are written, the deal breaks: first by a rule, then by the database itself.
    let bad = json!({"opportunity": {"amount_cents": -1}});
    agent
        .post(&format!("{url}/convert"), bad)
        .await
        .invalid(&["/opportunity/amount_cents"]);
    diesel::sql_query("ALTER TABLE opportunities ADD CONSTRAINT crash CHECK (name <> 'crash')")
        .execute(&mut crm.server.database.connect())
        .unwrap();
    let crash = json!({"opportunity": {"name": "crash"}});
    let reply = agent.post(&format!("{url}/convert"), crash).await;
    assert_eq!(reply.status, 500);
    assert_eq!(
        (
            crm.count("clients"),
            crm.count("contacts"),
            crm.count("opportunities")
        ),
        (0, 0, 0)
    );
    assert_eq!(crm.announced().len(), announced);
    assert_eq!(agent.get(&url).await.expect(200)["status"], "new");
    agent
        .post(
            &format!("{url}/convert"),
            json!({"opportunity": {"name": "bene"}}),
        )
        .await
        .expect(200);
}

#[actix_web::test]
async fn it_can_join_a_client_that_is_there() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Neri Svapo").await;
    let known = agent
        .post(
            &format!("{}/contacts", path("clients", &client)),
            json!({"first_name": "Ugo"}),
        )
        .await
        .expect(201);
    let lead = a_lead(&agent, "Neri", person()).await;
    let foreign = a_client(&crm.user("Carlo", None, AGENT), "Altrui").await;
    let url = format!("{}/convert", path("leads", &lead));
    agent
        .post(&url, json!({"client_id": foreign["id"]}))
        .await
        .invalid(&["/client_id"]);
    agent
        .post(
            &url,
            json!({"client_id": client["id"], "contact_id": lead["id"]}),
        )
        .await
        .invalid(&["/contact_id"]);
    let wish = json!({"client_id": client["id"], "contact_id": known["id"]});
    let made = agent.post(&url, wish).await.expect(200);
    assert_eq!(
        (&made["client_id"], &made["contact_id"]),
        (&client["id"], &known["id"])
    );
    assert_eq!((crm.count("clients"), crm.count("contacts")), (2, 1));
    let other = a_lead(&agent, "Verdi", person()).await;
    let made = agent
        .post(
            &format!("{}/convert", path("leads", &other)),
            json!({"client_id": client["id"], "without_contact": true}),
        )
        .await
        .expect(200);
    assert_eq!(made["contact_id"], Value::Null);
}

#[actix_web::test]
async fn a_client_that_exists_stops_it_and_rights_are_asked_for() {
    let crm = Crm::start();
    let agent = crm.agent();
    agent
        .post(
            "/api/v1/clients",
            json!({"name": "Neri", "vat_number": "12345670017"}),
        )
        .await
        .expect(201);
    let lead = a_lead(&agent, "Neri", person()).await;
    let url = format!("{}/convert", path("leads", &lead));
    agent
        .post(&url, json!({}))
        .await
        .problem(409, "client-exists");
    agent
        .post(&url, json!({"client": {"vat_number": "x"}}))
        .await
        .invalid(&["/client/vat_number"]);
    agent
        .post(&url, json!({"colour": "red"}))
        .await
        .problem(422, "validation");
    let office = crm.user("Ufficio", None, BACK_OFFICE);
    let own = a_lead(&office, "Verdi", json!({})).await;
    let url = format!("{}/convert", path("leads", &own));
    office
        .post(&url, json!({"opportunity": {}}))
        .await
        .problem(403, "forbidden");
    let made = office.post(&url, json!({})).await.expect(200);
    assert_eq!(
        (&made["contact_id"], &made["opportunity_id"]),
        (&Value::Null, &Value::Null)
    );
}

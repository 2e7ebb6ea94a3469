//! Nobody is called or written to who said not to.

use serde_json::json;

use crate::kit::{AGENT, Crm, a_client, a_lead, path};

#[actix_web::test]
async fn a_refusal_stops_calls_and_mails_to_a_contact_but_not_from_one() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let contact = agent
        .post(
            &format!("{}/contacts", path("clients", &client)),
            json!({"first_name": "Ida"}),
        )
        .await
        .expect(201);
    let url = format!("{}/consents", path("contacts", &contact));
    let entry = |kind: &str, direction: Option<&str>| json!({"client_id": client["id"], "contact_id": contact["id"], "kind": kind, "direction": direction, "body": "x"});
    let write = "/api/v1/interactions";
    agent
        .post(write, entry("call", Some("out")))
        .await
        .expect(201);
    let refused = json!({"channel": "phone", "status": "refused", "source": "al telefono"});
    agent.post(&url, refused).await.expect(200);
    let shown = agent.get(&path("contacts", &contact)).await.expect(200);
    assert_eq!(
        (&shown["do_not_call"], &shown["do_not_email"]),
        (&json!(true), &json!(false))
    );
    let before = crm.count("interactions");
    agent
        .post(write, entry("call", Some("out")))
        .await
        .problem(409, "do-not-call");
    agent
        .post(write, entry("call", None))
        .await
        .problem(409, "do-not-call");
    assert_eq!(crm.count("interactions"), before);
    agent
        .post(write, entry("call", Some("in")))
        .await
        .expect(201);
    agent
        .post(write, entry("email", Some("out")))
        .await
        .expect(201);
    agent.post(write, entry("note", None)).await.expect(201);
    let refused = json!({"channel": "email", "status": "refused", "source": "disiscrizione"});
    agent.post(&url, refused).await.expect(200);
    agent
        .post(write, entry("email", Some("out")))
        .await
        .problem(409, "do-not-email");
    agent
        .post(write, entry("email", Some("in")))
        .await
        .expect(201);

    let old = json!({"channel": "phone", "status": "granted", "source": "modulo", "at": "2020-01-01T00:00:00Z"});
    agent.post(&url, old).await.problem(409, "consent-older");
    let granted = json!({"channel": "phone", "status": "granted", "source": "ci ha ripensato"});
    let granted = agent.post(&url, granted).await.expect(200);
    assert_eq!(granted["version"], 2);
    agent
        .post(write, entry("call", Some("out")))
        .await
        .expect(201);
    let known = agent.get(&url).await.expect(200);
    assert_eq!(known["items"].as_array().unwrap().len(), 2);
    agent
        .post(
            &url,
            json!({"channel": "phone", "status": "granted", "source": " "}),
        )
        .await
        .invalid(&["/source"]);
    crm.user("Carlo", None, AGENT)
        .get(&url)
        .await
        .problem(404, "not-found");
    assert_eq!(
        crm.announced()
            .iter()
            .filter(|kind| *kind == "crm.consent.recorded.v1")
            .count(),
        3
    );
}

#[actix_web::test]
async fn a_leads_refusal_holds_and_goes_with_it() {
    let crm = Crm::start();
    let agent = crm.agent();
    let lead = a_lead(&agent, "Neri", json!({})).await;
    let url = path("leads", &lead);
    let refused = json!({"channel": "phone", "status": "refused", "source": "in fiera"});
    agent
        .post(&format!("{url}/consents"), refused)
        .await
        .expect(200);
    let call = json!({"lead_id": lead["id"], "kind": "call", "direction": "out"});
    agent
        .post("/api/v1/interactions", call)
        .await
        .problem(409, "do-not-call");
    assert_eq!(agent.get(&url).await.expect(200)["status"], "new");
    // Nobody's name is known, yet what was said must not be lost.
    let made = agent
        .post(&format!("{url}/convert"), json!({"without_contact": true}))
        .await
        .expect(200);
    let contact = agent
        .get(&format!(
            "/api/v1/contacts/{}",
            made["contact_id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(
        (&contact["do_not_call"], &contact["first_name"]),
        (&json!(true), &json!("Neri"))
    );
    let call = json!({"client_id": made["client_id"], "contact_id": contact["id"], "kind": "call"});
    agent
        .post("/api/v1/interactions", call)
        .await
        .problem(409, "do-not-call");
}

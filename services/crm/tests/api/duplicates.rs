//! Whom we may know already, told while somebody types.

use serde_json::{Value, json};

use crate::kit::{AGENT, Crm, a_lead, path};

/// Kind, name and reasons of what was found.
fn told(check: &Value) -> Vec<(String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = check["duplicates"].as_array().unwrap().iter();
    all.map(|found| {
        let why = found["why"].as_array().unwrap().iter().map(text).collect();
        (text(&found["kind"]), text(&found["name"]), why)
    })
    .collect()
}

fn found(kind: &str, name: &str, why: &[&str]) -> (String, String, Vec<String>) {
    (
        kind.to_owned(),
        name.to_owned(),
        why.iter().map(|why| (*why).to_owned()).collect(),
    )
}

#[actix_web::test]
async fn numbers_addresses_phones_and_names_nearby_are_found_among_clients_leads_and_contacts() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = json!({"name": "Tabaccheria Rossi", "vat_number": "12345670017", "email": "info@rossi.it",
        "phone": "011 1234567", "cap": "26845"});
    let client = agent.post("/api/v1/clients", client).await.expect(201);
    let contact = json!({"first_name": "Mario", "last_name": "Bianchi", "mobile": "333 7654321"});
    agent
        .post(&format!("{}/contacts", path("clients", &client)), contact)
        .await
        .expect(201);
    a_lead(
        &agent,
        "Svapo Verdi",
        json!({"email": "verdi@svapo.it", "cap": "26845"}),
    )
    .await;
    for (typed, expected) in [
        (
            json!({"company_name": "X", "vat_number": "IT12345670017"}),
            vec![found("client", "Tabaccheria Rossi", &["vat_number"])],
        ),
        (
            json!({"company_name": "X", "tax_code": "12345670017"}),
            vec![found("client", "Tabaccheria Rossi", &["vat_number"])],
        ),
        (
            json!({"company_name": "X", "email": "INFO@rossi.it", "phone": "+39 011 1234567"}),
            vec![found("client", "Tabaccheria Rossi", &["email", "phone"])],
        ),
        (
            json!({"company_name": "X", "phone": "3337654321"}),
            vec![found("contact", "Mario Bianchi", &["phone"])],
        ),
        (
            json!({"company_name": "X", "email": "verdi@svapo.it"}),
            vec![found("lead", "Svapo Verdi", &["email"])],
        ),
        (
            json!({"company_name": "Tabacheria Rosi", "cap": "26845"}),
            vec![found("client", "Tabaccheria Rossi", &["name"])],
        ),
        // The comune has one CAP.
        (
            json!({"company_name": "Verdi srl", "city": "Codogno", "province": "LO"}),
            vec![found("lead", "Svapo Verdi", &["name"])],
        ),
        (
            json!({"first_name": "Mario", "last_name": "Bianki", "cap": "26845"}),
            vec![found("contact", "Mario Bianchi", &["name"])],
        ),
        (
            json!({"company_name": "Tabaccheria R"}),
            vec![found("client", "Tabaccheria Rossi", &["name"])],
        ),
        (
            json!({"company_name": "Tabacheria Rosi", "cap": "10121"}),
            vec![],
        ),
        (
            json!({"company_name": "Svapo Neri", "cap": "26845"}),
            vec![],
        ),
        (json!({}), vec![]),
    ] {
        let check = agent
            .post("/api/v1/leads/check", typed.clone())
            .await
            .expect(200);
        assert_eq!(told(&check), expected, "{typed}");
    }
    let typed = json!({"name": "Tabacheria Rosi", "cap": "26845", "email": "verdi@svapo.it"});
    let check = agent.post("/api/v1/clients/check", typed).await.expect(200);
    let both = vec![
        found("lead", "Svapo Verdi", &["email"]),
        found("client", "Tabaccheria Rossi", &["name"]),
    ];
    assert_eq!(told(&check), both);
    // The record that is edited is no duplicate of itself.
    let edited =
        json!({"id": client["id"], "name": "Tabaccheria Rossi", "vat_number": "12345670017"});
    let check = agent
        .post("/api/v1/clients/check", edited)
        .await
        .expect(200);
    assert_eq!(told(&check), vec![]);
}

#[actix_web::test]
async fn of_what_is_a_colleagues_only_equal_numbers_are_told_and_nothing_else_of_it() {
    let crm = Crm::start();
    let (anna, carlo) = (
        crm.user("Anna", None, AGENT),
        crm.user("Carlo", None, AGENT),
    );
    let client = json!({"name": "Tabaccheria Rossi", "vat_number": "12345670017", "cap": "26845", "city": "Codogno"});
    anna.post("/api/v1/clients", client).await.expect(201);
    a_lead(
        &anna,
        "Svapo Verdi",
        json!({"phone": "333 1234567", "cap": "26845"}),
    )
    .await;
    let near = json!({"company_name": "Tabaccheria Rossi", "cap": "26845"});
    let check = carlo.post("/api/v1/leads/check", near).await.expect(200);
    assert_eq!(check["duplicates"], json!([]));
    let equal = json!({"company_name": "X", "vat_number": "12345670017", "phone": "3331234567"});
    let check = carlo.post("/api/v1/leads/check", equal).await.expect(200);
    let hidden = |kind: &str, why: &str| {
        json!({"kind": kind, "visible": false, "id": null, "client_id": null, "name": null, "city": null,
            "province": null, "status": null, "archived": false, "owner_id": null, "owner_name": "Anna", "why": [why]})
    };
    assert_eq!(
        check["duplicates"],
        json!([hidden("client", "vat_number"), hidden("lead", "phone")])
    );
    let check = carlo
        .post(
            "/api/v1/clients/check",
            json!({"name": "X", "vat_number": "12345670017"}),
        )
        .await
        .expect(200);
    assert_eq!(check["duplicates"].as_array().unwrap().len(), 1);
    assert_eq!(check["duplicates"][0]["owner_name"], "Anna");
}

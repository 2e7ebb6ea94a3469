use serde_json::json;

use crate::kit::{Crm, a_client, path};

#[actix_web::test]
async fn a_shop_lives_through_change_and_archive() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let of_client = format!("{}/sites", path("clients", &client));
    let body = json!({"name": "Centro", "channel": "vape_shop", "city": "Codogno", "province": "LO", "cap": "26845",
        "opening_hours": {"mon": [["09:00", "12:30"], ["15:30", "19:30"]]},
        "adm": {"number": "VP/1", "issued_on": "2025-03-01"}});
    let site = agent.post(&of_client, body).await.expect(201);
    assert_eq!(
        (&site["lat"], &site["geo_source"]),
        (&json!(45.16187), &json!("comune"))
    );
    assert_eq!(site["adm"]["expires_on"], "2027-03-01");

    let url = path("sites", &site);
    let moved = agent
        .patch(&url, json!({"lat": 45.1, "lng": 9.7, "geo_source": "gps"}))
        .await
        .expect(200);
    assert_eq!(
        (&moved["geo_source"], &moved["version"]),
        (&json!("gps"), &json!(2))
    );
    let renamed = agent
        .patch(&url, json!({"name": "Centro 2", "adm": {"ordinal": "7"}}))
        .await
        .expect(200);
    assert_eq!(
        (
            &renamed["lat"],
            &renamed["adm"]["number"],
            &renamed["adm"]["ordinal"]
        ),
        (&json!(45.1), &json!("VP/1"), &json!("7"))
    );
    agent
        .patch(
            &url,
            json!({"opening_hours": {"mon": [["12:00", "09:00"]]}}),
        )
        .await
        .invalid(&["/opening_hours/mon"]);

    agent.delete(&url).await.expect(204);
    assert_eq!(agent.get(&of_client).await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_contact_has_a_role_and_a_shop_of_the_same_client() {
    let crm = Crm::start();
    let agent = crm.agent();
    let (client, other) = (
        a_client(&agent, "Rossi").await,
        a_client(&agent, "Verdi").await,
    );
    let site = agent
        .post(
            &format!("{}/sites", path("clients", &client)),
            json!({"name": "Centro"}),
        )
        .await
        .expect(201);
    let people = format!("{}/contacts", path("clients", &client));
    let person = json!({"first_name": "Niccolò", "role": "buyer", "mobile": "333 1234567", "site_id": site["id"]});

    let contact = agent.post(&people, person.clone()).await.expect(201);
    assert_eq!(
        (&contact["mobile"], &contact["active"]),
        (&json!("+393331234567"), &json!(true))
    );
    agent
        .post(&format!("{}/contacts", path("clients", &other)), person)
        .await
        .invalid(&["/site_id"]);
    let gone = agent
        .patch(
            &path("contacts", &contact),
            json!({"active": false, "role": "owner"}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&gone["active"], &gone["role"]),
        (&json!(false), &json!("owner"))
    );
    agent
        .patch(&path("contacts", &contact), json!({"role": "king"}))
        .await
        .invalid(&["/role"]);
    agent.delete(&path("contacts", &contact)).await.expect(204);
    assert_eq!(agent.get(&people).await.expect(200)["items"], json!([]));
}

use serde_json::{Value, json};

use crate::kit::{AGENT, Crm};

const COMPANY: &str = "/api/v1/company";

async fn put(caller: &nexus_testkit::Caller, body: &Value, version: &str) -> nexus_testkit::Reply {
    caller
        .send(
            reqwest::Method::PUT,
            COMPANY,
            &[("if-match", version)],
            Some(body),
        )
        .await
}

#[actix_web::test]
async fn the_company_is_there_from_the_start_and_is_written_as_a_whole() {
    let crm = Crm::start();
    let admin = crm.admin();
    let empty = admin.get(COMPANY).await.expect(200);
    assert_eq!(
        (&empty["name"], &empty["tax_regime"]),
        (&json!(""), &json!("RF01"))
    );
    let body = json!({
        "name": " Fumo Lento S.r.l. ", "vat_number": "IT 12345670017", "tax_code": "12345670017",
        "street": "Corso Giulio Cesare", "street_number": "12/A", "cap": "10152", "city": "Torino",
        "province": "torino", "phone": "011 1234567", "pec": "Fumo@PEC.example.it",
        "rea_office": "TO", "rea_number": "1234567", "iban": "it60 x054 2811 1010 0000 0123 456",
    });
    let saved = put(&admin, &body, "\"1\"").await.expect(200);
    assert_eq!(saved["name"], "Fumo Lento S.r.l.");
    assert_eq!(saved["vat_number"], "12345670017");
    assert_eq!(saved["province"], "TO");
    assert_eq!(saved["phone"], "+390111234567");
    assert_eq!(saved["iban"], "IT60X0542811101000000123456");
    assert_eq!(admin.get(COMPANY).await.expect(200), saved);
    let agent = crm.user("Ada", None, AGENT);
    assert_eq!(
        agent.get(COMPANY).await.expect(200)["name"],
        "Fumo Lento S.r.l."
    );
    let current = put(&admin, &json!({"name": "Altra"}), "\"1\"")
        .await
        .problem(412, "stale");
    assert_eq!(current["current"]["version"], 2, "{current}");
    let cleared = put(&admin, &json!({"name": "Altra"}), "\"2\"")
        .await
        .expect(200);
    assert_eq!(cleared["iban"], Value::Null);
    assert_eq!(
        crm.announced(),
        ["crm.company.changed.v1", "crm.company.changed.v1"]
    );
}

#[actix_web::test]
async fn what_would_spoil_a_document_is_refused_field_by_field() {
    let crm = Crm::start();
    let admin = crm.admin();
    let body = json!({
        "name": " ", "vat_number": "12345670018", "tax_code": "X", "tax_regime": "RF03", "cap": "1015",
        "province": "ZZ", "phone": "abc", "email": "x", "pec": "sdi01@pec.fatturapa.it", "iban": "IT60X0542811101000000123457",
        "rea_office": "TO", "share_capital_cents": -1,
    });
    put(&admin, &body, "*").await.invalid(&[
        "/name",
        "/vat_number",
        "/tax_code",
        "/cap",
        "/province",
        "/phone",
        "/pec",
        "/email",
        "/tax_regime",
        "/share_capital_cents",
        "/rea_number",
        "/iban",
    ]);
    put(&admin, &json!({"name": "A", "colour": "red"}), "*")
        .await
        .invalid(&["/colour"]);
    assert_eq!(admin.get(COMPANY).await.expect(200)["version"], 1);
    assert!(crm.announced().is_empty());
}

//! Leads from a file, with what happened with them before.

use serde_json::{Value, json};

use super::kit::{counts, crm, import, told, upload, work};
use crate::kit::{AGENT, all_pages, path};

const FILE: &str = "azienda;referente;telefono;mail;citta;prov;fonte;fiera;stato;motivo;agente;data;data chiamata;esito chiamata;storico\n\
    Svapo Uno;Ida Neri;333 1234567;;Torino;TO;Fiera;Vapitaly 2025;contattato;;Anna Agente;12/03/2025;15/03/2025;interessata;20/03/2025 visita: ok | 21/03/2025 vuole il listino\n\
    Svapo Due;;;due@svapo.it;;;Sito web;;perso;Prezzo;;10/01/2025;;;\n\
    Svapo Tre;;;tre@svapo.it;;;;;;;;;02/02/2025;ha risposto;\n\
    Cliente già;;;;;;;;convertito;;;;;;\n\
    ;;;senza@nome.it;;;;;;;;;;;\n\
    Svapo Quattro;;12;;;;;;boh;;;;;;\n\
    Svapo Cinque;;;;;;;;;;;01/01/2099;;;\n";

async fn the_lead(who: &nexus_testkit::Caller, q: &str) -> Value {
    let page = who.get(&format!("/api/v1/leads?q={q}")).await.expect(200);
    who.get(&path("leads", &page["items"][0])).await.expect(200)
}

#[actix_web::test]
async fn leads_come_with_status_source_owner_and_their_dated_history() {
    let crm = crm();
    let admin = crm.admin();
    let anna = crm.user("Anna Agente", None, AGENT);
    let checked = upload(&admin, "leads", "leads.csv", FILE).await;
    let checked = work(&admin, &checked, "check").await;
    assert_eq!(counts(&checked), [3, 0, 0, 4, 0]);
    assert_eq!((crm.count("leads"), crm.count("campaigns")), (0, 0));
    let done = import(&admin, "leads", "leads.csv", FILE).await;
    assert_eq!(counts(&done), [3, 0, 0, 4, 0]);
    let codes: Vec<_> = told(&admin, &done)
        .await
        .into_iter()
        .flat_map(|(_, _, codes)| codes)
        .collect();
    assert_eq!(
        codes,
        [
            "/stato:status.converted",
            "/azienda:name.missing",
            "/stato:status.unknown",
            "/telefono:phone.prefix",
            "/data:created_on.future"
        ]
    );

    let one = the_lead(&anna, "uno").await;
    assert_eq!(
        (&one["status"], &one["first_name"], &one["last_name"]),
        (&json!("contacted"), &json!("Ida"), &json!("Neri"))
    );
    assert_eq!(
        (&one["source_name"], &one["campaign_name"]),
        (&json!("Fiera"), &json!("Vapitaly 2025"))
    );
    assert_eq!(
        (&one["owner_id"], &one["contacted_at"]),
        (&json!(anna.user_id), &json!("2025-03-15T11:00:00Z"))
    );
    assert!(
        one["created_at"]
            .as_str()
            .unwrap()
            .starts_with("2025-03-12")
    );
    let story: Vec<_> = all_pages(&anna, &format!("{}/timeline?limit=50", path("leads", &one)))
        .await
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            (
                text("kind"),
                text("occurred_at")[..10].to_owned(),
                text("body"),
            )
        })
        .collect();
    let entry =
        |kind: &str, day: &str, body: &str| (kind.to_owned(), day.to_owned(), body.to_owned());
    assert_eq!(
        story,
        [
            entry("note", "2025-03-21", "vuole il listino"),
            entry("visit", "2025-03-20", "ok"),
            entry("call", "2025-03-15", "interessata"),
            entry("lead_created", "2025-03-12", ""),
        ]
    );
    let two = the_lead(&admin, "due").await;
    assert_eq!(
        (&two["status"], &two["lost_reason"]),
        (&json!("lost"), &json!("Prezzo"))
    );
    // No status, but somebody was spoken with.
    assert_eq!(the_lead(&admin, "tre").await["status"], "contacted");

    let again = import(&admin, "leads", "leads.csv", FILE).await;
    assert_eq!(counts(&again), [0, 0, 3, 4, 0]);
    assert_eq!((crm.count("leads"), crm.count("campaigns")), (3, 1));
}

#[actix_web::test]
async fn an_upsert_changes_what_differs_and_a_colleagues_lead_is_left() {
    let crm = crm();
    let admin = crm.admin();
    let first = "azienda;mail;note\nSvapo;a@svapo.it;prima\n";
    import(&admin, "leads", "x.csv", first).await;
    let then = "azienda;mail;note\nSvapo Nuovo;a@svapo.it;\n";
    let left = import(&admin, "leads", "x.csv", then).await;
    assert_eq!(counts(&left), [0, 0, 1, 0, 1]);
    let uploaded = upload(&admin, "leads", "x.csv", then).await;
    let uploaded = admin
        .patch(
            &super::kit::path(&uploaded),
            json!({"options": {"mode": "upsert"}}),
        )
        .await
        .expect(200);
    assert_eq!(
        counts(&work(&admin, &uploaded, "run").await),
        [0, 1, 0, 0, 0]
    );
    let lead = the_lead(&admin, "nuovo").await;
    assert_eq!(
        (&lead["notes"], &lead["version"]),
        (&json!("prima"), &json!(2))
    );
    // The same twice in one file is one.
    let twice = "azienda;telefono\nDoppio;333 1234567\nDoppio;3331234567\n";
    let checked = upload(&admin, "leads", "x.csv", twice).await;
    assert_eq!(
        counts(&work(&admin, &checked, "check").await),
        [1, 0, 1, 0, 0]
    );
    assert_eq!(
        counts(&import(&admin, "leads", "x.csv", twice).await),
        [1, 0, 1, 0, 0]
    );
    let boss = crm.user("Bruna", None, crate::kit::MANAGER);
    let foreign = import(&boss, "leads", "x.csv", twice).await;
    assert_eq!(counts(&foreign), [0, 0, 0, 2, 0]);
    assert_eq!(crm.count("leads"), 2);
}

//! What becomes of a row: the rules of the records' own slices hold, and whatever goes wrong is that row's alone.

use serde_json::{Value, json};

use super::kit::{counts, crm, import, path, told, upload, work};
use crate::kit::{Crm, MANAGER, a_client};
use nexus_testkit::Caller;

fn failed(line: i64, code: &str) -> (i64, String, Vec<String>) {
    (line, "failed".to_owned(), vec![code.to_owned()])
}

#[actix_web::test]
async fn a_bad_row_fails_alone_and_says_why() {
    let crm = crm();
    let admin = crm.admin();
    let file = "nome;piva;dipendenti;paese;mail\n\
        Buona;12345670017;5;Italia;a@b.it\n\
        Cifra;12345670018;5;IT;\n\
        ;;;;\n\
        Corta;1\n\
        Numeri;;molti;;\n\
        Dove;;;Atlantide;\n\
        Posta;;;;nessuna@\n\
        Buona 2;;;Philipines;\n";
    let import = import(&admin, "clients", "x.csv", file).await;
    assert_eq!(counts(&import), [2, 0, 0, 6, 1]);
    let expected = [
        failed(3, "/piva:vat_number.check_digit"),
        failed(4, "/nome:text.empty"),
        failed(5, ":row.too_few_fields"),
        failed(6, "/dipendenti:number.junk"),
        failed(7, "/paese:country.unknown"),
        failed(8, "/mail:email.format"),
        (
            9,
            "created".to_owned(),
            vec!["/paese:country.spelled_differently".to_owned()],
        ),
    ];
    assert_eq!(told(&admin, &import).await, expected);
    assert_eq!(crm.count("clients"), 2);
    let page = admin
        .get(&format!("{}/rows?outcome=warned", path(&import)))
        .await
        .expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["values"]["nome"], "Buona 2");
}

#[actix_web::test]
async fn quotes_separators_and_old_encodings_are_read() {
    let crm = crm();
    let admin = crm.admin();
    let file = b"nome;note\n\"Bar \"\"Sport\"\"; S.r.l.\";\"due\nrighe\"\nCaff\xE8;x\n\"aperta;y\n";
    let import = import(&admin, "clients", "x.csv", &file[..]).await;
    assert_eq!(counts(&import), [2, 0, 0, 1, 0]);
    assert_eq!(
        told(&admin, &import).await,
        [failed(5, ":row.unclosed_quote")]
    );
    let clients = admin.get("/api/v1/clients?sort=name").await.expect(200);
    assert_eq!(
        crate::kit::names(&clients),
        ["Bar \"Sport\"; S.r.l.", "Caffè"]
    );
}

#[actix_web::test]
async fn formulas_leave_the_report_harmless() {
    let crm = crm();
    let admin = crm.admin();
    let import = import(&admin, "clients", "x.csv", "nome,piva\n=1+1,1\n").await;
    let report = admin
        .get(&format!("{}/report.csv", path(&import)))
        .await
        .expect(200);
    assert!(
        report.as_str().unwrap().contains("\n'=1+1,1,2,created,"),
        "{report}"
    );
}

const CLIENTS: &str = "codice,nome,piva,citta,fatturato\nC1,Bar Sport,12345670017,Torino,\"1.500,50\"\nC2,Caffè Roma,,Roma,\n";

#[actix_web::test]
async fn an_upsert_changes_what_differs_and_blank_cells_keep() {
    let crm = crm();
    let admin = crm.admin();
    import(&admin, "clients", "x.csv", CLIENTS).await;
    let changed = "codice,nome,piva,citta,fatturato\nC1,Bar Sport,12345670017,Asti,\nC2,Caffè Roma,,Roma,\nC3,Nuovo,,,\n";
    let left = import(&admin, "clients", "x.csv", changed).await;
    assert_eq!(counts(&left), [1, 0, 2, 0, 1]);
    let uploaded = upload(&admin, "clients", "x.csv", changed).await;
    let options = json!({"options": {"mode": "upsert"}});
    let uploaded = admin.patch(&path(&uploaded), options).await.expect(200);
    let updated = work(&admin, &uploaded, "run").await;
    assert_eq!(counts(&updated), [0, 1, 2, 0, 0]);
    let found = admin.get("/api/v1/clients?q=sport").await.expect(200);
    let client = admin
        .get(&crate::kit::path("clients", &found["items"][0]))
        .await
        .expect(200);
    assert_eq!(
        (&client["city"], &client["version"]),
        (&json!("Asti"), &json!(2))
    );
    assert_eq!(client["annual_revenue_cents"], 150_050);
}

#[actix_web::test]
async fn the_same_client_twice_in_a_file_is_one() {
    let crm = crm();
    let admin = crm.admin();
    let file = "nome,piva\nBar Sport,12345670017\nBar Sport,12345670017\nAltro nome,12345670017\nCaffè,\nCAFFE',\n";
    for (wish, made) in [("check", 0), ("run", 2)] {
        let uploaded = upload(&admin, "clients", "x.csv", file).await;
        let import = work(&admin, &uploaded, wish).await;
        assert_eq!(counts(&import), [2, 0, 3, 0, 2], "{wish}");
        assert_eq!(crm.count("clients"), made);
    }
}

#[actix_web::test]
async fn a_parent_may_stand_later_in_the_file_or_nowhere() {
    let crm = crm();
    let admin = crm.admin();
    let file = "nome,capogruppo\nFiglia,Madre\nSola,Nessuno\nMadre,\nSe stessa,Se stessa\n";
    for wish in ["check", "run"] {
        let uploaded = upload(&admin, "clients", "x.csv", file).await;
        let import = work(&admin, &uploaded, wish).await;
        assert_eq!(counts(&import), [4, 0, 0, 0, 2], "{wish}");
        let codes: Vec<_> = told(&admin, &import)
            .await
            .into_iter()
            .map(|(line, _, codes)| (line, codes))
            .collect();
        let unknown = vec!["/capogruppo:parent.unknown".to_owned()];
        assert_eq!(codes, [(3, unknown.clone()), (5, unknown)]);
    }
    let found = admin.get("/api/v1/clients?q=figlia").await.expect(200);
    let child = admin
        .get(&crate::kit::path("clients", &found["items"][0]))
        .await
        .expect(200);
    assert_eq!(child["parent_name"], "Madre");
    assert_eq!(crm.count("import_parents"), 0);
}

#[actix_web::test]
async fn a_manager_gives_records_to_the_team_alone() {
    let crm = crm();
    let manager = crm.user("Mara Manager", None, MANAGER);
    crm.user("Anna Agente", Some(&manager), &[]);
    crm.user("Bruno Altrui", None, &[]);
    let stranger = crm.admin();
    let body = json!({"name": "Altrui", "vat_number": "12345670017"});
    stranger.post("/api/v1/clients", body).await.expect(201);
    let file = "nome,agente,piva\nUno,anna agente,\nDue,Bruno Altrui,\nTre,Nessuno,\nQuattro,,\nCinque,,12345670017\n";
    let import = import(&manager, "clients", "x.csv", file).await;
    assert_eq!(counts(&import), [2, 0, 0, 3, 0]);
    let expected = [
        failed(3, "/agente:owner_id.not_yours"),
        failed(4, "/agente:owner.unknown"),
        failed(6, "/nome:client.exists"),
    ];
    assert_eq!(told(&manager, &import).await, expected);
}

async fn deals(crm: &Crm, who: &Caller, file: &str, options: Value) -> Value {
    let uploaded = upload(who, "opportunities", "trattative.csv", file).await;
    let uploaded = who
        .patch(&path(&uploaded), json!({"options": options}))
        .await
        .expect(200);
    let checked = work(who, &uploaded, "check").await;
    let before = crm.count("opportunities");
    let ran = work(who, &uploaded, "run").await;
    assert_eq!(counts(&checked), counts(&ran), "a check foretells the run");
    assert_eq!(crm.count("opportunities"), before + counts(&ran)[0]);
    ran
}

#[actix_web::test]
async fn deals_obey_the_rules_of_deals() {
    let crm = crm();
    let admin = crm.admin();
    a_client(&admin, "Bar Sport").await;
    let file = "id,cliente,fase,importo,data apertura,data chiusura\n\
        1,bar sport,Vinta,100,1/2/2024,13/2/2024\n\
        2,Bar Sport,Vinta,,1/2/2024,13/2/2024\n\
        3,Bar Sport,Persa,,1/2/2024,\n\
        4,Bar Sport,Persa,,13/2/2024,1/2/2024\n\
        5,Bar Sport,Vinta,5,1/2/2024,1/1/2199\n\
        6,Bar Sport,Boh,5,1/2/2024,\n\
        7,Bar Sport,,5,1/2/2024,\n\
        8,Ignoto,Nuovo contatto,5,1/2/2024,\n\
        9,Bar Sport,Negoziazione,5,1/2/2024,\n\
        10,Bar Sport,Proposta,5,31/2/2024,\n\
        11,Bar Sport,Proposta,-5,1/2/2024,\n\
        12,Bar Sport,Qualificata,5,,\n";
    let import = deals(&crm, &admin, file, json!({"new_pipeline": null})).await;
    assert_eq!(counts(&import), [3, 0, 0, 9, 2]);
    let expected = [
        failed(3, "/importo:stage.requires"),
        failed(4, "/data chiusura:closed_on.missing"),
        failed(5, "/data chiusura:closed_on.before_opened"),
        failed(6, "/data chiusura:closed_on.future"),
        failed(7, "/fase:stage.unknown"),
        failed(8, "/fase:stage.missing"),
        (
            9,
            "created".to_owned(),
            vec!["/cliente:client.unknown".to_owned()],
        ),
        failed(10, "/expected_close_on:stage.requires"),
        failed(11, "/data apertura:date.no_such_day"),
        failed(12, "/importo:amount_cents.range"),
        (
            13,
            "created".to_owned(),
            vec!["/data apertura:opened_on.missing".to_owned()],
        ),
    ];
    assert_eq!(told(&admin, &import).await, expected);
    let won = admin
        .get("/api/v1/opportunities?status=won")
        .await
        .expect(200);
    let history = format!(
        "{}/history",
        crate::kit::path("opportunities", &won["items"][0])
    );
    let history = admin.get(&history).await.expect(200);
    assert_eq!(history["items"][1]["seconds_in_from"], 12 * 86_400);
    assert_eq!(history["items"][0]["moved_at"], "2024-01-31T23:00:00Z");
}

#[actix_web::test]
async fn a_file_of_deals_brings_its_own_pipeline_once() {
    let crm = crm();
    let admin = crm.admin();
    let file = "id,cliente,fase,importo,close date\n1,Uno,Proposal,5,\n2,Due,Closed Won,7,1/2/2024\n3,Uno,Lead,5,\n";
    let uploaded = upload(&admin, "opportunities", "le_mie-trattative.csv", file).await;
    let stage = |name: &str, outcome: &str| json!({"name": name, "outcome": outcome});
    let stages = [
        stage("Lead", "open"),
        stage("Proposal", "open"),
        stage("Closed Won", "won"),
    ];
    assert_eq!(
        uploaded["options"]["new_pipeline"],
        json!({"name": "Le mie trattative", "stages": stages})
    );
    assert_eq!(
        uploaded["values"]["stage"],
        json!(["Proposal", "Closed Won", "Lead"])
    );
    for made in [3, 0] {
        let options = json!({"create_missing_clients": true});
        let ran = deals(&crm, &admin, file, options).await;
        assert_eq!(counts(&ran)[0], made);
        assert_eq!((crm.count("clients"), crm.count("pipelines")), (2, 2));
    }
    let manager = crm.user("Mara Manager", None, MANAGER);
    let theirs = upload(&manager, "opportunities", "x.csv", file).await;
    assert_eq!(theirs["options"]["new_pipeline"], Value::Null);
}

#[actix_web::test]
async fn deals_without_a_reference_are_known_again_by_what_they_say() {
    let crm = crm();
    let admin = crm.admin();
    a_client(&admin, "Bar Sport").await;
    let file = "cliente,fase,importo,data apertura\nBar Sport,Qualificata,5,1/2/2024\nBar Sport,Qualificata,6,1/2/2024\n";
    assert_eq!(
        counts(&deals(&crm, &admin, file, json!({})).await),
        [2, 0, 0, 0, 0]
    );
    assert_eq!(
        counts(&deals(&crm, &admin, file, json!({})).await),
        [0, 0, 2, 0, 0]
    );
}

#[actix_web::test]
async fn an_upsert_moves_a_deal_and_leaves_closed_ones_closed() {
    let crm = crm();
    let admin = crm.admin();
    a_client(&admin, "Bar Sport").await;
    let row = |stage: &str, amount: i64, closed: &str| {
        format!(
            "id,cliente,fase,importo,data apertura,data chiusura\n1,Bar Sport,{stage},{amount},1/2/2024,{closed}\n"
        )
    };
    let upsert = json!({"mode": "upsert"});
    deals(&crm, &admin, &row("Qualificata", 5, ""), upsert.clone()).await;
    let moved = deals(&crm, &admin, &row("Vinta", 9, "13/2/2024"), upsert.clone()).await;
    assert_eq!(counts(&moved), [0, 1, 0, 0, 0]);
    let won = admin
        .get("/api/v1/opportunities?status=won")
        .await
        .expect(200);
    assert_eq!(won["items"][0]["amount_cents"], 900);
    let back = deals(&crm, &admin, &row("Qualificata", 9, ""), upsert).await;
    assert_eq!(
        told(&admin, &back).await,
        [failed(2, "/fase:opportunity.closed")]
    );
}

#[actix_web::test]
async fn products_are_known_by_name_however_spelled() {
    let crm = crm();
    let admin = crm.admin();
    let file = "prodotto,prezzo\nGTX Pro,\"4.821,00\"\nGTXPro,4821\n,5\nX,-1\n";
    let import = import(&admin, "products", "x.csv", file).await;
    assert_eq!(counts(&import), [1, 0, 1, 2, 1]);
    let products = admin.get("/api/v1/products").await.expect(200);
    assert_eq!(products["items"][0]["list_price_cents"], 482_100);
}

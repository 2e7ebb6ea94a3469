//! What the law says of liquids: a shop's ADM authorisation that has ended stops them, and nothing else; whoever answers
//! for a sale in spite of it is written down.

use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{AGENT, BACK_OFFICE, Crm, MANAGER, a_client, path};
use crate::selling::{act, no_rules};

struct Shop {
    crm: Crm,
    manager: Caller,
    agent: Caller,
    office: Caller,
    client: Value,
    site: Value,
    liquid: Value,
    device: Value,
}

impl Shop {
    async fn open() -> Self {
        let crm = Crm::start();
        no_rules(&crm).await;
        let manager = crm.user("Mara", None, MANAGER);
        let agent = crm.user("Anna", Some(&manager), AGENT);
        let office = crm.user("Olga", None, BACK_OFFICE);
        let admin = crm.admin();
        let client = a_client(&agent, "Svapo di Rossi").await;
        let sites = format!("{}/sites", path("clients", &client));
        let site = json!({"name": "Centro", "channel": "vape_shop"});
        let site = agent.post(&sites, site).await.expect(201);
        let liquid = json!({"name": "Menta", "kind": "liquid", "volume_ml": "10", "nicotine_mg_ml": "6",
            "adm_code": "PLN1", "list_price": "4.90"});
        let device = json!({"name": "Box", "kind": "hardware", "list_price": "39"});
        Self {
            liquid: admin.post("/api/v1/products", liquid).await.expect(201),
            device: admin.post("/api/v1/products", device).await.expect(201),
            crm,
            manager,
            agent,
            office,
            client,
            site,
        }
    }

    async fn authorised_until(&self, day: &str) {
        let adm = json!({"adm": {"number": "123/2024", "expires_on": day}});
        self.agent
            .patch(&path("sites", &self.site), adm)
            .await
            .expect(200);
    }

    fn order(&self, products: &[&Value]) -> Value {
        let lines: Vec<Value> = products
            .iter()
            .map(|product| json!({"product_id": product["id"], "quantity": "1"}))
            .collect();
        json!({"client_id": self.client["id"], "site_id": self.site["id"], "lines": lines})
    }
}

const URL: &str = "/api/v1/orders";
const ENDED: &str = "2026-01-31";
const VALID: &str = "2099-01-31";

#[actix_web::test]
async fn an_ended_authorisation_stops_liquids_and_not_devices() {
    let shop = Shop::open().await;
    shop.authorised_until(ENDED).await;
    let both = shop.order(&[&shop.device, &shop.liquid]);
    let refused = shop
        .agent
        .post(URL, both.clone())
        .await
        .invalid(&["/lines/1"]);
    assert_eq!(refused["errors"][0]["code"], "adm.expired");
    assert_eq!(shop.crm.count("orders"), 0);
    let devices = shop.order(&[&shop.device]);
    shop.agent.post(URL, devices).await.expect(201);
    shop.authorised_until(VALID).await;
    shop.agent.post(URL, both).await.expect(201);
}

#[actix_web::test]
async fn whoever_answers_for_liquids_is_written_down() {
    let shop = Shop::open().await;
    shop.authorised_until(ENDED).await;
    let mut liquids = shop.order(&[&shop.liquid]);
    liquids["override_reason"] = "Rinnovo presentato il 20/1, ricevuta in archivio".into();
    shop.agent
        .post(URL, liquids.clone())
        .await
        .problem(403, "forbidden");
    let order = shop.manager.post(URL, liquids).await.expect(201);
    assert_eq!(order["status"], "approved");

    let history = format!("{}/history", path("orders", &order));
    let history = shop.manager.get(&history).await.expect(200);
    let step = &history["items"][1];
    assert_eq!(
        (&step["step"], &step["actor_id"]),
        (&json!("overridden"), &json!(shop.manager.user_id))
    );
    assert!(step["note"].as_str().unwrap().starts_with("Rinnovo"));
    let told = shop.crm.announced();
    assert!(told.contains(&"crm.order.overridden.v1".to_owned()));

    // It is for this content alone.
    let more = json!({"lines": [{"product_id": shop.liquid["id"], "quantity": "2"}]});
    shop.manager
        .patch(&path("orders", &order), more)
        .await
        .invalid(&["/lines/0"]);
}

#[actix_web::test]
async fn an_authorisation_that_ends_on_the_way_waits_for_an_answer_before_shipping() {
    let shop = Shop::open().await;
    shop.authorised_until(VALID).await;
    let order = shop.order(&[&shop.liquid]);
    let order = shop.agent.post(URL, order).await.expect(201);
    act(&shop.office, "orders", &order, "process", json!({}))
        .await
        .expect(200);
    shop.authorised_until(ENDED).await;
    act(&shop.office, "orders", &order, "ship", json!({}))
        .await
        .invalid(&["/lines/0"]);
    let answer = json!({"override_reason": "Rinnovato oggi, decreto 45"});
    let url = path("orders", &order);
    shop.office
        .patch(&url, answer.clone())
        .await
        .problem(403, "forbidden");
    let answered = shop.manager.patch(&url, answer).await.expect(200);
    assert_eq!(
        (&answered["status"], &answered["override"]["by"]),
        (&json!("processing"), &json!(shop.manager.user_id))
    );
    let shipped = act(&shop.office, "orders", &order, "ship", json!({}))
        .await
        .expect(200);
    assert_eq!(shipped["status"], "shipped");
}

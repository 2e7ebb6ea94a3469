//! The usual basket of a shop.

use diesel::RunQueryDsl;
use diesel::sql_types::{Integer, Text};
use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{AGENT, Crm, a_client, a_product, path};
use crate::selling::{act, no_rules};

const ORDERED_EARLIER: &str =
    "UPDATE orders SET created_at = created_at - make_interval(days => $1) WHERE id = $2::uuid";

struct Shop {
    crm: Crm,
    agent: Caller,
    client: Value,
}

impl Shop {
    async fn open() -> Self {
        let crm = Crm::start();
        no_rules(&crm).await;
        let agent = crm.agent();
        let client = a_client(&agent, "Svapo di Rossi").await;
        Self { crm, agent, client }
    }

    /// An order of so many of a product for one of the client's shops, so many days ago.
    async fn ordered(&self, site: &Value, product: &Value, quantity: &str, ago: i32) -> Value {
        let line = json!({"product_id": product["id"], "quantity": quantity, "unit_price": "1"});
        let body = json!({"client_id": self.client["id"], "site_id": site, "lines": [line]});
        let order = self.agent.post("/api/v1/orders", body).await.expect(201);
        diesel::sql_query(ORDERED_EARLIER)
            .bind::<Integer, _>(ago)
            .bind::<Text, _>(order["id"].as_str().unwrap())
            .execute(&mut self.crm.server.database.connect())
            .unwrap();
        order
    }

    async fn basket(&self, question: &str) -> Value {
        let url = format!("{}/basket{question}", path("clients", &self.client));
        self.agent.get(&url).await.expect(200)
    }
}

/// Name, usual quantity, interval and standing of each item.
fn told(basket: &Value) -> Value {
    let items = basket["items"].as_array().unwrap();
    let kept = [
        "product_name",
        "usual_quantity",
        "interval_days",
        "standing",
    ];
    items
        .iter()
        .map(|item| {
            kept.map(|key| item[key].clone())
                .into_iter()
                .collect::<Value>()
        })
        .collect()
}

#[actix_web::test]
async fn a_shops_basket_says_what_it_orders_and_what_is_missing() {
    let shop = Shop::open().await;
    let admin = shop.crm.admin();
    let [mint, coil, tank, old, gone] = [
        a_product(&admin, "Menta 10 ml", "4.90").await,
        a_product(&admin, "Coil 0.8", "2.10").await,
        a_product(&admin, "Tank", "19").await,
        a_product(&admin, "Vaniglia", "4.90").await,
        a_product(&admin, "Fuori catalogo", "4.90").await,
    ];
    let none = Value::Null;
    for (product, quantity, ago) in [
        (&mint, "24", 70),
        (&mint, "12", 40),
        (&mint, "24", 10),
        (&coil, "5", 95),
        (&coil, "5.5", 65),
        (&tank, "1", 3),
        (&old, "6", 403),
        (&gone, "6", 5),
    ] {
        shop.ordered(&none, product, quantity, ago).await;
    }
    let cancelled = shop.ordered(&none, &tank, "99", 30).await;
    act(
        &shop.agent,
        "orders",
        &cancelled,
        "cancel",
        json!({"reason": "doppio"}),
    )
    .await
    .expect(200);
    admin.delete(&path("products", &gone)).await.expect(204);

    let basket = shop.basket("").await;
    assert_eq!(
        told(&basket),
        json!([
            ["Coil 0.8", "5", 30, "missing"],
            ["Menta 10 ml", "24", 30, "fine"],
            ["Tank", "1", null, "once"]
        ])
    );
    assert_eq!(basket["items"][1]["orders"], 3);
}

#[actix_web::test]
async fn each_shop_of_a_client_has_its_own_basket() {
    let shop = Shop::open().await;
    let mint = a_product(&shop.crm.admin(), "Menta", "4.90").await;
    let sites = format!("{}/sites", path("clients", &shop.client));
    let mut made = Vec::new();
    for (name, quantity) in [("Centro", "10"), ("Stazione", "3")] {
        let site = shop
            .agent
            .post(&sites, json!({"name": name}))
            .await
            .expect(201);
        shop.ordered(&site["id"], &mint, quantity, 20).await;
        shop.ordered(&site["id"], &mint, quantity, 2).await;
        made.push(site["id"].as_str().unwrap().to_owned());
    }
    for (site, quantity) in made.iter().zip(["10", "3"]) {
        let basket = shop.basket(&format!("?site_id={site}")).await;
        assert_eq!(told(&basket), json!([["Menta", quantity, 18, "fine"]]));
    }
    assert_eq!(
        told(&shop.basket("").await),
        json!([["Menta", "13", 18, "fine"]])
    );

    let other = a_client(&shop.agent, "Altro").await;
    let foreign = format!("{}/basket?site_id={}", path("clients", &other), made[0]);
    shop.agent.get(&foreign).await.invalid(&["/site_id"]);
    let empty = format!("{}/basket", path("clients", &other));
    assert_eq!(shop.agent.get(&empty).await.expect(200)["items"], json!([]));

    let stranger = shop.crm.user("Bruno", None, AGENT);
    let url = format!("{}/basket", path("clients", &shop.client));
    stranger.get(&url).await.problem(404, "not-found");
}

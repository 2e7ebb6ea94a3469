use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{AGENT, BACK_OFFICE, Crm, MANAGER, a_product, all_pages, names, path};

#[actix_web::test]
async fn a_product_is_kept_with_all_that_invoices_need() {
    let crm = Crm::start();
    let admin = crm.admin();
    let category = admin
        .post("/api/v1/product-categories", json!({"name": "Liquidi"}))
        .await
        .expect(201);
    let below = json!({"name": "Pronti 10 ml", "parent_id": category["id"]});
    let below = admin
        .post("/api/v1/product-categories", below)
        .await
        .expect(201);

    let mint = admin
        .post(
            "/api/v1/products",
            json!({"name": "Menta Fresca 10 ml", "sku": "liq-001", "category_id": below["id"], "kind": "liquid",
                "volume_ml": "10", "adm_code": "PLN 0001", "tax_stamp": true, "list_price": "4.9055"}),
        )
        .await
        .expect(201);
    let strong = admin
        .post(
            "/api/v1/products",
            json!({"name": "Menta Fresca 10 ml 6 mg", "parent_id": mint["id"], "variant_label": "6 mg/ml", "kind": "liquid",
                "volume_ml": "10", "nicotine_mg_ml": "6"}),
        )
        .await
        .expect(201);

    let shown = admin.get(&path("products", &mint)).await.expect(200);
    assert_eq!(
        (
            &shown["category"],
            &shown["variants"],
            &shown["list_price_cents"]
        ),
        (&json!("Pronti 10 ml"), &json!(1), &json!(491))
    );
    assert_eq!(strong["parent_name"], "Menta Fresca 10 ml");
    assert_eq!(
        (&strong["unit"], &strong["vat_rate"]),
        (&json!("pz"), &json!(22))
    );
    let in_top = format!(
        "/api/v1/products?category_id={}",
        category["id"].as_str().unwrap()
    );
    let in_top = admin.get(&in_top).await.expect(200);
    assert_eq!(names(&in_top), ["Menta Fresca 10 ml"]);
    let sellable = admin
        .get("/api/v1/products?sellable=true")
        .await
        .expect(200);
    assert_eq!(names(&sellable), ["Menta Fresca 10 ml 6 mg"]);
    assert!(
        crm.announced()
            .contains(&"crm.product.created.v1".to_owned())
    );
}

#[actix_web::test]
async fn wrong_products_are_told_field_by_field_and_change_nothing() {
    let crm = Crm::start();
    let admin = crm.admin();
    let mint = a_product(&admin, "Menta", "4.9").await;
    let post = |body: Value| {
        let admin = admin.clone();
        async move { admin.post("/api/v1/products", body).await }
    };

    post(json!({"name": "X", "colour": "red"}))
        .await
        .invalid(&["/colour"]);
    post(json!({"name": "X", "kind": "liquid"}))
        .await
        .invalid(&["/volume_ml"]);
    post(json!({"name": "X", "list_price": "0.00001"}))
        .await
        .invalid(&["/list_price"]);
    post(json!({"name": "X", "vat_rate": 0}))
        .await
        .invalid(&["/vat_nature"]);
    post(json!({"name": "X", "category_id": mint["id"]}))
        .await
        .invalid(&["/category_id"]);
    post(json!({"name": "X", "unit_cost": "-1"}))
        .await
        .invalid(&["/unit_cost"]);
    post(json!({"name": "X", "unit_cost": {"a": 1}}))
        .await
        .invalid(&["/unit_cost"]);
    let taken = post(json!({"name": "MENTA"}))
        .await
        .problem(409, "product-exists");
    assert_eq!(taken["errors"][0]["pointer"], "/name");
    assert_eq!(crm.count("products"), 1);

    // A variant of a variant, of itself, and a product with variants made one.
    let six = json!({"name": "Menta 6", "parent_id": mint["id"], "variant_label": "6"});
    let six = post(six).await.expect(201);
    post(json!({"name": "Menta 6 bis", "parent_id": six["id"], "variant_label": "bis"}))
        .await
        .invalid(&["/parent_id"]);
    let itself = json!({"parent_id": mint["id"], "variant_label": "0"});
    admin
        .patch(&path("products", &mint), itself)
        .await
        .invalid(&["/parent_id"]);
    let other = a_product(&admin, "Fragola", "1").await;
    let below = json!({"parent_id": other["id"], "variant_label": "0"});
    admin
        .patch(&path("products", &mint), below)
        .await
        .invalid(&["/parent_id"]);
}

#[actix_web::test]
async fn a_product_changes_is_put_away_and_comes_back() {
    let crm = Crm::start();
    let admin = crm.admin();
    let mint = a_product(&admin, "Menta", "4.9").await;
    let url = path("products", &mint);

    let dearer = admin
        .patch(&url, json!({"list_price": "5.1"}))
        .await
        .expect(200);
    assert_eq!(
        (&dearer["version"], &dearer["list_price_cents"]),
        (&json!(2), &json!(510))
    );
    let same = admin
        .patch(&url, json!({"list_price": "5.10"}))
        .await
        .expect(200);
    assert_eq!(same["version"], 2);
    let late = admin
        .send(
            Method::PATCH,
            &url,
            &[("if-match", "\"1\"")],
            Some(&json!({"sku": "A"})),
        )
        .await;
    late.problem(412, "stale");

    admin.delete(&url).await.expect(204);
    assert_eq!(
        names(&admin.get("/api/v1/products").await.expect(200)),
        Vec::<String>::new()
    );
    let away = admin
        .get("/api/v1/products?archived=true")
        .await
        .expect(200);
    assert_eq!(names(&away), ["Menta"]);
    let line = json!({"lines": [{"product_id": mint["id"], "quantity": "1"}]});
    admin
        .post("/api/v1/price-lists/resolve", line.clone())
        .await
        .invalid(&["/lines/0/product_id"]);
    let restore = format!("{url}/restore");
    admin.post(&restore, json!({})).await.expect(200);
    admin
        .post("/api/v1/price-lists/resolve", line)
        .await
        .expect(200);
}

#[actix_web::test]
async fn products_are_found_by_codes_words_and_with_typing_errors() {
    let crm = Crm::start();
    let admin = crm.admin();
    for (name, sku, adm) in [
        ("Menta Fresca 10 ml", "LIQ-0010", "PLN 4711"),
        ("Menta Piperita 20 ml", "LIQ-0020", "PLN 4712"),
        ("Vaniglia Bourbon 10 ml", "ARO-0010", "PLN 0815"),
        ("Batteria 18650", "HW-LIQ-1", ""),
        ("Fragola", "FRA-1", ""),
    ] {
        let body = json!({"name": name, "sku": sku, "adm_code": adm, "list_price": "1"});
        admin.post("/api/v1/products", body).await.expect(201);
    }
    for (q, found) in [
        // The beginning of a code, however it is written, before a name that holds it.
        ("liq-0010", &["Menta Fresca 10 ml"][..]),
        ("LIQ00", &["Menta Fresca 10 ml", "Menta Piperita 20 ml"]),
        ("pln4712", &["Menta Piperita 20 ml"]),
        // Words in any order, and begun ones.
        ("fresca menta", &["Menta Fresca 10 ml"]),
        ("vanig 10", &["Vaniglia Bourbon 10 ml"]),
        // Typing errors.
        ("mneta fersca", &["Menta Fresca 10 ml"]),
        ("vanilia burbon", &["Vaniglia Bourbon 10 ml"]),
        ("bateria", &["Batteria 18650"]),
        ("fragolla", &["Fragola"]),
        ("xyz", &[]),
        ("—", &[]),
    ] {
        let page = admin
            .get(&format!("/api/v1/products?q={}", q.replace(' ', "%20")))
            .await
            .expect(200);
        let first: Vec<String> = names(&page).into_iter().take(found.len().max(1)).collect();
        assert_eq!(first, found, "{q}");
    }
    let column = json!({"texts": ["liq-0020", "PLN 0815", "batteria 18650", "menta", "piperita", "xyz", "—", ""]});
    let matched = admin
        .post("/api/v1/products/match", column)
        .await
        .expect(200);
    let matched: Vec<&Value> = matched["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["name"])
        .collect();
    assert_eq!(
        matched,
        [
            &json!("Menta Piperita 20 ml"),
            &json!("Vaniglia Bourbon 10 ml"),
            &json!("Batteria 18650"),
            &Value::Null,
            &json!("Menta Piperita 20 ml"),
            &Value::Null,
            &Value::Null,
            &Value::Null
        ]
    );
    let by_name = all_pages(&admin, "/api/v1/products?limit=2").await;
    assert_eq!(by_name.len(), 5);
}

#[actix_web::test]
async fn categories_are_two_levels_of_names() {
    let crm = Crm::start();
    let admin = crm.admin();
    let make = |body: Value| {
        let admin = admin.clone();
        async move { admin.post("/api/v1/product-categories", body).await }
    };
    let liquids = make(json!({"name": "Liquidi", "position": 2}))
        .await
        .expect(201);
    let devices = make(json!({"name": "Dispositivi", "position": 1}))
        .await
        .expect(201);
    let ready = make(json!({"name": "Pronti", "parent_id": liquids["id"]}))
        .await
        .expect(201);

    make(json!({"name": "LIQUIDI"}))
        .await
        .problem(409, "name-taken");
    make(json!({"name": "Pronti", "parent_id": devices["id"]}))
        .await
        .expect(201);
    make(json!({"name": "X", "parent_id": ready["id"]}))
        .await
        .invalid(&["/parent_id"]);
    let below = json!({"parent_id": devices["id"]});
    let url = path("product-categories", &liquids);
    admin.patch(&url, below).await.invalid(&["/parent_id"]);
    admin.delete(&url).await.problem(409, "category-in-use");
    let listed = admin.get("/api/v1/product-categories").await.expect(200);
    assert_eq!(
        names(&listed),
        ["Pronti", "Pronti", "Dispositivi", "Liquidi"]
    );
    admin
        .delete(&path("product-categories", &ready))
        .await
        .expect(204);
    admin.delete(&url).await.expect(204);
}

/// A figure that stands nowhere else.
const COST: &str = "3.1337";

/// Every answer that this caller gets about the product, one after the other.
async fn answers(who: &nexus_testkit::Caller, product: &Value, client: &Value) -> String {
    let id = product["id"].as_str().unwrap();
    let line = |price: Option<&str>| json!({"client_id": client["id"], "lines": [{"product_id": id, "quantity": "3", "unit_price": price}]});
    let mut all = String::new();
    for reply in [
        who.get("/api/v1/products").await,
        who.get("/api/v1/products?q=menta").await,
        who.get(&format!("/api/v1/products?q={COST}")).await,
        who.get(&format!("/api/v1/products/{id}")).await,
        who.post("/api/v1/price-lists/resolve", line(None)).await,
        who.post("/api/v1/price-lists/resolve", line(Some("0.01")))
            .await,
        who.post("/api/v1/price-lists/resolve", line(Some("-1")))
            .await,
        who.patch(&format!("/api/v1/products/{id}"), json!({"unit_cost": "1"}))
            .await,
        who.send(
            Method::PATCH,
            &format!("/api/v1/products/{id}"),
            &[("if-match", "\"999\"")],
            Some(&json!({"sku": "Z"})),
        )
        .await,
        who.send(
            Method::DELETE,
            &format!("/api/v1/products/{id}"),
            &[("if-match", "\"999\"")],
            None,
        )
        .await,
    ] {
        all.push_str(&reply.body.to_string());
    }
    all
}

#[actix_web::test]
async fn what_a_product_costs_reaches_only_whoever_may_see_costs() {
    #[derive(QueryableByName)]
    struct Told {
        #[diesel(sql_type = diesel::sql_types::Text)]
        payload: String,
    }
    let crm = Crm::start();
    let admin = crm.admin();
    let mint = admin
        .post(
            "/api/v1/products",
            json!({"name": "Menta", "list_price": "5", "unit_cost": COST}),
        )
        .await
        .expect(201);
    assert_eq!(mint["unit_cost"], COST);
    let url = path("products", &mint);
    let changed = json!({"unit_cost": "3.13370", "sku": "M-1"});
    admin.patch(&url, changed).await.expect(200);
    admin
        .patch(&url, json!({"unit_cost": null}))
        .await
        .expect(200);
    admin
        .patch(&url, json!({"unit_cost": COST}))
        .await
        .expect(200);

    for role in [AGENT, BACK_OFFICE, crate::kit::VIEWER] {
        let caller = crm.user("Qualcuno", None, role);
        let client = crate::kit::a_client(&admin, "Rossi").await;
        let told = answers(&caller, &mint, &client).await;
        assert!(!told.contains("3.13"), "{role:?}: {told}");
        assert!(!told.contains("unit_cost\":\""), "{role:?}: {told}");
    }
    // Back office manages products, but neither sees nor sets costs; what is there stays.
    let office = crm.user("Ufficio", None, BACK_OFFICE);
    office
        .patch(&url, json!({"unit_cost": "1"}))
        .await
        .invalid(&["/unit_cost"]);
    office.patch(&url, json!({"sku": "M-2"})).await.expect(200);
    let manager = crm.user("Capo", None, MANAGER);
    let seen = manager.get(&url).await.expect(200);
    assert_eq!(seen["unit_cost"], COST);

    let told: Vec<Told> = diesel::sql_query(
        "SELECT payload::text AS payload FROM (SELECT payload FROM outbox UNION ALL SELECT payload FROM events) e",
    )
    .load(&mut crm.server.database.connect())
    .unwrap();
    assert!(told.len() >= 4);
    for event in told {
        assert!(
            !event.payload.contains("cost") && !event.payload.contains("3.13"),
            "{}",
            event.payload
        );
    }
}

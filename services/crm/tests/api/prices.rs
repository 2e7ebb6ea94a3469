use nexus_testkit::{Caller, Reply};
use reqwest::Method;
use serde_json::{Value, json};

use crate::kit::{AGENT, BACK_OFFICE, Crm, MANAGER, a_client, a_product, path};

async fn put(who: &Caller, url: &str, body: Value) -> Reply {
    who.send(Method::PUT, url, &[("if-match", "*")], Some(&body))
        .await
}

async fn a_list(who: &Caller, body: Value) -> Value {
    who.post("/api/v1/price-lists", body).await.expect(201)
}

async fn priced(who: &Caller, list: &Value, product: &Value, prices: Value) -> Value {
    let url = format!("{}/prices", path("price-lists", list));
    let body = json!({"product_id": product["id"], "prices": prices});
    put(who, &url, body).await.expect(200)
}

async fn resolved(who: &Caller, client: Option<&Value>, lines: Value) -> Value {
    let body = json!({"client_id": client.map(|client| &client["id"]), "on": "2026-11-22", "lines": lines});
    who.post("/api/v1/price-lists/resolve", body)
        .await
        .expect(200)
}

#[actix_web::test]
async fn a_line_has_its_price_tax_and_vat_from_product_list_and_day() {
    let crm = Crm::start();
    let admin = crm.admin();
    let agent = crm.agent();
    let mint = admin
        .post(
            "/api/v1/products",
            json!({"name": "Menta 10 ml", "sku": "M-10", "kind": "liquid", "volume_ml": "10", "nicotine_mg_ml": "6",
                "adm_code": "PLN1", "unit": "fl", "list_price": "4.90"}),
        )
        .await
        .expect(201);
    let book = json!({"name": "Manuale", "vat_rate": 0, "vat_nature": "N4", "list_price": "20"});
    let book = admin.post("/api/v1/products", book).await.expect(201);
    let all = a_list(&admin, json!({"name": "Italia", "discount_percent": "5"})).await;
    let shops = json!({"name": "Tabaccherie", "parent_id": all["id"]});
    let shops = a_list(&admin, shops).await;
    priced(
        &admin,
        &shops,
        &mint,
        json!([{"unit_price": "4.50"}, {"min_quantity": "12", "unit_price": "4.2"}]),
    )
    .await;
    let client = a_client(&agent, "Rossi").await;
    let given = json!({"price_list_id": shops["id"]});
    admin
        .patch(&path("clients", &client), given)
        .await
        .expect(200);

    let answer = resolved(
        &agent,
        Some(&client),
        json!([
            {"product_id": mint["id"], "quantity": "12"},
            {"product_id": mint["id"], "quantity": "1"},
            {"product_id": book["id"], "quantity": "1"},
            {"product_id": mint["id"], "quantity": "1", "unit_price": "4.4"},
            {"description": "Espositore", "quantity": "1", "unit_price": "10", "discount_percent": "5"},
        ]),
    )
    .await;

    let line = &answer["lines"][0];
    assert_eq!(
        (
            &line["unit_price"],
            &line["price_source"],
            &line["unit_tax"],
            &line["net_cents"],
            &line["tax_cents"]
        ),
        (
            &json!("4.2000"),
            &json!("Tabaccherie"),
            &json!("1.438490"),
            &json!(5040),
            &json!(1726)
        )
    );
    assert_eq!(
        (
            &line["sku"],
            &line["unit"],
            &line["adm_code"],
            &line["is_liquid"],
            &line["description"]
        ),
        (
            &json!("M-10"),
            &json!("fl"),
            &json!("PLN1"),
            &json!(true),
            &json!("Menta 10 ml")
        )
    );
    assert_eq!(
        (&line["why"]["rule"], &line["why"]["min_quantity"]),
        (&json!("list_price"), &json!("12.000"))
    );
    assert_eq!(answer["lines"][1]["unit_price"], "4.5000");
    // Nothing of its own in the nearer list: the general discount of the one above.
    let line = &answer["lines"][2];
    assert_eq!(
        (
            &line["unit_price"],
            &line["discount_percent"],
            &line["list_price"],
            &line["price_source"],
            &line["vat_nature"]
        ),
        (
            &json!("20.0000"),
            &json!("5.00"),
            &json!("19.0000"),
            &json!("Italia"),
            &json!("N4")
        )
    );
    assert_eq!(answer["lines"][3]["price_source"], "manual");
    assert_eq!(answer["lines"][3]["list_price"], "4.5000");
    assert_eq!(answer["lines"][3]["discount_percent"], "0");
    assert_eq!(answer["lines"][4]["net_cents"], 950);
    assert_eq!(
        answer["totals"]["vat"],
        json!([{"rate": 22, "nature": null, "base_cents": 5040 + 1726 + 450 + 144 + 440 + 144 + 950, "vat_cents": 1957},
            {"rate": 0, "nature": "N4", "base_cents": 1900, "vat_cents": 0}])
    );
    assert_eq!(answer["needs_approval"], json!([]));

    // Another day, another tax; before the first rate there is none, and that is told.
    let body = json!({"on": "2024-12-31", "lines": [{"product_id": mint["id"], "quantity": "1"}]});
    let old = agent
        .post("/api/v1/price-lists/resolve", body)
        .await
        .expect(200);
    assert_eq!(old["lines"][0]["price_source"], "base");
    assert_eq!(old["warnings"][0]["code"], "consumption_tax.unknown");
    // A price list that is over counts no more, and that is told.
    let over = json!({"valid_until": "2026-11-21"});
    admin
        .patch(&path("price-lists", &shops), over)
        .await
        .expect(200);
    let after = resolved(
        &agent,
        Some(&client),
        json!([{"product_id": mint["id"], "quantity": "12"}]),
    )
    .await;
    assert_eq!(after["lines"][0]["price_source"], "Italia");
    assert_eq!(after["warnings"][0]["code"], "price_list.not_valid");
}

#[actix_web::test]
async fn a_shop_of_a_chain_buys_on_the_list_of_its_parent() {
    let crm = Crm::start();
    let admin = crm.admin();
    let mint = a_product(&admin, "Menta", "5").await;
    let list = a_list(&admin, json!({"name": "Catena", "discount_percent": "10"})).await;
    let chain = json!({"name": "Catena S.r.l.", "price_list_id": list["id"]});
    let chain = admin.post("/api/v1/clients", chain).await.expect(201);
    assert_eq!(chain["price_list_name"], "Catena");
    let shop = json!({"name": "Negozio 1", "parent_id": chain["id"]});
    let shop = admin.post("/api/v1/clients", shop).await.expect(201);
    let answer = resolved(
        &admin,
        Some(&shop),
        json!([{"product_id": mint["id"], "quantity": "1"}]),
    )
    .await;
    assert_eq!(answer["lines"][0]["price_source"], "Catena");
}

#[actix_web::test]
async fn wrong_lines_are_told_with_their_place() {
    let crm = Crm::start();
    let admin = crm.admin();
    let mint = a_product(&admin, "Menta", "5").await;
    let gift = admin
        .post("/api/v1/products", json!({"name": "Omaggio"}))
        .await
        .expect(201);
    let post = |lines: Value| {
        let admin = admin.clone();
        async move {
            admin
                .post("/api/v1/price-lists/resolve", json!({"lines": lines}))
                .await
        }
    };
    let id = &mint["id"];
    for (line, pointer) in [
        (json!({"quantity": "1"}), "/lines/0/product_id"),
        (
            json!({"product_id": id, "quantity": "0"}),
            "/lines/0/quantity",
        ),
        (
            json!({"product_id": id, "quantity": "-1"}),
            "/lines/0/quantity",
        ),
        (
            json!({"product_id": id, "quantity": "1.0001"}),
            "/lines/0/quantity",
        ),
        (
            json!({"product_id": id, "quantity": "1000000"}),
            "/lines/0/quantity",
        ),
        (
            json!({"product_id": id, "quantity": "1", "unit_price": "1.00001"}),
            "/lines/0/unit_price",
        ),
        (
            json!({"product_id": id, "quantity": "1", "discount_percent": "100.01"}),
            "/lines/0/discount_percent",
        ),
        (
            json!({"product_id": id, "quantity": "1", "vat_rate": 21}),
            "/lines/0/vat_rate",
        ),
        (
            json!({"product_id": id, "quantity": "1", "vat_rate": 0}),
            "/lines/0/vat_nature",
        ),
        (
            json!({"product_id": id, "quantity": "1", "vat_nature": "N4"}),
            "/lines/0/vat_nature",
        ),
        (
            json!({"product_id": gift["id"], "quantity": "1"}),
            "/lines/0/unit_price",
        ),
        (
            json!({"product_id": "019aab00-0000-7000-8000-00000000dead", "quantity": "1"}),
            "/lines/0/product_id",
        ),
    ] {
        let told = post(json!([line])).await.problem(422, "validation");
        let pointers: Vec<&Value> = told["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| &e["pointer"])
            .collect();
        assert!(pointers.contains(&&json!(pointer)), "{line}: {told}");
    }
    post(json!([{"product_id": gift["id"], "quantity": "1", "unit_price": "0"}]))
        .await
        .expect(200);
    let many = vec![json!({"product_id": id, "quantity": "1"}); 501];
    post(json!(many)).await.invalid(&["/lines"]);
    let theirs = a_client(&admin, "Bianchi").await;
    let agent = crm.agent();
    let body = json!({"client_id": theirs["id"], "lines": []});
    agent
        .post("/api/v1/price-lists/resolve", body)
        .await
        .invalid(&["/client_id"]);
}

#[actix_web::test]
async fn price_lists_are_kept_and_do_not_go_round_in_circles() {
    let crm = Crm::start();
    let admin = crm.admin();
    let one = a_list(&admin, json!({"name": "Uno"})).await;
    let two = a_list(&admin, json!({"name": "Due", "parent_id": one["id"]})).await;
    let back = json!({"parent_id": two["id"]});
    admin
        .patch(&path("price-lists", &one), back)
        .await
        .invalid(&["/parent_id"]);
    let bad = json!({"name": "Tre", "valid_from": "2026-02-01", "valid_until": "2026-01-01", "discount_percent": "101", "currency": "USD"});
    admin.post("/api/v1/price-lists", bad).await.invalid(&[
        "/discount_percent",
        "/valid_until",
        "/currency",
    ]);
    admin
        .post("/api/v1/price-lists", json!({"name": "UNO"}))
        .await
        .problem(409, "name-taken");
    admin
        .delete(&path("price-lists", &one))
        .await
        .problem(409, "price-list-in-use");
    admin.delete(&path("price-lists", &two)).await.expect(204);
    admin.delete(&path("price-lists", &one)).await.expect(204);

    let list = a_list(&admin, json!({"name": "Uno"})).await;
    let mint = a_product(&admin, "Menta", "5").await;
    let row = priced(
        &admin,
        &list,
        &mint,
        json!([{"min_quantity": "6", "discount_percent": "3"}]),
    )
    .await;
    assert_eq!(
        (&row["version"], &row["prices"][0]["discount_percent"]),
        (&json!(2), &json!("3.00"))
    );
    let url = format!("{}/prices", path("price-lists", &list));
    let late = json!({"product_id": mint["id"], "prices": []});
    admin
        .send(Method::PUT, &url, &[("if-match", "\"1\"")], Some(&late))
        .await
        .problem(412, "stale");
    let shown = admin.get(&url).await.expect(200);
    assert_eq!(shown["items"][0]["name"], "Menta");
    let unknown = json!({"product_id": list["id"], "prices": []});
    put(&admin, &url, unknown).await.invalid(&["/product_id"]);
    put(&admin, &url, late).await.expect(200);
    assert_eq!(admin.get(&url).await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn an_agent_cannot_give_a_client_another_price_list() {
    let crm = Crm::start();
    let admin = crm.admin();
    let list = a_list(&admin, json!({"name": "Amici", "discount_percent": "90"})).await;
    let agent = crm.agent();
    let with_list = json!({"name": "Rossi", "price_list_id": list["id"]});
    agent
        .post("/api/v1/clients", with_list)
        .await
        .invalid(&["/price_list_id"]);
    assert_eq!(crm.count("clients"), 0);
    let client = a_client(&agent, "Rossi").await;
    let url = path("clients", &client);
    agent
        .patch(&url, json!({"price_list_id": list["id"]}))
        .await
        .invalid(&["/price_list_id"]);
    admin
        .patch(&url, json!({"price_list_id": client["id"]}))
        .await
        .invalid(&["/price_list_id"]);
    admin
        .patch(&url, json!({"price_list_id": list["id"]}))
        .await
        .expect(200);
    // Repeating what is there is no change, and other fields stay the agent's.
    let again = json!({"price_list_id": list["id"], "notes": "x"});
    agent.patch(&url, again).await.expect(200);
    agent
        .patch(&url, json!({"price_list_id": null}))
        .await
        .invalid(&["/price_list_id"]);
    let kept = agent.get(&url).await.expect(200);
    assert_eq!(kept["price_list_name"], "Amici");
}

#[actix_web::test]
async fn what_is_above_ones_ceiling_or_below_cost_needs_approval() {
    let crm = Crm::start();
    let admin = crm.admin();
    let mint = json!({"name": "Menta", "list_price": "10", "unit_cost": "7"});
    let mint = admin.post("/api/v1/products", mint).await.expect(201);
    let list = a_list(&admin, json!({"name": "Amici", "discount_percent": "20"})).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    admin
        .patch(
            &path("clients", &client),
            json!({"price_list_id": list["id"]}),
        )
        .await
        .expect(200);
    let manager = crm.user("Capo", None, MANAGER);
    // 10 less 20 % is 8 on this client's list; an agent may give 10 % of that, a manager 30 %.
    for (who, price, discount, codes) in [
        (&agent, None, None, &[][..]),
        (&agent, None, Some("28"), &[]),
        (&agent, None, Some("28.01"), &["discount"]),
        (&agent, Some("7.20"), None, &[]),
        (&agent, Some("7.1999"), None, &["discount"]),
        (&agent, Some("10"), Some("28.5"), &["discount"]),
        (&agent, Some("6.9"), None, &["discount", "margin"]),
        (&admin, Some("5.6"), None, &["margin"]),
        (&admin, Some("7"), None, &[]),
        (&manager, None, Some("30"), &[]),
    ] {
        let client = (who.user_id != manager.user_id).then_some(&client);
        let line = json!([{"product_id": mint["id"], "quantity": "2", "unit_price": price, "discount_percent": discount}]);
        let answer = resolved(who, client, line).await;
        let said: Vec<&str> = answer["needs_approval"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["code"].as_str().unwrap())
            .collect();
        assert_eq!(said, codes, "{price:?} {discount:?}");
    }
}

#[actix_web::test]
async fn rates_and_ceilings_are_written_as_a_whole() {
    let crm = Crm::start();
    let admin = crm.admin();
    let office = crm.user("Ufficio", None, BACK_OFFICE);
    let agent = crm.user("Anna", None, AGENT);
    let url = "/api/v1/consumption-taxes";
    let seeded = agent.get(url).await.expect(200);
    assert_eq!(seeded["items"][0]["rate_per_ml"], "0.143849");
    assert_eq!(
        seeded["items"][1],
        json!({"class": "no_nicotine", "valid_from": "2025-01-01", "rate_per_ml": "0.098896"})
    );
    let mut items = seeded["items"].as_array().unwrap().clone();
    items.push(json!({"class": "nicotine", "valid_from": "2026-12-01", "rate_per_ml": "0.16"}));
    let body = json!({"items": items});
    let saved = put(&office, url, body.clone()).await.expect(200);
    assert_eq!(
        (&saved["version"], saved["items"].as_array().unwrap().len()),
        (&json!(2), 3)
    );
    office
        .send(Method::PUT, url, &[("if-match", "\"1\"")], Some(&body))
        .await
        .problem(412, "stale");
    put(
        &office,
        url,
        json!({"items": [{"class": "nicotine", "valid_from": "2026-12-01", "rate_per_ml": "-1"}]}),
    )
    .await
    .invalid(&["/items/0/rate_per_ml"]);

    let url = "/api/v1/discount-ceilings";
    let ceilings = agent.get(url).await.expect(200);
    assert_eq!(ceilings["mine"], "10.00");
    let mut items = ceilings["items"].as_array().unwrap().clone();
    items.retain(|item| item["role"] != "agent");
    items.push(json!({"role": "agent", "max_percent": "12.5"}));
    put(&office, url, json!({"items": items}))
        .await
        .problem(403, "forbidden");
    put(&admin, url, json!({"items": items})).await.expect(200);
    assert_eq!(agent.get(url).await.expect(200)["mine"], "12.50");
    let kinds = crm.announced();
    for kind in [
        "crm.consumption_taxes.changed.v1",
        "crm.discount_ceilings.changed.v1",
    ] {
        assert!(kinds.iter().any(|announced| announced == kind), "{kind}");
    }
}

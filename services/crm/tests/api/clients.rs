use serde_json::json;

use crate::kit::{Crm, a_client, all_pages, names, path};

#[actix_web::test]
async fn a_new_client_is_stored_in_its_tidy_form_announced_and_on_its_timeline() {
    let crm = Crm::start();
    let agent = crm.agent();
    let body = json!({
        "name": " Tabaccheria Rossi ", "vat_number": "IT12345670017", "phone": "011 123456",
        "city": "Torino", "province": "TO", "cap": "10121",
        "site": {"name": "Rossi centro", "channel": "tobacconist", "city": "Torino", "province": "TO"},
    });

    let reply = agent.post("/api/v1/clients", body).await;

    let location = reply.header("location").unwrap().to_owned();
    assert_eq!(reply.header("etag"), Some("\"1\""));
    let client = reply.expect(201);
    assert_eq!(location, path("clients", &client));
    assert_eq!(
        (&client["name"], &client["vat_number"], &client["phone"]),
        (
            &json!("Tabaccheria Rossi"),
            &json!("12345670017"),
            &json!("+39011123456")
        )
    );
    assert_eq!(client["owner_name"], "Anna Agente");
    assert_eq!(client["lifecycle"], "prospect");
    assert_eq!(
        crm.announced(),
        ["crm.client.created.v1", "crm.site.created.v1"]
    );

    let sites = agent.get(&format!("{location}/sites")).await.expect(200);
    assert_eq!(
        (
            &sites["items"][0]["geo_source"],
            &sites["items"][0]["istat_code"]
        ),
        (&json!("comune"), &json!("001272"))
    );
    let timeline = agent.get(&format!("{location}/timeline")).await.expect(200);
    assert_eq!(timeline["items"][0]["kind"], "client_created");
    assert_eq!(timeline["items"][0]["actor_name"], "Anna Agente");
}

#[actix_web::test]
async fn a_wrong_check_digit_is_refused_with_its_code_and_nothing_is_kept() {
    let crm = Crm::start();
    let agent = crm.agent();

    let told = agent
        .post(
            "/api/v1/clients",
            json!({"name": "Rossi", "vat_number": "00743110158"}),
        )
        .await
        .invalid(&["/vat_number"]);

    assert_eq!(told["errors"][0]["code"], "vat_number.check_digit");
    assert_eq!(crm.count("clients"), 0);
    assert_eq!(crm.announced(), [""; 0]);
}

#[actix_web::test]
async fn a_shop_inside_the_body_is_pointed_at_and_takes_the_client_with_it() {
    let crm = Crm::start();
    let body = json!({"name": "Rossi", "site": {"name": "", "lat": 91.0, "lng": 7.0}});

    crm.agent()
        .post("/api/v1/clients", body)
        .await
        .invalid(&["/site/name", "/site/lat"]);

    assert_eq!(crm.count("clients"), 0);
}

#[actix_web::test]
async fn the_same_identity_twice_is_a_conflict_but_a_vat_group_is_not() {
    let crm = Crm::start();
    let agent = crm.agent();
    let of = |name: &str, code: &str| json!({"name": name, "vat_number": "12345670017", "tax_code": code});
    agent
        .post("/api/v1/clients", of("Capogruppo", "12345670017"))
        .await
        .expect(201);
    agent
        .post("/api/v1/clients", of("Membro", "00743110157"))
        .await
        .expect(201);

    agent
        .post("/api/v1/clients", of("Copia", "00743110157"))
        .await
        .problem(409, "client-exists");
}

#[actix_web::test]
async fn while_typing_a_form_hears_of_errors_warnings_and_look_alikes() {
    let crm = Crm::start();
    let agent = crm.agent();
    agent
        .post(
            "/api/v1/clients",
            json!({"name": "Svapo Point", "vat_number": "12345670017"}),
        )
        .await
        .expect(201);

    let draft = json!({"name": "Svapo Point srl", "vat_number": "12345670017", "city": "Torino", "province": "TO",
        "cap": "20121", "email": "x"});
    let told = agent.post("/api/v1/clients/check", draft).await.expect(200);

    assert_eq!(told["errors"][0]["code"], "email.format");
    assert_eq!(told["warnings"][0]["code"], "cap.not_of_comune");
    assert_eq!(told["duplicates"][0]["name"], "Svapo Point");
    assert_eq!(crm.count("clients"), 1);
}

#[actix_web::test]
async fn a_patch_changes_what_it_names_clears_nulls_and_tells_what_was_before() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = agent
        .post(
            "/api/v1/clients",
            json!({"name": "Rossi", "phone": "011 123456", "class": "B"}),
        )
        .await
        .expect(201);

    let reply = agent
        .patch(
            &path("clients", &client),
            json!({"phone": null, "class": "A"}),
        )
        .await;

    assert_eq!(reply.header("etag"), Some("\"2\""));
    let after = reply.expect(200);
    assert_eq!(
        (&after["phone"], &after["class"], &after["name"]),
        (&json!(null), &json!("A"), &json!("Rossi"))
    );
    let feed = crm.server.service();
    nexus_testkit::eventually("the change is on the feed", || {
        let feed = feed.clone();
        async move {
            let page = feed.get("/internal/events?after=0").await.expect(200);
            let before = json!({"phone": "+39011123456", "class": "B"});
            let events = page["events"].as_array().unwrap();
            events
                .iter()
                .any(|event| event["payload"]["before"] == before)
        }
    })
    .await;
}

#[actix_web::test]
async fn a_patch_that_changes_nothing_makes_no_version_and_no_event() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let same = agent
        .patch(&path("clients", &client), json!({"name": "Rossi "}))
        .await
        .expect(200);
    assert_eq!(same["version"], 1);
    assert_eq!(crm.announced(), ["crm.client.created.v1"]);
}

#[actix_web::test]
async fn an_archived_client_leaves_the_list_and_can_come_back() {
    let crm = Crm::start();
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;

    agent.delete(&path("clients", &client)).await.expect(204);
    assert_eq!(
        names(&agent.get("/api/v1/clients").await.expect(200)),
        [""; 0]
    );
    assert_eq!(
        names(&agent.get("/api/v1/clients?archived=true").await.expect(200)),
        ["Rossi"]
    );
    let back = agent
        .post(&format!("{}/restore", path("clients", &client)), json!({}))
        .await
        .expect(200);

    assert_eq!(
        (&back["archived_at"], &back["version"]),
        (&json!(null), &json!(3))
    );
    assert_eq!(
        names(&agent.get("/api/v1/clients").await.expect(200)),
        ["Rossi"]
    );
}

#[actix_web::test]
async fn lists_are_filtered_searched_sorted_and_paged_without_gap_or_double() {
    let crm = Crm::start();
    let agent = crm.agent();
    for number in 0..25 {
        let province = if number % 2 == 0 { "TO" } else { "MI" };
        let body = json!({"name": format!("Negozio {number:02}"), "province": province});
        agent.post("/api/v1/clients", body).await.expect(201);
    }
    agent
        .post(
            "/api/v1/clients",
            json!({"name": "Caffè D'Angelò", "class": "A"}),
        )
        .await
        .expect(201);

    for sort in [
        "name",
        "-name",
        "updated_at",
        "-updated_at",
        "created_at",
        "-created_at",
    ] {
        let mut seen: Vec<String> =
            all_pages(&agent, &format!("/api/v1/clients?limit=4&sort={sort}"))
                .await
                .iter()
                .map(|client| client["id"].as_str().unwrap().to_owned())
                .collect();
        assert_eq!(seen.len(), 26, "{sort}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 26, "{sort}");
    }
    let list = |query: &'static str| {
        let agent = agent.clone();
        async move {
            agent
                .get(&format!("/api/v1/clients?{query}"))
                .await
                .expect(200)
        }
    };
    assert_eq!(names(&list("q=dangelo").await), ["Caffè D'Angelò"]);
    assert_eq!(
        names(&list("q=CAFFE+angelo&class=A").await),
        ["Caffè D'Angelò"]
    );
    assert_eq!(names(&list("q=nessuno").await), [""; 0]);
    assert_eq!(list("province=to&count=true&limit=1").await["total"], 13);
    assert_eq!(
        names(&list("sort=name&limit=2").await),
        ["Caffè D'Angelò", "Negozio 00"]
    );
}

#[actix_web::test]
async fn a_cursor_of_another_sort_and_wrong_limits_are_refused() {
    let crm = Crm::start();
    let agent = crm.agent();
    for name in ["A", "B"] {
        a_client(&agent, name).await;
    }
    let page = agent
        .get("/api/v1/clients?sort=name&limit=1")
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    agent
        .get(&format!("/api/v1/clients?sort=updated_at&cursor={cursor}"))
        .await
        .invalid(&["cursor"]);
    agent
        .get("/api/v1/clients?limit=0")
        .await
        .invalid(&["limit"]);
    agent
        .get("/api/v1/clients?limit=201")
        .await
        .invalid(&["limit"]);
    agent.get("/api/v1/clients?colour=red").await.invalid(&[""]);
}

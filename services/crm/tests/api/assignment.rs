//! Who gets a lead when nobody says.

use std::collections::HashMap;

use futures_util::future::join_all;
use nexus_kernel::UserId;
use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{AGENT, BACK_OFFICE, Crm, MANAGER, a_lead, path};

async fn rule(who: &Caller, method: &str, members: &[&Caller], more: Value) -> Value {
    let members: Vec<_> = members
        .iter()
        .map(|member| json!({"user_id": member.user_id}))
        .collect();
    let mut body = json!({"name": method, "method": method, "members": members});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    who.post("/api/v1/assignment-rules", body).await.expect(201)
}

fn owner(lead: &Value) -> UserId {
    lead["owner_id"].as_str().unwrap().parse().unwrap()
}

#[actix_web::test]
async fn turns_are_fair_however_many_come_at_once() {
    let crm = Crm::start();
    let admin = crm.admin();
    let team = [
        crm.user("Anna", None, AGENT),
        crm.user("Bea", None, AGENT),
        crm.user("Carlo", None, AGENT),
    ];
    rule(
        &admin,
        "round_robin",
        &team.iter().collect::<Vec<_>>(),
        json!({}),
    )
    .await;
    let leads = join_all((0..30).map(|number| {
        let admin = &admin;
        async move {
            // The test server has two database threads and a bounded queue.
            loop {
                let body = json!({"company_name": format!("Lead {number}")});
                let reply = admin.post("/api/v1/leads", body).await;
                if reply.status != 503 {
                    return reply.expect(201);
                }
            }
        }
    }))
    .await;
    let mut given: HashMap<UserId, usize> = HashMap::new();
    for lead in &leads {
        *given.entry(owner(lead)).or_default() += 1;
    }
    for member in &team {
        assert_eq!(given.get(&member.user_id), Some(&10), "{given:?}");
    }
    assert_eq!(crm.count("assignment_turns WHERE given = 30"), 1);
}

#[actix_web::test]
async fn whoever_has_the_fewest_open_leads_gets_the_next() {
    let crm = Crm::start();
    let admin = crm.admin();
    let (anna, bea) = (crm.user("Anna", None, AGENT), crm.user("Bea", None, AGENT));
    for name in ["a", "b", "c"] {
        a_lead(&anna, name, json!({})).await;
    }
    a_lead(&bea, "d", json!({})).await;
    rule(&admin, "least_busy", &[&anna, &bea], json!({})).await;
    let owners: Vec<_> = [
        a_lead(&admin, "e", json!({})).await,
        a_lead(&admin, "f", json!({})).await,
        a_lead(&admin, "g", json!({})).await,
        a_lead(&admin, "h", json!({})).await,
    ]
    .iter()
    .map(owner)
    .collect();
    // Bea comes to Anna's three; then they take turns.
    assert_eq!(
        owners,
        [bea.user_id, bea.user_id, anna.user_id, bea.user_id]
    );
}

#[actix_web::test]
async fn a_lead_goes_to_whoever_works_there_and_to_the_nearest_otherwise() {
    let crm = Crm::start();
    let admin = crm.admin();
    let (anna, bea, carlo) = (
        crm.user("Anna", None, AGENT),
        crm.user("Bea", None, AGENT),
        crm.user("Carlo", None, AGENT),
    );
    let members = json!([
        {"user_id": anna.user_id, "territories": ["TO"]},
        {"user_id": bea.user_id, "territories": ["101"]},
        {"user_id": carlo.user_id, "base_istat_code": "015146"},
    ]);
    rule(&admin, "territory", &[], json!({"members": members})).await;
    for (place, expected) in [
        (
            json!({"cap": "10121", "city": "Torino", "province": "TO"}),
            Some(&bea),
        ),
        (json!({"city": "Pinerolo", "province": "TO"}), Some(&anna)),
        (json!({"cap": "24121"}), Some(&carlo)),
        // Nobody can tell where that is: whoever wrote it down keeps it.
        (json!({}), None),
    ] {
        let lead = a_lead(&admin, "Neri", place.clone()).await;
        assert_eq!(
            owner(&lead),
            expected.map_or(admin.user_id, |member| member.user_id),
            "{place}"
        );
    }
}

#[actix_web::test]
async fn the_first_rule_that_fits_decides_and_a_named_owner_stands() {
    let crm = Crm::start();
    let admin = crm.admin();
    let (anna, bea) = (crm.user("Anna", None, AGENT), crm.user("Bea", None, AGENT));
    let sources = admin.get("/api/v1/lead-sources").await.expect(200);
    let fair = sources["items"][0]["id"].clone();
    rule(&admin, "round_robin", &[&bea], json!({"position": 2})).await;
    let first = rule(
        &admin,
        "round_robin",
        &[&anna],
        json!({"position": 1, "source_id": fair}),
    )
    .await;
    assert_eq!(
        owner(&a_lead(&admin, "a", json!({"source_id": fair})).await),
        anna.user_id
    );
    assert_eq!(owner(&a_lead(&admin, "b", json!({})).await), bea.user_id);
    let named = a_lead(&admin, "c", json!({"owner_id": anna.user_id})).await;
    assert_eq!(owner(&named), anna.user_id);
    admin
        .patch(&path("assignment-rules", &first), json!({"active": false}))
        .await
        .expect(200);
    let later = a_lead(&admin, "d", json!({"source_id": fair})).await;
    assert_eq!(owner(&later), bea.user_id);
    let by_rule = admin
        .post(&format!("{}/assign", path("leads", &named)), json!({}))
        .await
        .expect(200);
    assert_eq!(owner(&by_rule), bea.user_id);
    // Whoever may not assign keeps what they write down.
    let office = crm.user("Ufficio", None, BACK_OFFICE);
    assert_eq!(
        owner(&a_lead(&office, "e", json!({})).await),
        office.user_id
    );
    assert_eq!(owner(&a_lead(&anna, "f", json!({})).await), anna.user_id);
}

#[actix_web::test]
async fn a_manager_gives_leads_to_the_team_alone() {
    let crm = Crm::start();
    let admin = crm.admin();
    let boss = crm.user("Bruna", None, MANAGER);
    let (anna, carlo) = (
        crm.user("Anna", Some(&boss), AGENT),
        crm.user("Carlo", None, AGENT),
    );
    let foreign =
        json!({"name": "x", "method": "round_robin", "members": [{"user_id": carlo.user_id}]});
    boss.post("/api/v1/assignment-rules", foreign)
        .await
        .invalid(&["/members/0/user_id"]);
    rule(&admin, "round_robin", &[&carlo, &anna], json!({})).await;
    assert_eq!(owner(&a_lead(&boss, "a", json!({})).await), anna.user_id);
    assert_eq!(owner(&a_lead(&boss, "b", json!({})).await), anna.user_id);
    let wrong = json!({"name": "", "method": "territory", "members": [], "provinces": ["XX"]});
    admin
        .post("/api/v1/assignment-rules", wrong)
        .await
        .invalid(&["/name", "/provinces/0", "/members"]);
    let listed = boss.get("/api/v1/assignment-rules").await.expect(200);
    admin
        .delete(&path("assignment-rules", &listed["items"][0]))
        .await
        .expect(204);
    assert_eq!(owner(&a_lead(&boss, "c", json!({})).await), boss.user_id);
}

//! What must hold whatever people do, over a real server. Cases are bounded; the generator is the same every time.

use std::collections::{BTreeMap, HashSet};

use nexus_testkit::Caller;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::kit::{AGENT, BACK_OFFICE, Crm, MANAGER, a_client, an_opportunity, path};
use crate::selling::{accept, act, an_order, line, no_rules, rules, send};

fn runner() -> TestRunner {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(ProptestConfig::default(), rng)
}

fn drawn<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

/// What somebody does to one of the orders there are.
#[derive(Debug, Clone)]
enum Deed {
    /// The agent writes a line of so many euros.
    Edit(u32),
    /// The manager says yes to what it contains now, or to what they saw some time ago.
    Approve {
        as_it_is: bool,
    },
    Refuse,
    Duplicate,
    Process,
    Ship,
    Cancel,
}

fn deeds() -> impl Strategy<Value = Vec<(usize, Deed)>> {
    let deed = prop_oneof![
        4 => prop_oneof![Just(100_u32), Just(400), Just(401), Just(5000), Just(9000)].prop_map(Deed::Edit),
        4 => any::<bool>().prop_map(|as_it_is| Deed::Approve { as_it_is }),
        1 => Just(Deed::Refuse),
        2 => Just(Deed::Duplicate),
        4 => Just(Deed::Process),
        1 => Just(Deed::Ship),
        1 => Just(Deed::Cancel),
    ];
    proptest::collection::vec((0..4_usize, deed), 12..20)
}

struct Office {
    agent: Caller,
    manager: Caller,
    back: Caller,
    /// Orders with a content that was seen first.
    orders: Vec<(Value, Value)>,
    /// What a manager said yes to, and got a 200.
    said_yes: HashSet<(String, String)>,
}

/// From this total on somebody must look: 400 € and VAT are just under it.
const LIMIT: i64 = 48_800;

impl Office {
    async fn does(&mut self, at: usize, deed: &Deed) {
        let (order, seen) = self.orders[at % self.orders.len()].clone();
        let id = order["id"].as_str().unwrap().to_owned();
        match deed {
            Deed::Edit(euros) => {
                let lines = json!({"lines": [line("Box", "1", &euros.to_string())]});
                self.agent.patch(&path("orders", &order), lines).await;
            }
            Deed::Approve { as_it_is } => {
                let now = self.agent.get(&path("orders", &order)).await.expect(200);
                let hash = if *as_it_is {
                    now["content_hash"].clone()
                } else {
                    seen
                };
                let reply = act(
                    &self.manager,
                    "orders",
                    &order,
                    "approve",
                    json!({"content_hash": hash}),
                )
                .await;
                if reply.status == 200 {
                    assert_eq!(reply.body["content_hash"], hash, "a yes to something else");
                    self.said_yes
                        .insert((id, hash.as_str().unwrap().to_owned()));
                }
            }
            Deed::Refuse => {
                act(
                    &self.manager,
                    "orders",
                    &order,
                    "refuse",
                    json!({"reason": "no"}),
                )
                .await;
            }
            Deed::Duplicate => {
                let copy = act(&self.agent, "orders", &order, "duplicate", json!({}))
                    .await
                    .expect(201);
                let hash = copy["content_hash"].clone();
                self.orders.push((copy, hash));
            }
            Deed::Process => {
                act(&self.back, "orders", &order, "process", json!({})).await;
            }
            Deed::Ship => {
                act(&self.back, "orders", &order, "ship", json!({})).await;
            }
            Deed::Cancel => {
                act(
                    &self.agent,
                    "orders",
                    &order,
                    "cancel",
                    json!({"reason": "no"}),
                )
                .await;
            }
        }
    }

    async fn check(&self, story: &[(usize, Deed)]) {
        for (order, _) in &self.orders {
            let now = self.agent.get(&path("orders", order)).await.expect(200);
            let status = now["status"].as_str().unwrap();
            if matches!(status, "pending_approval" | "cancelled") {
                continue;
            }
            assert_eq!(
                now["approval"]["hash"], now["content_hash"],
                "{story:?}: {now:#}"
            );
            let key = (
                now["id"].as_str().unwrap().to_owned(),
                now["content_hash"].as_str().unwrap().to_owned(),
            );
            let free = now["totals"]["total_cents"].as_i64().unwrap() <= LIMIT;
            assert!(free || self.said_yes.contains(&key), "{story:?}: {now:#}");
        }
    }
}

#[actix_web::test]
async fn whatever_people_do_nothing_goes_on_that_nobody_said_yes_to() {
    let crm = Crm::start();
    rules(&crm, json!({"max_amount_cents": LIMIT, "min_margin_percent": null, "discount": true, "credit": true})).await;
    let manager = crm.user("Mara", None, MANAGER);
    let agent = crm.user("Anna", Some(&manager), AGENT);
    let back = crm.user("Olga", None, BACK_OFFICE);
    let client = a_client(&agent, "Rossi").await;
    let mut runner = runner();
    let mut processed = 0;
    for _ in 0..14 {
        let story = drawn(&mut runner, &deeds());
        let order = an_order(&agent, &client, json!([line("Box", "1", "5000")])).await;
        let hash = order["content_hash"].clone();
        let mut office = Office {
            agent: agent.clone(),
            manager: manager.clone(),
            back: back.clone(),
            orders: vec![(order, hash)],
            said_yes: HashSet::new(),
        };
        for (done, (at, deed)) in story.iter().enumerate() {
            office.does(*at, deed).await;
            office.check(&story[..=done]).await;
        }
        for (order, _) in &office.orders {
            let now = agent.get(&path("orders", order)).await.expect(200);
            processed += usize::from(now["processed_at"].is_string());
        }
    }
    assert!(processed > 3, "the stories lead somewhere: {processed}");
}

/// A line as it is drawn: quantity in thousandths, price in ten-thousandths, discount in hundredths of a percent.
type Drawn = (i128, i128, i128, i16);

fn lines() -> impl Strategy<Value = Vec<Drawn>> {
    let rate = prop_oneof![Just(22_i16), Just(10), Just(5), Just(4), Just(0)];
    let quantity = prop_oneof![1..5_000_i128, 1_000..1_000_000_i128, Just(999_999_000)];
    let price = prop_oneof![0..50_000_i128, 1..2_000_000_i128, Just(99_999_990_000)];
    let discount = prop_oneof![Just(0_i128), 1..10_000_i128, Just(10_000)];
    proptest::collection::vec((quantity, price, discount, rate), 1..10)
}

fn decimal(value: i128, places: u32) -> String {
    let unit = 10_i128.pow(places);
    format!(
        "{}.{:0width$}",
        value / unit,
        value % unit,
        width = places as usize
    )
}

fn asked_for(drawn: &[Drawn]) -> Value {
    let line = |(at, (quantity, price, discount, rate)): (usize, &Drawn)| {
        json!({
            "description": format!("Riga {at}"),
            "quantity": decimal(*quantity, 3),
            "unit_price": decimal(*price, 4),
            "discount_percent": decimal(*discount, 2),
            "vat_rate": rate,
            "vat_nature": if *rate == 0 { json!("N2.2") } else { Value::Null },
        })
    };
    drawn.iter().enumerate().map(line).collect()
}

fn half_up(value: i128, unit: i128) -> i128 {
    (value + unit / 2).div_euclid(unit)
}

/// Net, VAT and total of these lines, by whole numbers alone.
fn counted(drawn: &[Drawn]) -> (i128, i128, i128) {
    let mut bases: BTreeMap<i16, i128> = BTreeMap::new();
    for (quantity, price, discount, rate) in drawn {
        // 3 + 4 + 4 decimals, less the two of cents.
        let net = half_up(quantity * price * (10_000 - discount), 10_i128.pow(9));
        *bases.entry(*rate).or_default() += net;
    }
    let net: i128 = bases.values().sum();
    let vat: i128 = bases
        .iter()
        .map(|(rate, base)| half_up(base * i128::from(*rate), 100))
        .sum();
    (net, vat, net + vat)
}

#[actix_web::test]
async fn totals_are_the_same_from_deal_to_proposal_to_order_and_right_to_the_cent() {
    let crm = Crm::start();
    no_rules(&crm).await;
    let agent = crm.agent();
    let client = a_client(&agent, "Rossi").await;
    let mut runner = runner();
    for case in 0..14 {
        let drawn = drawn(&mut runner, &lines());
        let deal = an_opportunity(&agent, &client, "Fornitura", 1).await;
        let body = json!({"opportunity_id": deal["id"], "lines": asked_for(&drawn)});
        let proposal = agent.post("/api/v1/proposals", body).await.expect(201);
        let totals = proposal["content"]["totals"].clone();
        let (net, vat, total) = counted(&drawn);
        for (field, value) in [
            ("net_cents", net),
            ("vat_cents", vat),
            ("total_cents", total),
        ] {
            assert_eq!(
                i128::from(totals[field].as_i64().unwrap()),
                value,
                "{field} of {drawn:?}"
            );
        }
        let (sent, token) = send(&agent, &proposal).await;
        let hash = &sent["content"]["content_hash"];
        if case % 2 == 0 {
            accept(&crm, &token, hash).await.expect(200);
        } else {
            act(
                &agent,
                "proposals",
                &proposal,
                "accept",
                json!({"note": "per telefono"}),
            )
            .await
            .expect(200);
        }
        let order = act(&agent, "proposals", &proposal, "order", json!({}))
            .await
            .expect(200);
        assert_eq!(order["totals"], totals, "{drawn:?}");
        let without_ids = |lines: &Value| -> Vec<Value> {
            let mut lines = lines.as_array().unwrap().clone();
            for line in &mut lines {
                line.as_object_mut().unwrap().remove("id");
            }
            lines
        };
        assert_eq!(
            without_ids(&order["lines"]),
            without_ids(&proposal["content"]["lines"])
        );
        let deal = agent.get(&path("opportunities", &deal)).await.expect(200);
        assert_eq!(deal["amount_cents"], totals["net_cents"]);
    }
}

//! From lead to order: the company's data, its catalogue, leads, tasks, proposals and orders, each step by the colleague
//! who would take it.

use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::catalogue::{self, CATEGORIES, LIQUIDS, PRODUCTS, category_id, product_id};
use super::clients::Bundle;
use super::deals::Goal;
use super::dice::{Dice, id};
use super::fill::add;
use super::leads::{self, Lead};
use super::staff::{Staff, is_there};
use super::words::TASKS;
use crate::api::Api;

/// By place in the list of colleagues.
const MANAGER: usize = 1;
const BACK_OFFICE: usize = 6;

const PROPOSALS: usize = 14;
const ORDERS: usize = 36;
/// Tasks of each agent, the first ones late.
const TASKS_EACH: usize = 5;

/// Fills in what is missing. Records keep their ids, so that a second run finds them there.
pub async fn fill(staff: &Staff, bundles: &[Bundle], today: NaiveDate) -> Result<()> {
    let list = catalogue(staff.admin()).await?;
    let campaign = campaign(staff.member(MANAGER), today).await?;
    for lead in leads::invent(&campaign) {
        bring_along(staff, &lead).await?;
    }
    give_list(staff, bundles, &list).await?;
    for (bundle, number) in bundles
        .iter()
        .zip(0..)
        .filter(|(bundle, _)| has_won(bundle))
        .take(ORDERS)
    {
        order(staff, bundle, number, today).await?;
    }
    let open = bundles
        .iter()
        .filter_map(|bundle| Some((bundle, open_deal(bundle)?)));
    for ((bundle, deal), number) in open.zip(0..PROPOSALS) {
        proposal(staff, bundle, deal, number, today).await?;
    }
    tasks(staff, bundles, today).await
}

fn has_won(bundle: &Bundle) -> bool {
    bundle
        .deals
        .iter()
        .any(|deal| matches!(deal.goal, Goal::Won { .. }))
}

/// A deal far enough for an offer.
fn open_deal(bundle: &Bundle) -> Option<&Value> {
    let deal = bundle
        .deals
        .iter()
        .find(|deal| matches!(deal.goal, Goal::Open { steps: 2.. }))?;
    Some(&deal.body["id"])
}

/// The company's own data and what it sells; answers the shops' price list.
async fn catalogue(admin: &Api) -> Result<String> {
    let company = json!({
        "name": "Nuvola Chiara S.r.l.", "vat_number": "12345670017", "tax_code": "12345670017",
        "street": "Via dell'Industria", "street_number": "14", "cap": "37135", "city": "Verona", "province": "VR",
        "phone": "+39 045 5550100", "email": "ordini@nuvolachiara.example", "website": "https://nuvolachiara.example",
        "rea_office": "VR", "rea_number": "412345", "share_capital_cents": 5_000_000, "sole_shareholder": false,
    });
    if admin.get("/company").await?["name"] == "" {
        admin.put("/company", &company).await?;
    }
    for (name, place) in CATEGORIES.iter().zip(0..) {
        let body = json!({"id": category_id(place), "name": name, "position": place});
        add(admin, "/product-categories", &body).await?;
    }
    for product in catalogue::products() {
        add(admin, "/products", &product).await?;
    }
    let list = id("price list", 0);
    let body = json!({"id": list, "name": "Rivenditori"});
    add(admin, "/price-lists", &body).await?;
    for place in 0..LIQUIDS {
        let path = format!("/price-lists/{list}/prices");
        admin.put(&path, &catalogue::shop_prices(place)).await?;
    }
    Ok(list)
}

async fn campaign(manager: &Api, today: NaiveDate) -> Result<String> {
    let sources = manager.get("/lead-sources").await?;
    let fair = sources["items"]
        .as_array()
        .and_then(|sources| sources.iter().find(|source| source["name"] == "Fiera"))
        .map(|source| source["id"].clone());
    let campaign = id("campaign", 0);
    let begins = today - Days::new(9);
    let body = json!({
        "id": campaign, "name": "Fiera di Verona, padiglione 4", "kind": "fair", "source_id": fair,
        "place": "Verona", "starts_on": begins, "ends_on": begins + Days::new(2), "cost_cents": 640_000,
    });
    add(manager, "/campaigns", &body).await?;
    Ok(campaign)
}

async fn bring_along(staff: &Staff, lead: &Lead) -> Result<()> {
    let agent = staff.member(lead.owner);
    add(agent, "/leads", &lead.body).await?;
    let path = path("leads", &lead.body["id"]);
    let steps: &[&str] = match lead.goal {
        leads::Goal::New => &[],
        leads::Goal::Contacted | leads::Goal::Lost => &["contact"],
        leads::Goal::Qualified => &["contact", "qualify"],
        leads::Goal::Converted => &["contact", "qualify", "convert"],
    };
    for step in steps {
        once(agent.post(&format!("{path}/{step}"), &json!({})).await)?;
    }
    if lead.goal == leads::Goal::Lost {
        let reasons = agent.get("/lost-reasons").await?;
        let reason = &reasons["items"][0]["id"];
        once(
            agent
                .post(&format!("{path}/lose"), &json!({"lost_reason_id": reason}))
                .await,
        )?;
    }
    Ok(())
}

/// Shops that bought buy from the shops' list.
async fn give_list(staff: &Staff, bundles: &[Bundle], list: &str) -> Result<()> {
    for bundle in bundles.iter().filter(|bundle| has_won(bundle)) {
        let path = path("clients", &bundle.client["id"]);
        let client = staff.admin().get(&path).await?;
        if client["price_list_id"].is_null() {
            let change = json!({"price_list_id": list});
            staff.admin().patch(&path, &client, &change).await?;
        }
    }
    Ok(())
}

/// An order of a shop, some way on; one or the other with a discount that a manager has to look at.
async fn order(staff: &Staff, bundle: &Bundle, number: usize, today: NaiveDate) -> Result<()> {
    let mut dice = Dice::of("order", number);
    let order_id = id("order", number);
    let mut body = json!({
        "id": order_id,
        "client_id": bundle.id,
        "site_id": bundle.client["site"]["id"],
        "lines": lines(&mut dice, sells_liquids(bundle, today)),
    });
    let generous = dice.chance(12);
    if generous {
        body["lines"][0]["discount_percent"] = "15".into();
    }
    let by = if generous || dice.chance(60) {
        bundle.owner
    } else {
        BACK_OFFICE
    };
    add(staff.member(by), "/orders", &body).await?;
    let path = format!("/orders/{order_id}");
    let office = staff.member(BACK_OFFICE);
    if office.get(&path).await?["status"] != "approved" {
        return Ok(());
    }
    let way = [
        ("process", json!({})),
        (
            "ship",
            json!({"tracking": format!("BRT {}", dice.digits(9))}),
        ),
        ("deliver", json!({})),
        (
            "invoice",
            json!({"invoice_number": format!("FT {}", 1200 + number)}),
        ),
        ("paid", json!({})),
    ];
    let steps = *dice.weighted(&[(25, 0), (15, 1), (20, 2), (10, 3), (15, 4), (15, 5)]);
    for (step, body) in way.into_iter().take(steps) {
        once(office.post(&format!("{path}/{step}"), &body).await)?;
    }
    Ok(())
}

/// An offer for a deal: a draft, sent, or accepted by telephone.
async fn proposal(
    staff: &Staff,
    bundle: &Bundle,
    deal: &Value,
    number: usize,
    today: NaiveDate,
) -> Result<()> {
    let mut dice = Dice::of("proposal", number);
    let agent = staff.member(bundle.owner);
    let proposal_id = id("proposal", number);
    let body = json!({
        "id": proposal_id,
        "client_id": bundle.id,
        "opportunity_id": deal,
        "site_id": bundle.client["site"]["id"],
        "valid_until": today + Days::new(dice.between(5, 40).unsigned_abs()),
        "payment_terms": dice.pick(&["Bonifico 30 giorni", "Ricevuta bancaria 60 giorni", "Contrassegno"]),
        "delivery_terms": "Franco destino sopra 250 €",
        "lines": lines(&mut dice, sells_liquids(bundle, today)),
    });
    add(agent, "/proposals", &body).await?;
    let path = format!("/proposals/{proposal_id}");
    let steps = *dice.weighted(&[(30, 0), (50, 1), (20, 2)]);
    for step in ["send", "accept"].into_iter().take(steps) {
        once(agent.post(&format!("{path}/{step}"), &json!({})).await)?;
    }
    Ok(())
}

async fn tasks(staff: &Staff, bundles: &[Bundle], today: NaiveDate) -> Result<()> {
    for (bundle, number) in bundles.iter().zip(0..).take(4 * TASKS_EACH) {
        let mut dice = Dice::of("task", number);
        let day = match dice.between(-3, 4) {
            late @ ..0 => today - Days::new(late.unsigned_abs()),
            coming => today + Days::new(coming.unsigned_abs()),
        };
        let body = json!({
            "id": id("task", number),
            "title": dice.pick(&TASKS),
            "due_at": format!("{day}T{:02}:00:00+01:00", dice.between(9, 18)),
            "priority": dice.weighted(&[(70, "normal"), (20, "high"), (10, "low")]),
            "record_kind": "client",
            "record_id": bundle.id,
        });
        add(staff.member(bundle.owner), "/tasks", &body).await?;
    }
    Ok(())
}

/// Shops with an authorisation that has not ended; wholesalers need none of their own.
fn sells_liquids(bundle: &Bundle, today: NaiveDate) -> bool {
    let site = &bundle.client["site"];
    let ends = site["adm"]["expires_on"].as_str();
    let ends: Option<NaiveDate> = ends.and_then(|day| day.parse().ok());
    site["channel"] == "wholesaler" || ends.is_some_and(|day| day >= today)
}

fn lines(dice: &mut Dice, with_liquids: bool) -> Value {
    let (first, last) = if with_liquids {
        (0, PRODUCTS.len())
    } else {
        (LIQUIDS, PRODUCTS.len())
    };
    let count = dice.between(2, 6);
    let mut places: Vec<usize> = (first..last).collect();
    (0..count)
        .map(|_| {
            let at = dice.between(0, i64::try_from(places.len()).unwrap_or(1) - 1);
            let place = places.swap_remove(usize::try_from(at).unwrap_or_default());
            let quantity = if place < LIQUIDS {
                dice.between(1, 6) * 12
            } else {
                dice.between(1, 10)
            };
            json!({"product_id": product_id(place), "quantity": quantity.to_string()})
        })
        .collect()
}

fn path(collection: &str, record_id: &Value) -> String {
    format!("/{collection}/{}", record_id.as_str().unwrap_or_default())
}

/// A step that may have been taken the last time.
pub fn once(taken: Result<Value>) -> Result<()> {
    match taken {
        Err(error) if !is_there(&error) => Err(error).context("a step of the demo"),
        _ => Ok(()),
    }
}

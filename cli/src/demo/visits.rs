//! Out on the road: when agents work and from where, territories, what a report asks, months of visits, appointments to come, and a
//! tour for each agent's next working day, planned and accepted as an agent would.

use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::clients::Bundle;
use super::company::COLLEAGUES;
use super::dice::{Dice, id};
use super::fill::add;
use super::selling::once;
use super::staff::{Staff, is_there};
use super::tours;
use crate::api::{Api, Refusal};

const AT_ONCE: usize = 6;
/// Visits go so far back.
const PAST_DAYS: u64 = 150;
/// Appointments lie within so many days.
const AHEAD_DAYS: i64 = 12;
const TRIES: u32 = 150;
const PAUSE: Duration = Duration::from_millis(200);

/// Where agents live, by the office they work for.
const HOMES: [(&str, &str, f64, f64); 4] = [
    ("Nord-Ovest", "Casa, Milano", 45.4722, 9.1922),
    ("Nord-Est", "Casa, Padova", 45.4064, 11.8768),
    ("Centro", "Casa, Firenze", 43.7696, 11.2558),
    ("Sud e isole", "Casa, Napoli", 40.8518, 14.2681),
];

/// What a territory is called, and its regions as Italy spells them.
const TERRITORIES: [(&str, &[&str]); 4] = [
    (
        "Nord-Ovest",
        &["Piemonte", "Lombardia", "Liguria", "Valle d'Aosta"],
    ),
    (
        "Nord-Est",
        &[
            "Veneto",
            "Friuli-Venezia Giulia",
            "Trentino-Alto Adige",
            "Emilia-Romagna",
        ],
    ),
    (
        "Centro",
        &["Toscana", "Umbria", "Marche", "Lazio", "Abruzzo"],
    ),
    (
        "Sud e isole",
        &[
            "Campania",
            "Molise",
            "Puglia",
            "Basilicata",
            "Calabria",
            "Sicilia",
            "Sardegna",
        ],
    ),
];

const NOTES: [&str; 8] = [
    "Scaffale in ordine, gusti fruttati in esaurimento.",
    "Il titolare chiede uno sconto sui liquidi da 10 ml.",
    "Espositore nuovo montato vicino alla cassa.",
    "Concorrenza con prezzi più bassi sulle usa e getta.",
    "Ha chiesto campioni della linea cremosa.",
    "Vendite in calo dopo l'apertura del centro commerciale.",
    "Molto soddisfatto della consegna, riordina a fine mese.",
    "Vuole parlarne con il socio prima di decidere.",
];
const STEPS: [&str; 4] = [
    "Portare il campionario",
    "Mandare il listino aggiornato",
    "Richiamare per l'ordine",
    "Concordare l'espositore",
];
const SUBJECTS: [&str; 4] = [
    "Presentazione novità",
    "Riordino",
    "Verifica espositore",
    "Condizioni per il 2027",
];

/// Fills in what is missing; answers how many visits were new.
pub async fn fill(staff: &Staff, bundles: &[Bundle], today: NaiveDate) -> Result<usize> {
    let admin = staff.admin();
    for (place, colleague) in COLLEAGUES.iter().enumerate() {
        if !colleague.regions.is_empty() {
            settle(staff.member(place), colleague.office, today, place).await?;
        }
    }
    for (number, (name, areas)) in TERRITORIES.iter().enumerate() {
        let agent = COLLEAGUES.iter().position(|one| one.office == *name);
        let agent = me(staff.member(agent.unwrap_or(0))).await?;
        let body = json!({"id": id("territory", number), "name": name, "areas": areas, "agent_ids": [agent]});
        add(admin, "/territories", &body).await?;
    }
    add(admin, "/report-templates", &template()).await?;
    await_shops(staff, bundles).await?;
    let visited = |(number, bundle)| visit(staff, number, bundle, today);
    let new: Vec<usize> = stream::iter(bundles.iter().enumerate())
        .map(visited)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    for (place, colleague) in COLLEAGUES.iter().enumerate() {
        if !colleague.regions.is_empty() {
            tours::plan_soon(staff.member(place), today).await?;
        }
    }
    Ok(new.iter().sum())
}

async fn me(api: &Api) -> Result<String> {
    let me = api.get("/auth/me").await?;
    Ok(me["id"].as_str().context("who am I?")?.to_owned())
}

/// An agent's hours and home, and a week off to come.
async fn settle(api: &Api, office: &str, today: NaiveDate, place: usize) -> Result<()> {
    let path = format!("/availability/{}", me(api).await?);
    if known(api, &path).await?["version"] != 0 {
        return Ok(());
    }
    let home = HOMES.iter().find(|(of, ..)| *of == office);
    let home = home.map(|(_, label, lat, lng)| json!({"label": label, "lat": lat, "lng": lng}));
    let day = [["08:30", "18:00"]];
    let week = json!({"mon": day, "tue": day, "wed": day, "thu": day, "fri": [["08:30", "16:00"]]});
    let hours = json!({"week": week, "lunch": ["12:30", "14:30"], "lunch_minutes": 60, "start": home, "end": home, "visits_most": 12});
    api.put(&path, &hours).await?;
    let from = today + Days::new(24 + 7 * place as u64);
    let away = json!({"id": id("absence", place), "from_day": from, "until_day": from + Days::new(4), "reason": "holiday"});
    add(api, &format!("{path}/absences"), &away).await
}

/// What the visits service has heard of a moment ago.
async fn known(api: &Api, path: &str) -> Result<Value> {
    for _ in 0..TRIES {
        match api.get(path).await {
            Err(error) if is_unknown(&error) => sleep(PAUSE).await,
            answered => return answered,
        }
    }
    api.get(path).await
}

fn is_unknown(error: &anyhow::Error) -> bool {
    let refusal = error.downcast_ref::<Refusal>();
    refusal.is_some_and(|refusal| refusal.status == 404)
}

/// The last shop stands for all: events arrive in their order.
async fn await_shops(staff: &Staff, bundles: &[Bundle]) -> Result<()> {
    for bundle in bundles.iter().rev().take(8) {
        known(staff.admin(), &format!("/places/{}", shop(bundle))).await?;
    }
    Ok(())
}

fn shop(bundle: &Bundle) -> &str {
    bundle.client["site"]["id"].as_str().unwrap_or_default()
}

fn template() -> Value {
    json!({"id": id("report template", 0), "name": "Visita in negozio", "position": 0, "questions": [
        {"id": "esposizione", "label": "Com'è esposta la merce?", "kind": "choice",
            "options": ["In vetrina", "A scaffale", "Dietro il banco", "Non esposta"]},
        {"id": "facing", "label": "Quanti facing sono nostri?", "kind": "number", "least": 0, "most": 200},
        {"id": "concorrenza", "label": "Ci sono promozioni della concorrenza?", "kind": "yes_no"},
        {"id": "richieste", "label": "Che cosa chiede il cliente?", "kind": "text"},
        {"id": "vetrina", "label": "Foto dell'esposizione", "kind": "photo"},
    ]})
}

fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

pub(super) fn next_working_day(day: NaiveDate) -> NaiveDate {
    day.iter_days()
        .find(|day| is_working_day(*day))
        .unwrap_or(day)
}

/// A shop's past and its next appointment.
async fn visit(staff: &Staff, number: usize, bundle: &Bundle, today: NaiveDate) -> Result<usize> {
    let api = staff.member(bundle.owner);
    let mut dice = Dice::of("visits", number);
    let mut new = 0;
    // One shop in eight has never been seen, one in six not for a long time.
    if !dice.chance(12) {
        let gap = if dice.chance(17) {
            dice.between(60, 90)
        } else {
            dice.between(1, 25)
        };
        let step = dice.between(18, 45).unsigned_abs();
        let first = today - Days::new(PAST_DAYS);
        let mut day = today - Days::new(gap.unsigned_abs());
        for turn in 0_usize.. {
            day = day
                .iter_days()
                .rev()
                .find(|day| is_working_day(*day))
                .unwrap_or(day);
            if day <= first {
                break;
            }
            let visit_id = id("visit", number * 100 + turn);
            new += past(api, bundle, &visit_id, day, today, &mut dice).await?;
            day = day - Days::new(step);
        }
    }
    if dice.chance(18) {
        new += to_come(api, number, bundle, today, &mut dice).await?;
    }
    Ok(new)
}

/// A visit that was made, or was not.
async fn past(
    api: &Api,
    bundle: &Bundle,
    visit_id: &str,
    day: NaiveDate,
    today: NaiveDate,
    dice: &mut Dice,
) -> Result<usize> {
    let hour = *dice.pick(&[9, 10, 11, 12, 15, 16, 17]);
    let begins = format!("{day}T{hour:02}:{:02}:00+01:00", dice.between(0, 3) * 15);
    let mut body = json!({"id": visit_id, "place_id": shop(bundle), "day": day});
    if dice.chance(45) {
        body["fixed_at"] = json!(begins);
    }
    let key = format!("nexus-demo-{visit_id}");
    match api.post_once("/visits", &key, &body).await {
        // It is there from another day, when it was as long ago as it should be.
        Err(error) if is_there(&error) => return Ok(0),
        Err(error) => return Err(error.context(format!("POST /visits {body}"))),
        Ok(visit) if visit["status"] != "planned" => return Ok(0),
        Ok(_) => {}
    }
    let path = format!("/visits/{visit_id}");
    if dice.chance(6) {
        let missed = json!({"reason": dice.pick(&["Il titolare era assente", "Chiuso per ferie", "In ritardo sul giro"])});
        once(api.post(&format!("{path}/missed"), &missed).await)?;
        return Ok(1);
    }
    let report = report(dice, &begins, day, today);
    once(api.post(&format!("{path}/done"), &report).await)?;
    Ok(1)
}

fn report(dice: &mut Dice, begins: &str, day: NaiveDate, today: NaiveDate) -> Value {
    let outcome = *dice.weighted(&[
        (35, "ordered"),
        (30, "interested"),
        (22, "nothing"),
        (8, "nobody_there"),
        (5, "closed"),
    ]);
    let minutes = dice.between(12, 50);
    let ends = chrono::DateTime::parse_from_rfc3339(begins)
        .map(|at| at + chrono::TimeDelta::minutes(minutes));
    let mut report = json!({"outcome": outcome, "started_at": begins, "ended_at": ends.map(|at| at.to_rfc3339()).unwrap_or_default()});
    if matches!(outcome, "nobody_there" | "closed") {
        return report;
    }
    report["note"] = json!(dice.pick(&NOTES));
    report["template"] = json!({"id": id("report template", 0), "version": 1});
    report["answers"] = json!({
        "esposizione": dice.pick(&["In vetrina", "A scaffale", "Dietro il banco"]),
        "facing": dice.between(2, 40),
        "concorrenza": dice.chance(30),
    });
    if (today - day).num_days() < 7 && dice.chance(60) {
        let due = next_working_day(today + Days::new(dice.between(1, 9).unsigned_abs()));
        report["next_step"] = json!({"title": dice.pick(&STEPS), "due_on": due});
    }
    report
}

/// An appointment, or a visit some day of a week.
async fn to_come(
    api: &Api,
    number: usize,
    bundle: &Bundle,
    today: NaiveDate,
    dice: &mut Dice,
) -> Result<usize> {
    let day = next_working_day(today + Days::new(dice.between(1, AHEAD_DAYS).unsigned_abs()));
    let mut body = json!({"id": id("appointment", number), "place_id": shop(bundle), "day": day, "subject": dice.pick(&SUBJECTS)});
    if dice.chance(70) {
        let hour = *dice.pick(&[9, 10, 11, 15, 16]);
        body["fixed_at"] = json!(format!("{day}T{hour:02}:30:00+01:00"));
        body["leeway_minutes"] = json!(*dice.pick(&[0, 15, 30]));
    } else {
        body["until_day"] = json!(day + Days::new(4));
    }
    add(api, "/visits", &body).await?;
    Ok(1)
}

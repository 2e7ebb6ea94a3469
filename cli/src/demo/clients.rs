//! Invents clients with everything that belongs to them. Nothing here talks to anybody: the same day gives the same data.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::company::{CHANNELS, COLLEAGUES, Channel};
use super::deals::{self, Deal};
use super::dice::{Dice, id};
use super::identity::{Birth, tax_code, vat_number};
use super::towns::{self, Town};
use super::words::{MEN, SAINTS, SHOP_ENDS, SHOP_STARTS, STREETS, SURNAMES, TALKS, Talk, WOMEN};

pub const CLIENTS: usize = 120;
/// An authorisation is for two years.
const ADM_DAYS: u64 = 730;

/// One client and what belongs to it, as the API wants it.
pub struct Bundle {
    pub id: String,
    /// The colleague who looks after it.
    pub owner: usize,
    pub client: Value,
    pub second_site: Option<Value>,
    pub contacts: Vec<Value>,
    pub deals: Vec<Deal>,
    pub talks: Vec<Value>,
    /// Written last: who has it is complete.
    pub reference: String,
}

struct Owner {
    first: &'static str,
    last: &'static str,
    female: bool,
}

/// All clients, shared out among those who have regions.
pub fn invent(today: NaiveDate) -> Vec<Bundle> {
    let agents: Vec<(usize, Vec<Town>)> = COLLEAGUES
        .iter()
        .enumerate()
        .filter(|(_, colleague)| !colleague.regions.is_empty())
        .map(|(place, colleague)| (place, towns::of_regions(colleague.regions)))
        .collect();
    (0..CLIENTS)
        .map(|number| {
            let (owner, towns) = &agents[number % agents.len()];
            bundle(number, *owner, towns, today)
        })
        .collect()
}

fn bundle(number: usize, owner: usize, towns: &[Town], today: NaiveDate) -> Bundle {
    let mut dice = Dice::of("client", number);
    let town = towns::pick(towns, &mut dice);
    let channel = dice.weighted(&CHANNELS);
    let boss = person(&mut dice);
    let name = name(channel, town, &boss, &mut dice);
    let address = address(town, &mut dice);
    let client_id = id("client", number);
    let deals = deals::invent(number, &client_id, channel, today);
    let client = client(
        &client_id,
        &name,
        channel,
        &boss,
        town,
        &address,
        deals::lifecycle(&deals),
        number,
        today,
        &mut dice,
    );
    let second_site = (channel.name == "wholesaler" || dice.chance(8)).then(|| {
        let town = towns::pick(towns, &mut dice);
        let address = self::address(town, &mut dice);
        site(
            &id("site", CLIENTS + number),
            &format!("{name} — magazzino"),
            channel,
            town,
            &address,
            today,
            &mut dice,
        )
    });
    let contacts = contacts(number, &boss, &mut dice);
    let talks = talks(number, &client_id, &contacts, &deals, today, &mut dice);
    Bundle {
        id: client_id,
        owner,
        client,
        second_site,
        contacts,
        deals,
        talks,
        reference: format!("DEMO-{:03}", number + 1),
    }
}

fn person(dice: &mut Dice) -> Owner {
    let female = dice.chance(45);
    let first = *dice.pick(if female { &WOMEN } else { &MEN });
    let last = *dice.pick(&SURNAMES);
    Owner {
        first,
        last,
        female,
    }
}

fn name(channel: &Channel, town: &Town, boss: &Owner, dice: &mut Dice) -> String {
    let Owner { first, last, .. } = boss;
    match channel.name {
        "tobacconist" => format!("Tabaccheria {last} di {first} {last}"),
        "pharmacy" => format!("Farmacia {} {}", dice.pick(&SAINTS), town.name),
        "parapharmacy" => format!("Parafarmacia {} {}", dice.pick(&SAINTS), town.name),
        "wholesaler" => format!("{last} Distribuzione S.r.l."),
        _ => {
            let end = dice.pick(&SHOP_ENDS).replace("{town}", town.name);
            let form = dice.pick(&["S.r.l.s.", "S.r.l.", "S.n.c."]);
            format!("{} {end} {form}", dice.pick(&SHOP_STARTS))
        }
    }
}

fn address(town: &Town, dice: &mut Dice) -> Value {
    json!({
        "street": dice.pick(&STREETS),
        "street_number": dice.between(1, 180).to_string(),
        "cap": dice.pick(&town.caps),
        "city": town.name,
        "province": town.province,
        "country": "IT",
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "a record of many fields, called once"
)]
fn client(
    client_id: &str,
    name: &str,
    channel: &Channel,
    boss: &Owner,
    town: &Town,
    address: &Value,
    lifecycle: &str,
    number: usize,
    today: NaiveDate,
    dice: &mut Dice,
) -> Value {
    let vat = vat_number(dice);
    let alone = channel.name == "tobacconist";
    let birth = Birth {
        first: boss.first,
        last: boss.last,
        female: boss.female,
        year: dice.between(1955, 1996),
        month: usize::try_from(dice.between(1, 12)).unwrap_or(1),
        day: dice.between(1, 28),
        place: town.cadastral,
    };
    let mailbox = format!("demo{:03}", number + 1);
    let mut client = json!({
        "id": client_id,
        "name": name,
        "kind": if alone { "person" } else { "company" },
        "vat_number": vat,
        "tax_code": if alone { tax_code(&birth) } else { vat },
        "email": format!("{mailbox}@clienti.example"),
        "phone": format!("+39 {} 555{}", town.phone_prefix(), dice.digits(4)),
        "lifecycle": lifecycle,
        "class": if channel.name == "wholesaler" { "A" } else { *dice.weighted(&[(15, "A"), (45, "B"), (40, "C")]) },
        "sector": channel.sector,
        "employees": dice.between(1, if channel.name == "wholesaler" { 40 } else { 6 }),
        "founded_year": dice.between(1985, 2022),
        "site": site(&id("site", number), name, channel, town, address, today, dice),
    });
    if alone {
        client["first_name"] = boss.first.into();
        client["last_name"] = boss.last.into();
    }
    // Some cannot be invoiced yet: the completeness score has something to show.
    match dice.between(1, 10) {
        1..=6 => client["sdi_code"] = format!("M5D{}", dice.digits(4)).into(),
        7..=8 => client["pec"] = format!("{mailbox}@pec.clienti.example").into(),
        _ => {}
    }
    for (field, value) in address.as_object().into_iter().flatten() {
        client[field] = value.clone();
    }
    client
}

/// Opening hours as shops of this kind keep them; coordinates near the town's centre.
fn site(
    site_id: &str,
    name: &str,
    channel: &Channel,
    town: &Town,
    address: &Value,
    today: NaiveDate,
    dice: &mut Dice,
) -> Value {
    let off = |dice: &mut Dice| {
        f64::from(i32::try_from(dice.between(-900, 900)).unwrap_or_default()) / 100_000.0
    };
    let round = |value: f64| (value * 100_000.0).round() / 100_000.0;
    let mut site = address.clone();
    site["id"] = site_id.into();
    site["name"] = name.into();
    site["channel"] = channel.name.into();
    site["istat_code"] = town.istat.into();
    site["lat"] = round(town.lat + off(dice)).into();
    site["lng"] = round(town.lng + off(dice)).into();
    site["geo_source"] = "manual".into();
    site["opening_hours"] = opening_hours(channel.name);
    if matches!(channel.name, "vape_shop" | "tobacconist") {
        // Some end soon, one or the other has ended.
        let issued = today - Days::new(dice.between(30, 745).unsigned_abs());
        site["adm"] = json!({
            "number": format!("{}/{}", dice.digits(5), 2025),
            "office": format!("Ufficio dei Monopoli di {}", town.name),
            "issued_on": issued,
            "expires_on": issued + Days::new(ADM_DAYS),
            "ordinal": dice.between(1, 400).to_string(),
        });
    }
    site
}

fn opening_hours(channel: &str) -> Value {
    let halves = json!([["09:00", "12:30"], ["15:30", "19:30"]]);
    let long = json!([["07:00", "13:00"], ["15:00", "20:00"]]);
    let office = json!([["08:30", "12:30"], ["14:00", "18:00"]]);
    match channel {
        "tobacconist" => {
            json!({"mon": long, "tue": long, "wed": long, "thu": long, "fri": long, "sat": [["07:00", "13:00"]]})
        }
        "wholesaler" => {
            json!({"mon": office, "tue": office, "wed": office, "thu": office, "fri": office})
        }
        _ => {
            json!({"mon": [["15:30", "19:30"]], "tue": halves, "wed": halves, "thu": halves, "fri": halves, "sat": halves})
        }
    }
}

fn contacts(number: usize, boss: &Owner, dice: &mut Dice) -> Vec<Value> {
    let mut contacts = vec![json!({
        "id": id("contact", number),
        "first_name": boss.first,
        "last_name": boss.last,
        "role": "owner",
        "mobile": format!("+39 333 555{}", dice.digits(4)),
        "email": format!("titolare{:03}@clienti.example", number + 1),
    })];
    if dice.chance(45) {
        let other = person(dice);
        contacts.push(json!({
            "id": id("contact", CLIENTS + number),
            "first_name": other.first,
            "last_name": other.last,
            "role": dice.pick(&["buyer", "administration", "warehouse"]),
            "phone": format!("+39 333 556{}", dice.digits(4)),
        }));
    }
    contacts
}

fn talks(
    number: usize,
    client_id: &str,
    contacts: &[Value],
    deals: &[Deal],
    today: NaiveDate,
    dice: &mut Dice,
) -> Vec<Value> {
    let count = usize::try_from(dice.between(2, 5)).unwrap_or(2);
    let mut days: Vec<i64> = (0..count).map(|_| dice.between(1, 110)).collect();
    days.sort_unstable_by(|a, b| b.cmp(a));
    let each = |(place, days_ago): (usize, i64)| {
        let (kind, direction, subject, body, minutes): &Talk = dice.pick(&TALKS);
        let day = today - Days::new(days_ago.unsigned_abs());
        let mut talk = json!({
            "id": id("interaction", number * 10 + place),
            "client_id": client_id,
            "kind": kind,
            "subject": subject,
            "body": body,
            "occurred_at": format!("{day}T{:02}:{:02}:00Z", dice.between(8, 16), dice.between(0, 11) * 5),
        });
        if let Some(direction) = direction {
            talk["direction"] = (*direction).into();
        }
        if *minutes > 0 {
            talk["duration_minutes"] = (*minutes).into();
        }
        if *kind != "note" {
            talk["contact_id"] = contacts[place % contacts.len()]["id"].clone();
        }
        if let Some(deal) = deals.get(place) {
            talk["opportunity_id"] = deal.body["id"].clone();
        }
        talk
    };
    days.into_iter().enumerate().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_company_is_the_same_every_time_and_no_id_occurs_twice() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let (once, again) = (invent(today), invent(today));
        let ids = |bundles: &[Bundle]| -> Vec<String> {
            let all = bundles.iter().flat_map(|bundle| {
                let deals = bundle.deals.iter().map(|deal| &deal.body);
                std::iter::once(&bundle.client)
                    .chain(&bundle.contacts)
                    .chain(&bundle.talks)
                    .chain(&bundle.second_site)
                    .chain(deals)
            });
            all.map(|record| record["id"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(ids(&once), ids(&again));
        assert_eq!(once[7].client, again[7].client);
        let distinct: BTreeSet<String> = ids(&once).into_iter().collect();
        assert_eq!(distinct.len(), ids(&once).len());
        let vats: BTreeSet<&str> = once
            .iter()
            .map(|bundle| bundle.client["vat_number"].as_str().unwrap())
            .collect();
        assert_eq!(vats.len(), CLIENTS);
    }
}

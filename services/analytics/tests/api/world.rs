//! Random companies, each the same for its seed.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{
    self, LOST, NEW, OFFER, TALKS, Told, WON, activity, client, deal, id, lead, order, site, task,
    visit,
};

/// A dice that falls the same way for the same seed (`SplitMix64`).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    /// An instant between January and June 2026, minutes around midnight in Rome being likely.
    fn instant(&mut self) -> String {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
            + Duration::days(i64::try_from(self.roll(170)).unwrap());
        let (hour, minute) = (self.one(&[8, 12, 21, 22, 23]), self.roll(60));
        format!("{day}T{hour:02}:{minute:02}:00Z")
    }

    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for place in (1..things.len()).rev() {
            things.swap(place, self.roll(place + 1));
        }
    }
}

pub struct World {
    pub owners: Vec<Option<Uuid>>,
    pub products: [Option<Uuid>; 3],
    pub sources: [Option<Uuid>; 3],
    pub provinces: [Option<&'static str>; 3],
    pub clients: Vec<Uuid>,
}

impl World {
    pub fn history(&self, dice: &mut Dice) -> Vec<Told> {
        let mut told = Vec::new();
        for (number, client_id) in self.clients.iter().enumerate() {
            let came = dice.instant();
            for version in 1..=i64::try_from(1 + dice.roll(3)).unwrap() {
                let fields = json!({"name": format!("Cliente {number}"), "owner_id": dice.one(&self.owners),
                    "province": dice.one(&self.provinces), "source_id": dice.one(&self.sources), "created_at": came,
                    "class": dice.one(&[None, Some("A"), Some("B"), Some("C")]),
                    "lifecycle": dice.one(&["prospect", "active", "active", "lost"]),
                    "archived_at": (dice.roll(9) == 0).then_some("2026-06-01T10:00:00Z")});
                told.push(client(*client_id, version, "2026-01-01T10:00:00Z", fields));
            }
        }
        for number in 0..8 {
            self.offer(dice, id(5_000 + number), &mut told);
        }
        self.shops(dice, &mut told);
        self.tours(dice, &mut told);
        for number in 0..12 {
            let at = dice.instant();
            let whose = dice.one(&self.owners).unwrap_or_default();
            let fields = json!({"status": dice.one(&["open", "open", "done"]), "assignee_id": whose,
                "due_at": dice.one(&[at.as_str(), "2099-01-01T10:00:00Z"]), "late_at": dice.one(&[at.as_str(), "2099-01-03T10:00:00Z"])});
            told.push(task(
                id(8_000 + number),
                &at,
                nexus_kernel::UserId::from_uuid(whose),
                fields,
            ));
        }
        for number in 0..30 {
            self.deal(dice, id(1_000 + number), &mut told);
        }
        for number in 0..24 {
            self.order(dice, id(2_000 + number), &mut told);
        }
        for number in 0..15 {
            let (lead_id, came) = (id(3_000 + number), dice.instant());
            for version in 1..=i64::try_from(1 + dice.roll(2)).unwrap() {
                let fields = json!({"owner_id": dice.one(&self.owners), "source_id": dice.one(&self.sources),
                    "province": dice.one(&self.provinces), "status": dice.one(&["new", "contacted", "converted", "lost"])});
                told.push(lead(lead_id, version, &came, fields));
            }
        }
        for number in 0..20 {
            let (at, kind) = (dice.instant(), dice.one(&["call", "note", "visit"]));
            let client = Some(dice.one(&self.clients)).filter(|_| dice.roll(4) > 0);
            let actor = dice.one(&self.owners).map(nexus_kernel::UserId::from_uuid);
            told.push(activity(id(4_000 + number), &at, kind, client, actor));
        }
        told
    }

    fn deal(&self, dice: &mut Dice, deal_id: Uuid, told: &mut Vec<Told>) {
        let mut at: chrono::DateTime<chrono::Utc> = dice.instant().parse().unwrap();
        let created = at;
        let opened = (dice.roll(4) > 0)
            .then(|| created.date_naive() - Duration::days(i64::try_from(dice.roll(40)).unwrap()));
        let (mut stage, mut entered) = (NEW, at);
        for version in 1..=i64::try_from(1 + dice.roll(5)).unwrap() {
            if version > 1 && dice.roll(3) > 0 {
                stage = dice.one(&[NEW, TALKS, OFFER, WON, LOST]);
                entered = at;
            }
            let status = if stage == WON {
                "won"
            } else if stage == LOST {
                "lost"
            } else {
                "open"
            };
            let closed = (status != "open")
                .then(|| nexus_kernel::business_day(entered).max(opened.unwrap_or(NaiveDate::MIN)));
            let reason = dice
                .one(&[None, Some(id(90)), Some(id(91))])
                .filter(|_| status == "lost");
            let expected = at.date_naive() + Duration::days(i64::try_from(dice.roll(90)).unwrap());
            let fields = json!({"owner_id": dice.one(&self.owners), "client_id": dice.one(&self.clients), "stage_id": stage,
                "lost_reason_id": reason, "expected_close_on": (dice.roll(4) > 0).then_some(expected),
                "status": status, "amount_cents": dice.roll(100_000), "product_id": dice.one(&self.products),
                "source_id": dice.one(&self.sources), "opened_on": opened, "closed_on": closed, "stage_entered_at": entered,
                "created_at": created, "archived_at": (dice.roll(12) == 0).then_some(created)});
            told.push(deal(deal_id, version, &at.to_rfc3339(), "changed", fields));
            at += Duration::minutes(i64::try_from(60 + dice.roll(30_000)).unwrap());
        }
    }

    fn order(&self, dice: &mut Dice, order_id: Uuid, told: &mut Vec<Told>) {
        let (came, buyer) = (dice.instant(), dice.one(&self.clients));
        for version in 1..=i64::try_from(1 + dice.roll(3)).unwrap() {
            let lines: Vec<Value> = (0..1 + dice.roll(3))
                .map(|_| json!({"product_id": dice.one(&self.products), "quantity": "2", "net_cents": dice.roll(5_000)}))
                .collect();
            let net: i64 = lines
                .iter()
                .map(|line| line["net_cents"].as_i64().unwrap())
                .sum();
            let status = dice.one(&[
                "pending_approval",
                "approved",
                "approved",
                "shipped",
                "cancelled",
            ]);
            let fields = json!({"owner_id": dice.one(&self.owners), "status": status, "net_cents": net, "lines": lines});
            told.push(order(order_id, version, &came, buyer, fields));
        }
    }

    fn offer(&self, dice: &mut Dice, offer: Uuid, told: &mut Vec<Told>) {
        let (at, buyer) = (dice.instant(), dice.one(&self.clients));
        for version in 1..=2 {
            let sent = (dice.roll(3) > 0).then_some(at.as_str());
            let record = json!({"client_id": buyer, "content": {"sent_at": sent}});
            told.push(kit::told(
                "crm.proposal.changed.v1",
                offer,
                version,
                &at,
                record,
                json!({}),
            ));
        }
    }

    /// A shop a client, and visits to them.
    fn shops(&self, dice: &mut Dice, told: &mut Vec<Told>) {
        for (number, client) in (0..).zip(&self.clients) {
            told.push(site(id(6_000 + number), "2026-01-01T10:00:00Z", *client));
        }
        let today = nexus_kernel::business_day(nexus_service::now());
        for number in 0..16 {
            let place = dice.roll(self.clients.len());
            let shop = id(6_000 + u128::try_from(place).unwrap());
            let recent = today - Duration::days(i64::try_from(dice.roll(80)).unwrap());
            let day = if dice.roll(2) == 0 {
                recent.to_string()
            } else {
                dice.instant()[..10].to_owned()
            };
            for version in 1..=i64::try_from(1 + dice.roll(2)).unwrap() {
                let fields = json!({"status": dice.one(&["planned", "done", "done", "missed"]), "minutes": 10 + dice.roll(50),
                    "agent_id": dice.one(&self.owners).unwrap_or_default(), "day": day,
                    "outcome": dice.one(&["order", "nobody_there", "closed"])});
                told.push(visit(
                    id(7_000 + number),
                    version,
                    "2026-01-02T10:00:00Z",
                    shop,
                    self.clients[place],
                    fields,
                ));
            }
        }
    }

    fn tours(&self, dice: &mut Dice, told: &mut Vec<Told>) {
        for number in 0..6 {
            let day = dice.instant()[..10].to_owned();
            let whose = dice.one(&self.owners).unwrap_or_default();
            for version in 1..=i64::try_from(1 + dice.roll(2)).unwrap() {
                let kind = dice.one(&[
                    "visits.tour.sent.v1",
                    "visits.tour.sent.v1",
                    "visits.tour.withdrawn.v1",
                ]);
                let record = json!({"agent_id": whose, "day": day, "distance_m": dice.roll(90_000), "travel_seconds": dice.roll(9_000)});
                let mut tour = kit::told(
                    kind,
                    id(9_000 + number),
                    version,
                    "2026-01-02T10:00:00Z",
                    record,
                    json!({}),
                );
                tour.payload["stops"] = (0..dice.roll(5))
                    .map(|stop| json!({"stop": stop}))
                    .collect();
                told.push(tour);
            }
        }
    }
}

//! Figures counted anew by the simplest means there are: a loop over the newest version of every record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use nexus_kernel::business_day;
use serde_json::Value;
use uuid::Uuid;

use crate::kit::{NEW, OFFER, TALKS, Told};

/// Which records count.
#[derive(Debug, Clone, Default)]
pub struct Only {
    pub owner: Option<Uuid>,
    pub province: Option<String>,
    pub product: Option<Uuid>,
    pub source: Option<Uuid>,
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// Everything that was told, by kind and record, versions in order.
pub struct Naive {
    pub records: BTreeMap<(String, Uuid), BTreeMap<i64, Value>>,
}

pub fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.parse().ok()
}

pub fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

pub fn uuid(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

impl Naive {
    pub fn of(told: &[Told]) -> Self {
        let mut records: BTreeMap<(String, Uuid), BTreeMap<i64, Value>> = BTreeMap::new();
        for event in told {
            let noun = event.kind.split('.').nth(1).unwrap().to_owned();
            let mut record = event.payload["record"].clone();
            // What stands beside the record, and when it was told.
            record["told_at"] = event.at.to_rfc3339().into();
            record["stops"] = event.payload["stops"].as_array().map_or(0, Vec::len).into();
            record["withdrawn"] = event.kind.contains(".withdrawn.").into();
            let versions = records.entry((noun, event.id)).or_default();
            versions.insert(event.version, record);
        }
        Self { records }
    }

    pub fn newest<'a>(&'a self, noun: &'a str) -> impl Iterator<Item = (Uuid, &'a Value)> {
        self.records
            .iter()
            .filter(move |((kind, _), _)| kind == noun)
            .map(|((_, id), versions)| (*id, versions.last_key_value().unwrap().1))
    }

    pub fn client(&self, id: &Value) -> Option<&Value> {
        let versions = self.records.get(&("client".to_owned(), uuid(id)?))?;
        Some(versions.last_key_value()?.1)
    }

    pub fn province(&self, record: &Value) -> String {
        let client = self.client(&record["client_id"]);
        client
            .and_then(|client| client["province"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    pub fn deals<'a>(&'a self, only: &'a Only) -> impl Iterator<Item = (Uuid, &'a Value)> {
        self.newest("opportunity").filter(move |(_, deal)| {
            deal["archived_at"].is_null()
                && only
                    .owner
                    .is_none_or(|owner| uuid(&deal["owner_id"]) == Some(owner))
                && only
                    .product
                    .is_none_or(|product| uuid(&deal["product_id"]) == Some(product))
                && only
                    .source
                    .is_none_or(|source| uuid(&deal["source_id"]) == Some(source))
                && only
                    .province
                    .as_ref()
                    .is_none_or(|province| self.province(deal) == *province)
        })
    }

    pub fn opened(deal: &Value) -> NaiveDate {
        day(&deal["opened_on"])
            .or_else(|| day(&deal["closed_on"]))
            .unwrap_or_else(|| business_day(instant(&deal["created_at"])))
    }

    /// Count and cents of the deals that began.
    pub fn began(&self, only: &Only) -> (i64, i64) {
        sum(self
            .deals(only)
            .filter(|(_, deal)| only.has(Self::opened(deal))))
    }

    /// Count and cents of the deals that ended so.
    pub fn ended(&self, only: &Only, status: &str) -> (i64, i64) {
        sum(self.deals(only).filter(|(_, deal)| {
            deal["status"] == status && day(&deal["closed_on"]).is_some_and(|day| only.has(day))
        }))
    }

    /// Count and cents of the open deals of a stage.
    pub fn open(&self, only: &Only, stage: Uuid) -> (i64, i64) {
        sum(self
            .deals(only)
            .filter(|(_, deal)| deal["status"] == "open" && uuid(&deal["stage_id"]) == Some(stage)))
    }

    /// How many of those that began came to each of the three stages or beyond.
    pub fn reached(&self, only: &Only) -> [i64; 3] {
        let order = [NEW, TALKS, OFFER];
        let mut reached = [0; 3];
        for (id, deal) in self
            .deals(only)
            .filter(|(_, deal)| only.has(Self::opened(deal)))
        {
            let versions = &self.records[&("opportunity".to_owned(), id)];
            let visited: BTreeSet<Option<Uuid>> = versions
                .values()
                .map(|version| uuid(&version["stage_id"]))
                .collect();
            for (place, count) in reached.iter_mut().enumerate() {
                let came = order[place..]
                    .iter()
                    .any(|stage| visited.contains(&Some(*stage)));
                *count += i64::from(came || deal["status"] == "won");
            }
        }
        reached
    }

    /// Whole days in a stage, of those that left it, in order.
    pub fn stage_days(&self, only: &Only, stage: Uuid) -> Vec<i64> {
        let mut days = Vec::new();
        for (id, _) in self.deals(only) {
            let versions: Vec<&Value> = self.records[&("opportunity".to_owned(), id)]
                .values()
                .collect();
            let mut entries: Vec<(Option<Uuid>, DateTime<Utc>)> = versions
                .iter()
                .map(|version| {
                    (
                        uuid(&version["stage_id"]),
                        instant(&version["stage_entered_at"]),
                    )
                })
                .collect();
            entries.dedup();
            for pair in entries.windows(2) {
                if pair[0].0 == Some(stage) && only.has(business_day(pair[1].1)) {
                    days.push((pair[1].1 - pair[0].1).num_days().max(0));
                }
            }
        }
        days.sort_unstable();
        days
    }

    /// Days from the beginning to the end of the deals won, in order.
    pub fn close_days(&self, only: &Only) -> Vec<i64> {
        let mut days: Vec<i64> = self
            .deals(only)
            .filter(|(_, deal)| deal["status"] == "won")
            .filter_map(|(_, deal)| Some((day(&deal["closed_on"])?, Self::opened(deal))))
            .filter(|(closed, _)| only.has(*closed))
            .map(|(closed, opened)| (closed - opened).num_days())
            .collect();
        days.sort_unstable();
        days
    }

    pub fn counted(order: &Value) -> bool {
        order["status"] != "pending_approval" && order["status"] != "cancelled"
    }

    fn orders<'a>(&'a self, only: &'a Only) -> impl Iterator<Item = &'a Value> {
        self.newest("order")
            .map(|(_, order)| order)
            .filter(move |order| {
                let client = self.client(&order["client_id"]);
                let source = client.and_then(|client| uuid(&client["source_id"]));
                Self::counted(order)
                    && only.has(business_day(instant(&order["created_at"])))
                    && only
                        .owner
                        .is_none_or(|owner| uuid(&order["owner_id"]) == Some(owner))
                    && only.source.is_none_or(|wanted| source == Some(wanted))
                    && only
                        .province
                        .as_ref()
                        .is_none_or(|province| self.province(order) == *province)
            })
    }

    /// Count and net of the orders; of a product's lines alone when one is asked for.
    pub fn ordered(&self, only: &Only) -> (i64, i64) {
        let mut sums = (0, 0);
        for order in self.orders(only) {
            let Some(product) = only.product else {
                sums = (sums.0 + 1, sums.1 + order["net_cents"].as_i64().unwrap());
                continue;
            };
            let lines: Vec<i64> = order["lines"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|line| uuid(&line["product_id"]) == Some(product))
                .map(|line| line["net_cents"].as_i64().unwrap())
                .collect();
            if !lines.is_empty() {
                sums = (sums.0 + 1, sums.1 + lines.iter().sum::<i64>());
            }
        }
        sums
    }

    /// Orders that another day's order of the same client followed within 90 days.
    pub fn reordered(&self, only: &Only) -> i64 {
        let days = |client: &Value| -> BTreeSet<NaiveDate> {
            let all = self
                .newest("order")
                .filter(|(_, order)| order["client_id"] == *client && Self::counted(order));
            all.map(|(_, order)| business_day(instant(&order["created_at"])))
                .collect()
        };
        let followed = self.orders(only).filter(|order| {
            let on = business_day(instant(&order["created_at"]));
            let next = days(&order["client_id"])
                .range(on + Duration::days(1)..)
                .next()
                .copied();
            next.is_some_and(|next| next <= on + Duration::days(90))
        });
        i64::try_from(followed.count()).unwrap()
    }

    /// Leads that came, and those of them with this status.
    pub fn leads(&self, only: &Only, status: Option<&str>) -> i64 {
        let leads = self.newest("lead").filter(|(_, lead)| {
            lead["archived_at"].is_null()
                && only.has(business_day(instant(&lead["created_at"])))
                && only
                    .owner
                    .is_none_or(|owner| uuid(&lead["owner_id"]) == Some(owner))
                && only
                    .source
                    .is_none_or(|source| uuid(&lead["source_id"]) == Some(source))
                && only
                    .province
                    .as_deref()
                    .is_none_or(|province| lead["province"] == province)
                && status.is_none_or(|status| lead["status"] == status)
        });
        i64::try_from(leads.count()).unwrap()
    }

    /// What people did.
    pub fn activities(&self, only: &Only) -> i64 {
        let done = self.newest("interaction").filter(|(_, entry)| {
            only.has(business_day(instant(&entry["occurred_at"])))
                && only
                    .owner
                    .is_none_or(|owner| uuid(&entry["actor_id"]) == Some(owner))
        });
        i64::try_from(done.count()).unwrap()
    }

    /// Clients in each of the six phases.
    pub fn phases(&self, only: &Only) -> BTreeMap<&'static str, i64> {
        let mut phases = BTreeMap::new();
        for (id, client) in self.newest("client") {
            let seen = client["archived_at"].is_null()
                && only
                    .owner
                    .is_none_or(|owner| uuid(&client["owner_id"]) == Some(owner))
                && only
                    .source
                    .is_none_or(|source| uuid(&client["source_id"]) == Some(source))
                && only
                    .province
                    .as_deref()
                    .is_none_or(|province| client["province"] == province);
            if seen {
                *phases.entry(self.phase(id)).or_default() += 1;
            }
        }
        phases
    }

    fn phase(&self, client: Uuid) -> &'static str {
        let of = |record: &Value| uuid(&record["client_id"]) == Some(client);
        let orders = self
            .newest("order")
            .filter(|(_, order)| of(order) && Self::counted(order));
        let days: BTreeSet<NaiveDate> = orders
            .map(|(_, order)| business_day(instant(&order["created_at"])))
            .collect();
        let offered = self.offered(client).is_some();
        let talked = self
            .newest("interaction")
            .any(|(_, entry)| of(entry) && entry["kind"] != "note");
        let dealt = self
            .newest("opportunity")
            .any(|(_, deal)| of(deal) && deal["archived_at"].is_null());
        match days.len() {
            4.. => "loyalty",
            2 | 3 => "retention",
            1 => "activation",
            _ if offered => "decision",
            _ if talked || dealt => "consideration",
            _ => "awareness",
        }
    }
}

impl Only {
    pub fn has(&self, day: NaiveDate) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

fn sum<'a>(deals: impl Iterator<Item = (Uuid, &'a Value)>) -> (i64, i64) {
    deals.fold((0, 0), |sum, (_, deal)| {
        (sum.0 + 1, sum.1 + deal["amount_cents"].as_i64().unwrap())
    })
}

/// The smallest value that at least this share of all does not exceed.
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

//! The naive recount of clients, shops, visits, tours, tasks and forecasts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Duration, NaiveDate};
use nexus_kernel::{business_day, start_of_business_day};
use serde_json::Value;
use uuid::Uuid;

use crate::kit::{NEW, OFFER, TALKS};
use crate::naive::{Naive, Only, day, instant, uuid};

/// Count and cents of stages.
type Stages = BTreeMap<Uuid, (i64, i64)>;

fn today() -> NaiveDate {
    business_day(nexus_service::now())
}

fn whole<T>(things: impl Iterator<Item = T>) -> i64 {
    i64::try_from(things.count()).unwrap()
}

impl Naive {
    fn clients<'a>(&'a self, only: &'a Only) -> impl Iterator<Item = (Uuid, &'a Value)> {
        self.newest("client").filter(move |(_, client)| {
            client["archived_at"].is_null()
                && only
                    .owner
                    .is_none_or(|owner| uuid(&client["owner_id"]) == Some(owner))
                && only
                    .source
                    .is_none_or(|source| uuid(&client["source_id"]) == Some(source))
                && only
                    .province
                    .as_deref()
                    .is_none_or(|province| client["province"] == province)
        })
    }

    pub fn clients_new(&self, only: &Only) -> i64 {
        whole(
            self.clients(only)
                .filter(|(_, client)| only.has(business_day(instant(&client["created_at"])))),
        )
    }

    fn order_days(&self, client: Uuid) -> BTreeSet<NaiveDate> {
        let orders = self
            .newest("order")
            .filter(|(_, order)| uuid(&order["client_id"]) == Some(client));
        orders
            .filter(|(_, order)| Self::counted(order))
            .map(|(_, order)| business_day(instant(&order["created_at"])))
            .collect()
    }

    /// The first day on which a proposal went out to a client, as any version of it tells.
    pub fn offered(&self, client: Uuid) -> Option<NaiveDate> {
        let offers = self
            .records
            .iter()
            .filter(|((noun, _), _)| noun == "proposal");
        offers
            .flat_map(|(_, versions)| versions.values())
            .filter(|offer| {
                uuid(&offer["client_id"]) == Some(client) && offer["content"]["sent_at"].is_string()
            })
            .map(|offer| business_day(instant(&offer["content"]["sent_at"])))
            .min()
    }

    /// How many clients entered each phase.
    pub fn entered(&self, only: &Only) -> BTreeMap<&'static str, i64> {
        let phases = [
            "awareness",
            "consideration",
            "decision",
            "activation",
            "retention",
            "loyalty",
        ];
        let mut entered: BTreeMap<&str, i64> = phases.iter().map(|phase| (*phase, 0)).collect();
        for (id, client) in self.clients(only) {
            let of = |record: &Value| uuid(&record["client_id"]) == Some(id);
            let talks = self
                .newest("interaction")
                .filter(|(_, entry)| of(entry) && entry["kind"] != "note");
            let talks = talks.map(|(_, entry)| business_day(instant(&entry["occurred_at"])));
            let deals = self
                .newest("opportunity")
                .filter(|(_, deal)| of(deal) && deal["archived_at"].is_null());
            let considered = talks.chain(deals.map(|(_, deal)| Self::opened(deal))).min();
            let days: Vec<NaiveDate> = self.order_days(id).into_iter().collect();
            let on = |place: usize| days.get(place).copied();
            let created = Some(business_day(instant(&client["created_at"])));
            for (phase, day) in
                phases
                    .iter()
                    .zip([created, considered, self.offered(id), on(0), on(1), on(3)])
            {
                *entered.get_mut(phase).unwrap() += i64::from(day.is_some_and(|day| only.has(day)));
            }
        }
        entered
    }

    /// Clients and their net of a year, by segment and by risk, with the thresholds of docs/kpis.md.
    #[expect(clippy::type_complexity, reason = "two counts")]
    pub fn scores(
        &self,
        only: &Only,
    ) -> (
        BTreeMap<&'static str, (i64, i64)>,
        BTreeMap<&'static str, (i64, i64)>,
    ) {
        let (mut segments, mut risks) = (BTreeMap::new(), BTreeMap::new());
        for (id, _) in self.clients(only) {
            let days = self.order_days(id);
            let (Some(first), Some(last)) = (days.first(), days.last()) else {
                continue;
            };
            let year: Vec<i64> = self
                .newest("order")
                .map(|(_, order)| order)
                .filter(|order| uuid(&order["client_id"]) == Some(id) && Self::counted(order))
                .filter(|order| {
                    business_day(instant(&order["created_at"])) > today() - Duration::days(365)
                })
                .map(|order| order["net_cents"].as_i64().unwrap())
                .collect();
            let (since, net) = ((today() - *last).num_days(), year.iter().sum::<i64>());
            let above = |value: i64, steps: [i64; 4]| {
                1 + steps.iter().filter(|step| value >= **step).count()
            };
            let recency = 5 - [30, 60, 90, 180]
                .iter()
                .filter(|days| since > **days)
                .count();
            let frequency = above(i64::try_from(year.len()).unwrap(), [2, 3, 6, 12]);
            let money = above(net, [50_000, 200_000, 500_000, 1_000_000]);
            let segment = if recency >= 4 && frequency >= 4 {
                "champions"
            } else if recency >= 4 && days.len() == 1 && frequency <= 2 {
                "new"
            } else if recency >= 3 && frequency >= 3 {
                "loyal"
            } else if recency >= 3 {
                "promising"
            } else if recency == 2 && money >= 4 {
                "cannot_lose"
            } else if recency == 2 {
                "at_risk"
            } else {
                "lost"
            };
            // Twice the ratio in whole numbers: since ÷ usual, usual = span ÷ steps, 60 days with fewer than three.
            let (span, steps) = if days.len() < 3 {
                (60, 1)
            } else {
                (
                    (*last - *first).num_days(),
                    i64::try_from(days.len() - 1).unwrap(),
                )
            };
            let (twice, usual) = (2 * since * steps, span.max(steps));
            let risk = if twice >= 5 * usual {
                "high"
            } else if twice >= 3 * usual {
                "medium"
            } else {
                "low"
            };
            for (counts, key) in [(&mut segments, segment), (&mut risks, risk)] {
                let held: &mut (i64, i64) = counts.entry(key).or_default();
                *held = (held.0 + 1, held.1 + net);
            }
        }
        (segments, risks)
    }

    /// Count and cents of the deals lost for a reason, or for none.
    pub fn lost_for(&self, only: &Only, reason: &Value) -> (i64, i64) {
        let lost = self.deals(only).filter(|(_, deal)| {
            deal["status"] == "lost"
                && deal["lost_reason_id"] == *reason
                && day(&deal["closed_on"]).is_some_and(|day| only.has(day))
        });
        lost.fold((0, 0), |sum, (_, deal)| {
            (sum.0 + 1, sum.1 + deal["amount_cents"].as_i64().unwrap())
        })
    }

    /// Open deals that have been in a stage for more than so many days.
    pub fn stale(&self, only: &Only, stage: Uuid, days: i64) -> i64 {
        whole(self.deals(only).filter(|(_, deal)| {
            deal["status"] == "open"
                && uuid(&deal["stage_id"]) == Some(stage)
                && (today() - business_day(instant(&deal["stage_entered_at"]))).num_days() > days
        }))
    }

    /// Of a month: deals expected when it began, their cents, these weighted; and the open ones expected now, weighted.
    pub fn forecast(&self, only: &Only, month: NaiveDate) -> [i64; 4] {
        let within = |version: &Value| {
            let expected = day(&version["expected_close_on"]);
            version["status"] == "open"
                && expected
                    .is_some_and(|on| (on.year(), on.month()) == (month.year(), month.month()))
        };
        let began = start_of_business_day(month);
        let (mut then, mut now) = (Stages::new(), Stages::new());
        for (id, deal) in self.deals(only) {
            let mut versions = self.records[&("opportunity".to_owned(), id)].values();
            let known = versions.rfind(|version| instant(&version["told_at"]) <= began);
            for (sums, version) in [(&mut then, known), (&mut now, Some(deal))] {
                let Some(version) = version.filter(|version| within(version)) else {
                    continue;
                };
                let held = sums.entry(uuid(&version["stage_id"]).unwrap()).or_default();
                *held = (
                    held.0 + 1,
                    held.1 + version["amount_cents"].as_i64().unwrap(),
                );
            }
        }
        let weighted = |sums: &Stages| -> i64 {
            let percents = [(NEW, 10), (TALKS, 40), (OFFER, 70)];
            percents
                .iter()
                .map(|(stage, percent)| {
                    (sums.get(stage).map_or(0, |sum| sum.1) * percent + 50) / 100
                })
                .sum()
        };
        let of = |place: fn(&(i64, i64)) -> i64| then.values().map(place).sum::<i64>();
        [
            of(|sum| sum.0),
            of(|sum| sum.1),
            weighted(&then),
            weighted(&now),
        ]
    }

    fn theirs(only: &Only, owner: &Value) -> bool {
        only.owner.is_none_or(|wanted| uuid(owner) == Some(wanted))
    }

    /// Visits of a status, and their minutes.
    pub fn visits(&self, only: &Only, status: &str) -> (i64, i64) {
        let visits = self.newest("visit").filter(|(_, visit)| {
            visit["status"] == status
                && only.has(day(&visit["day"]).unwrap())
                && Self::theirs(only, &visit["agent_id"])
                && only
                    .province
                    .as_ref()
                    .is_none_or(|province| self.province(visit) == *province)
        });
        visits.fold((0, 0), |sum, (_, visit)| {
            (sum.0 + 1, sum.1 + visit["minutes"].as_i64().unwrap())
        })
    }

    /// Tours, stops, metres, seconds.
    pub fn tours(&self, only: &Only) -> [i64; 4] {
        let tours = self.newest("tour").filter(|(_, tour)| {
            tour["withdrawn"] == false
                && only.has(day(&tour["day"]).unwrap())
                && Self::theirs(only, &tour["agent_id"])
        });
        tours.fold([0; 4], |sum, (_, tour)| {
            let of = |name: &str| tour[name].as_i64().unwrap();
            [
                sum[0] + 1,
                sum[1] + of("stops"),
                sum[2] + of("distance_m"),
                sum[3] + of("travel_seconds"),
            ]
        })
    }

    /// Shops, and of these: within, due, overdue, never seen.
    pub fn coverage(&self, only: &Only) -> [i64; 5] {
        let mut told = [0; 5];
        for (id, site) in self.newest("site") {
            let Some(client) = self.client(&site["client_id"]) else {
                continue;
            };
            let served = client["archived_at"].is_null() && client["lifecycle"] != "lost";
            let seen = Self::theirs(only, &client["owner_id"])
                && only
                    .province
                    .as_deref()
                    .is_none_or(|province| site["province"] == province);
            if !served || !seen {
                continue;
            }
            let cadence = match client["class"].as_str() {
                Some("A") => 14,
                Some("B") => 30,
                Some("C") => 60,
                _ => 45,
            };
            let met = self.newest("visit").filter(|(_, visit)| {
                uuid(&visit["place_id"]) == Some(id)
                    && visit["status"] == "done"
                    && visit["outcome"] != "nobody_there"
                    && visit["outcome"] != "closed"
            });
            let since = met
                .map(|(_, visit)| (today() - day(&visit["day"]).unwrap()).num_days())
                .min();
            let due = (cadence * 7 + 9) / 10;
            told[0] += 1;
            match since {
                None => told[4] += 1,
                Some(since) if since >= cadence => told[3] += 1,
                Some(since) => {
                    told[1] += 1;
                    told[2] += i64::from(since >= due);
                }
            }
        }
        told
    }

    /// Open tasks past their time, those late, new leads that wait.
    pub fn follow_ups(&self, only: &Only) -> [i64; 3] {
        let now = nexus_service::now();
        let tasks = |past: &'static str| {
            whole(self.newest("task").filter(|(_, task)| {
                task["status"] == "open"
                    && instant(&task[past]) < now
                    && Self::theirs(only, &task["assignee_id"])
            }))
        };
        let always = Only {
            from: NaiveDate::MIN,
            until: NaiveDate::MAX,
            ..only.clone()
        };
        [
            tasks("due_at"),
            tasks("late_at"),
            self.leads(&always, Some("new")),
        ]
    }

    /// Interactions of a kind.
    pub fn did(&self, only: &Only, kind: &str) -> i64 {
        whole(self.newest("interaction").filter(|(_, entry)| {
            entry["kind"] == kind
                && only.has(business_day(instant(&entry["occurred_at"])))
                && Self::theirs(only, &entry["actor_id"])
        }))
    }
}

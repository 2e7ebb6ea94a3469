//! Random histories, told in any order, in pages of any size, some events twice: every figure is what a naive recount says,
//! from the rollups before and after they are folded, and from the facts.

use analytics::dashboard::model::Tile;
use chrono::{Duration, NaiveDate};
use nexus_testkit::Caller;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{
    AGENT, Analytics, LOST, NEW, OFFER, TALKS, Told, WON, activity, client, dashboard, deal,
    figure, id, lead, order,
};
use crate::naive::{Naive, Only, percentile};

/// A dice that falls the same way for the same seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    /// An instant between January and June 2026, minutes around midnight in Rome being likely.
    fn instant(&mut self) -> String {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
            + Duration::days(i64::try_from(self.roll(170)).unwrap());
        let (hour, minute) = (self.one(&[8, 12, 21, 22, 23]), self.roll(60));
        format!("{day}T{hour:02}:{minute:02}:00Z")
    }

    fn shuffle<T>(&mut self, things: &mut [T]) {
        for place in (1..things.len()).rev() {
            things.swap(place, self.roll(place + 1));
        }
    }
}

struct World {
    owners: Vec<Option<Uuid>>,
    products: [Option<Uuid>; 3],
    sources: [Option<Uuid>; 3],
    provinces: [Option<&'static str>; 3],
    clients: Vec<Uuid>,
}

impl World {
    fn history(&self, dice: &mut Dice) -> Vec<Told> {
        let mut told = Vec::new();
        for (number, client_id) in self.clients.iter().enumerate() {
            for version in 1..=i64::try_from(1 + dice.roll(3)).unwrap() {
                let fields = json!({"name": format!("Cliente {number}"), "owner_id": dice.one(&self.owners),
                    "province": dice.one(&self.provinces), "source_id": dice.one(&self.sources),
                    "archived_at": (dice.roll(9) == 0).then_some("2026-06-01T10:00:00Z")});
                told.push(client(*client_id, version, "2026-01-01T10:00:00Z", fields));
            }
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
            let fields = json!({"owner_id": dice.one(&self.owners), "client_id": dice.one(&self.clients), "stage_id": stage,
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
}

/// Every figure of a filter, as the dashboard says it and as the recount says it.
async fn compare(who: &Caller, naive: &Naive, only: &Only, hint: &str) {
    // Kept answers are by tiles too: another order of them is answered anew.
    let mut tiles: Vec<&str> = Tile::ALL.iter().map(|tile| tile.word()).collect();
    tiles.rotate_left(hint.len() % Tile::ALL.len());
    let mut query = format!(
        "from={}&until={}&compare=none&tiles={}",
        only.from,
        only.until,
        tiles.join(",")
    );
    for (name, value) in [
        ("product_id", only.product),
        ("source_id", only.source),
        ("agent_id", only.owner),
    ] {
        if let Some(value) = value {
            query.push_str(&format!("&{name}={value}"));
        }
    }
    if let Some(province) = &only.province {
        query.push_str(&format!("&province={province}"));
    }
    let seen = dashboard(who, &query).await;
    let (began, won, lost) = (
        naive.began(only),
        naive.ended(only, "won"),
        naive.ended(only, "lost"),
    );
    let ordered = naive.ordered(only);
    for (name, value) in [
        ("opened", began.0),
        ("opened_cents", began.1),
        ("won", won.0),
        ("won_cents", won.1),
        ("lost", lost.0),
        ("ordered", ordered.0),
        ("ordered_cents", ordered.1),
        ("leads", naive.leads(only, None)),
        ("activities", naive.activities(only)),
    ] {
        assert_eq!(figure(&seen, name), json!(value), "{name} {hint} {query}");
    }
    let points = seen["sales_trend"]["points"].as_array().unwrap();
    let trend = |series: &str| -> i64 {
        points
            .iter()
            .map(|point| point[series]["cents"].as_i64().unwrap())
            .sum()
    };
    assert_eq!(
        (
            trend("opened"),
            trend("won"),
            trend("lost"),
            trend("ordered")
        ),
        (began.1, won.1, lost.1, ordered.1),
        "{hint} {query}"
    );
    let lines = |tile: &Value, field: &str| -> i64 {
        tile.as_array()
            .unwrap()
            .iter()
            .map(|line| line[field]["cents"].as_i64().unwrap())
            .sum()
    };
    for tile in [
        &seen["agents"]["agents"],
        &seen["provinces"]["lines"],
        &seen["products"]["lines"],
        &seen["sources"]["lines"],
    ] {
        assert_eq!(
            (lines(tile, "won"), lines(tile, "opened")),
            (won.1, began.1),
            "{hint} {query}"
        );
    }
    for (place, stage) in [NEW, TALKS, OFFER].into_iter().enumerate() {
        let open = &seen["pipeline"]["pipelines"][0]["stages"][place];
        assert_eq!(
            (
                open["deals"].as_i64().unwrap(),
                open["amount_cents"].as_i64().unwrap()
            ),
            naive.open(only, stage),
            "{hint} {query}"
        );
        let reached = &seen["funnel"]["pipelines"][0]["steps"][place]["reached"]["count"];
        assert_eq!(
            *reached,
            json!(naive.reached(only)[place]),
            "funnel {hint} {query}"
        );
        let days = naive.stage_days(only, stage);
        let told = &seen["stage_times"]["stages"][place];
        assert_eq!(told["count"], json!(days.len()), "stage {hint} {query}");
        assert_eq!(
            (&told["median_days"], &told["p90_days"]),
            (&json!(percentile(&days, 50)), &json!(percentile(&days, 90))),
            "{hint} {query}"
        );
    }
    let days = naive.close_days(only);
    let told = &seen["time_to_close"]["now"];
    assert_eq!(
        (&told["count"], &told["median_days"]),
        (&json!(days.len()), &json!(percentile(&days, 50))),
        "{hint} {query}"
    );
    assert_eq!(
        seen["lost_reasons"]["lost"]["cents"],
        json!(lost.1),
        "{hint} {query}"
    );
    for status in seen["leads"]["statuses"].as_array().unwrap() {
        assert_eq!(
            status["count"],
            json!(naive.leads(only, status["key"].as_str())),
            "{status} {hint} {query}"
        );
    }
    assert_eq!(
        seen["leads"]["converted"],
        json!(naive.leads(only, Some("converted"))),
        "{hint} {query}"
    );
    if only.product.is_none() {
        let told = &seen["reorders"];
        assert_eq!(
            (&told["orders"], &told["followed"]),
            (&json!(ordered.0), &json!(naive.reordered(only))),
            "{hint} {query}"
        );
    }
    let phases = naive.phases(only);
    for phase in seen["phases"]["phases"].as_array().unwrap() {
        let count = phases
            .get(phase["phase"].as_str().unwrap())
            .copied()
            .unwrap_or(0);
        assert_eq!(phase["clients"], json!(count), "{phase} {hint} {query}");
    }
}

fn filters(world: &World, dice: &mut Dice) -> Vec<Only> {
    let span = |from: &str, until: &str| Only {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        ..Only::default()
    };
    let whole = span("2025-11-01", "2026-12-31");
    let part = span("2026-02-10", "2026-04-17");
    let owner = world.owners.iter().flatten().next().copied();
    vec![
        whole.clone(),
        part.clone(),
        span("2026-03-05", "2026-03-20"),
        span("2026-03-29", "2026-03-29"),
        Only {
            owner,
            ..part.clone()
        },
        Only {
            province: Some("TO".to_owned()),
            ..whole.clone()
        },
        Only {
            product: world.products[1],
            ..part.clone()
        },
        Only {
            source: world.sources[1],
            ..whole
        },
        Only {
            owner,
            province: dice.one(&world.provinces).map(str::to_owned),
            source: dice.one(&world.sources),
            ..part
        },
    ]
}

#[actix_web::test]
async fn every_figure_is_what_a_naive_recount_says() {
    for seed in 0..4_u64 {
        let mut dice = Dice(seed);
        let mut analytics = Analytics::start();
        let admin = analytics.admin();
        let agents = [
            analytics.user("Anna", None, AGENT),
            analytics.user("Bruno", None, AGENT),
        ];
        let world = World {
            owners: vec![
                Some(agents[0].user_id.uuid()),
                Some(agents[1].user_id.uuid()),
                None,
            ],
            products: [None, Some(id(70)), Some(id(71))],
            sources: [None, Some(id(80)), Some(id(81))],
            provinces: [None, Some("TO"), Some("MI")],
            clients: (0..6).map(|number| id(500 + number)).collect(),
        };
        let told = world.history(&mut dice);
        let naive = Naive::of(&told);
        let mut order: Vec<Told> = told.clone();
        order.extend((0..told.len() / 4).map(|_| dice.one(&told)));
        dice.shuffle(&mut order);
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let (page, after) = rest.split_at((1 + dice.roll(40)).min(rest.len()));
            analytics.tell(page);
            rest = after;
            if dice.roll(3) == 0 {
                analytics.fold();
            }
        }
        assert_eq!(analytics.differences(), 0, "seed {seed}");
        for only in filters(&world, &mut dice) {
            compare(&admin, &naive, &only, &format!("seed {seed}")).await;
        }
        analytics.fold();
        assert_eq!(
            (analytics.differences(), analytics.count("count_deltas")),
            (0, 0),
            "seed {seed}"
        );
        for only in filters(&world, &mut dice).into_iter().take(5) {
            compare(&admin, &naive, &only, &format!("folded, seed {seed}")).await;
        }
        // An agent sees what an admin sees with the agent's filter.
        let own = Only {
            owner: Some(agents[0].user_id.uuid()),
            ..filters(&world, &mut dice)[0].clone()
        };
        compare(&agents[0], &naive, &own, &format!("own, seed {seed}")).await;
    }
}

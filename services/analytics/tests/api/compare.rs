//! A dashboard beside a naive recount.

use analytics::dashboard::model::Tile;
use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::kit::{NEW, OFFER, TALKS, dashboard, figure};
use crate::naive::{Naive, Only, percentile};

/// Every figure of a filter, as the dashboard says it and as the recount says it.
pub async fn compare(who: &Caller, naive: &Naive, only: &Only, hint: &str) {
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
    more(&seen, naive, only, &format!("{hint} {query}"));
}

/// The figures of whom one talks to, and of what is to be done.
fn more(seen: &Value, naive: &Naive, only: &Only, hint: &str) {
    assert_eq!(
        figure(seen, "clients_new"),
        json!(naive.clients_new(only)),
        "{hint}"
    );
    assert_eq!(
        figure(seen, "visits"),
        json!(naive.visits(only, "done").0),
        "{hint}"
    );
    let entered = naive.entered(only);
    for line in seen["phases"]["phases"].as_array().unwrap() {
        let phase = line["phase"].as_str().unwrap();
        assert_eq!(line["entered"], json!(entered[phase]), "{phase} {hint}");
    }
    let (segments, risks) = naive.scores(only);
    for (lines, counts) in [("segments", segments), ("churn", risks)] {
        for line in seen["segments"][lines].as_array().unwrap() {
            let (clients, cents) = counts
                .get(line["key"].as_str().unwrap())
                .copied()
                .unwrap_or_default();
            assert_eq!(
                (&line["clients"], &line["net_year_cents"]),
                (&json!(clients), &json!(cents)),
                "{line} {hint}"
            );
        }
    }
    for line in seen["lost_reasons"]["reasons"].as_array().unwrap() {
        let (count, cents) = naive.lost_for(only, &line["reason_id"]);
        assert_eq!(
            (&line["count"], &line["cents"]),
            (&json!(count), &json!(cents)),
            "{line} {hint}"
        );
    }
    for line in seen["forecast"]["months"].as_array().unwrap() {
        let month = line["month"].as_str().unwrap().parse().unwrap();
        let told = ["expected", "expected_cents", "forecast_cents", "open_cents"]
            .map(|name| line[name].as_i64().unwrap());
        assert_eq!(told, naive.forecast(only, month), "{line} {hint}");
    }
    assert_eq!(
        seen["pipeline"]["pipelines"][0]["stages"][1]["stale"],
        json!(naive.stale(only, TALKS, 10)),
        "{hint}"
    );
    let coverage = &seen["coverage"];
    let told = ["places", "within", "due", "overdue", "never"]
        .map(|name| coverage[name].as_i64().unwrap());
    assert_eq!(told, naive.coverage(only), "{hint}");
    let tours = &seen["tours"];
    let ((done, minutes), (missed, _)) = (naive.visits(only, "done"), naive.visits(only, "missed"));
    assert_eq!(
        ["visits_done", "visit_minutes", "visits_missed"].map(|name| tours[name].as_i64().unwrap()),
        [done, minutes, missed],
        "{hint}"
    );
    assert_eq!(
        ["tours", "stops", "distance_m", "travel_seconds"]
            .map(|name| tours[name].as_i64().unwrap()),
        naive.tours(only),
        "{hint}"
    );
    let follow_ups = &seen["follow_ups"];
    assert_eq!(
        ["overdue", "late", "leads_waiting"].map(|name| follow_ups[name].as_i64().unwrap()),
        naive.follow_ups(only),
        "{hint}"
    );
    for line in seen["activities"]["kinds"].as_array().unwrap() {
        assert_eq!(
            line["count"],
            json!(naive.did(only, line["key"].as_str().unwrap())),
            "{line} {hint}"
        );
    }
}

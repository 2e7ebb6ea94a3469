//! With few shops, days are about equally full, unless that costs too much driving.

use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::engines::Bundled;
use crate::kit::{Shop, Visits, a_visit, some_shops, spot, sunday_evening};
use crate::plans::planned;

fn week() -> Value {
    json!({"from": "2026-11-23", "until": "2026-11-27"})
}

async fn lives_in_torino(agent: &Caller) {
    let home = json!({"start": {"label": "Casa", "lat": 45.07, "lng": 7.68}});
    let url = format!("/api/v1/availability/{}", agent.user_id);
    agent
        .send(
            reqwest::Method::PUT,
            &url,
            &[("if-match", "*")],
            Some(&home),
        )
        .await
        .expect(200);
}

fn stops_of_days(plan: &Value) -> Vec<usize> {
    let tours = plan["outcome"]["tours"].as_array().unwrap();
    let stops = |tour: &Value| tour["stops"].as_array().unwrap().len();
    tours.iter().map(stops).collect()
}

#[actix_web::test]
async fn ten_shops_of_a_town_are_two_a_day() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna).await;
    some_shops(&visits, &anna, 10);
    let plan = planned(&anna, week()).await;
    assert_eq!(stops_of_days(&plan), [2, 2, 2, 2, 2], "{plan:#}");
    assert_eq!(plan["outcome"]["left_out_count"], 0);
}

#[actix_web::test]
async fn what_is_far_is_visited_on_one_trip_and_what_was_agreed_stays_where_it_is() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna).await;
    for number in 0..4 {
        let name = format!("Milano {number}");
        let (lat, lng) = (45.46 + 0.003 * f64::from(number), 9.19);
        visits.shop(&Shop::of(&anna, &name, (lat, lng)));
    }
    let plan = planned(&anna, week()).await;
    assert_eq!(stops_of_days(&plan), [4], "one drive to Milano: {plan:#}");

    // Three agreed for Wednesday, and four that may be on any day.
    visits.sql("UPDATE places SET archived = true");
    for number in 0..7 {
        let name = format!("Torino {number}");
        let shop = visits.shop(&Shop::of(&anna, &name, spot(number)));
        if number < 3 {
            a_visit(&anna, shop, "2026-11-25", json!({})).await;
        }
    }
    let plan = planned(&anna, week()).await;
    assert_eq!(stops_of_days(&plan), [1, 1, 3, 1, 1], "{plan:#}");
}

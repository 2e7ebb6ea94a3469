//! Plans: from a request to tours in the diary.

use nexus_testkit::Caller;
use serde_json::{Value, json};

use crate::engines::Bundled;
use crate::kit::{
    AGENT, MANAGER, NOWHERE, Shop, Visits, a_visit, path, post_once, some_shops, spot,
    sunday_evening,
};

/// Asks for a plan and waits until it is made.
pub async fn planned(who: &Caller, body: Value) -> Value {
    let plan = who.post("/api/v1/plans", body).await.expect(201);
    made(who, &plan).await
}

pub async fn made(who: &Caller, plan: &Value) -> Value {
    let url = path("plans", plan);
    for _ in 0..30 {
        let plan = who.get(&format!("{url}?wait=4")).await.expect(200);
        if plan["status"] != "queued" && plan["status"] != "running" {
            return plan;
        }
    }
    panic!("never made: {plan}");
}

/// The week that begins the morning after the tests' Sunday.
fn week() -> Value {
    json!({"from": "2026-11-23", "until": "2026-11-27"})
}

fn monday() -> Value {
    json!({"from": "2026-11-23", "until": "2026-11-23"})
}

pub async fn lives_in_torino(who: &Caller, more: Value) {
    let mut hours = json!({"start": {"label": "Casa", "lat": 45.07, "lng": 7.68}});
    if let (Some(hours), Value::Object(more)) = (hours.as_object_mut(), more) {
        hours.extend(more);
    }
    let url = format!("/api/v1/availability/{}", who.user_id);
    let headers = [("if-match", "*")];
    who.send(reqwest::Method::PUT, &url, &headers, Some(&hours))
        .await
        .expect(200);
}

fn stops(tour: &Value) -> &Vec<Value> {
    tour["stops"].as_array().unwrap()
}

fn tours(plan: &Value) -> &Vec<Value> {
    plan["outcome"]["tours"].as_array().unwrap()
}

fn all_stops(plan: &Value) -> Vec<&Value> {
    tours(plan).iter().flat_map(stops).collect()
}

fn left(plan: &Value, place: uuid::Uuid) -> Value {
    let left = plan["outcome"]["left_out"].as_array().unwrap();
    let found = left.iter().find(|one| one["place_id"] == json!(place));
    found.cloned().unwrap_or(Value::Null)
}

#[actix_web::test]
async fn a_week_is_planned_within_hours_and_accepted_day_by_day() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    some_shops(&visits, &anna, 80);

    let plan = planned(&anna, week()).await;
    assert_eq!(
        (&plan["status"], &plan["progress"]),
        (&json!("ready"), &json!(100)),
        "{plan:#}"
    );
    let days: Vec<&str> = tours(&plan)
        .iter()
        .map(|tour| tour["day"].as_str().unwrap())
        .collect();
    assert_eq!(
        days,
        [
            "2026-11-23",
            "2026-11-24",
            "2026-11-25",
            "2026-11-26",
            "2026-11-27"
        ]
    );
    for tour in tours(&plan) {
        check_tour(tour);
    }
    let seen: std::collections::HashSet<&str> = all_stops(&plan)
        .iter()
        .map(|stop| stop["place_id"].as_str().unwrap())
        .collect();
    assert_eq!(seen.len(), all_stops(&plan).len(), "no shop twice");
    // Every stop says why, and the parts make its points.
    for stop in all_stops(&plan) {
        let parts = stop["reasons"].as_array().unwrap();
        let sum: i64 = parts
            .iter()
            .map(|part| part["points"].as_i64().unwrap())
            .sum();
        assert_eq!(stop["points"], json!(sum.clamp(1, 99)), "{stop:#}");
        assert_eq!(parts[0]["kind"], "urgency");
    }
    let considered = &plan["outcome"]["considered"];
    assert_eq!(considered["shops"], 80);
    assert_eq!(
        considered["wanted"].as_u64().unwrap(),
        (seen.len() + plan["outcome"]["left_out_count"].as_u64().unwrap() as usize) as u64
    );

    let url = format!("{}/accept", path("plans", &plan));
    let some = anna
        .post(&url, json!({"days": ["2026-11-23"]}))
        .await
        .expect(200);
    assert_eq!(some["plan"]["status"], "ready");
    assert_eq!(some["tours"].as_array().unwrap().len(), 1);
    let monday = &tours(&plan)[0];
    assert_eq!(stops(&some["tours"][0]).len(), stops(monday).len());
    assert_eq!(some["tours"][0]["lunch_at"], monday["lunch_at"]);
    anna.post(&url, json!({"days": ["2026-11-23"]}))
        .await
        .problem(409, "plan-nothing");
    let rest = anna.post(&url, json!({})).await.expect(200);
    assert_eq!(rest["plan"]["status"], "accepted");
    assert_eq!(rest["tours"].as_array().unwrap().len(), 4);
    anna.post(&url, json!({}))
        .await
        .problem(409, "plan-not-ready");
    assert_eq!(
        visits.count("visits WHERE tour_id IS NOT NULL AND expected_at IS NOT NULL"),
        seen.len() as i64
    );
    let announced = visits.announced();
    let accepted = announced
        .iter()
        .filter(|kind| *kind == "visits.tour.accepted.v1");
    assert_eq!(accepted.count(), 5);
}

/// Within working hours, the break between half past twelve and half past two, no shop before it opens or while it closes.
fn check_tour(tour: &Value) {
    let day = tour["day"].as_str().unwrap();
    let at = |time: &str| format!("{day}T{time}:00Z");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert!(
        text(&tour["starts_at"]) >= at("08:00") && text(&tour["ends_at"]) <= at("17:00"),
        "{tour:#}"
    );
    let lunch = text(&tour["lunch_at"]);
    assert!(lunch >= at("11:30") && lunch <= at("12:30"), "{lunch}");
    let mut before = text(&tour["starts_at"]);
    for stop in stops(tour) {
        let (arrives, leaves) = (text(&stop["arrives_at"]), text(&stop["leaves_at"]));
        assert!(before <= arrives && arrives < leaves);
        assert_eq!(stop["outside"], false);
        // Shops open from nine to one and from three to seven, Roman winter time.
        assert!(leaves <= at("12:00") || arrives >= at("08:00") && leaves > at("14:00"));
        before = leaves;
    }
}

#[actix_web::test]
async fn what_counts_is_urgency_class_deals_offers_and_orders_that_stopped() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({"visits_most": 4})).await;
    let not_due = |name, number| Shop {
        last_visit_on: Some("2026-11-20"),
        ..Shop::of(&anna, name, spot(number))
    };
    let quiet = visits.shop(&not_due("Tranquillo", 1));
    let deal = visits.shop(&not_due("Trattativa", 2));
    let offer = visits.shop(&not_due("Offerta", 3));
    let churn = visits.shop(&not_due("Perso", 4));
    let urgent = visits.shop(&Shop::of(&anna, "Urgente", spot(5)));
    let stage = uuid::Uuid::now_v7();
    visits.told(
        "crm.pipeline.saved.v1",
        stage,
        1,
        &json!({"stages": [{"id": stage, "probability": 80}]}),
    );
    let open = json!({"client_id": visits.client_of(deal), "stage_id": stage, "status": "open", "amount_cents": 900_000,
        "expected_close_on": null, "archived_at": null});
    visits.told("crm.opportunity.created.v1", uuid::Uuid::now_v7(), 1, &open);
    let sent = json!({"client_id": visits.client_of(offer), "status": "sent", "valid_until": "2026-11-24", "total_cents": 100_000,
        "archived_at": null});
    visits.told("crm.proposal.sent.v1", uuid::Uuid::now_v7(), 1, &sent);
    let client = visits.client_of(churn);
    visits.sql(&format!("UPDATE clients SET orders = 6, first_order_on = '2026-03-01', last_order_on = '2026-08-01' WHERE id = '{client}'"));

    let plan = planned(&anna, monday()).await;
    let why: std::collections::BTreeMap<String, String> = all_stops(&plan)
        .iter()
        .map(|stop| {
            let reason = &stop["reasons"][0];
            (
                stop["client_name"].as_str().unwrap().to_owned(),
                reason["kind"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        ("Offerta", "offer"),
        ("Perso", "churn"),
        ("Trattativa", "deals"),
        ("Urgente", "urgency"),
    ];
    assert_eq!(
        why,
        expected
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .into()
    );
    let weighted = all_stops(&plan)
        .into_iter()
        .find(|stop| stop["place_id"] == json!(deal))
        .unwrap();
    assert_eq!(weighted["reasons"][0]["weighted_cents"], 720_000);
    assert_eq!(plan["outcome"]["considered"]["not_due"], 1);
    assert_eq!(left(&plan, quiet), Value::Null);
    assert_ne!(
        all_stops(&plan)
            .iter()
            .position(|stop| stop["place_id"] == json!(urgent)),
        None
    );

    // What is not due is visited too where there is room, when somebody wants that.
    let more = planned(
        &anna,
        json!({"from": "2026-11-24", "until": "2026-11-25", "not_due": true}),
    )
    .await;
    assert!(
        all_stops(&more)
            .iter()
            .any(|stop| stop["place_id"] == json!(quiet)),
        "{more:#}"
    );
}

#[actix_web::test]
async fn appointments_stay_and_what_cannot_be_kept_says_what_would_help() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    let shops = some_shops(&visits, &anna, 60);
    let fixed = |time: &str| json!({"fixed_at": format!("2026-11-23T{time}:00Z")});
    let kept = a_visit(&anna, shops[3], "2026-11-23", fixed("09:00")).await;
    // In Milano an hour after that: the way alone takes longer.
    let milano = visits.shop(&Shop::of(&anna, "Milano", (45.46, 9.19)));
    let clash = a_visit(&anna, milano, "2026-11-23", fixed("10:30")).await;
    let early = a_visit(&anna, shops[5], "2026-11-23", fixed("05:00")).await;
    let flexible = a_visit(&anna, shops[50], "2026-11-23", json!({})).await;
    let nowhere = visits.shop(&Shop {
        at: None,
        ..Shop::of(&anna, "Ovunque", spot(1))
    });
    let unknown = a_visit(&anna, nowhere, "2026-11-23", json!({})).await;
    let sunday = a_visit(&anna, shops[7], "2026-11-29", json!({})).await;

    let plan = planned(&anna, json!({"from": "2026-11-23", "until": "2026-11-29"})).await;
    let stop = |visit: &Value| {
        let mut stops = tours(&plan)[0]["stops"].as_array().unwrap().iter();
        stops
            .find(|stop| stop["visit_id"] == visit["id"])
            .cloned()
            .unwrap_or(Value::Null)
    };
    // One of the two that clash is kept at its time; the other is said to clash.
    let both = [stop(&kept), stop(&clash)];
    assert_eq!(
        both.iter().filter(|stop| stop.is_object()).count(),
        1,
        "{both:#?}"
    );
    assert_eq!(stop(&flexible)["fixed"], false, "{plan:#}");
    for (visit, place, why) in [
        (&early, shops[5], "day_off"),
        (&unknown, nowhere, "no_place"),
        (&sunday, shops[7], "day_off"),
    ] {
        let told = left(&plan, place);
        assert_eq!(
            (&told["why"], &told["visit_id"]),
            (&json!(why), &visit["id"]),
            "{told:#}"
        );
        assert!(!told["remedies"].as_array().unwrap().is_empty(), "{told:#}");
    }
    let lost = if both[0].is_object() {
        milano
    } else {
        shops[3]
    };
    let told = left(&plan, lost);
    assert_eq!(told["why"], "clash");
    let kinds: Vec<&str> = told["remedies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"move_other"), "{told:#}");
    // What it says helps: at that time there is room.
    let times = told["remedies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] == "other_time");
    for time in times {
        assert!(time["at"].as_str().unwrap() >= "2026-11-23T08", "{told:#}");
    }
}

#[actix_web::test]
async fn a_visit_of_the_week_gets_a_day_and_leeway_is_used() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({"visits_most": 2})).await;
    let shops = some_shops(&visits, &anna, 12);
    let sometime = json!({"until_day": "2026-11-27"});
    // It began last week already, and its shop opens on Thursdays alone.
    let any_day = a_visit(&anna, shops[0], "2026-11-20", sometime).await;
    visits.sql(&format!(
        "UPDATE places SET opening_hours = '{{\"thu\": [[\"09:00\", \"12:00\"]]}}' WHERE id = '{}'",
        shops[0]
    ));
    // Two at ten, half an hour each: the one that may begin an hour later gives way.
    let exact = a_visit(
        &anna,
        shops[1],
        "2026-11-23",
        json!({"fixed_at": "2026-11-23T09:00:00Z"}),
    )
    .await;
    let about = json!({"fixed_at": "2026-11-23T09:00:00Z", "leeway_minutes": 60});
    let about = a_visit(&anna, shops[2], "2026-11-23", about).await;

    let plan = planned(&anna, week()).await;
    assert_eq!(plan["outcome"]["tours"].as_array().unwrap().len(), 5);
    let on = |visit: &Value| {
        let found = tours(&plan).iter().find(|tour| {
            stops(tour)
                .iter()
                .any(|stop| stop["visit_id"] == visit["id"])
        });
        found.map(|tour| tour["day"].as_str().unwrap().to_owned())
    };
    let expected = [
        (&any_day, "2026-11-26"),
        (&exact, "2026-11-23"),
        (&about, "2026-11-23"),
    ];
    for (visit, day) in expected {
        assert_eq!(on(visit).as_deref(), Some(day), "{plan:#}");
    }
    anna.post(&format!("{}/accept", path("plans", &plan)), json!({}))
        .await
        .expect(200);
    let now = anna.get(&path("visits", &any_day)).await.expect(200);
    assert_eq!(
        (&now["day"], &now["until_day"]),
        (&json!("2026-11-26"), &Value::Null),
        "{now:#}"
    );
    assert!(now["tour_id"].is_string());
}

#[actix_web::test]
async fn days_on_which_nobody_goes_out_are_said() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    some_shops(&visits, &anna, 30);
    let url = format!("/api/v1/availability/{}/absences", anna.user_id);
    let away = json!({"from_day": "2026-12-10", "until_day": "2026-12-10", "reason": "training"});
    anna.post(&url, away).await.expect(201);
    let place = some_shops(&visits, &anna, 1)[0];
    let visit = a_visit(&anna, place, "2026-12-09", json!({})).await;
    let tour = json!({"day": "2026-12-09", "visit_ids": [visit["id"]]});
    anna.post("/api/v1/tours", tour).await.expect(201);

    // The Immaculate Conception is on Tuesday the eighth.
    let plan = planned(&anna, json!({"from": "2026-12-06", "until": "2026-12-11"})).await;
    let off: Vec<(&str, &str)> = plan["outcome"]["days_off"]
        .as_array()
        .unwrap()
        .iter()
        .map(|off| (off["day"].as_str().unwrap(), off["why"].as_str().unwrap()))
        .collect();
    assert_eq!(
        off,
        [
            ("2026-12-06", "not_working"),
            ("2026-12-08", "holiday"),
            ("2026-12-09", "has_tour"),
            ("2026-12-10", "absent"),
        ]
    );
    let days: Vec<&str> = tours(&plan)
        .iter()
        .map(|tour| tour["day"].as_str().unwrap())
        .collect();
    assert_eq!(days, ["2026-12-07", "2026-12-11"]);

    // An absence that comes later is told to whoever accepts; the other day can be taken alone.
    let sick = json!({"from_day": "2026-12-11", "until_day": "2026-12-12", "reason": "sick"});
    anna.post(&url, sick).await.expect(201);
    let accept = format!("{}/accept", path("plans", &plan));
    let refused = anna
        .post(&accept, json!({}))
        .await
        .problem(409, "plan-outdated");
    assert!(refused["detail"].as_str().unwrap().contains("2026-12-11"));
    assert_eq!(visits.count("tours WHERE plan_id IS NOT NULL"), 0);
    anna.post(&accept, json!({"days": ["2026-12-07"]}))
        .await
        .expect(200);
}

#[actix_web::test]
async fn shops_that_never_open_are_on_no_tour_and_it_is_said_why() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    let shop = |name, number| Shop::of(&anna, name, spot(number));
    let sundays = visits.shop(&Shop {
        hours: json!({"sun": [["09:00", "13:00"]]}),
        ..shop("Domenica", 1)
    });
    let minutes = visits.shop(&Shop {
        hours: json!({"mon": [["09:00", "09:10"]]}),
        ..shop("Dieci minuti", 2)
    });
    let nowhere = visits.shop(&Shop {
        at: None,
        ..shop("Ovunque", 3)
    });
    let far = visits.shop(&Shop::of(&anna, "Palermo", (38.12, 13.36)));
    let open = visits.shop(&shop("Aperto", 4));
    let lost = visits.shop(&Shop {
        lifecycle: "lost",
        ..shop("Perduto", 5)
    });

    let plan = planned(&anna, monday()).await;
    assert_eq!(all_stops(&plan).len(), 1, "{plan:#}");
    assert_eq!(all_stops(&plan)[0]["place_id"], json!(open));
    for (place, why) in [
        (sundays, "closed"),
        (minutes, "closed"),
        (nowhere, "no_place"),
        (far, "too_far"),
    ] {
        assert_eq!(left(&plan, place)["why"], why);
    }
    assert_eq!(left(&plan, lost), Value::Null);

    // On San Giovanni nobody in Torino opens; in the next town everybody does.
    let holidays = json!({"items": [{"province": "TO", "city": "Torino", "month": 11, "day": 24, "name": "Prova"}]});
    let headers = [("if-match", "*")];
    visits
        .admin()
        .send(
            reqwest::Method::PUT,
            "/api/v1/visit-rules/local-holidays",
            &headers,
            Some(&holidays),
        )
        .await
        .expect(200);
    let moncalieri = visits.shop(&Shop {
        city: "Moncalieri",
        ..shop("Moncalieri", 6)
    });
    let plan = planned(&anna, json!({"from": "2026-11-24", "until": "2026-11-24"})).await;
    assert_eq!(all_stops(&plan).len(), 1, "{plan:#}");
    assert_eq!(all_stops(&plan)[0]["place_id"], json!(moncalieri));
    assert_eq!(left(&plan, open)["why"], "closed");
}

#[actix_web::test]
async fn days_of_23_and_25_hours_go_by_the_wall_clock() {
    fn february() -> chrono::DateTime<chrono::Utc> {
        crate::kit::instant("2026-02-02T08:00:00Z")
    }
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, february);
    let anna = visits.agent();
    let night =
        json!({"week": {"sun": [["01:00", "09:00"]], "mon": [["01:00", "09:00"]]}, "lunch": null});
    lives_in_torino(&anna, night).await;
    let hours = json!({"sun": [["01:30", "09:00"]], "mon": [["01:30", "09:00"]]});
    for number in 0..16 {
        let name = format!("Notte {number}");
        let shop = Shop::of(&anna, &name, spot(number));
        visits.shop(&Shop {
            hours: hours.clone(),
            last_visit_on: Some("2026-01-01"),
            ..shop
        });
    }
    // In spring 01:30 to 09:00 is six and a half hours, in autumn eight and a half.
    for (day, opens, closes) in [
        ("2026-03-29", "00:30", "07:00"),
        ("2026-10-25", "23:30", "08:00"),
    ] {
        visits.sql("DELETE FROM visits");
        if day > "2026-10" {
            visits.sql("UPDATE places SET last_visit_on = '2026-09-01', due_on = '2026-09-22'");
        }
        let from = json!({"from": day, "until": day});
        let plan = planned(&anna, from).await;
        let tour = &tours(&plan)[0];
        let first = stops(tour)[0]["arrives_at"].as_str().unwrap();
        let end = tour["ends_at"].as_str().unwrap();
        assert!(first.contains(&format!("T{opens}")), "{first}");
        assert!(end[11..16] <= *closes, "{end}");
        // The agent's day is as long as the clock says: seven hours, or nine.
        assert!(!stops(tour).is_empty());
    }
}

#[actix_web::test]
async fn of_two_who_plan_the_same_day_the_second_is_told() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    some_shops(&visits, &anna, 30);
    let first = planned(&anna, monday()).await;
    let second = planned(&anna, json!({"from": "2026-11-23", "until": "2026-11-24"})).await;
    let url = |plan: &Value| format!("{}/accept", path("plans", plan));
    let (one, other) = (url(&first), url(&second));
    let (a, b) = tokio::join!(anna.post(&one, json!({})), anna.post(&other, json!({})));
    let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
    won.expect(200);
    let told = lost.status.as_u16();
    assert_eq!(told, 409, "{}", lost.body);
    assert!(
        ["/problems/tour-exists", "/problems/plan-outdated"]
            .contains(&lost.body["type"].as_str().unwrap()),
        "{}",
        lost.body
    );
    // Nothing of the lost plan is in the diary.
    assert_eq!(
        visits.count("tours t WHERE NOT EXISTS (SELECT FROM stops s WHERE s.tour_id = t.id)"),
        0
    );
    assert_eq!(visits.count("visits WHERE tour_id IS NULL"), 0);
}

#[actix_web::test]
async fn a_shop_that_two_agents_would_visit_is_visited_by_the_first() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let boss = visits.user(
        "Marta Capo",
        None,
        &["visits:read:all", "visits:write:all", "visits:plan:all"],
    );
    let anna = visits.user("Anna", Some(&boss), AGENT);
    let bruno = visits.user("Bruno", Some(&boss), AGENT);
    for who in [&anna, &bruno] {
        lives_in_torino(who, json!({})).await;
    }
    visits.shop(&Shop {
        owner: None,
        ..Shop::of(&anna, "Di nessuno", spot(1))
    });
    let one = planned(
        &boss,
        json!({"agent_ids": [anna.user_id], "from": "2026-11-23", "until": "2026-11-23"}),
    )
    .await;
    let two = planned(
        &boss,
        json!({"agent_ids": [bruno.user_id], "from": "2026-11-24", "until": "2026-11-24"}),
    )
    .await;
    assert_eq!((all_stops(&one).len(), all_stops(&two).len()), (1, 1));
    boss.post(&format!("{}/accept", path("plans", &one)), json!({}))
        .await
        .expect(200);
    let told = boss
        .post(&format!("{}/accept", path("plans", &two)), json!({}))
        .await
        .problem(409, "plan-outdated");
    assert!(told["detail"].as_str().unwrap().contains("Di nessuno"));
    assert_eq!(told["errors"][0]["code"], "plan.shop_taken");
}

#[actix_web::test]
async fn a_shop_that_is_visited_before_the_plan_begins_is_not_planned_right_after() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({})).await;
    let shops = some_shops(&visits, &anna, 12);
    visits.sql("UPDATE places SET cadence_days = 14");
    // Friday of this week; the plan is for the Monday after, and for the Friday of the week after that.
    a_visit(&anna, shops[0], "2026-11-27", json!({})).await;
    let next = json!({"from": "2026-11-30", "until": "2026-12-11"});
    let plan = planned(&anna, next).await;
    let days: Vec<&str> = tours(&plan)
        .iter()
        .filter(|tour| {
            let mut stops = stops(tour).iter();
            stops.any(|stop| stop["place_id"] == json!(shops[0]))
        })
        .map(|tour| tour["day"].as_str().unwrap())
        .collect();
    assert!(
        days.iter().all(|day| *day >= "2026-12-04"),
        "a week apart at least: {days:?}"
    );
    let accept = format!("{}/accept", path("plans", &plan));
    anna.post(&accept, json!({})).await.expect(200);
}

#[actix_web::test]
async fn a_team_is_planned_together_and_each_shop_is_its_owners() {
    let optimizer = Bundled::start();
    let visits = Visits::start_with(&optimizer.url, sunday_evening);
    let boss = visits.user("Marta Capo", None, MANAGER);
    let anna = visits.user("Anna", Some(&boss), AGENT);
    let bruno = visits.user("Bruno", Some(&boss), AGENT);
    for who in [&anna, &bruno] {
        lives_in_torino(who, json!({})).await;
        some_shops(&visits, who, 12);
    }
    visits.shop(&Shop {
        owner: None,
        ..Shop::of(&anna, "Di nessuno", spot(1))
    });
    let stranger = visits.agent();

    let both = json!({"agent_ids": [anna.user_id, bruno.user_id], "from": "2026-11-23", "until": "2026-11-24"});
    let plan = planned(&boss, both.clone()).await;
    for tour in tours(&plan) {
        for stop in stops(tour) {
            let place = stop["place_id"].as_str().unwrap();
            let agent = tour["agent_id"].as_str().unwrap();
            assert_eq!(
                visits.count(&format!(
                    "places WHERE id = '{place}' AND owner_id = '{agent}'"
                )),
                1
            );
        }
    }
    assert_eq!(all_stops(&plan).len(), 24);
    // A manager does not see shops without an owner; an admin does, and one of the two gets it.
    let whole = visits.admin();
    let plan = planned(&whole, both.clone()).await;
    assert_eq!(all_stops(&plan).len(), 25);
    // Nobody plans for people they do not lead.
    anna.post("/api/v1/plans", both)
        .await
        .problem(404, "not-found");
    let theirs =
        json!({"agent_ids": [stranger.user_id], "from": "2026-11-23", "until": "2026-11-24"});
    boss.post("/api/v1/plans", theirs)
        .await
        .problem(404, "not-found");
    // And nobody sees another's plan.
    bruno
        .get(&path("plans", &plan))
        .await
        .problem(404, "not-found");
}

#[actix_web::test]
async fn a_plan_is_changed_by_hand_before_it_is_accepted() {
    let optimizer = Bundled::start();
    let mut visits = Visits::start_with(&optimizer.url, sunday_evening);
    let anna = visits.agent();
    lives_in_torino(&anna, json!({"visits_most": 6})).await;
    some_shops(&visits, &anna, 30);
    let plan = planned(&anna, json!({"from": "2026-11-23", "until": "2026-11-24"})).await;
    // What follows needs no optimiser.
    visits.moves_to(NOWHERE, sunday_evening);
    let anna = visits.server.sign_in_as(anna.user_id, AGENT);
    let place = |stop: &Value| json!({"place_id": stop["place_id"]});
    let mut monday: Vec<Value> = stops(&tours(&plan)[0]).iter().map(place).collect();
    let tuesday = stops(&tours(&plan)[1]);
    monday.reverse();
    let gone = monday.pop().unwrap();
    let moved = place(&tuesday[0]);
    monday.push(moved.clone());
    monday[1]["pinned"] = json!(true);
    let rest: Vec<Value> = tuesday[1..].iter().map(place).collect();
    let body = json!({"tours": [
        {"agent_id": anna.user_id, "day": "2026-11-23", "stops": monday},
        {"agent_id": anna.user_id, "day": "2026-11-24", "stops": rest},
    ]});
    let changed = anna.patch(&path("plans", &plan), body).await.expect(200);
    assert_eq!(
        changed["version"].as_i64().unwrap(),
        plan["version"].as_i64().unwrap() + 1
    );
    let now: Vec<Value> = stops(&tours(&changed)[0]).iter().map(place).collect();
    let wanted: Vec<Value> = monday.iter().map(place).collect();
    assert_eq!(now, wanted);
    assert_eq!(tours(&changed)[0]["stops"][1]["pinned"], true);
    let id = gone["place_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(left(&changed, id)["why"], "removed");
    // The times are those of the new order.
    let times: Vec<&str> = stops(&tours(&changed)[0])
        .iter()
        .map(|stop| stop["arrives_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");

    let another = json!({"tours": [{"agent_id": anna.user_id, "day": "2026-11-30", "stops": []}]});
    anna.patch(&path("plans", &plan), another)
        .await
        .invalid(&["/tours/0/day"]);
    let stranger = json!({"tours": [{"agent_id": anna.user_id, "day": "2026-11-23", "stops": [{"place_id": uuid::Uuid::now_v7()}]}]});
    anna.patch(&path("plans", &plan), stranger)
        .await
        .invalid(&["/tours/0/stops/0/place_id"]);
    let accepted = anna
        .post(&format!("{}/accept", path("plans", &plan)), json!({}))
        .await
        .expect(200);
    assert_eq!(accepted["tours"][0]["stops"][1]["pinned"], true);
}

#[actix_web::test]
async fn requests_that_make_no_sense_are_refused_and_a_repeated_one_is_one_plan() {
    let visits = Visits::start();
    let anna = visits.agent();
    for (body, pointer) in [
        (
            json!({"from": "2026-11-21", "until": "2026-11-21"}),
            "/from",
        ),
        (
            json!({"from": "2026-11-24", "until": "2026-11-23"}),
            "/until",
        ),
        (
            json!({"from": "2026-11-24", "until": "2027-01-23"}),
            "/until",
        ),
    ] {
        anna.post("/api/v1/plans", body).await.invalid(&[pointer]);
    }
    anna.post(
        "/api/v1/plans",
        json!({"from": "domani", "until": "2026-11-23"}),
    )
    .await
    .expect(422);
    anna.post(
        "/api/v1/plans",
        json!({"from": "2026-11-23", "until": "2026-11-23", "fast": true}),
    )
    .await
    .expect(422);
    let one = post_once(&anna, "/api/v1/plans", "k1", &week())
        .await
        .expect(201);
    let again = post_once(&anna, "/api/v1/plans", "k1", &week())
        .await
        .expect(201);
    assert_eq!(one["id"], again["id"]);
    // There is nothing to visit: no optimiser is asked, and the plan says so.
    let plan = made(&anna, &one).await;
    assert_eq!((&plan["status"], tours(&plan).len()), (&json!("ready"), 0));
    assert_eq!(plan["outcome"]["days_off"].as_array().unwrap().len(), 5);
    let listed = anna.get("/api/v1/plans").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["id"], one["id"]);
    assert!(listed["items"][0].get("outcome").is_none());
}

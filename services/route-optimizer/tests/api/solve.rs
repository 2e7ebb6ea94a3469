use serde_json::{Value, json};

use crate::kit::{refusal, solve};

/// Places on a line, a minute apart.
fn line(places: u64) -> Value {
    let rows: Vec<Vec<u64>> = (0..places)
        .map(|from| (0..places).map(|to| from.abs_diff(to) * 60).collect())
        .collect();
    json!({"car": {"durations": rows}})
}

fn day(jobs: Value) -> Value {
    json!({
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 10_000]}],
        "jobs": jobs,
        "matrices": line(10),
        "options": {"iterations": 500},
    })
}

fn kinds(answer: &Value) -> Vec<String> {
    let steps = answer["routes"][0]["steps"].as_array().unwrap();
    let kind = |step: &Value| match step["id"].as_u64() {
        Some(id) => format!("{}{id}", step["type"].as_str().unwrap()),
        None => step["type"].as_str().unwrap().to_owned(),
    };
    steps.iter().map(kind).collect()
}

#[test]
fn an_answer_has_every_field_that_vroom_gives() {
    let mut request = day(
        json!([{"id": 7, "location_index": 3, "service": 100, "priority": 5, "description": "Rossi"}]),
    );
    request["vehicles"][0]["description"] = json!("Anna");
    let answer = solve(&request);
    assert_eq!(answer["code"], 0);
    let summary = &answer["summary"];
    for (key, value) in [
        ("cost", 360),
        ("routes", 1),
        ("unassigned", 0),
        ("setup", 0),
        ("service", 100),
        ("duration", 360),
        ("waiting_time", 0),
        ("priority", 5),
    ] {
        assert_eq!(summary[key], value, "{key}");
        if !matches!(key, "routes" | "unassigned") {
            assert_eq!(answer["routes"][0][key], value, "{key}");
        }
    }
    assert_eq!(summary["violations"], json!([]));
    assert_eq!(summary["matrix_source"], "inline");
    assert!(summary["optimal"].is_boolean() && summary["computing_times"]["loading"].is_u64());
    assert!(summary.get("distance").is_none() && summary.get("delivery").is_none());
    let route = &answer["routes"][0];
    assert_eq!(
        (&route["vehicle"], &route["description"]),
        (&json!(1), &json!("Anna"))
    );
    let step = &route["steps"][1];
    let expected = json!({
        "type": "job", "id": 7, "job": 7, "description": "Rossi", "location_index": 3, "setup": 0, "service": 100,
        "waiting_time": 0, "arrival": 180, "duration": 180, "violations": [],
    });
    assert_eq!(*step, expected);
}

#[test]
fn departure_is_late_so_that_nobody_waits() {
    let answer = solve(&day(
        json!([{"id": 1, "location_index": 2, "time_windows": [[5000, 6000]]}]),
    ));
    let steps = &answer["routes"][0]["steps"];
    assert_eq!(steps[0]["arrival"], 4880);
    assert_eq!(answer["summary"]["waiting_time"], 0);
}

#[test]
fn setup_is_paid_once_per_place_and_not_at_the_start() {
    let job =
        |id: u64, at: u64| json!({"id": id, "location_index": at, "setup": 50, "service": 10});
    let answer = solve(&day(json!([job(1, 4), job(2, 4), job(3, 4), job(4, 0)])));
    let summary = &answer["summary"];
    assert!(
        summary["setup"] == 50 || summary["setup"] == 100,
        "{summary}"
    );
    assert_eq!(summary["service"], 40);
}

#[test]
fn a_vehicle_without_an_end_stays_where_it_is() {
    let mut request = day(json!([{"id": 1, "location_index": 5}]));
    request["vehicles"][0]
        .as_object_mut()
        .unwrap()
        .remove("end_index");
    let answer = solve(&request);
    assert_eq!(answer["summary"]["duration"], 300);
    assert_eq!(answer["routes"][0]["steps"][2]["location_index"], 5);
    request["vehicles"][0] = json!({"id": 1, "end_index": 0});
    let answer = solve(&request);
    assert_eq!(answer["routes"][0]["steps"][0]["location_index"], 5);
}

#[test]
fn a_break_interrupts_a_leg_and_its_distance() {
    let mut request = day(json!([{"id": 1, "location_index": 9}]));
    request["vehicles"][0]["time_window"] = json!([0, 2000]);
    request["vehicles"][0]["breaks"] =
        json!([{"id": 4, "service": 300, "time_windows": [[0, 270]], "description": "lunch"}]);
    request["matrices"]["car"]["distances"] = request["matrices"]["car"]["durations"].clone();
    let answer = solve(&request);
    let steps = answer["routes"][0]["steps"].as_array().unwrap();
    let pause = steps.iter().find(|step| step["type"] == "break").unwrap();
    assert_eq!(
        (&pause["id"], &pause["service"], &pause["description"]),
        (&json!(4), &json!(300), &json!("lunch"))
    );
    assert!(pause.get("location").is_none() && pause.get("job").is_none());
    assert_eq!(pause["distance"], pause["duration"], "a metre a second");
    assert_eq!(answer["summary"]["distance"], 1080);
}

#[test]
fn a_faster_vehicle_takes_less_time_and_costs_less() {
    let mut request = day(json!([{"id": 1, "location_index": 5}]));
    request["vehicles"][0]["speed_factor"] = json!(2);
    assert_eq!(solve(&request)["summary"]["duration"], 300);
    assert_eq!(solve(&request)["summary"]["cost"], 300);
}

#[test]
fn costs_follow_time_way_and_work() {
    let mut request = day(json!([{"id": 1, "location_index": 5, "service": 1800}]));
    request["vehicles"][0]["costs"] =
        json!({"fixed": 1000, "per_hour": 7200, "per_km": 50, "per_task_hour": 600});
    let rows: Vec<Vec<u64>> = (0..10_u64)
        .map(|from| (0..10_u64).map(|to| from.abs_diff(to) * 1000).collect())
        .collect();
    request["matrices"]["car"]["distances"] = json!(rows);
    let answer = solve(&request);
    assert_eq!(answer["summary"]["cost"], 1000 + 1200 + 500 + 300);
    assert_eq!(answer["summary"]["distance"], 10_000);
}

#[test]
fn own_costs_replace_those_of_time() {
    let mut request = day(json!([{"id": 1, "location_index": 5}]));
    request["matrices"]["car"]["costs"] = json!(vec![vec![7; 10]; 10]);
    assert_eq!(solve(&request)["summary"]["cost"], 14);
}

#[test]
fn a_type_of_vehicle_has_times_of_its_own() {
    let mut request = day(json!([{
        "id": 1, "location_index": 5, "setup": 10, "service": 100,
        "setup_per_type": {"van": 20}, "service_per_type": {"van": 200},
    }]));
    let answer = solve(&request);
    assert_eq!(answer["summary"]["service"], 100);
    assert_eq!(answer["summary"]["optimal"], true, "nobody here is a van");
    request["vehicles"][0]["type"] = json!("van");
    let answer = solve(&request);
    assert_eq!(answer["summary"]["optimal"], true, "everybody is a van");
    assert_eq!(
        (&answer["summary"]["setup"], &answer["summary"]["service"]),
        (&json!(20), &json!(200))
    );
    request["vehicles"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": 2, "start_index": 9, "end_index": 9}));
    assert_eq!(solve(&request)["code"], 0, "types side by side");
}

#[test]
fn amounts_are_carried_and_summed() {
    let mut request = day(json!([
        {"id": 1, "location_index": 1, "delivery": [3, 0]},
        {"id": 2, "location_index": 2, "pickup": [1, 2]},
    ]));
    request["vehicles"][0]["capacity"] = json!([4, 2]);
    request["shipments"] = json!([{
        "pickup": {"id": 1, "location_index": 3}, "delivery": {"id": 1, "location_index": 6}, "amount": [3, 0],
    }]);
    let answer = solve(&request);
    assert_eq!(answer["summary"]["unassigned"], 0);
    assert_eq!(answer["summary"]["delivery"], json!([6, 0]));
    assert_eq!(answer["summary"]["amount"], json!([6, 0]));
    assert_eq!(answer["routes"][0]["pickup"], json!([4, 2]));
    let steps = answer["routes"][0]["steps"].as_array().unwrap();
    assert_eq!(steps[0]["load"], json!([3, 0]));
    assert_eq!(steps.last().unwrap()["load"], json!([1, 2]));
    let order = kinds(&answer);
    let at = |step: &str| order.iter().position(|other| other == step).unwrap();
    assert!(at("pickup1") < at("delivery1"));
}

#[test]
fn each_visit_left_out_says_why() {
    let mut request = day(json!([
        {"id": 1, "location_index": 1, "skills": [9]},
        {"id": 2, "location_index": 1, "time_windows": [[20_000, 30_000]]},
        {"id": 3, "location_index": 1, "delivery": [99]},
        {"id": 4, "location_index": 9, "service": 9_900},
        {"id": 5, "location_index": 2},
    ]));
    request["vehicles"][0]["capacity"] = json!([5]);
    for job in request["jobs"].as_array_mut().unwrap() {
        if job.get("delivery").is_none() {
            job["delivery"] = json!([1]);
        }
    }
    let answer = solve(&request);
    let reasons: Vec<(u64, &str)> = answer["unassigned"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| {
            (
                left["id"].as_u64().unwrap(),
                left["reason"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (1, "no_vehicle_with_skills"),
        (2, "outside_time_windows"),
        (3, "capacity"),
        (4, "outside_time_windows"),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(answer["unassigned"][0]["type"], "job");
    assert_eq!(answer["unassigned"][0]["location_index"], 1);
}

#[test]
fn the_same_seed_and_iterations_give_the_same_bytes() {
    for number in 0..12 {
        let request = crate::invent::request(number);
        let bare = |mut answer: Value| {
            answer["summary"]["computing_times"] = Value::Null;
            answer.to_string()
        };
        let workshop = crate::kit::workshop();
        let run = || crate::kit::respond(&workshop, request.to_string().as_bytes());
        match (run(), run()) {
            (Ok(one), Ok(other)) => assert_eq!(bare(one), bare(other), "{number}"),
            (one, other) => assert_eq!(one.unwrap_err(), other.unwrap_err()),
        }
    }
}

#[test]
fn without_matrices_times_are_estimated_and_the_answer_says_so() {
    let request = json!({
        "vehicles": [{"id": 1, "start": [9.19, 45.4642]}],
        "jobs": [{"id": 1, "location": [7.6869, 45.0703]}, {"id": 2, "location": [9.19, 45.4642]}],
        "options": {"g": true, "iterations": 200},
    });
    let answer = solve(&request);
    assert_eq!(answer["summary"]["matrix_source"], "great_circle");
    let duration = answer["summary"]["duration"].as_u64().unwrap();
    assert!(
        (5_400..9_000).contains(&duration),
        "Milan to Turin in {duration} s"
    );
    assert!(answer["summary"]["distance"].as_u64().unwrap() > 100_000);
    assert!(!answer["routes"][0]["geometry"].as_str().unwrap().is_empty());
    assert_eq!(
        answer["routes"][0]["steps"][0]["location"],
        json!([9.19, 45.4642])
    );
}

#[test]
fn given_routes_are_a_start_and_bad_ones_are_refused() {
    let mut request = day(json!([
        {"id": 1, "location_index": 1, "skills": [1]},
        {"id": 2, "location_index": 2, "time_windows": [[0, 130]]},
        {"id": 3, "location_index": 3},
    ]));
    request["vehicles"][0]["skills"] = json!([1]);
    request["vehicles"][0]["steps"] = json!([{"type": "job", "id": 2}, {"type": "job", "id": 1}]);
    assert_eq!(solve(&request)["summary"]["unassigned"], 0);
    let job = |id: u64| json!({"type": "job", "id": id});
    for (steps, change, text) in [
        (
            json!([job(3), job(2)]),
            json!({}),
            "Infeasible route for vehicle 1.",
        ),
        (
            json!([job(1)]),
            json!({"skills": [2]}),
            "Missing skill or step out of reach for vehicle 1 and job 1.",
        ),
        (
            json!([job(1), job(3)]),
            json!({"max_tasks": 1}),
            "Too many tasks for vehicle 1.",
        ),
        (
            json!([job(3)]),
            json!({"max_travel_time": 100}),
            "Route over max_travel_time for vehicle 1.",
        ),
    ] {
        let mut request = request.clone();
        request["vehicles"][0]["steps"] = steps;
        for (key, value) in change.as_object().unwrap() {
            request["vehicles"][0][key] = value.clone();
        }
        let fault = refusal(&request);
        assert_eq!((fault.code(), fault.to_string().as_str()), (2, text));
    }
}

#[test]
fn unreachable_places_are_left_out_not_driven_to() {
    let mut request = day(json!([{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}]));
    for place in 0..10 {
        if place != 2 {
            // As much as still adds up within 32 bits.
            request["matrices"]["car"]["durations"][place][2] = json!(900_000_000);
            request["matrices"]["car"]["durations"][2][place] = json!(900_000_000);
        }
    }
    let answer = solve(&request);
    assert_eq!(answer["unassigned"][0]["id"], 2, "{answer}");
}

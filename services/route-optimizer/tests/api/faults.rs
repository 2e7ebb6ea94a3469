//! Requests nobody should send.

use serde_json::{Value, json};

use crate::kit::{refusal, respond, solve, workshop};

fn text_refusal(text: &str) -> (u8, String) {
    let fault = respond(&workshop(), text.as_bytes()).unwrap_err();
    (fault.code(), fault.to_string())
}

#[test]
fn what_is_no_request_is_refused_with_where_it_ends() {
    for text in [
        "",
        "x",
        "[]",
        "null",
        "{",
        "{}x",
        "{\"vehicles\":NaN}",
        "{\"vehicles\":1e999}",
    ] {
        assert_eq!(text_refusal(text).0, 2, "{text}");
    }
    assert_eq!(text_refusal("[]").1, "Input root is not an object.");
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(text_refusal(&deep).0, 2);
    assert!(
        text_refusal("{\"a\": 1,\n \"b\": }")
            .1
            .ends_with("(offset: 15)"),
        "{:?}",
        text_refusal("{\"a\": 1,\n \"b\": }")
    );
}

#[test]
fn too_much_is_too_large_and_not_worked_on() {
    let jobs: Vec<Value> = (0..65_535)
        .map(|id| json!({"id": id, "location": [9.0, 45.0]}))
        .collect();
    let request = json!({"vehicles": [{"id": 1, "start": [9.0, 45.0]}], "jobs": jobs});
    let fault = refusal(&request);
    assert_eq!((fault.code(), fault.status()), (4, 413));
    assert!(
        fault.to_string().starts_with("Too many locations"),
        "{fault}"
    );
    let vehicles: Vec<Value> = (0..10_000)
        .map(|id| json!({"id": id, "start": [9.0, 45.0]}))
        .collect();
    let request = json!({"vehicles": vehicles, "jobs": [{"id": 1, "location": [9.0, 45.0]}]});
    assert_eq!(refusal(&request).code(), 4);
    let request = json!({"vehicles": [{"id": 1, "start": [9.0, 45.0], "capacity": vec![1; 5000]}], "jobs": []});
    assert_eq!(refusal(&request).code(), 4);
}

#[test]
fn coordinates_off_the_map_are_refused() {
    for place in [
        json!([1e300, 45]),
        json!([9, -91]),
        json!([181, 0]),
        json!([-1e12, 1e12]),
    ] {
        let request = json!({"vehicles": [{"id": 1, "start": [9, 45]}], "jobs": [{"id": 1, "location": place}]});
        assert_eq!(refusal(&request).code(), 2, "{place}");
    }
}

#[test]
fn times_at_the_edge_of_32_bits_neither_overflow_nor_lie() {
    let most = u32::MAX;
    let request = json!({
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "costs": {"fixed": most, "per_hour": most, "per_km": most, "per_task_hour": most}}],
        "jobs": [
            {"id": u64::MAX, "location_index": 1, "service": most, "setup": most},
            {"id": 0, "location_index": 0, "service": most, "time_windows": [[most, most]]},
        ],
        "matrices": {"car": {"durations": [[0, 500_000_000], [500_000_000, 0]], "distances": [[0, most], [most, 0]]}},
        "options": {"iterations": 200},
    });
    assert_eq!(solve(&request)["code"], 0);
    let mut plan = request.clone();
    plan["options"] = json!({"c": true});
    plan["vehicles"][0]["steps"] =
        json!([{"type": "job", "id": u64::MAX}, {"type": "job", "id": 0}]);
    plan["vehicles"][0]["time_window"] = json!([0, 10]);
    let answer = solve(&plan);
    assert!(
        answer["summary"]["violations"][0]["duration"]
            .as_u64()
            .unwrap()
            > u64::from(most)
    );
    let mut slow = request;
    slow["vehicles"][0]["speed_factor"] = json!(1e-300);
    assert_eq!(solve(&slow)["code"], 0);
}

#[test]
fn costs_that_cannot_be_summed_are_refused() {
    let request = json!({
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, u32::MAX], [u32::MAX, 0]]}},
    });
    assert_eq!(
        refusal(&request).to_string(),
        "Too high cost values, stopping to avoid overflowing."
    );
}

#[test]
fn the_first_of_two_keys_counts_as_with_vroom() {
    let text = r#"{"jobs": [{"id": 1, "location": [9, 45]}], "jobs": 5, "vehicles": [{"id": 1, "start": [9, 45]}]}"#;
    assert_eq!(respond(&workshop(), text.as_bytes()).unwrap()["code"], 0);
}

#[test]
fn the_last_place_there_can_be_is_not_made_room_for() {
    for index in [65_534_u64, 65_535, 65_536, u64::from(u32::MAX), u64::MAX] {
        let request = json!({
            "vehicles": [{"id": 1, "start_index": 0}],
            "jobs": [{"id": 1, "location_index": index}],
            "matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
        });
        assert_eq!(refusal(&request).code(), 2, "{index}");
        let mut anywhere = request.clone();
        anywhere["jobs"][0]["location"] = json!([9, 45]);
        anywhere["vehicles"][0]["start"] = json!([9, 45]);
        anywhere.as_object_mut().unwrap().remove("matrices");
        let started = std::time::Instant::now();
        let code = match respond(&workshop(), anywhere.to_string().as_bytes()) {
            Ok(answer) => answer["code"].as_u64(),
            Err(fault) => Some(u64::from(fault.code())),
        };
        assert!(matches!(code, Some(0 | 2)), "{index}: {code:?}");
        assert!(
            started.elapsed() < std::time::Duration::from_secs(5),
            "{index}"
        );
    }
}

#[test]
fn matrices_that_are_not_square_are_refused() {
    for rows in [
        json!([[0, 1], [1]]),
        json!([[0, 1]]),
        json!([[0], [1]]),
        json!([[0, 1, 2], [1, 0, 2]]),
        json!([[0, 1], [1, 0], [1, 2]]),
        json!([[], []]),
        json!([0, 1]),
    ] {
        let request = json!({
            "vehicles": [{"id": 1, "start_index": 0}],
            "jobs": [{"id": 1, "location_index": 1}],
            "matrices": {"car": {"durations": rows}},
        });
        assert_eq!(refusal(&request).code(), 2, "{rows}");
    }
}

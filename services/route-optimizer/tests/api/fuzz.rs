//! Invented requests, right and broken: an answer that is confirmed or a refusal, never anything else.

use std::time::{Duration, Instant};

use route_optimizer::request::Fault;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::invent;
use crate::kit::{config, respond};

/// How many requests, unless `FUZZ_REQUESTS` says otherwise.
const SLICE: u64 = 300;
const ALL: u64 = 10_000;
/// More memory than this, in all, is a request that took too much.
const MEMORY_MOST_KB: u64 = 300_000;
/// Nobody may work for more than a second; whoever takes so much longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Values that something, somewhere, was not made for.
fn odd(dice: &mut Dice) -> Value {
    let choices = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(1e300),
        json!(4_294_967_295_u64),
        json!(4_294_967_296_u64),
        json!(u64::MAX),
        json!("x"),
        json!(""),
        json!([]),
        json!({}),
        json!([[]]),
        json!([[5, 1]]),
        json!([[0, 4_294_967_295_u64]]),
        json!([4_294_967_295_u64, 4_294_967_295_u64]),
        json!([1e300, -1e300]),
        json!([0, 0, 0, 0, 0]),
        json!({"id": 1}),
        json!([{"id": 1}, {"id": 1}]),
        json!([[0, 1], [1]]),
        json!([[0, 1, 2], [1, 0, 2]]),
        json!([[0, 4_294_967_295_u64], [4_294_967_295_u64, 0]]),
        json!([-180.0, 90.0]),
        json!([5e-324, -0.0]),
        json!([9.0, f64::MAX]),
        json!(65_535),
        json!(65_536),
        json!({"van": 4_294_967_295_u64}),
    ];
    dice.pick(&choices).clone()
}

/// Puts something odd somewhere, or something twice, or takes something away.
fn break_somewhere(dice: &mut Dice, value: &mut Value, depth: u32) {
    if depth == 0 || dice.percent(8) {
        *value = odd(dice);
        return;
    }
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let keys: Vec<String> = fields.keys().cloned().collect();
            let key = dice.pick(&keys).clone();
            if dice.percent(10) {
                fields.remove(&key);
            } else if let Some(field) = fields.get_mut(&key) {
                break_somewhere(dice, field, depth - 1);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let at = dice.below(items.len() as u64) as usize;
            match dice.below(12) {
                0 => {
                    items.remove(at);
                }
                1 => items.push(items[at].clone()),
                _ => break_somewhere(dice, &mut items[at], depth - 1),
            }
        }
        other => *other = odd(dice),
    }
}

/// Steps that cannot be meant: of another vehicle, twice, of nothing, with times that exclude each other.
fn contradict(dice: &mut Dice, request: &mut Value) {
    let job = request["jobs"][0]["id"].clone();
    let Some(vehicles) = request["vehicles"].as_array_mut() else {
        return;
    };
    let at = dice.below(vehicles.len() as u64) as usize;
    let Some(vehicle) = vehicles.get_mut(at).and_then(Value::as_object_mut) else {
        return;
    };
    let step = json!({"type": "job", "id": job, "service_at": dice.below(5000), "service_before": dice.below(5000)});
    let choices = [
        json!([step, step]),
        json!([{"type": "end"}, {"type": "start"}, step]),
        json!([{"type": "break", "id": 77}, step]),
        json!([{"type": "delivery", "id": 1}, {"type": "pickup", "id": 1}]),
        json!([{"type": "job", "id": u64::MAX}]),
        json!([step, {"type": "job", "id": job, "service_after": u32::MAX}]),
    ];
    vehicle.insert("steps".to_owned(), dice.pick(&choices).clone());
}

/// Places by coordinates instead of numbers, some of them off every map.
fn on_the_map(dice: &mut Dice, request: &mut Value) {
    if let Some(members) = request.as_object_mut() {
        members.remove("matrices");
    }
    let edge = [
        json!([1e300, 1.0]),
        json!([180.0, 90.0]),
        json!([-180.000_001, 0]),
        json!([1e-320, 89.999_999]),
        json!([9]),
        json!([9, 45, 3]),
        json!(["9", "45"]),
    ];
    place(dice, request, &edge);
}

fn place(dice: &mut Dice, value: &mut Value, edge: &[Value]) {
    match value {
        Value::Object(fields) => {
            for (index, point) in [
                ("location_index", "location"),
                ("start_index", "start"),
                ("end_index", "end"),
            ] {
                if let Some(number) = fields.remove(index) {
                    let off = number.as_f64().unwrap_or(0.0) / 100.0;
                    let spot = if dice.percent(3) {
                        dice.pick(edge).clone()
                    } else {
                        json!([9.0 + off, 45.0 - off])
                    };
                    fields.insert(point.to_owned(), spot);
                }
            }
            fields
                .values_mut()
                .for_each(|field| place(dice, field, edge));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| place(dice, item, edge)),
        _ => {}
    }
}

/// Writes something where a number was that JSON has no word for, or has too large.
fn no_number(dice: &mut Dice, text: &mut Vec<u8>) {
    let digits: Vec<usize> = (0..text.len())
        .filter(|&at| text[at].is_ascii_digit())
        .collect();
    if digits.is_empty() {
        return;
    }
    let from = *dice.pick(&digits);
    let to = (from..text.len()).find(|&at| !text[at].is_ascii_digit());
    let words = [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "99999999999999999999999",
        "-0",
        "0x10",
    ];
    let word = dice.pick(&words).bytes();
    text.splice(from..to.unwrap_or(text.len()), word);
}

fn one(number: u64) -> Result<u8, String> {
    let mut request = invent::request(number);
    let mut dice = Dice(number ^ 0xf00d);
    let broken = !number.is_multiple_of(3);
    if broken && dice.percent(20) {
        on_the_map(&mut dice, &mut request);
    }
    if broken && dice.percent(15) {
        contradict(&mut dice, &mut request);
    } else if broken {
        for _ in 0..dice.within(1, 3) {
            break_somewhere(&mut dice, &mut request, 6);
        }
    }
    if !request["options"].is_object() && request.is_object() {
        request["options"] = json!({"iterations": 200});
    }
    let mut text = request.to_string().into_bytes();
    if broken && dice.percent(10) {
        let at = dice.below(text.len() as u64) as usize;
        text[at] = dice.next() as u8;
    } else if broken && dice.percent(8) {
        no_number(&mut dice, &mut text);
    }
    let started = Instant::now();
    let workshop = config(&[("ROUTE_OPTIMIZER_TIMEOUT_SECONDS", "1")]).workshop();
    let answered =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| respond(&workshop, &text)));
    let tell = |what: &str| {
        format!(
            "request {number}: {what}\n{}",
            String::from_utf8_lossy(&text)
        )
    };
    if started.elapsed() > PATIENCE {
        return Err(tell("took too long"));
    }
    match answered {
        Err(_) => Err(tell("panicked")),
        Ok(Err(Fault::Internal(text))) => Err(tell(&text)),
        Ok(Err(fault)) if broken => Ok(fault.code()),
        // Given routes and times may be impossible; all else that is invented is right.
        Ok(Err(fault))
            if fault.to_string().ends_with("vehicle 10.")
                || request.to_string().contains("steps")
                || request.to_string().contains("breaks") =>
        {
            Ok(fault.code())
        }
        Ok(Err(fault)) => Err(tell(&fault.to_string())),
        Ok(Ok(answer)) if answer["code"] == 0 => Ok(0),
        Ok(Ok(answer)) => Err(tell(&answer.to_string())),
    }
}

fn run(numbers: std::ops::Range<u64>) {
    let mut codes = [0_u64; 5];
    let mut wrong = Vec::new();
    for number in numbers {
        match one(number) {
            Ok(code) => codes[usize::from(code)] += 1,
            Err(text) => wrong.push(text),
        }
    }
    let first = wrong.first().map(String::as_str).unwrap_or_default();
    assert!(
        wrong.is_empty(),
        "{} wrong answers, the first:\n{first}",
        wrong.len()
    );
    assert!(codes[0] > 0 && codes[2] > 0, "{codes:?}");
    let peak = peak_kb();
    assert!(peak < MEMORY_MOST_KB, "{peak} kB of memory at most");
    eprintln!("G6 wrong answers: 0, goal 0: met; by code {codes:?}, {peak} kB at most");
}

/// The most memory this process ever had.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or(0)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a number for one run of a test, no setting of the service"
)]
fn wanted(usual: u64) -> u64 {
    let asked = std::env::var("FUZZ_REQUESTS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn a_slice_of_invented_requests_is_answered_or_refused() {
    run(0..SLICE.min(wanted(SLICE)));
}

/// `cargo nextest run --release -p route-optimizer --run-ignored only --no-capture ten_thousand`
#[test]
#[ignore = "ten thousand requests take minutes"]
fn ten_thousand_invented_requests_are_answered_or_refused() {
    run(0..wanted(ALL));
}

//! Invented requests, right and broken: an answer that is confirmed or a refusal, never anything else.

use std::time::{Duration, Instant};

use route_optimizer::request::Fault;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::invent;
use crate::kit::{respond, workshop};

const SLICE: u64 = 300;
const ALL: u64 = 10_000;
/// Iterations are few; whoever takes longer hangs.
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

fn one(number: u64) -> Result<u8, String> {
    let mut request = invent::request(number);
    let mut dice = Dice(number ^ 0xf00d);
    let broken = !number.is_multiple_of(3);
    if broken {
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
    }
    let started = Instant::now();
    let workshop = workshop();
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
}

#[test]
fn a_slice_of_invented_requests_is_answered_or_refused() {
    run(0..SLICE);
}

/// `cargo nextest run -p route-optimizer --run-ignored only`
#[test]
#[ignore = "ten thousand requests take minutes"]
fn ten_thousand_invented_requests_are_answered_or_refused() {
    run(0..ALL);
}

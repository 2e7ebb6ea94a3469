//! A pipeline made from the stage names of a file.

use serde_json::{Value, json};

const WON: [&str; 6] = [
    "won",
    "closed won",
    "vinta",
    "vinto",
    "chiusa vinta",
    "chiuso vinto",
];
const LOST: [&str; 6] = [
    "lost",
    "closed lost",
    "persa",
    "perso",
    "chiusa persa",
    "chiuso perso",
];
/// Earlier first; names not listed keep their place behind these.
const EARLY: [&str; 8] = [
    "new",
    "prospecting",
    "contacted",
    "qualification",
    "engaging",
    "proposal",
    "negotiation",
    "verbal",
];

/// `{"name", "stages": [{"name", "outcome"}]}` with the open stages first, then won, then lost.
pub fn pipeline(name: &str, values: &[String]) -> Value {
    let mut stages: Vec<(&str, &str)> = values
        .iter()
        .map(|value| (value.as_str(), outcome(value)))
        .collect();
    stages.sort_by_key(|(value, outcome)| rank(value, outcome));
    let stages: Vec<Value> = stages
        .into_iter()
        .map(|(name, outcome)| json!({ "name": name, "outcome": outcome }))
        .collect();
    json!({ "name": name, "stages": stages })
}

fn outcome(value: &str) -> &'static str {
    let value = value.trim().to_lowercase();
    if WON.contains(&value.as_str()) {
        "won"
    } else if LOST.contains(&value.as_str()) {
        "lost"
    } else {
        "open"
    }
}

fn rank(value: &str, outcome: &str) -> usize {
    let value = value.trim().to_lowercase();
    match outcome {
        "won" => usize::MAX - 1,
        "lost" => usize::MAX,
        _ => EARLY
            .iter()
            .position(|early| *early == value)
            .unwrap_or(EARLY.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_stages_come_first_and_ends_last() {
        let values = ["Lost", "Engaging", "Won", "Prospecting"].map(str::to_owned);
        let expected = json!({"name": "Sales", "stages": [
            {"name": "Prospecting", "outcome": "open"},
            {"name": "Engaging", "outcome": "open"},
            {"name": "Won", "outcome": "won"},
            {"name": "Lost", "outcome": "lost"},
        ]});
        assert_eq!(pipeline("Sales", &values), expected);
    }
}

//! What people do, and what is to be done.

use super::name;
use crate::dashboard::model::{ActivitiesTile, CoverageTile, FollowUps, TargetsTile, ToursTile};
use crate::digests::letter::Words;

pub fn targets(w: Words, tile: &TargetsTile) -> Vec<String> {
    let lines = tile.lines.iter().map(|line| {
        let value = |value: i64| {
            if line.measure.ends_with("cents") {
                w.money(value)
            } else {
                w.number(value)
            }
        };
        format!(
            "{}, {}: {} {} {} ({})",
            name(w, line.name.as_ref()),
            w.title(&line.measure),
            value(line.actual),
            w.pick("su", "of"),
            value(line.target),
            w.share(line.attainment)
        )
    });
    lines.collect()
}

pub fn follow_ups(w: Words, tile: &FollowUps) -> Vec<String> {
    let line = |what: &str, count: i64| format!("{what}: {}", w.number(count));
    vec![
        line(
            w.pick("attività scadute", "tasks past their time"),
            tile.overdue,
        ),
        line(
            w.pick(
                "di cui da oltre 48 ore lavorative",
                "of those, by more than 48 working hours",
            ),
            tile.late,
        ),
        line(
            w.pick(
                "lead da contattare in ritardo",
                "leads that wait to be contacted",
            ),
            tile.leads_waiting,
        ),
    ]
}

pub fn coverage(w: Words, tile: &CoverageTile) -> Vec<String> {
    vec![
        format!(
            "{}: {} {} {} ({})",
            w.pick(
                "visti entro il loro intervallo",
                "seen within their interval"
            ),
            w.number(tile.within),
            w.pick("su", "of"),
            w.number(tile.places),
            w.share(tile.share)
        ),
        format!(
            "{}: {}; {}: {}",
            w.pick("in ritardo", "overdue"),
            w.number(tile.overdue),
            w.pick("mai visti", "never seen"),
            w.number(tile.never)
        ),
    ]
}

pub fn tours(w: Words, tile: &ToursTile) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "metres, far below 2^52")]
    let kilometres = w.decimal(tile.distance_m as f64 / 1_000.0);
    vec![
        format!(
            "{}: {}; {}: {}; {}: {}",
            w.pick("visite fatte", "visits made"),
            w.number(tile.visits_done),
            w.pick("mancate", "missed"),
            w.number(tile.visits_missed),
            w.pick("rispettate", "kept"),
            w.share(tile.kept)
        ),
        format!(
            "{}: {}; {}: {}; {kilometres} km",
            w.pick("giri", "tours"),
            w.number(tile.tours),
            w.pick("tappe", "stops"),
            w.number(tile.stops)
        ),
    ]
}

pub fn activities(w: Words, tile: &ActivitiesTile) -> Vec<String> {
    let called = |key: &str| match key {
        "call" => w.pick("telefonate", "calls"),
        "email" => w.pick("e-mail", "e-mails"),
        "meeting" => w.pick("incontri", "meetings"),
        "visit" => w.pick("visite", "visits"),
        "note" => w.pick("note", "notes"),
        _ => w.pick("altre", "others"),
    };
    let before = w.before(tile.previous.map(|count| w.number(count)));
    let all = format!(
        "{}: {}{before}",
        w.pick("in tutto", "in all"),
        w.number(tile.total)
    );
    let kinds = tile.kinds.iter();
    let kinds = kinds.map(|line| format!("{}: {}", called(&line.key), w.number(line.count)));
    std::iter::once(all).chain(kinds).collect()
}

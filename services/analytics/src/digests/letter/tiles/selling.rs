//! What was sold, and how it goes on.

use serde_json::Number;

use super::{MOST, name};
use crate::dashboard::model::{
    AgentsTile, Amount, Days, Figure, ForecastTile, FunnelTile, Headline, LostReasons,
    PipelineTile, Ranking, StageTimes, TimeToClose, Unit,
};
use crate::digests::letter::Words;

fn figure(w: Words, figure: &Figure) -> String {
    let text = |value: &Number| {
        let whole = value.as_i64().unwrap_or_default();
        match figure.unit {
            Unit::Cents => w.money(whole),
            Unit::Count => w.number(whole),
            Unit::Share => w.share(value.as_f64()),
            Unit::Days => days(w, value.as_f64()),
        }
    };
    let value = figure.value.as_ref().map_or_else(|| "–".to_owned(), &text);
    let before = w.before(figure.previous.as_ref().map(text));
    format!("{}: {value}{before}", w.title(figure.name))
}

pub fn headline(w: Words, tile: &Headline) -> Vec<String> {
    tile.figures.iter().map(|one| figure(w, one)).collect()
}

pub fn pipeline(w: Words, tile: &PipelineTile) -> Vec<String> {
    let lines = tile.pipelines.iter().map(|one| {
        let open = Amount {
            count: one.deals,
            cents: one.amount_cents,
        };
        let (now, weighted) = (w.pick("adesso", "now"), w.pick("pesato", "weighted"));
        format!(
            "{} ({now}): {}; {weighted} {}",
            one.name,
            deals(w, open),
            w.money(one.weighted_cents)
        )
    });
    lines.collect()
}

pub fn funnel(w: Words, tile: &FunnelTile) -> Vec<String> {
    let lines = tile.pipelines.iter().map(|one| {
        format!(
            "{}: {} {}, {} {} ({})",
            one.name,
            w.pick("iniziate", "begun"),
            w.number(one.began.count),
            w.pick("vinte finora", "won so far"),
            w.number(one.won.count),
            w.share(one.conversion)
        )
    });
    lines.collect()
}

fn duration(w: Words, of: &Days) -> String {
    let whole = |days: Option<i64>| {
        days.map_or_else(
            || "–".to_owned(),
            |days| format!("{} {}", w.number(days), w.pick("giorni", "days")),
        )
    };
    format!(
        "{} {}, {} {}",
        w.pick("mediana", "median"),
        whole(of.median_days),
        w.pick("90º percentile", "90th percentile"),
        whole(of.p90_days)
    )
}

pub fn stage_times(w: Words, tile: &StageTimes) -> Vec<String> {
    let left = tile.stages.iter().filter(|stage| stage.days.count > 0);
    left.map(|stage| format!("{}: {}", stage.name, duration(w, &stage.days)))
        .collect()
}

pub fn close(w: Words, tile: &TimeToClose) -> Vec<String> {
    let before = tile.previous.as_ref().filter(|days| days.count > 0);
    let before = w.before(before.map(|days| duration(w, days)));
    vec![duration(w, &tile.now) + &before]
}

pub fn lost(w: Words, tile: &LostReasons) -> Vec<String> {
    let reasons = tile.reasons.iter().take(MOST).map(|line| {
        let amount = Amount {
            count: line.count,
            cents: line.cents,
        };
        let reason = line.name.clone();
        let reason = reason.unwrap_or_else(|| w.pick("senza motivo", "no reason given").to_owned());
        format!("{reason}: {} ({})", deals(w, amount), w.share(line.share))
    });
    reasons.collect()
}

pub fn forecast(w: Words, tile: &ForecastTile) -> Vec<String> {
    let months = tile.months.iter().rev().take(MOST).rev().map(|month| {
        format!(
            "{}: {} {}, {} {}",
            w.month(month.month),
            w.pick("previsto", "forecast"),
            w.money(month.forecast_cents),
            w.pick("vinto", "won"),
            w.money(month.won_cents)
        )
    });
    months.collect()
}

fn won(w: Words, amount: Amount) -> String {
    format!("{} {}", w.pick("vinto", "won"), w.money(amount.cents))
}

pub fn agents(w: Words, tile: &AgentsTile) -> Vec<String> {
    let lines = tile.agents.iter().take(MOST).map(|line| {
        let before = w.before(line.previous_won_cents.map(|cents| w.money(cents)));
        format!(
            "{}: {}{before}; {} {}; {} {}",
            name(w, line.name.as_ref()),
            won(w, line.won),
            w.pick("ordinato", "ordered"),
            w.money(line.ordered.cents),
            w.pick("attività", "activities"),
            w.number(line.activities)
        )
    });
    lines.collect()
}

pub fn ranking(w: Words, tile: &Ranking) -> Vec<String> {
    let lines = tile.lines.iter().take(MOST).map(|line| {
        let called = line.name.clone().filter(|name| !name.is_empty());
        let called = called.unwrap_or_else(|| {
            // A province is its own name.
            if line.key.is_empty() || line.key.len() > 30 {
                name(w, None)
            } else {
                line.key.clone()
            }
        });
        format!(
            "{called}: {}; {} {}",
            won(w, line.won),
            w.pick("ordinato", "ordered"),
            w.money(line.ordered.cents)
        )
    });
    lines.collect()
}

fn deals(w: Words, amount: Amount) -> String {
    let what = if amount.count == 1 {
        w.pick("trattativa", "deal")
    } else {
        w.pick("trattative", "deals")
    };
    format!(
        "{} {what}, {}",
        w.number(amount.count),
        w.money(amount.cents)
    )
}

fn days(w: Words, days: Option<f64>) -> String {
    days.map_or_else(
        || "–".to_owned(),
        |days| format!("{} {}", w.decimal(days), w.pick("giorni", "days")),
    )
}

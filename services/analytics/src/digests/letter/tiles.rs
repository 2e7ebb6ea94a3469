//! The lines of each tile. Of long lists the first few: the rest is one click away.

use serde_json::Number;

use super::words::Words;
use crate::dashboard::model::{
    ActivitiesTile, AgentsTile, Amount, CoverageTile, Dashboard, Days, Figure, FollowUps,
    ForecastTile, FunnelTile, Headline, LeadsTile, LostReasons, PhasesTile, PipelineTile, Ranking,
    Reorders, SegmentsTile, StageTimes, TargetsTile, Tile, TimeToClose, ToursTile, Unit,
};

const MOST: usize = 5;

/// What a tile says; nothing where there is nothing to tell.
pub fn lines(words: &Words, tile: Tile, of: &Dashboard) -> Vec<String> {
    let w = *words;
    let told = match tile {
        Tile::Headline => of.headline.as_ref().map(|tile| headline(w, tile)),
        // Its steps come to the figures of the headline.
        Tile::SalesTrend => None,
        Tile::Pipeline => of.pipeline.as_ref().map(|tile| pipeline(w, tile)),
        Tile::Funnel => of.funnel.as_ref().map(|tile| funnel(w, tile)),
        Tile::StageTimes => of.stage_times.as_ref().map(|tile| stage_times(w, tile)),
        Tile::TimeToClose => of.time_to_close.as_ref().map(|tile| close(w, tile)),
        Tile::Leads => of.leads.as_ref().map(|tile| leads(w, tile)),
        Tile::LostReasons => of.lost_reasons.as_ref().map(|tile| lost(w, tile)),
        Tile::Forecast => of.forecast.as_ref().map(|tile| forecast(w, tile)),
        Tile::Targets => of.targets.as_ref().map(|tile| targets(w, tile)),
        Tile::FollowUps => of.follow_ups.as_ref().map(|tile| follow_ups(w, tile)),
        Tile::Reorders => of.reorders.as_ref().map(|tile| reorders(w, tile)),
        Tile::Segments => of.segments.as_ref().map(|tile| segments(w, tile)),
        Tile::Coverage => of.coverage.as_ref().map(|tile| coverage(w, tile)),
        Tile::Tours => of.tours.as_ref().map(|tile| tours(w, tile)),
        Tile::Activities => of.activities.as_ref().map(|tile| activities(w, tile)),
        Tile::Agents => of.agents.as_ref().map(|tile| agents(w, tile)),
        Tile::Provinces => of.provinces.as_ref().map(|tile| ranking(w, tile)),
        Tile::Products => of.products.as_ref().map(|tile| ranking(w, tile)),
        Tile::Sources => of.sources.as_ref().map(|tile| ranking(w, tile)),
        Tile::Phases => of.phases.as_ref().map(|tile| phases(w, tile)),
    };
    told.unwrap_or_default()
}

fn headline(w: Words, tile: &Headline) -> Vec<String> {
    tile.figures.iter().map(|one| figure(w, one)).collect()
}

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

fn days(w: Words, days: Option<f64>) -> String {
    days.map_or_else(
        || "–".to_owned(),
        |days| format!("{} {}", w.decimal(days), w.pick("giorni", "days")),
    )
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

fn name(w: Words, name: Option<&String>) -> String {
    name.cloned()
        .unwrap_or_else(|| w.pick("senza indicazione", "not said").to_owned())
}

fn pipeline(w: Words, tile: &PipelineTile) -> Vec<String> {
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

fn funnel(w: Words, tile: &FunnelTile) -> Vec<String> {
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

fn stage_times(w: Words, tile: &StageTimes) -> Vec<String> {
    let left = tile.stages.iter().filter(|stage| stage.days.count > 0);
    left.map(|stage| format!("{}: {}", stage.name, duration(w, &stage.days)))
        .collect()
}

fn close(w: Words, tile: &TimeToClose) -> Vec<String> {
    let before = tile.previous.as_ref().filter(|days| days.count > 0);
    let before = w.before(before.map(|days| duration(w, days)));
    vec![duration(w, &tile.now) + &before]
}

fn leads(w: Words, tile: &LeadsTile) -> Vec<String> {
    let before = w.before(tile.came_previous.map(|came| w.number(came)));
    vec![
        format!(
            "{}: {}{before}",
            w.pick("arrivati", "came"),
            w.number(tile.came)
        ),
        format!(
            "{}: {}; {}: {}; {}: {} ({})",
            w.pick("contattati", "contacted"),
            w.number(tile.contacted),
            w.pick("qualificati", "qualified"),
            w.number(tile.qualified),
            w.pick("convertiti", "converted"),
            w.number(tile.converted),
            w.share(tile.conversion)
        ),
    ]
}

fn lost(w: Words, tile: &LostReasons) -> Vec<String> {
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

fn forecast(w: Words, tile: &ForecastTile) -> Vec<String> {
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

fn targets(w: Words, tile: &TargetsTile) -> Vec<String> {
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

fn follow_ups(w: Words, tile: &FollowUps) -> Vec<String> {
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

fn reorders(w: Words, tile: &Reorders) -> Vec<String> {
    let before = w.before(tile.previous_rate.map(|rate| w.share(Some(rate))));
    vec![format!(
        "{}{before}: {} {} {} {}",
        w.share(tile.rate),
        w.number(tile.followed),
        w.pick("su", "of"),
        w.number(tile.orders - tile.undecided),
        w.pick("ordini già decisi", "orders already decided")
    )]
}

fn segments(w: Words, tile: &SegmentsTile) -> Vec<String> {
    let called = |key: &str| match key {
        "champions" => w.pick("campioni", "champions"),
        "loyal" => w.pick("fedeli", "loyal"),
        "promising" => w.pick("promettenti", "promising"),
        "new" => w.pick("nuovi", "new"),
        "at_risk" => w.pick("a rischio", "at risk"),
        "cannot_lose" => w.pick("da non perdere", "cannot lose"),
        _ => w.pick("persi", "lost"),
    };
    let lines = tile.segments.iter().filter(|line| line.clients > 0);
    let mut lines: Vec<String> = lines
        .map(|line| format!("{}: {}", called(&line.key), w.number(line.clients)))
        .collect();
    let slipping = tile.churn.iter().filter(|line| line.key == "high");
    let slipping: i64 = slipping.map(|line| line.clients).sum();
    lines.push(format!(
        "{}: {}",
        w.pick("rischio alto di abbandono", "high risk of churn"),
        w.number(slipping)
    ));
    lines
}

fn coverage(w: Words, tile: &CoverageTile) -> Vec<String> {
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

fn tours(w: Words, tile: &ToursTile) -> Vec<String> {
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

fn activities(w: Words, tile: &ActivitiesTile) -> Vec<String> {
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

fn won(w: Words, amount: Amount) -> String {
    format!("{} {}", w.pick("vinto", "won"), w.money(amount.cents))
}

fn agents(w: Words, tile: &AgentsTile) -> Vec<String> {
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

fn ranking(w: Words, tile: &Ranking) -> Vec<String> {
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

fn phases(w: Words, tile: &PhasesTile) -> Vec<String> {
    let called = |phase: &str| match phase {
        "awareness" => w.pick("ci conosce", "awareness"),
        "consideration" => w.pick("ci valuta", "consideration"),
        "decision" => w.pick("decide", "decision"),
        "activation" => w.pick("primo ordine", "first order"),
        "retention" => w.pick("riordina", "reorders"),
        _ => w.pick("fedele", "loyal"),
    };
    let lines = tile.phases.iter().map(|line| {
        let before = w.before(line.entered_previous.map(|count| w.number(count)));
        format!(
            "{}: {} {}; {} {}{before}",
            called(line.phase),
            w.number(line.clients),
            w.pick("clienti adesso", "clients now"),
            w.pick("entrati", "entered"),
            w.number(line.entered)
        )
    });
    lines.collect()
}

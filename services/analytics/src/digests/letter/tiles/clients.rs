//! Who came, who comes back, who is slipping away.

use crate::dashboard::model::{LeadsTile, PhasesTile, Reorders, SegmentsTile};
use crate::digests::letter::Words;

pub fn leads(w: Words, tile: &LeadsTile) -> Vec<String> {
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

pub fn reorders(w: Words, tile: &Reorders) -> Vec<String> {
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

pub fn segments(w: Words, tile: &SegmentsTile) -> Vec<String> {
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

pub fn phases(w: Words, tile: &PhasesTile) -> Vec<String> {
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

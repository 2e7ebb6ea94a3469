//! Who came, who comes back, who is slipping away.

use std::collections::HashMap;

use chrono::Duration;
use uuid::Uuid;

use super::{Context, id, share, total};
use crate::dashboard::model::{
    KeyCount, LeadSourceFigures, LeadsTile, PhaseLine, PhasesTile, Reorders, SegmentLine,
    SegmentsTile,
};
use crate::measures::Measure;
use crate::measures::read::{Ask, By, Span, Sum};

const LEADS: [Measure; 4] = [
    Measure::Lead,
    Measure::LeadContacted,
    Measure::LeadQualified,
    Measure::LeadConverted,
];

pub fn leads_asks(context: &Context) -> Vec<Ask> {
    let mut asks = LEADS
        .map(|measure| context.ask(measure, By::Source))
        .to_vec();
    asks.push(context.ask(Measure::LeadStatus, By::Key));
    asks.push(context.before(Measure::Lead, By::Nothing));
    asks
}

pub fn leads(context: &Context, answers: &[Vec<Sum>]) -> LeadsTile {
    let mut lines: HashMap<Option<Uuid>, [i64; 4]> = HashMap::new();
    for (series, answer) in answers[..LEADS.len()].iter().enumerate() {
        for sum in answer {
            lines.entry(id(&sum.key)).or_default()[series] += sum.n;
        }
    }
    let mut sources: Vec<LeadSourceFigures> = lines
        .into_iter()
        .filter(|(_, counts)| counts[0] != 0)
        .map(
            |(source_id, [came, contacted, qualified, converted])| LeadSourceFigures {
                source_id,
                name: source_id.and_then(|source| context.names.labels.get(&source).cloned()),
                came,
                contacted,
                qualified,
                converted,
                conversion: share(converted, came),
            },
        )
        .collect();
    sources.sort_by_key(|line| (-line.came, line.source_id));
    let of = |count: fn(&LeadSourceFigures) -> i64| sources.iter().map(count).sum::<i64>();
    let (came, converted) = (of(|line| line.came), of(|line| line.converted));
    LeadsTile {
        ignores: context.ignores(&LEADS),
        came,
        came_previous: context.compared(total(&answers[5]).count),
        contacted: of(|line| line.contacted),
        qualified: of(|line| line.qualified),
        converted,
        conversion: share(converted, came),
        statuses: ["new", "contacted", "qualified", "converted", "lost"]
            .map(|status| keyed(&answers[4], status))
            .into(),
        sources,
    }
}

fn keyed(answer: &[Sum], key: &str) -> KeyCount {
    let count = answer
        .iter()
        .filter(|line| line.key == key)
        .map(|line| line.n)
        .sum();
    KeyCount {
        key: key.to_owned(),
        count,
    }
}

/// Within so many days another order is a reorder.
const REORDER_DAYS: i64 = 90;

/// The part of a span whose orders are younger than the days that decide.
fn young(context: &Context, span: Span) -> Span {
    let from = context.scoped.today - Duration::days(REORDER_DAYS - 1);
    Span {
        from: from.max(span.from),
        until: span.until,
    }
}

pub fn reorders_asks(context: &Context) -> Vec<Ask> {
    [context.scoped.span, context.prior()]
        .into_iter()
        .flat_map(|span| {
            let ask = |measure, span| Ask {
                measure,
                by: By::Nothing,
                span: Some(span),
            };
            let young = young(context, span);
            [
                ask(Measure::Ordered, span),
                ask(Measure::Reordered, span),
                ask(Measure::Ordered, young),
                ask(Measure::Reordered, young),
            ]
        })
        .collect()
}

pub fn reorders(context: &Context, answers: &[Vec<Sum>]) -> Reorders {
    let counts: Vec<i64> = answers.iter().map(|answer| total(answer).count).collect();
    let undecided = |counts: &[i64]| counts[2] - counts[3];
    let rate = |counts: &[i64]| share(counts[1], counts[0] - undecided(counts));
    let (now, before) = counts.split_at(4);
    Reorders {
        ignores: context.ignores(&[Measure::Ordered, Measure::Reordered]),
        orders: now[0],
        followed: now[1],
        undecided: undecided(now),
        rate: rate(now),
        previous_rate: context.compared(rate(before)).flatten(),
    }
}

const SEGMENTS: [&str; 7] = [
    "champions",
    "loyal",
    "promising",
    "new",
    "at_risk",
    "cannot_lose",
    "lost",
];
const RISKS: [&str; 3] = ["low", "medium", "high"];

pub fn segments_asks() -> Vec<Ask> {
    vec![
        Context::now(Measure::Segment, By::Key),
        Context::now(Measure::Churn, By::Key),
    ]
}

pub fn segments(context: &Context, answers: &[Vec<Sum>]) -> SegmentsTile {
    let line = |answer: &[Sum], key: &str| {
        let of = answer.iter().filter(|line| line.key == key);
        let (clients, net_year_cents) =
            of.fold((0, 0), |sum, line| (sum.0 + line.n, sum.1 + line.cents));
        SegmentLine {
            key: key.to_owned(),
            clients,
            net_year_cents,
        }
    };
    SegmentsTile {
        ignores: context.ignores(&[Measure::Segment]),
        segments: SEGMENTS.map(|key| line(&answers[0], key)).into(),
        churn: RISKS.map(|key| line(&answers[1], key)).into(),
    }
}

const PHASES: [&str; 6] = [
    "awareness",
    "consideration",
    "decision",
    "activation",
    "retention",
    "loyalty",
];

pub fn phases_asks(context: &Context) -> Vec<Ask> {
    vec![
        Context::now(Measure::Phase, By::Key),
        context.ask(Measure::PhaseEntered, By::Key),
        context.before(Measure::PhaseEntered, By::Key),
    ]
}

pub fn phases(context: &Context, answers: &[Vec<Sum>]) -> PhasesTile {
    let phases = PHASES.map(|phase| PhaseLine {
        phase,
        clients: keyed(&answers[0], phase).count,
        entered: keyed(&answers[1], phase).count,
        entered_previous: context.compared(keyed(&answers[2], phase).count),
    });
    PhasesTile {
        ignores: context.ignores(&[Measure::Phase]),
        phases: phases.into(),
    }
}

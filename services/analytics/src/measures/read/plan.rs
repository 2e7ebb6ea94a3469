//! What has to be read for some questions.

use super::{Ask, By, Span, Which};
use crate::measures::sql::{Scope, number};
use crate::measures::{Definition, Measure, Slice, definition};

/// What is read, each once.
#[derive(Debug, Default)]
pub struct Plan {
    pub counts: Vec<Counts>,
    pub facts: Vec<Facts>,
}

/// Rollups of a measure; `asks` are the questions that they are for.
#[derive(Debug)]
pub struct Counts {
    pub measure: Measure,
    /// Its number in the tables.
    pub slice: i16,
    pub span: Option<Span>,
    pub by: By,
    pub asks: Vec<usize>,
}

/// Facts of a measure, summed in several ways, each for some questions.
#[derive(Debug)]
pub struct Facts {
    pub measure: Measure,
    pub span: Option<Span>,
    /// Without owners, where a measure has a quicker way to tell.
    pub ownerless: bool,
    pub ways: Vec<(By, Vec<usize>)>,
}

impl Plan {
    pub fn of(which: &Which, asks: &[Ask]) -> Self {
        let mut plan = Self::default();
        for (place, ask) in asks.iter().enumerate() {
            plan.add(which, place, ask);
        }
        plan
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.facts.is_empty()
    }

    fn add(&mut self, which: &Which, place: usize, ask: &Ask) {
        let definition = definition(ask.measure);
        let narrowed = which.narrows(&definition);
        let unknown_owner =
            definition.ownerless.is_some() && (which.owners.is_some() || ask.by == By::Owner);
        let rolled_up = rolled_up(&definition, ask.by);
        let Some(slices) = rolled_up.filter(|_| !narrowed && !unknown_owner) else {
            return self.facts(which, place, ask, ask.span);
        };
        let everybody = which.owners.is_none() && ask.by != By::Owner;
        let scope = if everybody && definition.ownerless.is_none() {
            Scope::All
        } else {
            Scope::Owned
        };
        let Some(span) = ask.span.filter(|_| slices.monthly) else {
            return self.counts(place, ask, number(slices.whole, scope), ask.span);
        };
        let pieces = span.pieces();
        if let Some(months) = pieces.months {
            self.counts(place, ask, number(slices.whole, scope), Some(months));
        }
        for edge in pieces.edges {
            match slices.edges {
                Some(slice) => self.counts(place, ask, number(slice, scope), Some(edge)),
                None if scope == Scope::All => {
                    let by_day = number(slices.whole, Scope::AllByDay);
                    self.counts(place, ask, by_day, Some(edge));
                }
                None => self.facts(which, place, ask, Some(edge)),
            }
        }
    }

    fn counts(&mut self, place: usize, ask: &Ask, slice: i16, span: Option<Span>) {
        let known = self.counts.iter_mut().find(|read| {
            (read.measure, read.slice, read.span, read.by) == (ask.measure, slice, span, ask.by)
        });
        match known {
            Some(read) => read.asks.push(place),
            None => self.counts.push(Counts {
                measure: ask.measure,
                slice,
                span,
                by: ask.by,
                asks: vec![place],
            }),
        }
    }

    fn facts(&mut self, which: &Which, place: usize, ask: &Ask, span: Option<Span>) {
        let definition = definition(ask.measure);
        let ownerless = definition.ownerless.is_some()
            && which.owners.is_none()
            && ask.by != By::Owner
            && !which.narrows(&definition);
        let known = self.facts.iter_mut().find(|read| {
            (read.measure, read.span, read.ownerless) == (ask.measure, span, ownerless)
        });
        let Some(read) = known else {
            self.facts.push(Facts {
                measure: ask.measure,
                span,
                ownerless,
                ways: vec![(ask.by, vec![place])],
            });
            return;
        };
        match read.ways.iter_mut().find(|(by, _)| *by == ask.by) {
            Some((_, asks)) => asks.push(place),
            None => read.ways.push((ask.by, vec![place])),
        }
    }
}

/// Where a question's sums stand.
#[derive(Debug, Clone, Copy)]
struct RolledUp {
    whole: Slice,
    /// By month: what is left of a span at its ends comes from `edges`, or from the facts.
    monthly: bool,
    edges: Option<Slice>,
}

fn rolled_up(definition: &Definition, by: By) -> Option<RolledUp> {
    let has = |slice: Slice| definition.slices.contains(&slice);
    let daily = |whole| RolledUp {
        whole,
        monthly: false,
        edges: None,
    };
    let monthly = |whole, edges| RolledUp {
        whole,
        monthly: true,
        edges,
    };
    let days = has(Slice::Day).then_some(Slice::Day);
    match by {
        By::Day => days.map(daily),
        By::Nothing | By::Owner | By::Month if has(Slice::Month) => {
            Some(monthly(Slice::Month, days))
        }
        By::Nothing | By::Owner | By::Month if days.is_some() => days.map(daily),
        By::Nothing | By::Owner | By::Month | By::Key | By::MonthKey if has(Slice::Key) => {
            Some(monthly(Slice::Key, None))
        }
        By::Nothing | By::Owner | By::Key if has(Slice::Now) => Some(daily(Slice::Now)),
        By::Province if has(Slice::Province) => Some(monthly(Slice::Province, None)),
        By::Product if has(Slice::Product) => Some(monthly(Slice::Product, None)),
        By::Source if has(Slice::Source) => Some(monthly(Slice::Source, None)),
        _ => None,
    }
}

//! What is different between two versions.

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::model::Version;
use crate::lines::model::{Line, LineView};
use crate::lines::totals::{Totals, totals};

/// A line that is in both, differently.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangedLine {
    from: LineView,
    to: LineView,
    /// Which fields are different.
    fields: Vec<&'static str>,
}

/// A term that is different.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangedTerm {
    field: &'static str,
    from: Value,
    to: Value,
}

/// What is different between two versions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProposalDiff {
    from: i32,
    to: i32,
    added: Vec<LineView>,
    removed: Vec<LineView>,
    changed: Vec<ChangedLine>,
    terms: Vec<ChangedTerm>,
    totals_from: Totals,
    totals_to: Totals,
    /// What the customer pays more, or less.
    difference_cents: i64,
}

/// How a line of one version stands to the other's.
#[derive(Debug, PartialEq, Eq)]
enum Pair<'l> {
    Added(&'l Line),
    Removed(&'l Line),
    Changed(&'l Line, &'l Line),
}

/// Compares two versions.
#[must_use]
pub fn diff(
    (from, from_lines): (&Version, &[Line]),
    (to, to_lines): (&Version, &[Line]),
    sees_costs: bool,
) -> ProposalDiff {
    let view = |line: &Line| LineView::of(line.clone(), sees_costs);
    let (totals_from, totals_to) = (totals(from_lines), totals(to_lines));
    let mut told = ProposalDiff {
        from: from.number,
        to: to.number,
        added: Vec::new(),
        removed: Vec::new(),
        changed: Vec::new(),
        terms: terms(from, to),
        difference_cents: totals_to.total_cents - totals_from.total_cents,
        totals_from,
        totals_to,
    };
    for pair in pairs(from_lines, to_lines) {
        match pair {
            Pair::Added(line) => told.added.push(view(line)),
            Pair::Removed(line) => told.removed.push(view(line)),
            Pair::Changed(old, new) => told.changed.push(ChangedLine {
                fields: fields(old, new),
                from: view(old),
                to: view(new),
            }),
        }
    }
    told
}

/// Lines of the same product (or, without one, the same words) belong together, equal ones first; each once.
fn pairs<'l>(from: &'l [Line], to: &'l [Line]) -> Vec<Pair<'l>> {
    let mut left: Vec<Option<&Line>> = from.iter().map(Some).collect();
    let mut matched: Vec<Option<&Line>> = vec![None; to.len()];
    let rules: [fn(&Line, &Line) -> bool; 2] = [
        |old, new| same_thing(old, new) && fields(old, new).is_empty(),
        same_thing,
    ];
    for fits in rules {
        for (new, place) in to.iter().zip(&mut matched) {
            if place.is_none() {
                let found = left
                    .iter_mut()
                    .find(|old| old.is_some_and(|old| fits(old, new)));
                *place = found.and_then(Option::take);
            }
        }
    }
    let mut told: Vec<Pair<'_>> = left.into_iter().flatten().map(Pair::Removed).collect();
    for (new, old) in to.iter().zip(matched) {
        match old {
            None => told.push(Pair::Added(new)),
            Some(old) if fields(old, new).is_empty() => {}
            Some(old) => told.push(Pair::Changed(old, new)),
        }
    }
    told
}

fn same_thing(old: &Line, new: &Line) -> bool {
    match (old.product_id, new.product_id) {
        (Some(old), Some(new)) => old == new,
        (None, None) => old.description == new.description,
        _ => false,
    }
}

fn fields(old: &Line, new: &Line) -> Vec<&'static str> {
    let same = |one: Decimal, other: Decimal| one == other;
    [
        ("description", old.description == new.description),
        ("quantity", same(old.quantity, new.quantity)),
        ("unit", old.unit == new.unit),
        ("unit_price", same(old.unit_price, new.unit_price)),
        (
            "discount_percent",
            same(old.discount_percent, new.discount_percent),
        ),
        ("unit_tax", same(old.unit_tax, new.unit_tax)),
        ("vat_rate", old.vat_rate == new.vat_rate),
        ("vat_nature", old.vat_nature == new.vat_nature),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(name, _)| name)
    .collect()
}

fn terms(from: &Version, to: &Version) -> Vec<ChangedTerm> {
    let of = |version: &Version| {
        [
            ("site_id", json!(version.site_id)),
            ("contact_id", json!(version.contact_id)),
            ("valid_until", json!(version.valid_until)),
            ("payment_terms", json!(version.payment_terms)),
            ("delivery_terms", json!(version.delivery_terms)),
            ("notes", json!(version.notes)),
        ]
    };
    of(from)
        .into_iter()
        .zip(of(to))
        .filter(|(old, new)| old != new)
        .map(|((field, from), (_, to))| ChangedTerm { field, from, to })
        .collect()
}

#[cfg(test)]
mod tests;

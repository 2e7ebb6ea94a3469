use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::*;
use crate::lines::testing::line;
use crate::products::ProductId;
use crate::proposals::model::{ProposalId, Version};

fn version(number: i32) -> Version {
    let now: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
    let until = "2026-12-22".parse().unwrap();
    Version::draft(ProposalId::new(), number, until, now)
}

/// Added, removed, and changed with the fields that differ.
type Told = (Vec<String>, Vec<String>, Vec<(String, Vec<&'static str>)>);

fn told(from: &[Line], to: &[Line]) -> Told {
    let told = diff((&version(1), from), (&version(2), to), false);
    let names = |lines: &[LineView]| lines.iter().map(|line| line.description.clone()).collect();
    let changed = told
        .changed
        .iter()
        .map(|line| (line.to.description.clone(), line.fields.clone()))
        .collect();
    (names(&told.added), names(&told.removed), changed)
}

#[test]
fn lines_are_added_removed_and_changed() {
    let (a, b, c) = (line("A", 1, 100), line("B", 2, 200), line("C", 3, 300));
    let more = Line {
        quantity: Decimal::from(5),
        discount_percent: Decimal::from(10),
        ..b.clone()
    };
    let (added, removed, changed) = told(&[a, b], &[more, c]);
    assert_eq!(
        (added, removed),
        (vec!["C".to_owned()], vec!["A".to_owned()])
    );
    assert_eq!(
        changed,
        [("B".to_owned(), vec!["quantity", "discount_percent"])]
    );
}

#[test]
fn the_same_lines_in_another_order_or_with_other_zeros_are_no_difference() {
    let (a, b) = (line("A", 1, 100), line("B", 2, 200));
    let padded = Line {
        quantity: "1.000".parse().unwrap(),
        ..a.clone()
    };
    assert_eq!(told(&[a, b.clone()], &[b, padded]), Default::default());
}

#[test]
fn of_two_lines_of_one_product_the_equal_one_stays_and_the_other_changed() {
    let product = Some(ProductId::new());
    let of = |quantity| Line {
        product_id: product,
        ..line("Base 50/50", quantity, 990)
    };
    let (added, removed, changed) = told(&[of(10), of(1)], &[of(1), of(12)]);
    assert_eq!((added.len(), removed.len()), (0, 0));
    assert_eq!(changed, [("Base 50/50".to_owned(), vec!["quantity"])]);
}

#[test]
fn terms_and_totals_are_told() {
    let (one, mut two) = (version(1), version(2));
    two.payment_terms = Some("RiBa 60 gg FM".to_owned());
    let (from, to) = ([line("A", 1, 100)], [line("A", 2, 100)]);
    let told = diff((&one, &from), (&two, &to), false);
    let terms: Vec<&str> = told.terms.iter().map(|term| term.field).collect();
    assert_eq!(terms, ["payment_terms"]);
    assert_eq!(told.difference_cents, 122);
}

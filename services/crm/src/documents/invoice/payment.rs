//! Payment terms as people write them, read into what an invoice says: how, when, how much.

use chrono::{Datelike as _, Days, Months, NaiveDate};

/// Bank transfer.
pub const TRANSFER: &str = "MP05";

/// How and when an amount is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// `MP01` and so on.
    pub method: &'static str,
    pub in_advance: bool,
    pub parts: Vec<Part>,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub due_on: NaiveDate,
    pub cents: i64,
}

impl Plan {
    /// In parts, in full, or in advance.
    pub fn condition(&self) -> &'static str {
        match (self.in_advance, self.parts.len()) {
            (true, _) => "TP03",
            (_, 0 | 1) => "TP02",
            _ => "TP01",
        }
    }
}

/// Words and the method that they mean; the first that is found counts.
const METHODS: [(&str, &str); 17] = [
    ("ri.ba", "MP12"),
    ("riba", "MP12"),
    ("ricevuta bancaria", "MP12"),
    ("bonifico", TRANSFER),
    ("b.b.", TRANSFER),
    ("contrassegno", "MP01"),
    ("contant", "MP01"),
    ("assegno circolare", "MP03"),
    ("assegno", "MP02"),
    ("sdd b2b", "MP21"),
    ("sdd", "MP19"),
    ("sepa", "MP19"),
    ("rid", "MP09"),
    ("carta", "MP08"),
    ("mav", "MP13"),
    ("bollettino", "MP18"),
    ("pagopa", "MP23"),
];

/// Reads the terms: `RiBa 30/60 gg FM`, `bonifico anticipato`, `contrassegno`. `None` when they do not say how it is paid
/// and no transfer is possible either; they are then for people to read.
pub fn plan(
    terms: Option<&str>,
    issued_on: NaiveDate,
    total_cents: i64,
    has_iban: bool,
) -> Option<Plan> {
    let terms = terms.unwrap_or_default().to_lowercase();
    let named = METHODS
        .iter()
        .find(|(word, _)| has_word(&terms, word))
        .map(|(_, method)| *method);
    let method = named.or(has_iban.then_some(TRANSFER))?;
    let month_end = ["fm", "f.m.", "fine mese", "dffm"]
        .iter()
        .any(|word| has_word(&terms, word));
    let mut days = days(&terms);
    if days.is_empty() {
        days.push(0);
    }
    let extra = extra_days(&terms);
    let count = i64::try_from(days.len()).unwrap_or(1);
    let share = total_cents / count;
    let mut left = total_cents;
    let mut parts: Vec<Part> = days
        .iter()
        .map(|days| {
            left -= share;
            let due_on = due(issued_on, *days, month_end, extra);
            Part {
                due_on,
                cents: share,
            }
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        last.cents += left;
    }
    Some(Plan {
        method,
        in_advance: terms.contains("anticip"),
        parts,
    })
}

/// Whether the word begins where a word begins: `rid` is not in `Madrid`.
fn has_word(terms: &str, word: &str) -> bool {
    terms.match_indices(word).any(|(at, _)| {
        let before = terms[..at].chars().next_back();
        let after = terms[at + word.len()..].chars().next();
        let short = word.len() <= 4;
        before.is_none_or(|c| !c.is_alphabetic())
            && (!short || after.is_none_or(|c| !c.is_alphabetic()))
    })
}

/// `30`, or `30/60/90`: figures joined by `/`, `-` or `e`, followed by days or a month's end.
fn days(terms: &str) -> Vec<u32> {
    let plain = terms
        .replace(" / ", "/")
        .replace(" - ", "/")
        .replace(" e ", "/")
        .replace('-', "/");
    let words: Vec<&str> = plain.split_whitespace().collect();
    for (index, word) in words.iter().enumerate() {
        let figures = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = &word[figures.len()..];
        let next = words.get(index + 1).copied().unwrap_or_default();
        let says_days = |unit: &str| {
            [
                "gg", "g.", "giorni", "fm", "f.m", "df", "d.f", "fine", "data",
            ]
            .iter()
            .any(|known| unit.starts_with(known))
        };
        if figures.is_empty() || !(says_days(unit) || (unit.is_empty() && says_days(next))) {
            continue;
        }
        let read: Option<Vec<u32>> = figures
            .split('/')
            .map(|figure| figure.parse().ok().filter(|days| *days <= 365))
            .collect();
        if let Some(read) = read {
            return read;
        }
    }
    Vec::new()
}

/// `+10` after a month's end.
fn extra_days(terms: &str) -> u64 {
    let after = terms.split('+').nth(1).unwrap_or_default().trim_start();
    let figures: String = after.chars().take_while(char::is_ascii_digit).collect();
    figures
        .parse()
        .ok()
        .filter(|days| *days <= 31)
        .unwrap_or_default()
}

/// Thirty days to a month's end are a month, whatever its length.
fn due(from: NaiveDate, days: u32, month_end: bool, extra: u64) -> NaiveDate {
    let after_days =
        |from: NaiveDate, days: u64| from.checked_add_days(Days::new(days)).unwrap_or(from);
    if !month_end {
        return after_days(from, days.into());
    }
    let month = if days.is_multiple_of(30) {
        from.checked_add_months(Months::new(days / 30))
            .unwrap_or(from)
    } else {
        after_days(from, days.into())
    };
    let next = month
        .with_day(1)
        .and_then(|first| first.checked_add_months(Months::new(1)));
    let end = next.and_then(|first| first.pred_opt()).unwrap_or(month);
    after_days(end, extra)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(terms: &str) -> String {
        let day = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
        let Some(plan) = plan(Some(terms), day, 10_000, false) else {
            return "?".to_owned();
        };
        let parts: Vec<String> = plan
            .parts
            .iter()
            .map(|part| format!("{} {}", part.due_on, part.cents))
            .collect();
        format!("{} {} {}", plan.condition(), plan.method, parts.join(", "))
    }

    #[test]
    fn terms_are_read_as_people_write_them() {
        for (terms, plan) in [
            ("Bonifico 30 gg", "TP02 MP05 2026-03-02 10000"),
            (
                "RiBa 30/60/90 gg FM",
                "TP01 MP12 2026-02-28 3333, 2026-03-31 3333, 2026-04-30 3334",
            ),
            ("Ri.Ba. 60gg f.m. + 10", "TP02 MP12 2026-04-10 10000"),
            (
                "ricevuta bancaria 30 e 60 giorni data fattura",
                "TP01 MP12 2026-03-02 5000, 2026-04-01 5000",
            ),
            ("Contrassegno", "TP02 MP01 2026-01-31 10000"),
            (
                "bonifico anticipato, sconto 3%",
                "TP03 MP05 2026-01-31 10000",
            ),
            (
                "Assegno circolare alla consegna",
                "TP02 MP03 2026-01-31 10000",
            ),
            ("SDD B2B 15 giorni", "TP02 MP21 2026-02-15 10000"),
            ("come da accordi con la sede di Madrid", "?"),
            ("", "?"),
            ("bonifico 9999 gg", "TP02 MP05 2026-01-31 10000"),
            ("45 gg fm bonifico", "TP02 MP05 2026-03-31 10000"),
        ] {
            assert_eq!(read(terms), plan, "{terms}");
        }
    }

    #[test]
    fn without_words_a_seller_with_an_iban_is_paid_by_transfer() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
        let plan = plan(None, day, 5, true).unwrap();
        assert_eq!((plan.method, plan.parts[0].cents), (TRANSFER, 5));
    }
}

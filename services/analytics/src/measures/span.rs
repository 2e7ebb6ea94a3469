//! Days: spans, the months in them, and what they are compared with.

use chrono::{Datelike, Months, NaiveDate};

/// First and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// A span as whole months and what is left at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces {
    pub months: Option<Span>,
    pub edges: Vec<Span>,
}

impl Span {
    /// All days that anything may stand on.
    #[must_use]
    pub fn always() -> Self {
        let day =
            |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or(NaiveDate::MIN);
        Self {
            from: day(1, 1, 1),
            until: day(9999, 12, 31),
        }
    }

    /// How many days.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.until - self.from).num_days() + 1
    }

    /// As many days right before.
    #[must_use]
    pub fn before(self) -> Self {
        // A span of whole months is compared with as many months.
        let months = self.pieces();
        if let (Some(whole), true) = (months.months, months.edges.is_empty()) {
            let count = month_number(whole.until) - month_number(whole.from) + 1;
            let back = Months::new(u32::try_from(count).unwrap_or(1));
            return Self {
                from: self.from.checked_sub_months(back).unwrap_or(NaiveDate::MIN),
                until: self.from.pred_opt().unwrap_or(NaiveDate::MIN),
            };
        }
        let until = self.from.pred_opt().unwrap_or(NaiveDate::MIN);
        Self {
            from: until - chrono::Duration::days(self.days() - 1),
            until,
        }
    }

    /// The same days a year before.
    #[must_use]
    pub fn year_before(self) -> Self {
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(12)).unwrap_or(day);
        // A month that ends on its last day is compared with a whole month: February too.
        let ends_month = self.until.succ_opt().is_some_and(|next| next.day() == 1);
        let until = back(self.until);
        Self {
            from: back(self.from),
            until: if ends_month {
                last_of_month(until)
            } else {
                until
            },
        }
    }

    #[must_use]
    pub fn pieces(self) -> Pieces {
        let first = if self.from.day() == 1 {
            self.from
        } else {
            next_month(self.from)
        };
        let last = if last_of_month(self.until) == self.until {
            self.until
        } else {
            first_of_month(self.until).pred_opt().unwrap_or(self.until)
        };
        if first > last {
            return Pieces {
                months: None,
                edges: vec![self],
            };
        }
        let mut edges = Vec::new();
        if self.from < first {
            edges.push(Self {
                from: self.from,
                until: first.pred_opt().unwrap_or(first),
            });
        }
        if last < self.until {
            edges.push(Self {
                from: last.succ_opt().unwrap_or(last),
                until: self.until,
            });
        }
        Pieces {
            months: Some(Self {
                from: first,
                until: last,
            }),
            edges,
        }
    }
}

fn month_number(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

/// The first day of a day's month.
#[must_use]
pub fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of the month after.
#[must_use]
pub fn next_month(day: NaiveDate) -> NaiveDate {
    first_of_month(day)
        .checked_add_months(Months::new(1))
        .unwrap_or(NaiveDate::MAX)
}

/// The last day of a day's month.
#[must_use]
pub fn last_of_month(day: NaiveDate) -> NaiveDate {
    next_month(day).pred_opt().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, until: &str) -> Span {
        Span {
            from: from.parse().unwrap(),
            until: until.parse().unwrap(),
        }
    }

    #[test]
    fn a_span_is_whole_months_and_its_ends_and_nothing_twice() {
        for (whole, months, edges) in [
            (
                ("2026-01-01", "2026-03-31"),
                Some(("2026-01-01", "2026-03-31")),
                vec![],
            ),
            (
                ("2026-01-15", "2026-03-31"),
                Some(("2026-02-01", "2026-03-31")),
                vec![("2026-01-15", "2026-01-31")],
            ),
            (
                ("2026-01-15", "2026-03-10"),
                Some(("2026-02-01", "2026-02-28")),
                vec![("2026-01-15", "2026-01-31"), ("2026-03-01", "2026-03-10")],
            ),
            (
                ("2026-01-15", "2026-02-10"),
                None,
                vec![("2026-01-15", "2026-02-10")],
            ),
            (
                ("2026-02-01", "2026-02-01"),
                None,
                vec![("2026-02-01", "2026-02-01")],
            ),
            (
                ("2024-02-01", "2024-02-29"),
                Some(("2024-02-01", "2024-02-29")),
                vec![],
            ),
        ] {
            let pieces = span(whole.0, whole.1).pieces();
            assert_eq!(
                pieces.months,
                months.map(|(from, until)| span(from, until)),
                "{whole:?}"
            );
            let told: Vec<Span> = edges
                .into_iter()
                .map(|(from, until)| span(from, until))
                .collect();
            assert_eq!(pieces.edges, told, "{whole:?}");
        }
    }

    #[test]
    fn months_are_compared_with_months_and_days_with_days() {
        for (now, before, year) in [
            (
                ("2026-03-01", "2026-03-31"),
                ("2026-02-01", "2026-02-28"),
                ("2025-03-01", "2025-03-31"),
            ),
            (
                ("2026-01-01", "2026-12-31"),
                ("2025-01-01", "2025-12-31"),
                ("2025-01-01", "2025-12-31"),
            ),
            (
                ("2026-03-10", "2026-03-19"),
                ("2026-02-28", "2026-03-09"),
                ("2025-03-10", "2025-03-19"),
            ),
            (
                ("2025-02-01", "2025-02-28"),
                ("2025-01-01", "2025-01-31"),
                ("2024-02-01", "2024-02-29"),
            ),
        ] {
            assert_eq!(
                span(now.0, now.1).before(),
                span(before.0, before.1),
                "{now:?}"
            );
            assert_eq!(
                span(now.0, now.1).year_before(),
                span(year.0, year.1),
                "{now:?}"
            );
        }
    }
}

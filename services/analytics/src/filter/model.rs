use chrono::{Datelike, Days, Months, NaiveDate};
use nexus_problem::FieldErrors;
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::measures::read::{Span, first_of_month};

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// As many days, or whole months, right before.
    #[default]
    Previous,
    /// The same days a year before.
    Year,
    /// Nothing.
    None,
}

text_enum! {
    /// Days that have a name and move on by themselves.
    NamedPeriod {
        ThisMonth = "this_month", LastMonth = "last_month", ThisQuarter = "this_quarter",
        LastQuarter = "last_quarter", ThisYear = "this_year", LastYear = "last_year", Last7 = "last_7",
        Last30 = "last_30", Last90 = "last_90", Last365 = "last_365",
    }
}

impl NamedPeriod {
    /// The days it is today; what has not ended ends today.
    #[must_use]
    pub fn on(self, today: NaiveDate) -> Span {
        let month = first_of_month(today);
        let back = |day: NaiveDate, months: u32| {
            day.checked_sub_months(Months::new(months)).unwrap_or(day)
        };
        let quarter = back(month, month.month0() % 3);
        let year = back(month, month.month0());
        let whole = |from: NaiveDate, next: NaiveDate| Span {
            from,
            until: next.pred_opt().unwrap_or(from),
        };
        let so_far = |from: NaiveDate| Span { from, until: today };
        let last = |days: u64| so_far(today.checked_sub_days(Days::new(days - 1)).unwrap_or(today));
        match self {
            Self::ThisMonth => so_far(month),
            Self::LastMonth => whole(back(month, 1), month),
            Self::ThisQuarter => so_far(quarter),
            Self::LastQuarter => whole(back(quarter, 3), quarter),
            Self::ThisYear => so_far(year),
            Self::LastYear => whole(back(year, 12), year),
            Self::Last7 => last(7),
            Self::Last30 => last(30),
            Self::Last90 => last(90),
            Self::Last365 => last(365),
        }
    }
}

/// The filter as it is asked for, and as a dashboard keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FilterFields {
    /// What a dashboard opens with instead of days of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<NamedPeriod>,
    /// First day; the first of this month when not given.
    pub from: Option<NaiveDate>,
    /// Last day; today when not given.
    pub until: Option<NaiveDate>,
    pub compare: Compare,
    /// Only this user's records.
    pub agent_id: Option<Uuid>,
    /// Only records of this manager and of everybody below.
    pub team_id: Option<Uuid>,
    /// Sigla, e.g. `TO`.
    pub province: Option<String>,
    pub product_id: Option<Uuid>,
    pub source_id: Option<Uuid>,
}

/// First and last day of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Period {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

impl From<Span> for Period {
    fn from(span: Span) -> Self {
        Self {
            from: span.from,
            until: span.until,
        }
    }
}

/// No figures reach further.
const DAYS_MOST: i64 = 7_400;
const PROVINCE_MOST: usize = 60;

impl FilterFields {
    /// With the days that a period's name means today.
    #[must_use]
    pub fn on(&self, today: NaiveDate) -> Self {
        let days = self.period.map(|period| period.on(today));
        Self {
            from: days.map_or(self.from, |days| Some(days.from)),
            until: days.map_or(self.until, |days| Some(days.until)),
            ..self.clone()
        }
    }

    /// The days, and those they are compared with.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn spans(&self, today: NaiveDate) -> Result<(Span, Option<Span>), FieldErrors> {
        let mut errors = FieldErrors::default();
        let until = self.until.unwrap_or(today);
        let from = self.from.unwrap_or_else(|| first_of_month(until));
        let known = |day: NaiveDate| (1990..=2100).contains(&day.year());
        for (pointer, day) in [("from", from), ("until", until)] {
            if !known(day) {
                errors.add(pointer, "day.range", "Give a day from 1990 to 2100.");
            }
        }
        if from > until {
            errors.add("until", "until.before", "The last day is before the first.");
        } else if known(from) && (until - from).num_days() > DAYS_MOST {
            errors.add("from", "period.long", "Give a period of at most 20 years.");
        }
        if self.agent_id.is_some() && self.team_id.is_some() {
            errors.add(
                "team_id",
                "team_id.both",
                "Give an agent or a team, not both.",
            );
        }
        if self
            .province
            .as_ref()
            .is_some_and(|province| province.chars().count() > PROVINCE_MOST)
        {
            errors.add(
                "province",
                "province.long",
                "Give the sigla of a province, e.g. TO.",
            );
        }
        errors.or(())?;
        let span = Span { from, until };
        let previous = match self.compare {
            Compare::Previous => Some(span.before()),
            Compare::Year => Some(span.year_before()),
            Compare::None => None,
        };
        Ok((span, previous))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_this_month_until_somebody_says_otherwise() {
        let today = day("2026-11-30");
        let (span, previous) = FilterFields::default().spans(today).unwrap();
        assert_eq!((span.from, span.until), (day("2026-11-01"), today));
        assert_eq!(
            previous.unwrap(),
            Span {
                from: day("2026-10-01"),
                until: day("2026-10-31")
            }
        );
    }

    #[test]
    fn a_period_with_a_name_moves_on_with_the_days() {
        for (period, from, until) in [
            (NamedPeriod::ThisMonth, "2026-02-01", "2026-02-10"),
            (NamedPeriod::LastMonth, "2026-01-01", "2026-01-31"),
            (NamedPeriod::ThisQuarter, "2026-01-01", "2026-02-10"),
            (NamedPeriod::LastQuarter, "2025-10-01", "2025-12-31"),
            (NamedPeriod::ThisYear, "2026-01-01", "2026-02-10"),
            (NamedPeriod::LastYear, "2025-01-01", "2025-12-31"),
            (NamedPeriod::Last7, "2026-02-04", "2026-02-10"),
            (NamedPeriod::Last365, "2025-02-11", "2026-02-10"),
        ] {
            let fields = FilterFields {
                period: Some(period),
                ..FilterFields::default()
            };
            let (span, _) = fields
                .on(day("2026-02-10"))
                .spans(day("2026-02-10"))
                .unwrap();
            assert_eq!(
                (span.from, span.until),
                (day(from), day(until)),
                "{period:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_is_told_field_by_field() {
        let today = day("2026-11-30");
        for (fields, pointer) in [
            (
                FilterFields {
                    from: Some(day("2026-12-01")),
                    ..FilterFields::default()
                },
                "until",
            ),
            (
                FilterFields {
                    from: Some(day("1700-12-01")),
                    ..FilterFields::default()
                },
                "from",
            ),
            (
                FilterFields {
                    agent_id: Some(Uuid::nil()),
                    team_id: Some(Uuid::nil()),
                    ..FilterFields::default()
                },
                "team_id",
            ),
            (
                FilterFields {
                    province: Some("x".repeat(61)),
                    ..FilterFields::default()
                },
                "province",
            ),
        ] {
            let told = nexus_problem::Problem::from(fields.spans(today).unwrap_err()).body(None);
            assert_eq!(told.errors[0].pointer, pointer, "{fields:?}");
        }
    }
}

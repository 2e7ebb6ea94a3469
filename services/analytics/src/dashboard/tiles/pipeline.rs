//! Where deals stand now, and what is to be expected of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, Months, NaiveDate};
use uuid::Uuid;

use super::{Context, id};
use crate::dashboard::model::{
    Amount, ForecastMonth, ForecastTile, OpenPipeline, OpenStage, PipelineTile,
};
use crate::dashboard::names::Stage;
use crate::measures::Measure;
use crate::measures::read::{Ask, By, Span, Sum, first_of_month, last_of_month, next_month};

pub fn pipeline_asks(context: &Context) -> Vec<Ask> {
    let mut asks = vec![Context::now(Measure::Open, By::Key)];
    asks.extend(patiences(context).into_iter().map(|until| Ask {
        measure: Measure::OpenSince,
        by: By::Key,
        span: Some(Span {
            from: first_known(),
            until,
        }),
    }));
    asks
}

/// The first day that a question may name.
fn first_known() -> NaiveDate {
    NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or(NaiveDate::MIN)
}

/// The last days of entry that are stale: one for each patience that stages have.
fn patiences(context: &Context) -> BTreeSet<NaiveDate> {
    let open = context
        .names
        .stages
        .iter()
        .filter(|stage| stage.outcome == "open");
    open.filter_map(|stage| stale_before(stage, context.scoped.today))
        .collect()
}

fn stale_before(stage: &Stage, today: NaiveDate) -> Option<NaiveDate> {
    let days = u64::try_from(stage.stale_after_days?).ok()?;
    today.checked_sub_days(Days::new(days + 1))
}

pub fn pipeline(context: &Context, answers: &[Vec<Sum>]) -> PipelineTile {
    let open: HashMap<Uuid, Amount> = by_id(&answers[0]);
    let mut stale: HashMap<Uuid, i64> = HashMap::new();
    for (until, answer) in patiences(context).into_iter().zip(&answers[1..]) {
        for (stage, amount) in by_id(answer) {
            let patience = context.names.stage(stage);
            if patience.and_then(|stage| stale_before(stage, context.scoped.today)) == Some(until) {
                stale.insert(stage, amount.count);
            }
        }
    }
    let pipelines = context
        .names
        .pipelines()
        .into_iter()
        .map(|(pipeline_id, name, stages)| {
            let stages: Vec<OpenStage> = stages
                .into_iter()
                .map(|stage| {
                    let amount = open.get(&stage.id).copied().unwrap_or_default();
                    let last = stale_before(stage, context.scoped.today);
                    OpenStage {
                        stage_id: stage.id,
                        name: stage.name.clone(),
                        position: stage.position,
                        probability: stage.probability,
                        deals: amount.count,
                        amount_cents: amount.cents,
                        weighted_cents: weighted(amount.cents, stage.probability),
                        stale: last.map(|_| stale.get(&stage.id).copied().unwrap_or(0)),
                        stale_before: last,
                    }
                })
                .collect();
            OpenPipeline {
                pipeline_id,
                name,
                deals: stages.iter().map(|stage| stage.deals).sum(),
                amount_cents: stages.iter().map(|stage| stage.amount_cents).sum(),
                weighted_cents: stages.iter().map(|stage| stage.weighted_cents).sum(),
                stages,
            }
        });
    PipelineTile {
        ignores: context.ignores(&[Measure::Open]),
        pipelines: pipelines.collect(),
    }
}

fn by_id(answer: &[Sum]) -> HashMap<Uuid, Amount> {
    let mut amounts: HashMap<Uuid, Amount> = HashMap::new();
    for line in answer {
        let amount = amounts
            .entry(id(&line.key).unwrap_or_default())
            .or_default();
        *amount = amount.plus(line);
    }
    amounts
}

/// Half-up to the cent.
fn weighted(cents: i64, percent: i32) -> i64 {
    (cents * i64::from(percent) + 50).div_euclid(100)
}

/// So many months beyond this one are shown, and so many in all.
const AHEAD: u32 = 3;
const MONTHS_MOST: usize = 36;

/// Whole months: those of the period, and the next ones if it reaches to today.
fn forecast_span(context: &Context) -> Span {
    let (span, today) = (context.scoped.span, context.scoped.today);
    let ahead = first_of_month(today)
        .checked_add_months(Months::new(AHEAD))
        .unwrap_or(today);
    let last = if span.until >= today {
        span.until.max(ahead)
    } else {
        span.until
    };
    let until = last_of_month(last);
    let earliest = first_of_month(until)
        .checked_sub_months(Months::new(35))
        .unwrap_or(span.from);
    Span {
        from: first_of_month(span.from).max(earliest),
        until,
    }
}

pub fn forecast_asks(context: &Context) -> Vec<Ask> {
    let span = Some(forecast_span(context));
    let by_stage = |measure| Ask {
        measure,
        by: By::MonthKey,
        span,
    };
    vec![
        by_stage(Measure::Forecast),
        by_stage(Measure::Expected),
        Ask {
            measure: Measure::Won,
            by: By::Month,
            span,
        },
    ]
}

pub fn forecast(context: &Context, answers: &[Vec<Sum>]) -> ForecastTile {
    let span = forecast_span(context);
    let mut months: BTreeMap<NaiveDate, ForecastMonth> = BTreeMap::new();
    let mut month = span.from;
    while month <= span.until && months.len() < MONTHS_MOST {
        months.insert(month, ForecastMonth::empty(month));
        month = next_month(month);
    }
    let probability = |key: &str| {
        id(key)
            .and_then(|stage| context.names.stage(stage))
            .map_or(0, |stage| stage.probability)
    };
    for (series, answer) in answers.iter().enumerate() {
        for line in answer {
            let Some(month) = line
                .day
                .and_then(|day| months.get_mut(&first_of_month(day)))
            else {
                continue;
            };
            match series {
                0 => {
                    month.forecast_cents += weighted(line.cents, probability(&line.key));
                    month.expected_cents += line.cents;
                    month.expected += line.n;
                }
                1 => month.open_cents += weighted(line.cents, probability(&line.key)),
                _ => {
                    month.won_cents += line.cents;
                    month.won += line.n;
                }
            }
        }
    }
    ForecastTile {
        ignores: context.ignores(&[Measure::Forecast]),
        months: months.into_values().collect(),
    }
}

impl ForecastMonth {
    fn empty(month: NaiveDate) -> Self {
        Self {
            month,
            forecast_cents: 0,
            expected_cents: 0,
            expected: 0,
            won_cents: 0,
            won: 0,
            open_cents: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_rounded_half_up() {
        for (cents, percent, told) in [(100, 50, 50), (101, 50, 51), (99, 0, 0), (1, 49, 0)] {
            assert_eq!(weighted(cents, percent), told);
        }
    }
}

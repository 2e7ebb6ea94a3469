//! Where deals stand, how far they come, how long it takes, why they are lost, what is to be expected.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{Days, Months, NaiveDate};
use uuid::Uuid;

use super::{Context, days, id, share, total};
use crate::dashboard::model::{
    Amount, ForecastMonth, ForecastTile, Funnel, FunnelStep, FunnelTile, LostReasonLine,
    LostReasons, OpenPipeline, OpenStage, PipelineTile, StageTime, StageTimes, TimeToClose,
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

pub fn funnel_asks(context: &Context) -> Vec<Ask> {
    vec![context.ask(Measure::Funnel, By::Key)]
}

pub fn funnel(context: &Context, answers: &[Vec<Sum>]) -> FunnelTile {
    let pipelines = context
        .names
        .pipelines()
        .into_iter()
        .map(|(pipeline_id, name, stages)| {
            let began: Vec<Cohort> = answers[0]
                .iter()
                .filter_map(|line| Cohort::of(line, pipeline_id))
                .collect();
            one_funnel(pipeline_id, name, &stages, &began)
        });
    FunnelTile {
        ignores: context.ignores(&[Measure::Funnel]),
        pipelines: pipelines.collect(),
    }
}

/// Deals that began in the period and have been in the same stages.
#[derive(Debug, Clone)]
struct Cohort {
    visited: HashSet<Uuid>,
    won: bool,
    amount: Amount,
}

impl Cohort {
    fn of(line: &Sum, pipeline: Uuid) -> Option<Self> {
        let mut parts = line.key.split(':');
        if id(parts.next()?) != Some(pipeline) {
            return None;
        }
        let visited = parts.next()?.split(',').filter_map(id).collect();
        let won = parts.next() == Some("won");
        Some(Self {
            visited,
            won,
            amount: Amount {
                count: line.n,
                cents: line.cents,
            },
        })
    }

    /// Whether these deals came to one of these stages; a won deal came to all.
    fn reached(&self, stages: &[&Stage]) -> bool {
        self.won || stages.iter().any(|stage| self.visited.contains(&stage.id))
    }
}

fn sum<'a>(cohorts: impl Iterator<Item = &'a Cohort>) -> Amount {
    cohorts.fold(Amount::default(), |sum, cohort| Amount {
        count: sum.count + cohort.amount.count,
        cents: sum.cents + cohort.amount.cents,
    })
}

fn one_funnel(pipeline_id: Uuid, name: String, stages: &[&Stage], cohorts: &[Cohort]) -> Funnel {
    let began = sum(cohorts.iter());
    let won = sum(cohorts.iter().filter(|cohort| cohort.won));
    let mut before = began.count;
    let steps = stages.iter().enumerate().map(|(place, stage)| {
        let reached = sum(cohorts
            .iter()
            .filter(|cohort| cohort.reached(&stages[place..])));
        let step = FunnelStep {
            stage_id: stage.id,
            name: stage.name.clone(),
            share: share(reached.count, began.count),
            conversion: share(reached.count, before),
            dropped: before - reached.count,
            reached,
        };
        before = reached.count;
        step
    });
    let steps = steps.collect();
    Funnel {
        pipeline_id,
        name,
        began,
        steps,
        won,
        conversion: share(won.count, began.count),
    }
}

pub fn stage_times_asks(context: &Context) -> Vec<Ask> {
    vec![context.ask(Measure::StageDays, By::Key)]
}

pub fn stage_times(context: &Context, answers: &[Vec<Sum>]) -> StageTimes {
    let mut counts: HashMap<Uuid, BTreeMap<i64, i64>> = HashMap::new();
    for line in &answers[0] {
        let Some((stage, day)) = line.key.split_once(':') else {
            continue;
        };
        if let (Some(stage), Ok(day)) = (id(stage), day.parse()) {
            *counts.entry(stage).or_default().entry(day).or_default() += line.n;
        }
    }
    let open = context
        .names
        .stages
        .iter()
        .filter(|stage| stage.outcome == "open");
    let stages = open.map(|stage| StageTime {
        stage_id: stage.id,
        name: stage.name.clone(),
        pipeline_id: stage.pipeline_id,
        days: days(counts.remove(&stage.id).unwrap_or_default()),
    });
    StageTimes {
        ignores: context.ignores(&[Measure::StageDays]),
        stages: stages.collect(),
    }
}

pub fn close_asks(context: &Context) -> Vec<Ask> {
    vec![
        context.ask(Measure::CloseDays, By::Key),
        context.before(Measure::CloseDays, By::Key),
    ]
}

pub fn close(context: &Context, answers: &[Vec<Sum>]) -> TimeToClose {
    let of = |answer: &[Sum]| {
        days(
            answer
                .iter()
                .filter_map(|line| Some((line.key.parse().ok()?, line.n))),
        )
    };
    TimeToClose {
        ignores: context.ignores(&[Measure::CloseDays]),
        now: of(&answers[0]),
        previous: context.compared(of(&answers[1])),
    }
}

pub fn lost_asks(context: &Context) -> Vec<Ask> {
    vec![context.ask(Measure::LostReason, By::Key)]
}

pub fn lost(context: &Context, answers: &[Vec<Sum>]) -> LostReasons {
    let lost = total(&answers[0]);
    let mut reasons: Vec<LostReasonLine> = answers[0]
        .iter()
        .filter(|line| line.n != 0)
        .map(|line| LostReasonLine {
            reason_id: id(&line.key),
            name: id(&line.key).and_then(|reason| context.names.labels.get(&reason).cloned()),
            count: line.n,
            cents: line.cents,
            share: share(line.n, lost.count),
        })
        .collect();
    reasons.sort_by_key(|line| (-line.count, -line.cents, line.reason_id));
    LostReasons {
        ignores: context.ignores(&[Measure::LostReason]),
        lost,
        reasons,
    }
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

    fn stage(number: u128) -> Stage {
        Stage {
            id: Uuid::from_u128(number),
            pipeline_id: Uuid::from_u128(9),
            name: number.to_string(),
            position: 1,
            probability: 10,
            outcome: "open".to_owned(),
            stale_after_days: None,
        }
    }

    fn cohort(visited: &[u128], won: bool, count: i64) -> Cohort {
        Cohort {
            visited: visited
                .iter()
                .map(|number| Uuid::from_u128(*number))
                .collect(),
            won,
            amount: Amount {
                count,
                cents: count * 100,
            },
        }
    }

    #[test]
    fn a_funnel_counts_who_came_to_a_stage_or_beyond() {
        let stages = [stage(1), stage(2), stage(3)];
        let stages: Vec<&Stage> = stages.iter().collect();
        // Stages may be left out, lost deals stay where they were, and whoever is won came through all.
        let cohorts = [
            cohort(&[1], false, 5),
            cohort(&[1, 3], false, 2),
            cohort(&[1, 2], false, 3),
            cohort(&[1, 7], true, 4),
        ];
        let funnel = one_funnel(Uuid::from_u128(9), "P".to_owned(), &stages, &cohorts);
        let reached: Vec<_> = funnel
            .steps
            .iter()
            .map(|step| (step.reached.count, step.dropped))
            .collect();
        assert_eq!(reached, [(14, 0), (9, 5), (6, 3)]);
        assert_eq!(
            (funnel.began.count, funnel.won.count, funnel.conversion),
            (14, 4, Some(0.2857))
        );
        assert_eq!(funnel.steps[1].conversion, Some(0.6429));
    }

    #[test]
    fn a_cohort_is_read_from_its_path() {
        let pipeline = Uuid::from_u128(9);
        let key = format!(
            "{pipeline}:{},{}:won",
            Uuid::from_u128(1),
            Uuid::from_u128(2)
        );
        let line = Sum {
            day: None,
            owner_id: None,
            key,
            n: 3,
            cents: 9,
        };
        let told = Cohort::of(&line, pipeline).unwrap();
        assert!(told.won && told.visited.len() == 2 && told.amount.count == 3);
        assert!(Cohort::of(&line, Uuid::from_u128(8)).is_none());
    }

    #[test]
    fn a_weight_is_rounded_half_up() {
        for (cents, percent, told) in [(100, 50, 50), (101, 50, 51), (99, 0, 0), (1, 49, 0)] {
            assert_eq!(weighted(cents, percent), told);
        }
    }
}

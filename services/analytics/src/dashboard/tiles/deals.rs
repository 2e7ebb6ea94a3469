//! How far deals come, how long it takes, why they are lost.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::{Context, days, id, share, total};
use crate::dashboard::model::{
    Amount, Funnel, FunnelStep, FunnelTile, LostReasonLine, LostReasons, StageTime, StageTimes,
    TimeToClose,
};
use crate::dashboard::names::Stage;
use crate::measures::Measure;
use crate::measures::read::{Ask, By, Sum};

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
}

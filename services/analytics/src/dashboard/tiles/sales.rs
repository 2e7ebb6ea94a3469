//! What was sold, when and by whom.

use std::collections::HashMap;

use chrono::{Datelike, Duration, NaiveDate};
use serde_json::Number;
use uuid::Uuid;

use super::{Context, share, total};
use crate::dashboard::model::{
    AgentLine, AgentsTile, Amount, Bucket, Figure, Headline, SalesTrend, TrendPoint, Unit,
};
use crate::measures::Measure;
use crate::measures::read::{Ask, By, Span, Sum, last_of_month, somebody};

const HEADLINE: [Measure; 8] = [
    Measure::Won,
    Measure::Lost,
    Measure::Ordered,
    Measure::Opened,
    Measure::Lead,
    Measure::Activity,
    Measure::VisitDone,
    Measure::ClientNew,
];

fn headline_measures(context: &Context) -> [Measure; 8] {
    HEADLINE.map(|measure| {
        if measure == Measure::Ordered {
            context.ordered()
        } else {
            measure
        }
    })
}

pub fn headline_asks(context: &Context) -> Vec<Ask> {
    let measures = headline_measures(context);
    let now = measures.map(|measure| context.ask(measure, By::Nothing));
    let before = measures.map(|measure| context.before(measure, By::Nothing));
    [now, before].concat()
}

pub fn headline(context: &Context, answers: &[Vec<Sum>]) -> Headline {
    let totals: Vec<Amount> = answers.iter().map(|answer| total(answer)).collect();
    let (now, before) = totals.split_at(HEADLINE.len());
    let figure = |name: &'static str,
                  unit: Unit,
                  measure: Measure,
                  of: &dyn Fn(&[Amount]) -> Option<Number>| Figure {
        name,
        unit,
        value: of(now),
        previous: context.compared(of(before)).flatten(),
        measure: measure.word(),
    };
    let count = |place: usize| move |totals: &[Amount]| Some(Number::from(totals[place].count));
    let cents = |place: usize| move |totals: &[Amount]| Some(Number::from(totals[place].cents));
    let mean = |place: usize| move |totals: &[Amount]| mean_cents(totals[place]).map(Number::from);
    let rate = |totals: &[Amount]| {
        let (won, lost) = (totals[0].count, totals[1].count);
        share(won, won + lost).and_then(Number::from_f64)
    };
    let ordered = context.ordered();
    Headline {
        ignores: context.ignores(&headline_measures(context)),
        figures: vec![
            figure("won_cents", Unit::Cents, Measure::Won, &cents(0)),
            figure("won", Unit::Count, Measure::Won, &count(0)),
            figure("win_rate", Unit::Share, Measure::Won, &rate),
            figure("average_won_cents", Unit::Cents, Measure::Won, &mean(0)),
            figure("ordered_cents", Unit::Cents, ordered, &cents(2)),
            figure("ordered", Unit::Count, ordered, &count(2)),
            figure("average_order_cents", Unit::Cents, ordered, &mean(2)),
            figure("opened", Unit::Count, Measure::Opened, &count(3)),
            figure("opened_cents", Unit::Cents, Measure::Opened, &cents(3)),
            figure("lost", Unit::Count, Measure::Lost, &count(1)),
            figure("leads", Unit::Count, Measure::Lead, &count(4)),
            figure("activities", Unit::Count, Measure::Activity, &count(5)),
            figure("visits", Unit::Count, Measure::VisitDone, &count(6)),
            figure("clients_new", Unit::Count, Measure::ClientNew, &count(7)),
        ],
    }
}

/// Half-up to the cent.
fn mean_cents(amount: Amount) -> Option<i64> {
    (amount.count != 0).then(|| (2 * amount.cents + amount.count).div_euclid(2 * amount.count))
}

/// The widest period that is shown by days, and by weeks.
const BY_DAY_MOST: i64 = 45;
const BY_WEEK_MOST: i64 = 190;

fn bucket(span: Span) -> Bucket {
    let days = span.days();
    if days <= BY_DAY_MOST {
        Bucket::Day
    } else if days <= BY_WEEK_MOST {
        Bucket::Week
    } else {
        Bucket::Month
    }
}

fn trend_measures(context: &Context) -> [Measure; 4] {
    [
        Measure::Opened,
        Measure::Won,
        Measure::Lost,
        context.ordered(),
    ]
}

pub fn trend_asks(context: &Context) -> Vec<Ask> {
    let by = if bucket(context.scoped.span) == Bucket::Month {
        By::Month
    } else {
        By::Day
    };
    let measures = trend_measures(context);
    let now = measures.map(|measure| context.ask(measure, by));
    let before = measures.map(|measure| context.before(measure, by));
    [now, before].concat()
}

pub fn trend(context: &Context, answers: &[Vec<Sum>]) -> SalesTrend {
    let bucket = bucket(context.scoped.span);
    let (now, before) = answers.split_at(4);
    SalesTrend {
        ignores: context.ignores(&trend_measures(context)),
        bucket,
        points: points(context.scoped.span, bucket, now),
        previous: context
            .scoped
            .previous
            .map_or_else(Vec::new, |span| points(span, bucket, before)),
    }
}

/// Every step of a span, also those in which nothing happened.
fn points(span: Span, bucket: Bucket, answers: &[Vec<Sum>]) -> Vec<TrendPoint> {
    let mut points = Vec::new();
    let mut from = span.from;
    while from <= span.until {
        let until = end_of_step(from, bucket).min(span.until);
        points.push(TrendPoint {
            from,
            until,
            ..TrendPoint::default()
        });
        from = until + Duration::days(1);
    }
    for (series, answer) in answers.iter().enumerate() {
        for line in answer {
            // A month's sums stand on its first day, also where the span begins within it.
            let day = line.day.unwrap_or(span.from).max(span.from);
            let place = points.partition_point(|point| point.until < day);
            let Some(point) = points.get_mut(place) else {
                continue;
            };
            let amount = match series {
                0 => &mut point.opened,
                1 => &mut point.won,
                2 => &mut point.lost,
                _ => &mut point.ordered,
            };
            *amount = amount.plus(line);
        }
    }
    points
}

fn end_of_step(from: NaiveDate, bucket: Bucket) -> NaiveDate {
    match bucket {
        Bucket::Day => from,
        Bucket::Week => from + Duration::days(6 - i64::from(from.weekday().num_days_from_monday())),
        Bucket::Month => last_of_month(from),
    }
}

const AGENTS: [Measure; 6] = [
    Measure::Opened,
    Measure::Won,
    Measure::Lost,
    Measure::Ordered,
    Measure::Activity,
    Measure::VisitDone,
];

fn agents_measures(context: &Context) -> [Measure; 6] {
    AGENTS.map(|measure| {
        if measure == Measure::Ordered {
            context.ordered()
        } else {
            measure
        }
    })
}

pub fn agents_asks(context: &Context) -> Vec<Ask> {
    let mut asks = agents_measures(context)
        .map(|measure| context.ask(measure, By::Owner))
        .to_vec();
    asks.push(context.before(Measure::Won, By::Owner));
    asks
}

pub fn agents(context: &Context, answers: &[Vec<Sum>]) -> AgentsTile {
    let mut lines: HashMap<Option<Uuid>, AgentLine> = HashMap::new();
    for (series, answer) in answers.iter().enumerate() {
        for sum in answer {
            let owner = somebody(sum.owner_id);
            let line = lines.entry(owner).or_default();
            match series {
                0 => line.opened = line.opened.plus(sum),
                1 => line.won = line.won.plus(sum),
                2 => line.lost = line.lost.plus(sum),
                3 => line.ordered = line.ordered.plus(sum),
                4 => line.activities += sum.n,
                5 => line.visits += sum.n,
                _ => line.previous_won_cents = Some(sum.cents),
            }
        }
    }
    let mut agents: Vec<AgentLine> = lines
        .into_iter()
        .map(|(owner_id, line)| AgentLine {
            name: owner_id.and_then(|owner| context.names.users.get(&owner).cloned()),
            win_rate: share(line.won.count, line.won.count + line.lost.count),
            previous_won_cents: context.compared(line.previous_won_cents.unwrap_or(0)),
            owner_id,
            ..line
        })
        .filter(AgentLine::says_something)
        .collect();
    agents.sort_by_key(|line| (-line.won.cents, -line.ordered.cents, line.owner_id));
    AgentsTile {
        ignores: context.ignores(&agents_measures(context)),
        agents,
    }
}

impl AgentLine {
    fn says_something(&self) -> bool {
        let counts = [self.opened, self.won, self.lost, self.ordered].map(|amount| amount.count);
        counts.iter().sum::<i64>() + self.activities + self.visits != 0
            || self.previous_won_cents.is_some_and(|cents| cents != 0)
    }
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

    fn sum(day: &str, n: i64) -> Sum {
        Sum {
            day: Some(day.parse().unwrap()),
            owner_id: None,
            key: String::new(),
            n,
            cents: n * 100,
        }
    }

    #[test]
    fn a_trend_has_every_step_and_each_sum_once() {
        for (span, steps) in [
            (span("2026-11-01", "2026-11-30"), 30),
            (span("2026-09-02", "2026-11-30"), 14),
            (span("2026-01-15", "2026-12-31"), 12),
        ] {
            let points = points(
                span,
                bucket(span),
                &[vec![], vec![sum("2026-11-02", 2), sum("2026-11-30", 1)]],
            );
            assert_eq!(points.len(), steps, "{span:?}");
            assert_eq!(
                (points[0].from, points[steps - 1].until),
                (span.from, span.until)
            );
            assert_eq!(points.iter().map(|point| point.won.count).sum::<i64>(), 3);
        }
    }

    #[test]
    fn a_month_that_begins_before_the_period_counts_in_its_first_step() {
        let points = points(
            span("2026-01-15", "2026-12-31"),
            Bucket::Month,
            &[vec![sum("2026-01-01", 4)]],
        );
        assert_eq!(points[0].opened.count, 4);
    }

    #[test]
    fn a_mean_is_rounded_half_up() {
        for (cents, count, mean) in [(100, 3, Some(33)), (101, 2, Some(51)), (5, 0, None)] {
            assert_eq!(mean_cents(Amount { count, cents }), mean);
        }
    }
}

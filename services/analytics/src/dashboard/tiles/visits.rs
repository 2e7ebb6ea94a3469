//! How shops are covered, what tours cost, what people do.

use chrono::NaiveDate;

use super::{Context, share, total};
use crate::dashboard::model::{ActivitiesTile, CoverageTile, KeyCount, ToursTile};
use crate::measures::Measure;
use crate::measures::read::{Ask, By, Span, Sum};

/// Up to today, of all days.
fn until_today(context: &Context, measure: Measure) -> Ask {
    let from = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or(NaiveDate::MIN);
    Ask {
        measure,
        by: By::Nothing,
        span: Some(Span {
            from,
            until: context.scoped.today,
        }),
    }
}

pub fn coverage_asks(context: &Context) -> Vec<Ask> {
    vec![
        Context::now(Measure::Places, By::Nothing),
        Context::now(Measure::PlaceNever, By::Nothing),
        until_today(context, Measure::PlaceLapses),
        until_today(context, Measure::PlaceDue),
    ]
}

pub fn coverage(context: &Context, answers: &[Vec<Sum>]) -> CoverageTile {
    let [places, never, overdue, due] =
        [0, 1, 2, 3].map(|place: usize| total(&answers[place]).count);
    let within = places - never - overdue;
    CoverageTile {
        ignores: context.ignores(&[Measure::Places]),
        places,
        within,
        // Whoever is overdue was due before.
        due: due - overdue,
        overdue,
        never,
        share: share(within, places),
    }
}

pub fn tours_asks(context: &Context) -> Vec<Ask> {
    [
        Measure::VisitDone,
        Measure::VisitMissed,
        Measure::Tour,
        Measure::TourStops,
    ]
    .map(|measure| context.ask(measure, By::Nothing))
    .to_vec()
}

pub fn tours(context: &Context, answers: &[Vec<Sum>]) -> ToursTile {
    let [done, missed, tour, stops] = [0, 1, 2, 3].map(|place: usize| total(&answers[place]));
    ToursTile {
        ignores: context.ignores(&[Measure::VisitDone, Measure::Tour]),
        visits_done: done.count,
        visits_missed: missed.count,
        kept: share(done.count, done.count + missed.count),
        visit_minutes: done.cents,
        tours: tour.count,
        stops: stops.count,
        distance_m: tour.cents,
        travel_seconds: stops.cents,
        meters_per_stop: (stops.count != 0).then(|| tour.cents / stops.count),
        stops_per_tour: share(stops.count, tour.count),
    }
}

pub fn activities_asks(context: &Context) -> Vec<Ask> {
    vec![
        context.ask(Measure::Activity, By::Key),
        context.before(Measure::Activity, By::Nothing),
    ]
}

pub fn activities(context: &Context, answers: &[Vec<Sum>]) -> ActivitiesTile {
    let mut kinds: Vec<KeyCount> = answers[0]
        .iter()
        .filter(|line| line.n != 0)
        .map(|line| KeyCount {
            key: line.key.clone(),
            count: line.n,
        })
        .collect();
    kinds.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
    ActivitiesTile {
        ignores: context.ignores(&[Measure::Activity]),
        total: total(&answers[0]).count,
        previous: context.compared(total(&answers[1]).count),
        kinds,
    }
}

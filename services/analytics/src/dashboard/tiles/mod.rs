//! The tiles: each says what it has to know, and what it makes of the answers.

mod clients;
mod deals;
mod figures;
mod pipeline;
mod ranking;
mod sales;
mod visits;
mod work;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{Amount, Dashboard, Ignored, Tile};
use super::names::Names;
use crate::filter::Scoped;
use crate::measures::read::{Ask, By, Span, Sum};
use crate::measures::{Measure, definition};

pub use figures::{days, share};
pub use ranking::rank_products;
pub use work::{follow_ups, targets};

/// What tiles are made in.
#[derive(Debug)]
pub struct Context {
    pub scoped: Scoped,
    pub names: Names,
    pub now: DateTime<Utc>,
}

impl Context {
    /// The days to compare with; asked for also when nobody compares, and then not shown.
    #[must_use]
    pub fn prior(&self) -> Span {
        self.scoped.previous.unwrap_or(self.scoped.span)
    }

    /// Of what is compared.
    #[must_use]
    pub fn compared<T>(&self, value: T) -> Option<T> {
        self.scoped.previous.map(|_| value)
    }

    fn ask(&self, measure: Measure, by: By) -> Ask {
        Ask {
            measure,
            by,
            span: Some(self.scoped.span),
        }
    }

    fn before(&self, measure: Measure, by: By) -> Ask {
        Ask {
            measure,
            by,
            span: Some(self.prior()),
        }
    }

    fn now(measure: Measure, by: By) -> Ask {
        Ask {
            measure,
            by,
            span: None,
        }
    }

    /// The filters that are set and mean nothing to these measures.
    fn ignores(&self, measures: &[Measure]) -> Ignored {
        let which = &self.scoped.which;
        let all: Vec<_> = measures
            .iter()
            .map(|measure| definition(*measure))
            .collect();
        [
            (
                "province",
                which.province.is_some() && !all.iter().all(|one| one.by_province),
            ),
            (
                "product_id",
                which.product.is_some() && !all.iter().all(|one| one.by_product),
            ),
            (
                "source_id",
                which.source.is_some() && !all.iter().all(|one| one.by_source),
            ),
        ]
        .into_iter()
        .filter_map(|(name, ignored)| ignored.then_some(name))
        .collect()
    }

    /// Orders, or the orders of the product that is asked for.
    fn ordered(&self) -> Measure {
        if self.scoped.which.product.is_some() {
            Measure::OrderedProduct
        } else {
            Measure::Ordered
        }
    }
}

/// What a tile has to know.
#[must_use]
pub fn asks(tile: Tile, context: &Context) -> Vec<Ask> {
    match tile {
        Tile::Headline => sales::headline_asks(context),
        Tile::SalesTrend => sales::trend_asks(context),
        Tile::Agents => sales::agents_asks(context),
        Tile::Provinces => ranking::ranking_asks(context, By::Province),
        Tile::Products => ranking::ranking_asks(context, By::Product),
        Tile::Sources => ranking::ranking_asks(context, By::Source),
        Tile::Pipeline => pipeline::pipeline_asks(context),
        Tile::Funnel => deals::funnel_asks(context),
        Tile::StageTimes => deals::stage_times_asks(context),
        Tile::TimeToClose => deals::close_asks(context),
        Tile::LostReasons => deals::lost_asks(context),
        Tile::Forecast => pipeline::forecast_asks(context),
        Tile::Leads => clients::leads_asks(context),
        Tile::Reorders => clients::reorders_asks(context),
        Tile::Segments => clients::segments_asks(),
        Tile::Phases => clients::phases_asks(context),
        Tile::Coverage => visits::coverage_asks(context),
        Tile::Tours => visits::tours_asks(context),
        Tile::Activities => visits::activities_asks(context),
        // Asked for on their own: they are about hours, and about targets.
        Tile::FollowUps | Tile::Targets => Vec::new(),
    }
}

/// Puts a tile into the dashboard.
pub fn put(tile: Tile, context: &Context, answers: &[Vec<Sum>], dashboard: &mut Dashboard) {
    match tile {
        Tile::Headline => dashboard.headline = Some(sales::headline(context, answers)),
        Tile::SalesTrend => dashboard.sales_trend = Some(sales::trend(context, answers)),
        Tile::Agents => dashboard.agents = Some(sales::agents(context, answers)),
        Tile::Provinces => {
            dashboard.provinces = Some(ranking::ranking(context, By::Province, answers))
        }
        Tile::Products => {
            dashboard.products = Some(ranking::ranking(context, By::Product, answers))
        }
        Tile::Sources => dashboard.sources = Some(ranking::ranking(context, By::Source, answers)),
        Tile::Pipeline => dashboard.pipeline = Some(pipeline::pipeline(context, answers)),
        Tile::Funnel => dashboard.funnel = Some(deals::funnel(context, answers)),
        Tile::StageTimes => dashboard.stage_times = Some(deals::stage_times(context, answers)),
        Tile::TimeToClose => dashboard.time_to_close = Some(deals::close(context, answers)),
        Tile::LostReasons => dashboard.lost_reasons = Some(deals::lost(context, answers)),
        Tile::Forecast => dashboard.forecast = Some(pipeline::forecast(context, answers)),
        Tile::Leads => dashboard.leads = Some(clients::leads(context, answers)),
        Tile::Reorders => dashboard.reorders = Some(clients::reorders(context, answers)),
        Tile::Segments => dashboard.segments = Some(clients::segments(context, answers)),
        Tile::Phases => dashboard.phases = Some(clients::phases(context, answers)),
        Tile::Coverage => dashboard.coverage = Some(visits::coverage(context, answers)),
        Tile::Tours => dashboard.tours = Some(visits::tours(context, answers)),
        Tile::Activities => dashboard.activities = Some(visits::activities(context, answers)),
        Tile::FollowUps | Tile::Targets => {}
    }
}

/// The sum of an answer.
fn total(answer: &[Sum]) -> Amount {
    answer.iter().fold(Amount::default(), Amount::plus)
}

fn id(key: &str) -> Option<Uuid> {
    key.parse().ok()
}

impl Amount {
    fn plus(self, line: &Sum) -> Self {
        Self {
            count: self.count + line.n,
            cents: self.cents + line.cents,
        }
    }
}

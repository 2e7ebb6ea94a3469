//! The lines of each tile. Of long lists the first few: the rest is one click away.

mod clients;
mod selling;
mod work;

use super::words::Words;
use crate::dashboard::model::{Dashboard, Tile};

const MOST: usize = 5;

/// What a tile says; nothing where there is nothing to tell.
pub fn lines(words: &Words, tile: Tile, of: &Dashboard) -> Vec<String> {
    let w = *words;
    let told = match tile {
        Tile::Headline => of.headline.as_ref().map(|tile| selling::headline(w, tile)),
        // Its steps come to the figures of the headline.
        Tile::SalesTrend => None,
        Tile::Pipeline => of.pipeline.as_ref().map(|tile| selling::pipeline(w, tile)),
        Tile::Funnel => of.funnel.as_ref().map(|tile| selling::funnel(w, tile)),
        Tile::StageTimes => of
            .stage_times
            .as_ref()
            .map(|tile| selling::stage_times(w, tile)),
        Tile::TimeToClose => of
            .time_to_close
            .as_ref()
            .map(|tile| selling::close(w, tile)),
        Tile::Leads => of.leads.as_ref().map(|tile| clients::leads(w, tile)),
        Tile::LostReasons => of.lost_reasons.as_ref().map(|tile| selling::lost(w, tile)),
        Tile::Forecast => of.forecast.as_ref().map(|tile| selling::forecast(w, tile)),
        Tile::Targets => of.targets.as_ref().map(|tile| work::targets(w, tile)),
        Tile::FollowUps => of.follow_ups.as_ref().map(|tile| work::follow_ups(w, tile)),
        Tile::Reorders => of.reorders.as_ref().map(|tile| clients::reorders(w, tile)),
        Tile::Segments => of.segments.as_ref().map(|tile| clients::segments(w, tile)),
        Tile::Coverage => of.coverage.as_ref().map(|tile| work::coverage(w, tile)),
        Tile::Tours => of.tours.as_ref().map(|tile| work::tours(w, tile)),
        Tile::Activities => of.activities.as_ref().map(|tile| work::activities(w, tile)),
        Tile::Agents => of.agents.as_ref().map(|tile| selling::agents(w, tile)),
        Tile::Provinces => of.provinces.as_ref().map(|tile| selling::ranking(w, tile)),
        Tile::Products => of.products.as_ref().map(|tile| selling::ranking(w, tile)),
        Tile::Sources => of.sources.as_ref().map(|tile| selling::ranking(w, tile)),
        Tile::Phases => of.phases.as_ref().map(|tile| clients::phases(w, tile)),
    };
    told.unwrap_or_default()
}

fn name(w: Words, name: Option<&String>) -> String {
    name.cloned()
        .unwrap_or_else(|| w.pick("senza indicazione", "not said").to_owned())
}

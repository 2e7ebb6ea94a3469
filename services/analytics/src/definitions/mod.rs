//! What figures mean: read from `docs/kpis.md`, the one place where it is written.

pub mod routes;

use serde::Serialize;
use utoipa::ToSchema;

const TEXT: &str = include_str!("../../../../docs/kpis.md");

/// What a figure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct KpiDefinition {
    /// The figure's or the tile's name.
    pub name: &'static str,
    pub title_it: &'static str,
    pub title_en: &'static str,
    pub sentence_it: &'static str,
    pub sentence_en: &'static str,
    pub formula: &'static str,
}

/// All of them, in the order of the document.
#[must_use]
pub fn all() -> Vec<KpiDefinition> {
    TEXT.split("\n### ").skip(1).filter_map(read).collect()
}

fn read(entry: &'static str) -> Option<KpiDefinition> {
    let mut lines = entry.lines();
    let mut titles = lines.next()?.split(" · ");
    Some(KpiDefinition {
        name: titles.next()?,
        title_it: titles.next()?,
        title_en: titles.next()?,
        sentence_it: lines.next()?,
        sentence_en: lines.next()?,
        formula: lines.next()?.strip_prefix('`')?.strip_suffix('`')?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::model::Tile;

    #[test]
    fn every_entry_of_the_document_is_read() {
        assert_eq!(all().len(), TEXT.matches("\n### ").count());
    }

    #[test]
    fn every_tile_and_every_figure_is_defined() {
        let defined: Vec<&str> = all().iter().map(|definition| definition.name).collect();
        let tiles = Tile::ALL
            .iter()
            .filter(|tile| **tile != Tile::Headline)
            .map(|tile| tile.word());
        let figures = [
            "won_cents",
            "won",
            "win_rate",
            "average_won_cents",
            "ordered_cents",
            "ordered",
            "average_order_cents",
            "opened",
            "opened_cents",
            "lost",
            "leads",
            "activities",
            "visits",
            "clients_new",
            "churn",
        ];
        for name in tiles.chain(figures) {
            assert!(
                defined.contains(&name),
                "docs/kpis.md says nothing of {name}"
            );
        }
    }
}

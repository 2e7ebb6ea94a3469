use std::collections::HashSet;

use chrono::{DateTime, Utc};
use nexus_kernel::{RecordId, UserId};
use nexus_problem::{FieldErrors, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dashboard::model::Tile;
use crate::filter::FilterFields;

/// A dashboard's id.
pub type BoardId = RecordId<Board>;

/// A tile and how much room it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DashboardTile)]
pub struct Placed {
    pub tile: Tile,
    /// Of twelve columns.
    #[serde(default = "half")]
    pub width: u8,
    /// Rows.
    #[serde(default = "one")]
    pub height: u8,
}

const fn half() -> u8 {
    6
}

const fn one() -> u8 {
    1
}

/// What may be written of a dashboard. A patch names some of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SavedDashboardFields)]
pub struct BoardFields {
    #[schema(example = "Il mio lunedì")]
    pub name: String,
    /// Shown to everybody who may see figures, each with their own; only the owner changes it.
    #[serde(default)]
    pub shared: bool,
    /// In order.
    pub tiles: Vec<Placed>,
    /// What it opens with.
    #[serde(default)]
    pub filter: FilterFields,
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SavedDashboard)]
pub struct Board {
    #[schema(value_type = uuid::Uuid)]
    pub id: BoardId,
    pub version: i64,
    #[schema(value_type = uuid::Uuid)]
    pub owner_id: UserId,
    #[serde(flatten)]
    pub fields: BoardFields,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// One person keeps no more.
pub const BOARDS_MOST: i64 = 50;

impl BoardFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 80);
        if self.tiles.is_empty() {
            errors.add("/tiles", "tiles.none", "A dashboard shows something.");
        }
        let mut seen = HashSet::new();
        for (place, placed) in self.tiles.iter().enumerate() {
            if !seen.insert(placed.tile.word()) {
                let detail = "This tile is there already.";
                errors.add(format!("/tiles/{place}/tile"), "tile.twice", detail);
            }
            for (field, value, most) in [("width", placed.width, 12), ("height", placed.height, 4)]
            {
                if !(1..=most).contains(&value) {
                    let detail = format!("Give 1 to {most}.");
                    errors.add(format!("/tiles/{place}/{field}"), "number.range", detail);
                }
            }
        }
        if self
            .filter
            .from
            .zip(self.filter.until)
            .is_some_and(|(from, until)| from > until)
        {
            errors.add(
                "/filter/until",
                "until.before",
                "The last day is before the first.",
            );
        }
        errors.or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(tiles: &[(Tile, u8)]) -> BoardFields {
        BoardFields {
            name: " Lunedì ".to_owned(),
            shared: false,
            tiles: tiles
                .iter()
                .map(|(tile, width)| Placed {
                    tile: *tile,
                    width: *width,
                    height: 1,
                })
                .collect(),
            filter: FilterFields::default(),
        }
    }

    #[test]
    fn a_dashboard_shows_each_tile_once_and_within_its_columns() {
        let good = fields(&[(Tile::Funnel, 6), (Tile::Agents, 12)])
            .review()
            .unwrap();
        assert_eq!(good.name, "Lunedì");
        for (tiles, pointer) in [
            (vec![], "/tiles"),
            (vec![(Tile::Funnel, 6), (Tile::Funnel, 6)], "/tiles/1/tile"),
            (vec![(Tile::Funnel, 13)], "/tiles/0/width"),
            (vec![(Tile::Funnel, 0)], "/tiles/0/width"),
        ] {
            let told =
                nexus_problem::Problem::from(fields(&tiles).review().unwrap_err()).body(None);
            assert_eq!(told.errors[0].pointer, pointer);
        }
    }
}

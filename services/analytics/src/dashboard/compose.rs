use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use nexus_db::{DbError, DbResult};
use uuid::Uuid;

use super::model::{Dashboard, Tile};
use super::names::{Names, products};
use super::tiles::{Context, asks, follow_ups, put, rank_products, targets};
use crate::filter::Scoped;
use crate::measures::read::{Ask, sums};

/// The number of the last change of the figures. Busy: they are being counted anew.
pub fn change(conn: &mut PgConnection) -> DbResult<i64> {
    #[derive(QueryableByName)]
    struct Change {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let change: Option<Change> = diesel::sql_query("SELECT number FROM changes WHERE NOT recount")
        .get_result(conn)
        .optional()?;
    change.map(|change| change.number).ok_or(DbError::Busy)
}

/// Puts tiles together.
pub fn compose(
    conn: &mut PgConnection,
    scoped: Scoped,
    tiles: &[Tile],
    now: DateTime<Utc>,
) -> DbResult<Dashboard> {
    // Read first: what comes meanwhile is a change to come.
    let change = change(conn)?;
    let names = Names::load(conn)?;
    let context = Context { scoped, names, now };
    let mut dashboard = Dashboard {
        change,
        as_of: now,
        period: Some(context.scoped.span.into()),
        previous_period: context.scoped.previous.map(Into::into),
        ..Dashboard::default()
    };
    let questions: Vec<(Tile, Vec<Ask>)> = tiles
        .iter()
        .map(|tile| (*tile, asks(*tile, &context)))
        .collect();
    let all: Vec<Ask> = questions
        .iter()
        .flat_map(|(_, asks)| asks.iter().copied())
        .collect();
    let answers = sums(conn, &context.scoped.which, &all)?;
    let mut from = 0;
    for (tile, asks) in &questions {
        put(
            *tile,
            &context,
            &answers[from..from + asks.len()],
            &mut dashboard,
        );
        from += asks.len();
    }
    if tiles.contains(&Tile::FollowUps) {
        dashboard.follow_ups = Some(follow_ups(conn, &context)?);
    }
    if tiles.contains(&Tile::Targets) {
        dashboard.targets = Some(targets(conn, &context)?);
    }
    if let Some(ranking) = &mut dashboard.products {
        let shown: Vec<Uuid> = ranking
            .lines
            .iter()
            .filter_map(|line| line.key.parse().ok())
            .collect();
        rank_products(ranking, &products(conn, &shown)?);
    }
    Ok(dashboard)
}

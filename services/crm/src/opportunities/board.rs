//! The board: a pipeline's stages as columns, with counts and sums from the database and the first cards of each.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::Cursor;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::queries::{Filter, Order, page};
use super::views::{OpportunityRow, rows};
use crate::clients::queries::{plan_for_these_words, words};
use crate::pipelines::model::{Outcome, Pipeline, StageId};
use nexus_records::Viewer;

/// Which cards.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Only this user's.
    owner_id: Option<Uuid>,
    /// Words found in the deal's or the client's name.
    q: Option<String>,
    /// Cards per column, up to 50.
    cards: Option<u32>,
    /// `open`: leave out the columns of won and lost deals.
    #[param(inline)]
    status: Option<BoardStatus>,
}

/// Which columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BoardStatus {
    All,
    Open,
}

/// A pipeline with its columns.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    pipeline: Pipeline,
    columns: Vec<Column>,
    /// Of the open deals on the board.
    total: Figures,
}

/// How many, and what they are worth.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct Figures {
    count: i64,
    amount_cents: i64,
    /// The amount times the stage's probability, rounded half up.
    weighted_cents: i64,
}

/// One stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct Column {
    #[schema(value_type = Uuid)]
    stage_id: StageId,
    #[serde(flatten)]
    figures: Figures,
    /// The first cards, the last changed first.
    cards: Vec<OpportunityRow>,
    /// Goes on with `GET /opportunities?stage_id=…&sort=-updated_at&cursor=…`.
    next_cursor: Option<String>,
}

const CARDS: u32 = 20;
const MOST_CARDS: u32 = 50;

/// Reads the board as this viewer sees it.
///
/// # Errors
/// The database's.
pub fn read(
    conn: &mut PgConnection,
    viewer: &Viewer,
    pipeline: Pipeline,
    query: &BoardQuery,
    now: DateTime<Utc>,
) -> DbResult<Board> {
    let cards = query.cards.unwrap_or(CARDS).min(MOST_CARDS) as usize;
    let filter = Filter {
        words: query.q.as_deref().map(words).unwrap_or_default(),
        owner_id: query.owner_id,
        pipeline_id: Some(pipeline.row.id.uuid()),
        ..Filter::default()
    };
    let sums = sums(conn, viewer, &filter)?;
    let (mut columns, mut total) = (Vec::new(), Figures::default());
    let all = query.status != Some(BoardStatus::Open);
    for stage in pipeline
        .stages
        .iter()
        .filter(|stage| all || !stage.is_final())
    {
        let (count, amount_cents) = sums.get(&stage.id).copied().unwrap_or_default();
        let weighted_cents = weighted(amount_cents, stage.probability);
        let figures = Figures {
            count,
            amount_cents,
            weighted_cents,
        };
        if stage.outcome == Outcome::Open {
            total.count += count;
            total.amount_cents += amount_cents;
            total.weighted_cents += weighted_cents;
        }
        let filter = Filter {
            stage_id: Some(stage.id.uuid()),
            ..filter.clone()
        };
        let order = Order::Updated {
            descending: true,
            after: None,
        };
        let mut found = if count == 0 {
            Vec::new()
        } else {
            page(conn, viewer, filter, order, cards)?
        };
        let more = found.len() > cards;
        found.truncate(cards);
        let last = found.last().filter(|_| more);
        columns.push(Column {
            stage_id: stage.id,
            figures,
            next_cursor: last.map(|last| Cursor((last.updated_at, last.id)).encode()),
            cards: rows(conn, found, now)?,
        });
    }
    Ok(Board {
        pipeline,
        columns,
        total,
    })
}

fn weighted(amount_cents: i64, probability: i32) -> i64 {
    (amount_cents * i64::from(probability) + 50) / 100
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = SqlUuid)]
    stage_id: StageId,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    amount_cents: i64,
}

const SUMS: &str =
    "SELECT stage_id, count(*) AS count, coalesce(sum(amount_cents), 0)::bigint AS amount_cents
    FROM opportunities
    WHERE pipeline_id = $1 AND archived_at IS NULL
      AND ($2::uuid[] IS NULL OR owner_id = ANY($2))
      AND ($3::uuid IS NULL OR owner_id = $3)
      AND (cardinality($4::text[]) = 0 OR search_text LIKE ALL($4))
    GROUP BY stage_id";

/// Count and amount per stage. Without words, one index tells it all.
fn sums(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
) -> DbResult<HashMap<StageId, (i64, i64)>> {
    plan_for_these_words(conn)?;
    let rows: Vec<Sum> = diesel::sql_query(SUMS)
        .bind::<Nullable<SqlUuid>, _>(filter.pipeline_id)
        .bind::<Nullable<Array<SqlUuid>>, _>(viewer.owners().map(<[_]>::to_vec))
        .bind::<Nullable<SqlUuid>, _>(filter.owner_id)
        .bind::<Array<Text>, _>(filter.words.clone())
        .load(conn)?;
    let sums = rows
        .into_iter()
        .map(|row| (row.stage_id, (row.count, row.amount_cents)));
    Ok(sums.collect())
}

#[cfg(test)]
mod tests {
    use super::weighted;

    #[test]
    fn the_weighted_amount_is_rounded_half_up() {
        for (amount, probability, expected) in [
            (100, 50, 50),
            (1, 50, 1),
            (1, 49, 0),
            (999, 33, 330),
            (0, 100, 0),
        ] {
            assert_eq!(
                weighted(amount, probability),
                expected,
                "{amount} at {probability} %"
            );
        }
    }
}

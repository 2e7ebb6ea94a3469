//! The board: a column for each status, with counts from the database and the first cards of each.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::Cursor;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::queries::{Filter, Order, page};
use super::status::LeadStatus;
use super::views::{LeadRow, rows};
use crate::clients::queries::{plan_for_these_words, words};
use nexus_records::Viewer;

/// Which cards.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Only this user's.
    owner_id: Option<Uuid>,
    source_id: Option<Uuid>,
    campaign_id: Option<Uuid>,
    /// Words found in name, person, city, e-mail or phone.
    q: Option<String>,
    /// Cards per column, up to 50.
    cards: Option<u32>,
    /// `true`: leave out the columns of converted and lost leads.
    #[serde(default)]
    open: bool,
}

/// The leads by where they stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadBoard {
    columns: Vec<LeadColumn>,
    /// Of those still worked.
    open: i64,
    /// Of those that nobody contacted in time.
    late: i64,
}

/// One status.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadColumn {
    status: LeadStatus,
    count: i64,
    /// The first cards: new ones by what is due first, the others the last changed first.
    cards: Vec<LeadRow>,
    /// Goes on with `GET /leads?status=…&cursor=…`, sorted by `due_at` for new ones and by `-updated_at` for the others.
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
    query: &BoardQuery,
    now: DateTime<Utc>,
) -> DbResult<LeadBoard> {
    let cards = query.cards.unwrap_or(CARDS).clamp(1, MOST_CARDS) as usize;
    let filter = Filter {
        words: query.q.as_deref().map(words).unwrap_or_default(),
        owner_id: query.owner_id,
        source_id: query.source_id,
        campaign_id: query.campaign_id,
        ..Filter::default()
    };
    let counts = counts(conn, viewer, &filter, now)?;
    let mut board = LeadBoard {
        columns: Vec::new(),
        open: 0,
        late: counts.values().map(|(_, late)| late).sum(),
    };
    for status in LeadStatus::ALL {
        let (count, _) = counts.get(&status).copied().unwrap_or_default();
        if status.is_open() {
            board.open += count;
        } else if query.open {
            continue;
        }
        board
            .columns
            .push(column(conn, viewer, &filter, status, count, cards, now)?);
    }
    Ok(board)
}

fn column(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    status: LeadStatus,
    count: i64,
    cards: usize,
    now: DateTime<Utc>,
) -> DbResult<LeadColumn> {
    let filter = Filter {
        status: Some(status),
        ..filter.clone()
    };
    let by_due = status == LeadStatus::New;
    let order = if by_due {
        Order::Due {
            descending: false,
            after: None,
        }
    } else {
        Order::Updated {
            descending: true,
            after: None,
        }
    };
    let mut found = match count {
        0 => Vec::new(),
        _ => page(conn, viewer, filter, order, cards)?,
    };
    let more = found.len() > cards;
    found.truncate(cards);
    let last = found.last().filter(|_| more);
    let next_cursor = last.map(|last| {
        let at = if by_due { last.due_at } else { last.updated_at };
        Cursor((at, last.id)).encode()
    });
    Ok(LeadColumn {
        status,
        count,
        next_cursor,
        cards: rows(conn, found, now)?,
    })
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Text)]
    status: LeadStatus,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    late: i64,
}

const COUNTS: &str = "SELECT status, count(*) AS count, count(*) FILTER (WHERE status = 'new' AND due_at < $1) AS late
    FROM leads
    WHERE archived_at IS NULL
      AND ($2::uuid[] IS NULL OR owner_id = ANY($2))
      AND ($3::uuid IS NULL OR owner_id = $3)
      AND ($4::uuid IS NULL OR source_id = $4)
      AND ($5::uuid IS NULL OR campaign_id = $5)
      AND (cardinality($6::text[]) = 0 OR search_text LIKE ALL($6))
    GROUP BY status";

/// How many per status, and how many of them late.
fn counts(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    now: DateTime<Utc>,
) -> DbResult<HashMap<LeadStatus, (i64, i64)>> {
    plan_for_these_words(conn)?;
    let rows: Vec<Count> = diesel::sql_query(COUNTS)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<Array<SqlUuid>>, _>(viewer.owners().map(<[_]>::to_vec))
        .bind::<Nullable<SqlUuid>, _>(filter.owner_id)
        .bind::<Nullable<SqlUuid>, _>(filter.source_id)
        .bind::<Nullable<SqlUuid>, _>(filter.campaign_id)
        .bind::<Array<Text>, _>(filter.words.clone())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.status, (row.count, row.late)))
        .collect())
}

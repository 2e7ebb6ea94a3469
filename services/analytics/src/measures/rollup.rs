//! Rollups follow their facts: what the records of a change filled before it is taken away, what they fill after it is
//! added. Both are appended to `count_deltas`; a background task folds them into `counts`.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use super::sql::{Tables, all_cells, cells};
use super::{Fact, definition};

/// Whether what these records fill is added or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Add,
    Take,
}

/// Appends what these records fill.
pub fn append(conn: &mut PgConnection, sign: Sign, fact: Fact, ids: &[Uuid]) -> DbResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sign = match sign {
        Sign::Add => "",
        Sign::Take => "-",
    };
    let cells = cells(fact, Tables::Serving, "b.id = ANY($1)");
    diesel::sql_query(format!(
        "INSERT INTO count_deltas (measure, slice, day, owner_id, key, n, cents)
         SELECT measure, slice, day, owner_id, key, {sign}sum(n)::bigint, {sign}sum(cents)::bigint
         FROM ({cells}) c GROUP BY measure, slice, day, owner_id, key"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(conn)?;
    Ok(())
}

/// Counts these facts' measures anew.
pub fn recount(conn: &mut PgConnection, tables: Tables, facts: &[Fact]) -> DbResult<()> {
    let measures = super::ALL.into_iter();
    for measure in measures.filter(|measure| facts.contains(&definition(*measure).fact)) {
        diesel::sql_query(tables.of(&format!(
            "INSERT INTO {{t}}counts (measure, slice, day, owner_id, key, n, cents) {}",
            all_cells(measure, tables)
        )))
        .execute(conn)?;
    }
    Ok(())
}

/// So many deltas are folded at once.
const AT_ONCE: i64 = 50_000;

/// Folds deltas into the sums. Returns how many. Readers see each delta once, before and after.
pub fn fold(conn: &mut PgConnection) -> DbResult<usize> {
    #[derive(QueryableByName)]
    struct Folded {
        #[diesel(sql_type = BigInt)]
        folded: i64,
    }
    // One replica at a time; the next round finds what this one leaves.
    let folded: Folded = diesel::sql_query(format!(
        "WITH mine AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtext('analytics.fold' || current_schema())) AS held),
         gone AS (DELETE FROM count_deltas WHERE ctid = ANY (ARRAY(
             SELECT d.ctid FROM count_deltas d, mine WHERE mine.held LIMIT {AT_ONCE} FOR UPDATE OF d SKIP LOCKED))
             RETURNING *),
         sums AS (SELECT measure, slice, day, owner_id, key, sum(n)::bigint AS n, sum(cents)::bigint AS cents
             FROM gone GROUP BY measure, slice, day, owner_id, key HAVING sum(n) <> 0 OR sum(cents) <> 0),
         kept AS (INSERT INTO counts AS c SELECT * FROM sums ON CONFLICT (measure, slice, day, owner_id, key)
             DO UPDATE SET n = c.n + excluded.n, cents = c.cents + excluded.cents)
         SELECT count(*) AS folded FROM gone"
    ))
    .get_result(conn)?;
    Ok(usize::try_from(folded.folded).unwrap_or(usize::MAX))
}

/// Takes cells away that hold nothing any more. They harm nobody, so that it need not be often.
pub fn sweep(conn: &mut PgConnection) -> DbResult<usize> {
    Ok(diesel::sql_query("DELETE FROM counts WHERE n = 0 AND cents = 0").execute(conn)?)
}

/// Counts everything anew, if a migration has asked for it: it has made cells that the old counts do not have. Until then
/// there are no figures. Returns whether it was asked.
pub fn recount_if_asked(conn: &mut PgConnection) -> DbResult<bool> {
    let asked =
        diesel::sql_query("UPDATE changes SET recount = false WHERE recount").execute(conn)?;
    if asked > 0 {
        conn.batch_execute(
            "SET LOCAL statement_timeout = 0; DELETE FROM count_deltas; DELETE FROM counts",
        )?;
        recount(conn, Tables::Serving, &Fact::ALL)?;
    }
    Ok(asked > 0)
}

/// How many cells are not what the facts say: 0, unless something is wrong.
pub fn differences(conn: &mut PgConnection) -> DbResult<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        differing: i64,
    }
    let all: Vec<String> = Fact::ALL
        .into_iter()
        .map(|fact| cells(fact, Tables::Serving, "true"))
        .collect();
    let found: Count = diesel::sql_query(format!(
        "SELECT count(*) AS differing FROM (
             SELECT measure, slice, day, owner_id, key FROM (
                 SELECT measure, slice, day, owner_id, key, n, cents FROM counts
                 UNION ALL SELECT measure, slice, day, owner_id, key, n, cents FROM count_deltas
                 UNION ALL SELECT measure, slice, day, owner_id, key, -n, -cents FROM ({}) f
             ) e GROUP BY measure, slice, day, owner_id, key HAVING sum(n) <> 0 OR sum(cents) <> 0) d",
        all.join(" UNION ALL ")
    ))
    .get_result(conn)?;
    Ok(found.differing)
}

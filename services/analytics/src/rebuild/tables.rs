//! The second set of tables: made like the first, filled without indexes that only readers need, put in its place.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use nexus_db::DbResult;

use crate::facts::TABLES;

/// Filled at once at the end: its unique index comes after.
const LAST: &str = "counts";

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Bool)]
    is_unique: bool,
}

/// The indexes of a table, each with what stands behind `USING`.
fn indexes(conn: &mut PgConnection, table: &str) -> DbResult<Vec<Index>> {
    Ok(diesel::sql_query(
        "SELECT c.relname::text AS name, i.indisunique AS is_unique,
             substring(pg_get_indexdef(i.indexrelid) FROM ' USING .*$') AS body
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE i.indrelid = to_regclass($1) ORDER BY c.relname",
    )
    .bind::<Text, _>(table)
    .load(conn)?)
}

/// Makes the second set, empty.
pub fn make(conn: &mut PgConnection) -> DbResult<()> {
    discard(conn)?;
    for table in TABLES {
        conn.batch_execute(&format!(
            "CREATE TABLE next_{table} (LIKE {table} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS)"
        ))?;
        for index in indexes(conn, table)?
            .into_iter()
            .filter(|index| index.is_unique && table != LAST)
        {
            make_index(conn, table, &index)?;
        }
    }
    Ok(())
}

fn make_index(conn: &mut PgConnection, table: &str, index: &Index) -> DbResult<()> {
    let unique = if index.is_unique { "UNIQUE" } else { "" };
    conn.batch_execute(&format!(
        "CREATE {unique} INDEX next_{} ON next_{table}{}",
        index.name, index.body
    ))?;
    Ok(())
}

/// Lets PostgreSQL look at what was filled: roughly, for what is derived of it.
pub fn look(conn: &mut PgConnection) -> DbResult<()> {
    conn.batch_execute("SET LOCAL default_statistics_target = 20")?;
    for table in TABLES {
        conn.batch_execute(&format!("ANALYZE next_{table}"))?;
    }
    Ok(())
}

/// The tables in two halves that take about as long to index; without the rollups, which are filled last.
pub fn halves() -> (Vec<&'static str>, Vec<&'static str>) {
    let heavy = |table: &&str| matches!(*table, "deals" | "passages" | "forecasts");
    let all = TABLES.into_iter().filter(|table| *table != LAST);
    all.partition(heavy)
}

/// Makes the indexes that readers need, and lets PostgreSQL look at what there is.
pub fn index(conn: &mut PgConnection, tables: &[&str]) -> DbResult<()> {
    conn.batch_execute("SET LOCAL default_statistics_target = 50")?;
    for table in tables {
        for index in indexes(conn, table)? {
            if *table == LAST || !index.is_unique {
                make_index(conn, table, &index)?;
            }
        }
        conn.batch_execute(&format!("ANALYZE next_{table}"))?;
    }
    Ok(())
}

/// Puts the second set in the place of the first.
pub fn swap(conn: &mut PgConnection) -> DbResult<()> {
    for table in TABLES {
        let indexes = indexes(conn, table)?;
        conn.batch_execute(&format!(
            "DROP TABLE {table}; ALTER TABLE next_{table} RENAME TO {table}"
        ))?;
        for Index { name, .. } in indexes {
            conn.batch_execute(&format!("ALTER INDEX next_{name} RENAME TO {name}"))?;
        }
    }
    // They belonged to the sums that are gone.
    conn.batch_execute("DELETE FROM count_deltas")?;
    Ok(())
}

/// Marks what everybody sees, without which indexes alone answer nothing. Whoever reads is not in its way.
pub fn settle(conn: &mut PgConnection) -> DbResult<()> {
    for table in TABLES {
        conn.batch_execute(&format!("VACUUM {table}"))?;
    }
    Ok(())
}

/// Takes a second set away that was not finished.
pub fn discard(conn: &mut PgConnection) -> DbResult<()> {
    for table in TABLES {
        conn.batch_execute(&format!(
            "SET LOCAL client_min_messages = warning; DROP TABLE IF EXISTS next_{table}"
        ))?;
    }
    Ok(())
}

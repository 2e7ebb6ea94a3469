use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// PostgreSQL said no.
    #[error("the schema cannot be migrated: {0}")]
    Failed(String),
    /// A newer program migrated this schema before.
    #[error(
        "the schema is newer than this program: it holds migration {0}, which this program does not know"
    )]
    Newer(String),
}

/// An arbitrary constant: with the schema's hash it names the lock that keeps two replicas from migrating at once.
const LOCK: i32 = 0x4e58;

/// Brings the schema of this connection up to date, alone.
///
/// # Errors
/// When a migration fails (nothing of it stays), or the schema is newer than the program.
pub fn migrate(
    conn: &mut PgConnection,
    migrations: EmbeddedMigrations,
) -> Result<(), MigrationError> {
    let failed = |error: &dyn std::fmt::Display| MigrationError::Failed(error.to_string());
    let lock = format!("({LOCK}, hashtext(current_schema()))");
    conn.batch_execute(&format!(
        "SET lock_timeout = '60s'; SET statement_timeout = 0; SELECT pg_advisory_lock{lock}; SET lock_timeout = '5s'"
    ))
    .map_err(|error| failed(&error))?;
    let done = refuse_newer(conn, &migrations).and_then(|()| {
        conn.run_pending_migrations(migrations)
            .map(|_| ())
            .map_err(|error| failed(&error))
    });
    conn.batch_execute(&format!("SELECT pg_advisory_unlock{lock}"))
        .map_err(|error| failed(&error))?;
    done
}

fn refuse_newer(
    conn: &mut PgConnection,
    migrations: &EmbeddedMigrations,
) -> Result<(), MigrationError> {
    use diesel::migration::MigrationSource;
    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| MigrationError::Failed(error.to_string());
    let known: Vec<String> = MigrationSource::<diesel::pg::Pg>::migrations(migrations)
        .map_err(failed)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let applied = conn.applied_migrations().map_err(failed)?;
    match applied
        .iter()
        .map(ToString::to_string)
        .find(|version| !known.contains(version))
    {
        Some(version) => Err(MigrationError::Newer(version)),
        None => Ok(()),
    }
}

//! A table that is written as a whole has one version, which is its ETag.

use diesel::prelude::*;
use nexus_db::{DbError, DbResult};
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::schema::sheets;
use nexus_records::Act;

/// Such a table, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    pub name: &'static str,
    /// The kind of event that tells its changes.
    pub changed: &'static str,
    /// What its events are about.
    pub subject: Uuid,
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("rows are wrong")]
    Invalid(FieldErrors),
    #[error("the version is not the newest")]
    Stale(Box<Value>),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<FieldErrors> for SheetError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<SheetError> for Problem {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::Invalid(errors) => Self::validation(errors),
            SheetError::Stale(current) => Self::stale(&current),
            SheetError::Db(error) => error.into(),
        }
    }
}

impl Sheet {
    pub fn version(self, conn: &mut PgConnection) -> DbResult<i64> {
        Ok(sheets::table
            .find(self.name)
            .select(sheets::version)
            .first(conn)?)
    }

    /// Holds the table until the transaction ends, when it is still the version that the writer read.
    pub fn lock<T: Serialize>(
        self,
        conn: &mut PgConnection,
        if_match: &IfMatch,
        current: impl FnOnce(&mut PgConnection) -> DbResult<T>,
    ) -> Result<(i64, T), SheetError> {
        let version: i64 = sheets::table
            .find(self.name)
            .select(sheets::version)
            .for_update()
            .first(conn)
            .map_err(DbError::from)?;
        let current = current(conn)?;
        if if_match.allows(version) {
            return Ok((version, current));
        }
        let current = serde_json::json!({"version": version, "items": current});
        Err(SheetError::Stale(Box::new(current)))
    }

    /// Writes the next version down and tells it.
    pub fn save<T: Serialize>(
        self,
        conn: &mut PgConnection,
        act: &Act,
        version: i64,
        before: &T,
        after: &T,
    ) -> Result<(), SheetError> {
        diesel::update(sheets::table.find(self.name))
            .set(sheets::version.eq(version))
            .execute(conn)
            .map_err(DbError::from)?;
        let told = |items: &T| serde_json::json!({"items": items});
        let fact = act.fact(
            self.changed,
            self.subject,
            version,
            Some(&told(before)),
            &told(after),
        );
        Ok(announce(conn, &fact)?)
    }
}

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use nexus_problem::Problem;

/// What can go wrong between us and PostgreSQL.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection, or it broke: PostgreSQL is down or restarting.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Every database thread is busy, or a lock was not free in time.
    #[error("the database is busy")]
    Busy,
    /// A unique, foreign-key or check constraint said no.
    #[error("the constraint {name} does not hold")]
    Constraint {
        /// The constraint's name, by which slices know what it means.
        name: String,
    },
    /// Anything else: a bug.
    #[error(transparent)]
    Query(DieselError),
}

/// What queries return.
pub type DbResult<T> = Result<T, DbError>;

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return match error {
                DieselError::BrokenTransactionManager => {
                    Self::Unreachable("broken transaction".to_owned())
                }
                other => Self::Query(other),
            };
        };
        let message = information.message();
        match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                Self::Unreachable(message.to_owned())
            }
            DatabaseErrorKind::SerializationFailure => Self::Busy,
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::ExclusionViolation => Self::Constraint {
                name: information.constraint_name().unwrap_or_default().to_owned(),
            },
            _ if is_disconnect(message) => Self::Unreachable(message.to_owned()),
            _ if is_wait_too_long(message) => Self::Busy,
            _ => Self::Query(error),
        }
    }
}

/// libpq and the server announce a lost connection only in words (the server's are English: its locale is C).
fn is_disconnect(message: &str) -> bool {
    [
        "server closed the connection",
        "terminating connection",
        "no connection to the server",
        "the database system is",
        "connection to server",
        "could not receive data",
        "could not send data",
        "SSL connection has been closed",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}

fn is_wait_too_long(message: &str) -> bool {
    ["canceling statement due to", "deadlock detected"]
        .iter()
        .any(|sign| message.contains(sign))
}

impl DbError {
    /// The error `meaning` makes of it when this constraint broke; itself otherwise.
    pub fn on_constraint<E: From<Self>>(self, constraint: &str, meaning: impl FnOnce() -> E) -> E {
        match self {
            Self::Constraint { name } if name == constraint => meaning(),
            other => E::from(other),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unreachable(reason) => {
                tracing::warn!(reason, "the database cannot be reached");
                Self::unavailable("The database cannot be reached. Try again in a moment.")
            }
            DbError::Busy => Self::unavailable("The database is busy. Try again in a moment."),
            DbError::Constraint { .. } | DbError::Query(_) => {
                tracing::error!(cause = %error, "unplanned database error");
                Self::internal()
            }
        }
    }
}

//! Who may see what. Every query of owned records takes a [`Viewer`]; there is no other way to their rows.

use diesel::pg::PgConnection;
use nexus_auth::{Can, Permission, Principal, Scope};
use nexus_db::DbResult;
use nexus_kernel::UserId;

use crate::users;

/// Whoever reads or writes, and whose records they may.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who it is.
    pub user_id: UserId,
    /// Whose records.
    pub sees: Sees,
}

/// Whose records a viewer reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sees {
    /// All, those without an owner too.
    Everything,
    /// Those owned by one of these.
    OwnedBy(Vec<UserId>),
}

impl Viewer {
    /// The viewer that a permission makes of its holder.
    ///
    /// # Errors
    /// The database's.
    pub fn of<P: Permission>(conn: &mut PgConnection, who: &Can<P>) -> DbResult<Self> {
        Self::in_scope(conn, who, who.scope)
    }

    /// The viewer in the scope of another permission; `None` when the user does not have it.
    ///
    /// # Errors
    /// The database's.
    pub fn with<P: Permission>(conn: &mut PgConnection, who: &Principal) -> DbResult<Option<Self>> {
        who.scope_of(P::NAME)
            .map(|scope| Self::in_scope(conn, who, scope))
            .transpose()
    }

    fn in_scope(conn: &mut PgConnection, who: &Principal, scope: Scope) -> DbResult<Self> {
        let sees = match scope {
            Scope::All => Sees::Everything,
            Scope::Team => Sees::OwnedBy(users::queries::team(conn, who.user_id)?),
            Scope::Own => Sees::OwnedBy(vec![who.user_id]),
        };
        Ok(Self {
            user_id: who.user_id,
            sees,
        })
    }

    /// Whose records; `None` when the viewer sees everything.
    #[must_use]
    pub fn owners(&self) -> Option<&[UserId]> {
        match &self.sees {
            Sees::Everything => None,
            Sees::OwnedBy(owners) => Some(owners),
        }
    }

    /// Whether the viewer reaches records of this owner.
    #[must_use]
    pub fn reaches(&self, owner: Option<UserId>) -> bool {
        match &self.sees {
            Sees::Everything => true,
            Sees::OwnedBy(owners) => owner.is_some_and(|owner| owners.contains(&owner)),
        }
    }
}

/// `AND owner_id IN (…)`, unless the viewer sees everything.
#[macro_export]
macro_rules! visible_to {
    ($query:expr, $owner:expr, $viewer:expr) => {{
        let query = $query.into_boxed();
        match &$viewer.sees {
            $crate::Sees::Everything => query,
            // One owner is a place in an index; a list of one is not.
            $crate::Sees::OwnedBy(owners) => match owners.as_slice() {
                [owner] => query.filter($owner.eq(*owner)),
                owners => query.filter($owner.eq_any(owners.to_vec())),
            },
        }
    }};
}

/// Orders a boxed query by a column and the id, and goes on after the last row of the page before.
/// Both comparisons are there so that PostgreSQL can enter the index at the right place.
#[macro_export]
macro_rules! keyset {
    ($query:expr, $column:expr, $id:expr, $descending:expr, $after:expr) => {{
        let query = $query;
        let after = $after;
        if $descending {
            let query = match after {
                Some((value, id)) => {
                    let value = value.clone();
                    query
                        .filter($column.le(value.clone()))
                        .filter($column.lt(value).or($id.lt(id)))
                }
                None => query,
            };
            query.order(($column.desc(), $id.desc()))
        } else {
            let query = match after {
                Some((value, id)) => {
                    let value = value.clone();
                    query
                        .filter($column.ge(value.clone()))
                        .filter($column.gt(value).or($id.gt(id)))
                }
                None => query,
            };
            query.order(($column.asc(), $id.asc()))
        }
    }};
}

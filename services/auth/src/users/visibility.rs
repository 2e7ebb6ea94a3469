//! Whom somebody sees: the one place that decides it.

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use nexus_auth::Scope;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use uuid::Uuid;

/// Whom somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// Everybody.
    Everyone,
    /// These.
    Only(Vec<UserId>),
}

#[derive(QueryableByName)]
struct Member {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// UNION, not UNION ALL: it ends even if the tree had a cycle.
const TEAM: &str = "WITH RECURSIVE team AS (
    SELECT $1 AS id UNION SELECT users.id FROM users JOIN team ON users.manager_id = team.id
) SELECT id FROM team";

impl Visible {
    /// Whom `me` sees in this scope.
    ///
    /// # Errors
    /// The database's.
    pub fn to(conn: &mut PgConnection, me: UserId, scope: Scope) -> DbResult<Self> {
        Ok(match scope {
            Scope::All => Self::Everyone,
            Scope::Own => Self::Only(vec![me]),
            Scope::Team => {
                let team: Vec<Member> = diesel::sql_query(TEAM)
                    .bind::<SqlUuid, _>(me.uuid())
                    .load(conn)?;
                Self::Only(
                    team.into_iter()
                        .map(|member| UserId::from_uuid(member.id))
                        .collect(),
                )
            }
        })
    }

    /// Whether this person is among them.
    #[must_use]
    pub fn includes(&self, user: UserId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(ids) => ids.contains(&user),
        }
    }
}

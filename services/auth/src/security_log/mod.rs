//! Who did what to whose account, from where. Append-only; no secrets, no e-mail addresses.

use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use uuid::Uuid;

use crate::app::Tx;
use crate::schema::security_log;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    FirstUser,
    Registered,
    LoginOk,
    LoginFailed,
    Logout,
    SessionEnded,
    RefreshReused,
    PasswordChanged,
    PasswordWrong,
    PasswordForgotten,
    Invited,
    InvitationAccepted,
    UserChanged,
    RolesChanged,
    Disabled,
    Enabled,
    Approved,
    Imported,
    RoleSaved,
    RoleDeleted,
    KeysRotated,
    ApiKeyMade,
    ApiKeyRevoked,
}

impl Kind {
    const fn text(self) -> &'static str {
        match self {
            Self::FirstUser => "user.first",
            Self::Registered => "user.registered",
            Self::LoginOk => "login.ok",
            Self::LoginFailed => "login.failed",
            Self::Logout => "session.logout",
            Self::SessionEnded => "session.ended",
            Self::RefreshReused => "session.refresh_reused",
            Self::PasswordChanged => "password.changed",
            Self::PasswordWrong => "password.wrong",
            Self::PasswordForgotten => "password.forgotten",
            Self::Invited => "user.invited",
            Self::InvitationAccepted => "invitation.accepted",
            Self::UserChanged => "user.changed",
            Self::RolesChanged => "user.roles_changed",
            Self::Disabled => "user.disabled",
            Self::Enabled => "user.enabled",
            Self::Approved => "user.approved",
            Self::Imported => "user.imported",
            Self::RoleSaved => "role.saved",
            Self::RoleDeleted => "role.deleted",
            Self::KeysRotated => "signing_keys.rotated",
            Self::ApiKeyMade => "api_key.made",
            Self::ApiKeyRevoked => "api_key.revoked",
        }
    }
}

/// Writes one line in the transaction of what it tells of. `user` is whose account it is about.
pub fn write(tx: &mut Tx<'_>, kind: Kind, user: Option<UserId>) -> DbResult<()> {
    use security_log as log;
    diesel::insert_into(log::table)
        .values((
            log::id.eq(Uuid::now_v7()),
            log::at.eq(tx.now),
            log::kind.eq(kind.text()),
            log::user_id.eq(user.map(UserId::uuid)),
            log::actor_id.eq(tx.actor.map(UserId::uuid)),
            log::ip.eq(Some(tx.ip.as_str()).filter(|ip| !ip.is_empty())),
        ))
        .execute(tx.conn)?;
    Ok(())
}

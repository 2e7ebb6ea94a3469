use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use nexus_kernel::{SessionId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Call;
use crate::keys::ACCESS_SECONDS;
use crate::schema::{refresh_tokens, sessions};
use crate::secrets::Token;
use crate::users::UserView;

/// A session that nobody uses ends after so many days.
pub const IDLE_DAYS: i64 = 30;
/// Any session ends after so many days.
pub const ABSOLUTE_DAYS: i64 = 90;
/// So long the token before the newest brings back the newest: its answer may have been lost.
const GRACE_SECONDS: i64 = 10;
/// Clocks of our own machines differ by less.
const MARGIN_SECONDS: i64 = 60;

/// When the last access token issued by now has ended by itself, in seconds since 1970.
#[must_use]
pub fn outlived(now: DateTime<Utc>) -> i64 {
    now.timestamp() + ACCESS_SECONDS + MARGIN_SECONDS
}

/// Since when an end still matters to verifiers.
#[must_use]
pub fn matters_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::seconds(ACCESS_SECONDS + MARGIN_SECONDS)
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    Logout,
    EndedByUser,
    TokenReused,
    PasswordChanged,
    Disabled,
}

impl EndReason {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::EndedByUser => "ended_by_user",
            Self::TokenReused => "token_reused",
            Self::PasswordChanged => "password_changed",
            Self::Disabled => "disabled",
        }
    }
}

/// Where somebody signs in.
#[derive(Debug, Clone, Default)]
pub struct Device {
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

impl Device {
    /// The one that sent the request.
    #[must_use]
    pub fn of(call: &Call) -> Self {
        let ip = Some(call.ip.clone()).filter(|ip| !ip.is_empty());
        Self {
            ip,
            user_agent: call.user_agent.clone(),
        }
    }
}

/// One sign-in on one device.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = sessions, check_for_backend(diesel::pg::Pg))]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

impl Session {
    /// A new one.
    #[must_use]
    pub fn new(user_id: UserId, device: Device, now: DateTime<Utc>) -> Self {
        Self {
            id: SessionId::new(),
            user_id,
            created_at: now,
            last_used_at: now,
            expires_at: now + Duration::days(ABSOLUTE_DAYS),
            ended_at: None,
            end_reason: None,
            ip: device.ip,
            user_agent: device.user_agent,
        }
    }

    /// When it ends if nobody uses it any more.
    #[must_use]
    pub fn lasts_until(&self) -> DateTime<Utc> {
        self.expires_at
            .min(self.last_used_at + Duration::days(IDLE_DAYS))
    }

    /// Whether it still counts.
    #[must_use]
    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.lasts_until()
    }
}

/// A refresh token as it is kept.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens, check_for_backend(diesel::pg::Pg))]
pub struct RefreshToken {
    pub hash: Vec<u8>,
    pub session_id: SessionId,
    pub parent: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// What a token means that was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// The answer was lost: give it again.
    Lost,
    /// Somebody else has it.
    Stolen,
}

/// Judges a used token: it was used at `used_at`, and its successor perhaps too.
#[must_use]
pub fn judge(used_at: DateTime<Utc>, successor_used: bool, now: DateTime<Utc>) -> Reuse {
    if successor_used || now - used_at > Duration::seconds(GRACE_SECONDS) {
        Reuse::Stolen
    } else {
        Reuse::Lost
    }
}

/// All that a session's answer is made of.
pub struct Issued {
    pub user: UserView,
    pub permissions: Vec<String>,
    pub access_version: i64,
    pub session: Session,
    pub refresh: Token,
}

/// A session as its user sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    #[schema(value_type = uuid::Uuid)]
    pub id: SessionId,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    #[schema(required)]
    pub ip: Option<String>,
    #[schema(required)]
    pub user_agent: Option<String>,
    /// The one that asks.
    pub current: bool,
}

impl SessionView {
    /// The session as seen from `current`.
    #[must_use]
    pub fn seen_from(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            ip: session.ip,
            user_agent: session.user_agent,
            current: session.id == current,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn only_the_token_before_the_newest_is_given_again_and_only_for_ten_seconds() {
        for (after, successor_used, meaning) in [
            (0, false, Reuse::Lost),
            (10, false, Reuse::Lost),
            (11, false, Reuse::Stolen),
            (1, true, Reuse::Stolen),
        ] {
            assert_eq!(
                judge(at(0), successor_used, at(after)),
                meaning,
                "{after} s, {successor_used}"
            );
        }
    }

    #[test]
    fn a_session_ends_unused_after_thirty_days_and_used_after_ninety() {
        let day = 86_400;
        let mut session = Session::new(UserId::new(), Device::default(), at(0));
        assert!(session.is_alive(at(30 * day - 1)));
        assert!(!session.is_alive(at(30 * day)));
        session.last_used_at = at(80 * day);
        assert!(session.is_alive(at(90 * day - 1)));
        assert!(!session.is_alive(at(90 * day)));
    }
}

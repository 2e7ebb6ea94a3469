use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use nexus_kernel::{SessionId, UserId};

use crate::{RevocationList, RevokedSession, RevokedUser};

/// Which tokens ended before their time. Entries are kept until the last token they could hit has ended by itself.
#[derive(Default)]
pub struct Revocations(RwLock<Ended>);

#[derive(Default)]
struct Ended {
    /// Until when (seconds since 1970) a session's tokens must be refused.
    sessions: HashMap<SessionId, i64>,
    /// The lowest access version that still counts, and until when it matters.
    users: HashMap<UserId, (i64, i64)>,
}

impl Revocations {
    /// Ends a session.
    pub fn end_session(&self, ended: &RevokedSession) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        held.sessions.insert(ended.sid, ended.until);
    }

    /// Ends a user's tokens that are older than an access version.
    pub fn end_older(&self, ended: &RevokedUser) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let entry = held
            .users
            .entry(ended.sub)
            .or_insert((ended.min_ver, ended.until));
        *entry = (entry.0.max(ended.min_ver), entry.1.max(ended.until));
    }

    /// Adds a whole list.
    pub fn add(&self, list: &RevocationList) {
        list.sessions
            .iter()
            .for_each(|session| self.end_session(session));
        list.users.iter().for_each(|user| self.end_older(user));
    }

    /// Forgets what no living token can be hit by.
    pub fn prune(&self, now: i64) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        held.sessions.retain(|_, until| *until > now);
        held.users.retain(|_, (_, until)| *until > now);
    }

    pub(crate) fn refuses(&self, session: SessionId, user: UserId, version: i64) -> bool {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.sessions.contains_key(&session)
            || held
                .users
                .get(&user)
                .is_some_and(|(least, _)| version < *least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_session_and_an_older_version_are_refused_and_others_are_not() {
        let ended = Revocations::default();
        let (session, user) = (SessionId::new(), UserId::new());
        ended.end_session(&RevokedSession {
            sid: session,
            until: 100,
        });
        ended.end_older(&RevokedUser {
            sub: user,
            min_ver: 3,
            until: 100,
        });
        ended.end_older(&RevokedUser {
            sub: user,
            min_ver: 2,
            until: 90,
        });
        let cases = [
            (session, UserId::new(), 1, true),
            (SessionId::new(), user, 2, true),
            (SessionId::new(), user, 3, false),
        ];
        for (sid, sub, version, refused) in cases {
            assert_eq!(ended.refuses(sid, sub, version), refused);
        }
        ended.prune(100);
        assert!(!ended.refuses(session, user, 1));
    }
}

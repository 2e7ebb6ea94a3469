//! Events of this service: the record as it is now, and what was different before.

use chrono::{DateTime, Utc};
use nexus_kernel::UserId;
use nexus_outbox::Fact;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Viewer;

/// Who did it, and when.
#[derive(Debug, Clone)]
pub struct Act {
    /// Whoever acts.
    pub viewer: Viewer,
    /// When.
    pub now: DateTime<Utc>,
}

/// Who makes something happen (nobody: the system, or a customer with a link), and when.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The user.
    pub user_id: Option<UserId>,
    /// When.
    pub now: DateTime<Utc>,
}

impl Act {
    /// Whoever acts, whatever they may see.
    #[must_use]
    pub fn author(&self) -> Author {
        Author {
            user_id: Some(self.viewer.user_id),
            now: self.now,
        }
    }

    /// The fact that a record was created or changed: `{"record": …, "before": {changed fields as they were}}`.
    #[must_use]
    pub fn fact<T: Serialize>(
        &self,
        kind: &'static str,
        id: Uuid,
        version: i64,
        before: Option<&T>,
        record: &T,
    ) -> Fact {
        self.author().fact(kind, id, version, before, record)
    }
}

impl Author {
    /// The fact that a record was created or changed: `{"record": …, "before": {changed fields as they were}}`.
    #[must_use]
    pub fn fact<T: Serialize>(
        &self,
        kind: &'static str,
        id: Uuid,
        version: i64,
        before: Option<&T>,
        record: &T,
    ) -> Fact {
        let after = json!(record);
        let before = before.map(|before| changed(&json!(before), &after));
        let payload = json!({"record": after, "before": before});
        let actor = self.user_id.map(UserId::uuid);
        Fact::new(kind, id, actor, self.now, version, payload)
    }
}

/// The fields of `before` that are different in `after`. Version and instant of change always are, and say nothing.
fn changed(before: &Value, after: &Value) -> Value {
    let fields = before.as_object().into_iter().flatten();
    let different: Map<String, Value> = fields
        .filter(|(name, value)| after.get(*name) != Some(value))
        .filter(|(name, _)| !matches!(name.as_str(), "version" | "updated_at"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(different)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_different_is_told_of_before() {
        let before = json!({"name": "Rossi", "phone": null, "version": 1});
        let after = json!({"name": "Rossi", "phone": "+39011", "version": 2});
        assert_eq!(changed(&before, &after), json!({"phone": null}));
    }
}

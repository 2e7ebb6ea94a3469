use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use nexus_kernel::{SessionId, UserId};
use nexus_problem::{FieldErrors, required_text};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema::api_keys;
use crate::secrets::{Key, Token};

/// So that a key is known for what it is wherever it turns up.
const PREFIX: &str = "nxk_";
const DEFAULT_DAYS: i64 = 365;
const MOST_DAYS: i64 = 2 * 365;
/// `last_used_at` is no truer than this: a busy key does not write with every use.
pub const USE_NOTED_EVERY: Duration = Duration::minutes(1);

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
pub struct ApiKey {
    pub id: Uuid,
    pub name: String,
    pub user_id: UserId,
    pub secret_hash: Vec<u8>,
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Whether it still lets anybody in.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// What its tokens name as their session.
    #[must_use]
    pub fn session(&self) -> SessionId {
        SessionId::from_uuid(self.id)
    }

    /// Whether this use is to be noted.
    #[must_use]
    pub fn use_is_news(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at
            .is_none_or(|at| now - at >= USE_NOTED_EVERY)
    }
}

/// The secret of the key with this id: the same every time, so that a repeated request gets it again.
#[must_use]
pub fn secret(key: &Key, id: Uuid) -> Token {
    Token::derived(key, id.as_bytes())
}

/// As it is handed out.
#[must_use]
pub fn text(secret: &Token) -> String {
    format!("{PREFIX}{}", secret.text())
}

/// Reads [`text`].
#[must_use]
pub fn parse(text: &str) -> Option<Token> {
    Token::parse(text.trim().strip_prefix(PREFIX)?)
}

/// A key's name, trimmed.
pub fn check_name(errors: &mut FieldErrors, name: &str) -> String {
    required_text(errors, "/name", name, 120)
}

/// When it ends: within two years; in one when not said.
pub fn check_end(
    errors: &mut FieldErrors,
    wish: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let end = wish.unwrap_or(now + Duration::days(DEFAULT_DAYS));
    if end <= now || end > now + Duration::days(MOST_DAYS) {
        let detail = "Must lie in the future, at most two years away.";
        errors.add("/expires_at", "expires_at.range", detail);
    }
    end
}

/// A key as the API shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyView {
    pub id: Uuid,
    pub name: String,
    /// The user as whom it acts.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    /// Names of that user's roles.
    pub roles: Vec<String>,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// To the minute.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKeyView {
    /// The key with the names of its user's roles.
    #[must_use]
    pub fn new(key: ApiKey, roles: Vec<String>) -> Self {
        Self {
            id: key.id,
            name: key.name,
            user_id: key.user_id,
            roles,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// A new key, with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewKeyView {
    #[serde(flatten)]
    pub key: ApiKeyView,
    /// Shown once; whoever has it can come in.
    #[schema(example = "nxk_…")]
    pub secret: String,
}

/// Puts the secret into the answer, which is kept without it.
pub fn add_secret(body: &mut Value, key: &Key) {
    let id = body["id"].as_str().and_then(|id| id.parse().ok());
    if let (Some(id), Some(body)) = (id, body.as_object_mut()) {
        body.insert("secret".to_owned(), json!(text(&secret(key, id))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_its_text_and_nothing_else_is_one() {
        let token = Token::random();
        assert!(parse(&text(&token)).is_some_and(|read| read == token));
        assert!(parse(&token.text()).is_none());
        assert!(parse("nxk_").is_none());
        assert!(parse("nxk_abc").is_none());
    }

    #[test]
    fn a_key_ends_within_two_years() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        for (days, fine) in [
            (-1, false),
            (0, false),
            (1, true),
            (730, true),
            (731, false),
        ] {
            let mut errors = FieldErrors::default();
            check_end(&mut errors, Some(now + Duration::days(days)), now);
            assert_eq!(errors.0.is_empty(), fine, "{days}");
        }
        let mut errors = FieldErrors::default();
        assert_eq!(check_end(&mut errors, None, now), now + Duration::days(365));
    }
}

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::config::PublicUrl;
use crate::schema::invitations;
use crate::secrets::{Key, Token};
use crate::users::UserView;

/// For how long an invitation is good.
pub const LASTS: Duration = Duration::days(7);
/// For how long a link is good that somebody asked for who forgot their password.
pub const NEW_PASSWORD_LASTS: Duration = Duration::hours(2);

/// A link that was handed out.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, check_for_backend(diesel::pg::Pg))]
pub struct Invitation {
    pub id: Uuid,
    pub user_id: Uuid,
    pub token_hash: Vec<u8>,
    pub created_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

impl Invitation {
    /// Whether it still lets somebody in.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none() && self.expires_at > now
    }
}

/// The token of an invitation.
#[must_use]
pub fn token(key: &Key, id: Uuid) -> Token {
    Token::derived(key, id.as_bytes())
}

/// The page where an invitation is taken up.
#[must_use]
pub fn link(key: &Key, public_url: &PublicUrl, id: Uuid) -> String {
    public_url.page(&format!("/invite#token={}", token(key, id).text()))
}

/// A link, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationLink {
    /// Hand it to the person; whoever has it can come in.
    pub url: String,
    pub expires_at: DateTime<Utc>,
    /// It is on its way to the person by mail.
    pub mailed: bool,
}

/// Somebody with the link by which they come in.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitedUser {
    #[serde(flatten)]
    pub user: UserView,
    pub invitation: InvitationLink,
}

/// The answer as it is kept for a repeated request: with the invitation's id in the link's place.
#[must_use]
pub fn without_link(user: &UserView, invitation: &Invitation, mailed: bool) -> Value {
    let mut body = json!(user);
    body["invitation"] =
        json!({"id": invitation.id, "expires_at": invitation.expires_at, "mailed": mailed});
    body
}

/// Puts the link where [`without_link`] left the id.
pub fn add_link(body: &mut Value, key: &Key, public_url: &PublicUrl) {
    let Some(invitation) = body.get_mut("invitation").and_then(Value::as_object_mut) else {
        return;
    };
    let id = invitation
        .remove("id")
        .and_then(|id| id.as_str().and_then(|id| id.parse().ok()));
    let url = id.map(|id| link(key, public_url, id));
    invitation.insert("url".to_owned(), json!(url));
}

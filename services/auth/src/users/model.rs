use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use nexus_kernel::UserId;
use nexus_problem::{FieldErrors, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::users;

/// Whether somebody may come in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Text)]
#[serde(rename_all = "snake_case")]
#[schema(as = UserStatus)]
pub enum Status {
    /// Signs in.
    Active,
    /// Has a link to come in by.
    Invited,
    /// Is known from an import, and has no link yet.
    Imported,
    /// Registered, and waits to be approved.
    Waiting,
    /// Does not come in any more.
    Disabled,
}

impl Status {
    pub(crate) const ALL: [(Self, &'static str); 5] = [
        (Self::Active, "active"),
        (Self::Invited, "invited"),
        (Self::Imported, "imported"),
        (Self::Waiting, "waiting"),
        (Self::Disabled, "disabled"),
    ];
}

impl ToSql<Text, Pg> for Status {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let text = Self::ALL
            .iter()
            .find(|(status, _)| status == self)
            .map_or("", |(_, text)| text);
        <str as ToSql<Text, Pg>>::to_sql(text, out)
    }
}

impl FromSql<Text, Pg> for Status {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Pg>>::from_sql(value)?;
        let found = Self::ALL.iter().find(|(_, known)| *known == text);
        found
            .map(|(status, _)| *status)
            .ok_or_else(|| format!("no status is called {text}").into())
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = users, check_for_backend(Pg), treat_none_as_null = true)]
pub struct User {
    pub id: UserId,
    pub version: i64,
    pub name: String,
    pub name_folded: String,
    pub email: Option<String>,
    pub status: Status,
    pub manager_id: Option<UserId>,
    pub office: Option<String>,
    pub locale: String,
    pub access_version: i64,
    pub access_changed_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub last_login_at: Option<DateTime<Utc>>,
}

impl User {
    /// Somebody new. The rest is the caller's to fill in.
    #[must_use]
    pub fn new(id: UserId, name: String, status: Status, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            name_folded: fold(&name),
            name,
            email: None,
            status,
            manager_id: None,
            office: None,
            locale: "it".to_owned(),
            access_version: 1,
            access_changed_at: now,
            created_at: now,
            updated_at: now,
            last_login_at: None,
        }
    }

    /// The person after a change that others are to hear of.
    #[must_use]
    pub fn changed(self, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            name_folded: fold(&self.name),
            ..self
        }
    }

    /// The person after tokens issued so far have become worthless.
    #[must_use]
    pub fn access_changed(self, now: DateTime<Utc>) -> Self {
        Self {
            access_version: self.access_version + 1,
            access_changed_at: now,
            ..self
        }
    }
}

/// A person as the API and the events show them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UserView {
    #[schema(value_type = uuid::Uuid)]
    pub id: UserId,
    pub version: i64,
    pub name: String,
    #[schema(required)]
    pub email: Option<String>,
    pub status: Status,
    /// Names of roles.
    pub roles: Vec<String>,
    /// Whom the person reports to.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    pub manager_id: Option<UserId>,
    #[schema(required)]
    pub office: Option<String>,
    /// `it` or `en`.
    pub locale: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[schema(required)]
    pub last_login_at: Option<DateTime<Utc>>,
}

impl UserView {
    /// The person with the names of their roles.
    #[must_use]
    pub fn new(user: User, roles: Vec<String>) -> Self {
        Self {
            id: user.id,
            version: user.version,
            name: user.name,
            email: user.email,
            status: user.status,
            roles,
            manager_id: user.manager_id,
            office: user.office,
            locale: user.locale,
            created_at: user.created_at,
            updated_at: user.updated_at,
            last_login_at: user.last_login_at,
        }
    }
}

/// Somebody as a choice in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserOption {
    #[schema(value_type = uuid::Uuid)]
    pub id: UserId,
    pub name: String,
}

const NAME_MOST: usize = 120;
const EMAIL_MOST: usize = 254;

/// Lower case, without accents, one space between words.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        '’' => '\'',
        other => other,
    };
    let lower: String = text.to_lowercase().chars().map(plain).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A person's name, with one space between words.
pub fn check_name(errors: &mut FieldErrors, name: &str) -> String {
    let name = required_text(errors, "/name", name, NAME_MOST);
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An e-mail address in the form that is compared: lower case.
#[must_use]
pub fn fold_email(text: &str) -> String {
    text.trim().to_lowercase()
}

/// An address that could be one; whether somebody reads it, only a letter tells.
pub fn check_email(errors: &mut FieldErrors, text: &str) -> String {
    let email = fold_email(text);
    let sound = email.split_once('@').is_some_and(|(local, domain)| {
        let labels = || domain.split('.');
        !local.is_empty()
            && local.len() <= 64
            && labels().count() > 1
            && labels()
                .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
            && domain
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
            && !local
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "()<>,;:\\\"[]".contains(c))
    });
    if !sound || email.len() > EMAIL_MOST {
        errors.add(
            "/email",
            "email.malformed",
            "Must be an e-mail address, such as anna@example.it.",
        );
    }
    email
}

/// One of the languages that the app speaks.
pub fn check_locale(errors: &mut FieldErrors, text: &str) -> String {
    if !matches!(text, "it" | "en") {
        errors.add("/locale", "locale.unknown", "Must be `it` or `en`.");
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_read_alike_fold_alike() {
        assert_eq!(fold("  Niccolò   D’Angelo "), "niccolo d'angelo");
        assert_eq!(fold("ÀÈÌ"), "aei");
    }

    #[test]
    fn an_address_that_cannot_be_one_is_refused() {
        for (text, sound) in [
            (" Anna@Example.IT ", true),
            ("anna.bianchi+crm@sub.example.it", true),
            ("anna", false),
            ("@example.it", false),
            ("anna@example", false),
            ("anna@example..it", false),
            ("anna bianchi@example.it", false),
            ("anna@exa mple.it", false),
            ("anna@a@example.it", false),
            ("anna@-example.it", false),
        ] {
            let mut errors = FieldErrors::default();
            check_email(&mut errors, text);
            assert_eq!(errors.0.is_empty(), sound, "{text}");
        }
        assert_eq!(
            check_email(&mut FieldErrors::default(), " Anna@Example.IT "),
            "anna@example.it"
        );
    }
}

//! Ids are UUIDv7 and typed by what they name, so that a client's id can never be passed where a session's is meant.
//! The caller may choose them: a phone creates records with no signal.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The id of a `T`. `T` is only a name; the value is a UUID in JSON, in paths and in SQL.
#[cfg_attr(
    feature = "diesel",
    derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)
)]
#[cfg_attr(feature = "diesel", diesel(sql_type = diesel::sql_types::Uuid))]
pub struct RecordId<T>(Uuid, PhantomData<fn() -> T>);

/// Names of the records that more than one service speaks of.
pub mod named {
    /// Whoever signs in.
    #[derive(Debug)]
    pub struct User;
    /// One sign-in on one device.
    #[derive(Debug)]
    pub struct Session;
    /// Who we sell to.
    #[derive(Debug)]
    pub struct Client;
}

/// A user's id.
pub type UserId = RecordId<named::User>;
/// A session's id.
pub type SessionId = RecordId<named::Session>;
/// A client's id.
pub type ClientId = RecordId<named::Client>;

impl<T> RecordId<T> {
    /// A new id, ordered by the time of its making.
    #[must_use]
    pub fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// The id with this value.
    #[must_use]
    pub const fn from_uuid(value: Uuid) -> Self {
        Self(value, PhantomData)
    }

    /// The value.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<T> Default for RecordId<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for RecordId<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for RecordId<T> {}
impl<T> PartialEq for RecordId<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for RecordId<T> {}
impl<T> PartialOrd for RecordId<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for RecordId<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for RecordId<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for RecordId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Display for RecordId<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> FromStr for RecordId<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::from_uuid)
    }
}
impl<T> Serialize for RecordId<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, T> Deserialize<'de> for RecordId<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

impl<T> utoipa::PartialSchema for RecordId<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::Uuid,
            )))
            .into()
    }
}
impl<T> utoipa::ToSchema for RecordId<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

#[cfg(feature = "diesel")]
mod columns {
    use diesel::deserialize::{self, FromSql};
    use diesel::pg::{Pg, PgValue};
    use diesel::serialize::{self, Output, ToSql};
    use uuid::Uuid;

    use super::RecordId;

    type Sql = diesel::sql_types::Uuid;

    impl<T> ToSql<Sql, Pg> for RecordId<T> {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            ToSql::<Sql, Pg>::to_sql(&self.0, out)
        }
    }
    impl<T> FromSql<Sql, Pg> for RecordId<T> {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            <Uuid as FromSql<Sql, Pg>>::from_sql(value).map(Self::from_uuid)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_uuid_in_json_and_text() {
        let id = UserId::new();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<UserId>(&json).unwrap(), id);
        assert_eq!(id.to_string().parse::<UserId>().unwrap(), id);
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let earlier = UserId::new();
        std::thread::sleep(std::time::Duration::from_millis(2));
        assert!(UserId::new() > earlier);
    }
}

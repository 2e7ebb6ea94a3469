use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId};
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::italy::phone;
use crate::italy::text::is_email;
use crate::schema::contacts;
use crate::sites::model::SiteId;
use nexus_records::text_enum;

/// A contact's id.
pub type ContactId = RecordId<Contact>;

text_enum! {
    /// What a person is at the client.
    ContactRole {
        Owner = "owner", Buyer = "buyer", Warehouse = "warehouse", Administration = "administration", Other = "other",
    }
}

/// What may be written of a contact. A patch names some of these; `null` clears.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct ContactFields {
    /// The shop where the person is found.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub site_id: Option<SiteId>,
    pub first_name: String,
    pub last_name: Option<String>,
    pub role: ContactRole,
    pub email: Option<String>,
    /// Kept as E.164.
    pub phone: Option<String>,
    /// Kept as E.164.
    pub mobile: Option<String>,
    pub notes: Option<String>,
    /// `false`: works there no more.
    pub active: bool,
}

impl Default for ContactFields {
    fn default() -> Self {
        Self {
            site_id: None,
            first_name: String::new(),
            last_name: None,
            role: ContactRole::Other,
            email: None,
            phone: None,
            mobile: None,
            notes: None,
            active: true,
        }
    }
}

/// A contact's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = contacts, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Contact {
    #[schema(value_type = uuid::Uuid)]
    pub id: ContactId,
    pub version: i64,
    #[schema(value_type = uuid::Uuid)]
    pub client_id: ClientId,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: ContactFields,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    /// They do not want to be called; see `/contacts/{id}/consents`.
    pub do_not_call: bool,
    /// They do not want to be written to.
    pub do_not_email: bool,
}

impl ContactFields {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        let last = self.last_name.as_deref();
        [Some(self.first_name.as_str()), last]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.first_name = required_text(&mut errors, "/first_name", &self.first_name, 100);
        for (field, pointer, most) in [
            (&mut self.last_name, "/last_name", 100),
            (&mut self.email, "/email", 254),
            (&mut self.phone, "/phone", 40),
            (&mut self.mobile, "/mobile", 40),
            (&mut self.notes, "/notes", 5_000),
        ] {
            *field = optional_text(&mut errors, pointer, field.as_deref(), most);
        }
        if let Some(email) = &mut self.email {
            *email = email.to_lowercase();
            if !is_email(email) {
                errors.add(
                    "/email",
                    "email.format",
                    "Write one e-mail address: name@domain.it.",
                );
            }
        }
        for (field, pointer) in [(&mut self.phone, "/phone"), (&mut self.mobile, "/mobile")] {
            match field.as_deref().map(phone::to_e164).transpose() {
                Ok(number) => *field = number,
                Err(error) => errors.add(pointer, error.code(), error.detail()),
            }
        }
        errors.or(self)
    }
}

impl Contact {
    /// A new contact of these (reviewed) fields.
    #[must_use]
    pub fn new(
        id: ContactId,
        client_id: ClientId,
        fields: ContactFields,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            version: 1,
            client_id,
            fields,
            created_at: now,
            updated_at: now,
            archived_at: None,
            do_not_call: false,
            do_not_email: false,
        }
    }

    /// What may be written of it, as it is now.
    #[must_use]
    pub fn fields(&self) -> ContactFields {
        self.fields.clone()
    }

    /// The contact with other (reviewed) fields.
    #[must_use]
    pub fn with(&self, fields: ContactFields, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            fields,
            updated_at: now,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_brought_to_one_form_or_refused() {
        let fields = ContactFields {
            first_name: "Niccolò".to_owned(),
            email: Some("N@Rossi.it".to_owned()),
            mobile: Some("333 123 4567".to_owned()),
            ..ContactFields::default()
        };
        let reviewed = fields.clone().review().unwrap();
        assert_eq!(reviewed.mobile.as_deref(), Some("+393331234567"));
        assert_eq!(reviewed.email.as_deref(), Some("n@rossi.it"));

        let wrong = ContactFields {
            phone: Some("12".to_owned()),
            email: Some("x".to_owned()),
            ..fields
        };
        let pointers: Vec<_> = wrong
            .review()
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.pointer)
            .collect();
        assert_eq!(pointers, ["/email", "/phone"]);
    }
}

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::RecordId;
use nexus_problem::{FieldErrors, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::italy::text::key;
use crate::schema::product_categories;

/// A category's id.
pub type CategoryId = RecordId<Category>;

/// What may be written of a category.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ProductCategoryFields)]
pub struct CategoryFields {
    #[schema(example = "Liquidi pronti")]
    pub name: String,
    /// The category above; one level is enough.
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<CategoryId>,
    /// Smaller comes first.
    pub position: i32,
}

/// A category's row.
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
#[diesel(table_name = product_categories, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[schema(as = ProductCategory)]
pub struct Category {
    #[schema(value_type = Uuid)]
    pub id: CategoryId,
    pub version: i64,
    pub name: String,
    #[serde(skip)]
    pub name_key: String,
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<CategoryId>,
    pub position: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

impl Category {
    /// A new category.
    #[must_use]
    pub fn new(id: CategoryId, fields: CategoryFields, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            name_key: key(&fields.name),
            name: fields.name,
            parent_id: fields.parent_id,
            position: fields.position,
            created_at: now,
            updated_at: now,
            archived_at: None,
        }
    }

    /// The next version, with these fields.
    #[must_use]
    pub fn with(&self, fields: CategoryFields, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            created_at: self.created_at,
            archived_at: self.archived_at,
            ..Self::new(self.id, fields, now)
        }
    }

    /// What may be written of it, as it is now.
    #[must_use]
    pub fn fields(&self) -> CategoryFields {
        CategoryFields {
            name: self.name.clone(),
            parent_id: self.parent_id,
            position: self.position,
        }
    }
}

impl CategoryFields {
    /// Brings the fields to their stored form.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 100);
        if !self.name.is_empty() && key(&self.name).is_empty() {
            let detail = "A name has at least one letter or digit.";
            errors.add("/name", "name.characters", detail);
        }
        errors.or(self)
    }
}

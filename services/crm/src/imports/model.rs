use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Jsonb;
use nexus_auth::Scope;
use nexus_kernel::{RecordId, UserId};
use nexus_problem::FieldErrors;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::guess::{Field, Kind, fields};
use super::reader::{Dialect, Encoding, Position};
use crate::pipelines::model::{Outcome, PipelineId, StageId};
use crate::schema::imports;
use nexus_records::text_enum;

/// An import's id.
pub type ImportId = RecordId<Import>;

text_enum! {
    /// Where an import stands. `uploading` is never shown.
    ImportStatus {
        Uploading = "uploading", Ready = "ready", Checking = "checking", Checked = "checked", Running = "running",
        Done = "done", Failed = "failed",
    }
}

text_enum! {
    /// What the worker does: the rows of the file, then parents that stood later than their subsidiaries.
    Phase { Rows = "rows", Parents = "parents" }
}

text_enum! {
    /// How the dates of the file are written; `auto` decides for each column by its values.
    DateFormat { Auto = "auto", Dmy = "dmy", Mdy = "mdy", Ymd = "ymd" }
}

text_enum! {
    /// What happens to a row whose record is there already and differs: it is left, or changed.
    ImportMode { Create = "create", Upsert = "upsert" }
}

/// A column that holds one value as JSON.
macro_rules! json_column {
    ($type:ty) => {
        impl ToSql<Jsonb, Pg> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let value = serde_json::to_value(self)?;
                <Value as ToSql<Jsonb, Pg>>::to_sql(&value, &mut out.reborrow())
            }
        }

        impl FromSql<Jsonb, Pg> for $type {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                let value = <Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?;
                Ok(serde_json::from_value(value)?)
            }
        }
    };
}

/// The columns of the file, in its order.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Jsonb)]
pub struct Columns(pub Vec<Column>);
json_column!(Columns);

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportColumn)]
pub struct Column {
    pub name: String,
    /// The first values, up to three.
    pub samples: Vec<String>,
    /// What it was guessed to be.
    pub field: Option<String>,
}

/// Which field each column is; a column that is left out is not in it.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Jsonb)]
pub struct Mapping(pub BTreeMap<String, String>);
json_column!(Mapping);

/// How the rows become records.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Jsonb)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ImportOptions)]
pub struct Options {
    pub date_format: DateFormat,
    pub mode: ImportMode,
    /// Where the deals go.
    #[schema(value_type = Option<Uuid>)]
    pub pipeline_id: Option<PipelineId>,
    /// A pipeline to make when the import runs, instead of `pipeline_id`.
    pub new_pipeline: Option<NewPipeline>,
    /// Which stage of the pipeline a value of the file means, where its name does not say.
    #[schema(value_type = BTreeMap<String, Uuid>)]
    pub stage_mapping: BTreeMap<String, StageId>,
    /// Who gets the records of rows that name no owner; whoever runs the import when not given.
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<UserId>,
    /// Deals of clients that nobody knows: make the client, rather than place the deal without one.
    pub create_missing_clients: bool,
}
json_column!(Options);

impl Default for Options {
    fn default() -> Self {
        Self {
            date_format: DateFormat::Auto,
            mode: ImportMode::Create,
            pipeline_id: None,
            new_pipeline: None,
            stage_mapping: BTreeMap::new(),
            owner_id: None,
            create_missing_clients: false,
        }
    }
}

/// A pipeline to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportPipeline)]
pub struct NewPipeline {
    pub name: String,
    pub stages: Vec<NewStage>,
}

/// A stage of a pipeline to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportStage)]
pub struct NewStage {
    pub name: String,
    pub outcome: Outcome,
}

/// What the first pass over the file found, by column.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Jsonb)]
pub struct FileFacts {
    /// The different values, of columns that have few.
    pub values: BTreeMap<String, Vec<String>>,
    /// The order of day, month and year.
    pub dates: BTreeMap<String, super::dates::Order>,
    /// The decimal mark.
    pub marks: BTreeMap<String, super::numbers::Mark>,
}
json_column!(FileFacts);

/// What whoever started a check or a run may do; it works in their name.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = Jsonb)]
#[serde(default)]
pub struct Rights {
    pub read_clients: Option<Scope>,
    pub write_clients: Option<Scope>,
    pub write_opportunities: Option<Scope>,
    pub manage_pipelines: bool,
    pub write_leads: Option<Scope>,
    pub assign_leads: bool,
}
json_column!(Rights);

/// An import's row.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = imports, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Import {
    pub id: ImportId,
    pub version: i64,
    pub kind: Kind,
    pub filename: String,
    pub status: ImportStatus,
    pub encoding: String,
    pub separator: String,
    pub source_columns: Columns,
    pub mapping: Mapping,
    pub options: Options,
    pub facts: FileFacts,
    pub rows_total: i64,
    pub rows_done: i64,
    pub created_count: i64,
    pub updated_count: i64,
    pub skipped_count: i64,
    pub failed_count: i64,
    pub warned_count: i64,
    pub error: Option<String>,
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub started_by: Option<UserId>,
    pub rights: Rights,
    pub phase: Phase,
    pub read_offset: i64,
    pub read_line: i64,
}

impl Import {
    /// A file that is about to arrive.
    #[must_use]
    pub fn arriving(id: ImportId, by: UserId, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            kind: Kind::Clients,
            filename: String::new(),
            status: ImportStatus::Uploading,
            encoding: String::new(),
            separator: String::new(),
            source_columns: Columns::default(),
            mapping: Mapping::default(),
            options: Options::default(),
            facts: FileFacts::default(),
            rows_total: 0,
            rows_done: 0,
            created_count: 0,
            updated_count: 0,
            skipped_count: 0,
            failed_count: 0,
            warned_count: 0,
            error: None,
            created_by: by,
            created_at: now,
            started_at: None,
            finished_at: None,
            started_by: None,
            rights: Rights::default(),
            phase: Phase::Rows,
            read_offset: 0,
            read_line: 1,
        }
    }

    /// Whether the worker is at it.
    #[must_use]
    pub fn is_at_work(&self) -> bool {
        matches!(self.status, ImportStatus::Checking | ImportStatus::Running)
    }

    /// How the file is read.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        let encoding = match self.encoding.as_str() {
            "windows-1252" => Encoding::Windows1252,
            _ => Encoding::Utf8,
        };
        Dialect {
            encoding,
            separator: self.separator.chars().next().unwrap_or(','),
        }
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        let names = self.source_columns.0.iter();
        names.map(|column| column.name.clone()).collect()
    }

    /// Where the next row begins.
    #[must_use]
    pub fn position(&self) -> Position {
        Position {
            offset: u64::try_from(self.read_offset).unwrap_or(0),
            line: u64::try_from(self.read_line).unwrap_or(1),
        }
    }

    /// The values of the column that says the stage.
    #[must_use]
    pub fn stage_values(&self) -> &[String] {
        let column = self.mapping.0.iter().find(|(_, field)| *field == "stage");
        let values = column.and_then(|(column, _)| self.facts.values.get(column));
        values.map_or(&[], Vec::as_slice)
    }

    /// Nothing done yet.
    pub fn start_over(&mut self) {
        (self.rows_done, self.created_count, self.updated_count) = (0, 0, 0);
        (self.skipped_count, self.failed_count, self.warned_count) = (0, 0, 0);
        (self.read_offset, self.read_line) = (0, 1);
        self.phase = Phase::Rows;
        (self.error, self.finished_at) = (None, None);
    }
}

impl Mapping {
    /// What is wrong with it: a column or field that is not there, a field twice, a required one left out.
    ///
    /// # Errors
    /// Every wrong place.
    pub fn review(&self, kind: Kind, columns: &Columns) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let known: &[Field] = fields(kind);
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for (column, field) in &self.0 {
            let pointer = format!("/mapping/{column}");
            if !columns.0.iter().any(|known| known.name == *column) {
                let detail = "The file has no such column.";
                errors.add(&pointer, "mapping.unknown_column", detail);
            }
            if !known.iter().any(|known| known.name == field) {
                let detail = format!("There is no field {field:?} for these rows.");
                errors.add(&pointer, "mapping.unknown_field", detail);
            }
            if let Some(other) = taken.insert(field, column) {
                let detail = format!("{other:?} is this field already: leave one of them out.");
                errors.add(&pointer, "mapping.field_twice", detail);
            }
        }
        for field in known.iter().filter(|field| field.required) {
            if !taken.contains_key(field.name) {
                let detail = format!("Say which column is {:?}.", field.name);
                errors.add("/mapping", "mapping.required_missing", detail);
            }
        }
        errors.or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Columns {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            samples: Vec::new(),
            field: None,
        };
        Columns(names.iter().map(column).collect())
    }

    #[test]
    fn a_mapping_names_columns_and_fields_that_are_there_each_once() {
        for (pairs, codes) in [
            (&[("a", "name")][..], &[][..]),
            (&[("a", "name"), ("x", "city")], &["mapping.unknown_column"]),
            (
                &[("a", "name"), ("b", "colour")],
                &["mapping.unknown_field"],
            ),
            (&[("a", "name"), ("b", "name")], &["mapping.field_twice"]),
            (&[("b", "city")], &["mapping.required_missing"]),
        ] {
            let pairs = pairs
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
            let review = Mapping(pairs.collect()).review(Kind::Clients, &columns(&["a", "b"]));
            let told = review.err().unwrap_or_default().0;
            let told: Vec<&str> = told.iter().map(|error| error.code.as_str()).collect();
            assert_eq!(told, codes);
        }
    }
}

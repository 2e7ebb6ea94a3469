//! Imports as the API shows them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use nexus_kernel::UserId;
use nexus_problem::FieldError;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::guess::{ImportKind, fields};
use super::model::{Column, Import, ImportId, ImportStatus, Options};
use super::queries::RowEntry;

/// An import: what the file holds, what it is to become, how far it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportView {
    #[schema(value_type = Uuid)]
    id: ImportId,
    version: i64,
    kind: ImportKind,
    filename: String,
    status: ImportStatus,
    /// `utf-8` or `windows-1252`.
    encoding: String,
    /// `,` `;` tab or `|`.
    separator: String,
    columns: Vec<Column>,
    /// What a column can be.
    fields: Vec<FieldView>,
    /// Which field each column is; `null`: left out.
    mapping: BTreeMap<String, Option<String>>,
    options: Options,
    /// The different values of the column that is the stage.
    values: BTreeMap<String, Vec<String>>,
    rows_total: i64,
    rows_done: i64,
    counts: Counts,
    /// Why it failed as a whole.
    error: Option<String>,
    #[schema(value_type = Uuid)]
    created_by: UserId,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
}

/// A field that a column can fill.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ImportField)]
pub struct FieldView {
    name: &'static str,
    required: bool,
}

/// What became of the rows: created, updated, skipped and failed are all of them; warned are some of those.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ImportCounts)]
pub struct Counts {
    created: i64,
    updated: i64,
    skipped: i64,
    failed: i64,
    warned: i64,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let field = |field: &super::guess::Field| FieldView {
            name: field.name,
            required: field.required,
        };
        let names = import.source_columns.0.iter().map(|column| &column.name);
        let mapping = names.map(|name| (name.clone(), import.mapping.0.get(name).cloned()));
        let mapping = mapping.collect();
        let mut values = BTreeMap::new();
        if !import.stage_values().is_empty() {
            values.insert("stage".to_owned(), import.stage_values().to_vec());
        }
        Self {
            id: import.id,
            version: import.version,
            kind: import.kind,
            filename: import.filename,
            status: import.status,
            encoding: import.encoding,
            separator: import.separator,
            columns: import.source_columns.0,
            fields: fields(import.kind).iter().map(field).collect(),
            mapping,
            options: import.options,
            values,
            rows_total: import.rows_total,
            rows_done: import.rows_done,
            counts: Counts {
                created: import.created_count,
                updated: import.updated_count,
                skipped: import.skipped_count,
                failed: import.failed_count,
                warned: import.warned_count,
            },
            error: import.error,
            created_by: import.created_by,
            created_at: import.created_at,
            started_at: import.started_at,
            finished_at: import.finished_at,
        }
    }
}

/// What became of one row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportRow {
    /// Where it starts in the file, from 1.
    line: i64,
    /// `created`, `updated`, `skipped` or `failed`.
    outcome: super::queries::RowOutcome,
    /// Something about it is odd.
    warned: bool,
    /// The record it made or met.
    record_id: Option<Uuid>,
    /// Why it failed, or what is odd; pointers are columns.
    #[schema(value_type = Vec<FieldError>)]
    problems: serde_json::Value,
    /// The cells by column.
    values: BTreeMap<String, String>,
}

impl ImportRow {
    /// The view of a row, whose cells are in the order of these columns.
    #[must_use]
    pub fn of(columns: &[String], row: RowEntry) -> Self {
        let cells: Vec<String> = serde_json::from_value(row.fields).unwrap_or_default();
        Self {
            line: row.line,
            outcome: row.outcome,
            warned: row.warned,
            record_id: row.record_id,
            problems: row.problems,
            values: columns.iter().cloned().zip(cells).collect(),
        }
    }
}

//! What ids are called.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

/// A stage of a pipeline.
#[derive(Debug, Clone, QueryableByName)]
pub struct Stage {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub pipeline_id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Integer)]
    pub position: i32,
    #[diesel(sql_type = Integer)]
    pub probability: i32,
    #[diesel(sql_type = Text)]
    pub outcome: String,
    #[diesel(sql_type = Nullable<Integer>)]
    pub stale_after_days: Option<i32>,
}

/// Names of what there are few of; products are looked up when they are shown.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// By pipeline and position.
    pub stages: Vec<Stage>,
    pub labels: HashMap<Uuid, String>,
    pub users: HashMap<Uuid, String>,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
}

fn map(rows: Vec<Named>) -> HashMap<Uuid, String> {
    rows.into_iter().map(|row| (row.id, row.name)).collect()
}

impl Names {
    /// A stage that its pipeline's newest event does not name any more is not there.
    pub fn load(conn: &mut PgConnection) -> DbResult<Self> {
        let stages = diesel::sql_query(
            "SELECT s.id, s.pipeline_id, s.name, s.position, s.probability, s.outcome, s.stale_after_days
             FROM stages s JOIN labels l ON l.kind = 'pipeline' AND l.id = s.pipeline_id
             WHERE s.version >= l.version ORDER BY s.pipeline_id, s.position, s.id",
        )
        .load(conn)?;
        let labels =
            diesel::sql_query("SELECT id, name FROM labels WHERE kind <> 'product'").load(conn)?;
        let users = diesel::sql_query("SELECT id, name FROM users").load(conn)?;
        Ok(Self {
            stages,
            labels: map(labels),
            users: map(users),
        })
    }

    #[must_use]
    pub fn stage(&self, id: Uuid) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// The pipelines there are, with their open stages in order.
    #[must_use]
    pub fn pipelines(&self) -> Vec<(Uuid, String, Vec<&Stage>)> {
        let mut pipelines: Vec<(Uuid, String, Vec<&Stage>)> = Vec::new();
        for stage in &self.stages {
            if pipelines
                .last()
                .is_none_or(|last| last.0 != stage.pipeline_id)
            {
                let name = self
                    .labels
                    .get(&stage.pipeline_id)
                    .cloned()
                    .unwrap_or_default();
                pipelines.push((stage.pipeline_id, name, Vec::new()));
            }
            if let Some(last) = pipelines.last_mut().filter(|_| stage.outcome == "open") {
                last.2.push(stage);
            }
        }
        pipelines
    }
}

/// What these products are called.
pub fn products(conn: &mut PgConnection, ids: &[Uuid]) -> DbResult<HashMap<Uuid, String>> {
    let rows =
        diesel::sql_query("SELECT id, name FROM labels WHERE kind = 'product' AND id = ANY($1)")
            .bind::<Array<SqlUuid>, _>(ids)
            .load(conn)?;
    Ok(map(rows))
}

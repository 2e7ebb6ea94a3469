use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::{RecordId, UserId};
use nexus_problem::{FieldErrors, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{pipelines, stages};
use nexus_records::text_enum;

/// A pipeline's id.
pub type PipelineId = RecordId<PipelineRow>;
/// A stage's id.
pub type StageId = RecordId<Stage>;

text_enum! {
    /// What being in a stage means.
    Outcome { Open = "open", Won = "won", Lost = "lost" }
}

/// What an opportunity may have to say before it enters a stage.
pub const REQUIRABLE: [&str; 6] = [
    "amount_cents",
    "expected_close_on",
    "client_id",
    "product_id",
    "next_step",
    "next_step_on",
];

/// A pipeline's own row; its stages are [`Stage`] rows.
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
#[diesel(table_name = pipelines, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct PipelineRow {
    #[schema(value_type = uuid::Uuid)]
    pub id: PipelineId,
    pub version: i64,
    pub name: String,
    /// New opportunities start here.
    pub is_default: bool,
    /// Stages are entered one after the other; going back is always allowed.
    pub sequential: bool,
    /// Only this manager's team uses it; everybody when absent.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub team_lead_id: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// A stage's row.
#[derive(
    Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Identifiable,
)]
#[diesel(table_name = stages, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Stage {
    pub id: StageId,
    pub pipeline_id: PipelineId,
    pub name: String,
    pub position: i32,
    pub probability: i32,
    pub outcome: Outcome,
    pub stale_after_days: Option<i32>,
    pub required_fields: Vec<String>,
    pub archived_at: Option<DateTime<Utc>>,
}

impl Stage {
    /// Whether entering it ends an opportunity.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.outcome != Outcome::Open
    }

    /// What must be known to enter it.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.required_fields.iter().map(String::as_str)
    }
}

/// A pipeline with its stages in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pipeline {
    #[serde(flatten)]
    pub row: PipelineRow,
    #[schema(value_type = Vec<StageView>)]
    #[serde(serialize_with = "views")]
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// The stage with this id.
    #[must_use]
    pub fn stage(&self, id: StageId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// The first stage of this outcome.
    #[must_use]
    pub fn first(&self, outcome: Outcome) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.outcome == outcome)
    }
}

/// A stage as the API shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageView {
    #[schema(value_type = uuid::Uuid)]
    id: StageId,
    name: String,
    /// From 1.
    position: i32,
    /// How likely a deal in this stage is won: 0 to 100.
    probability: i32,
    outcome: Outcome,
    is_final: bool,
    /// A deal that stays longer is shown as stale.
    stale_after_days: Option<i32>,
    /// What a deal must say before it enters.
    required_fields: Vec<String>,
}

fn views<S: serde::Serializer>(stages: &[Stage], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(stages.iter().map(|stage| StageView {
        id: stage.id,
        name: stage.name.clone(),
        position: stage.position,
        probability: stage.probability,
        outcome: stage.outcome,
        is_final: stage.is_final(),
        stale_after_days: stage.stale_after_days,
        required_fields: stage.required().map(str::to_owned).collect(),
    }))
}

/// What may be written of a pipeline. A patch names some of these; `stages`, when given, are the whole new list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineFields {
    pub name: String,
    pub is_default: bool,
    pub sequential: bool,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub team_lead_id: Option<UserId>,
    pub stages: Vec<StageFields>,
}

/// What may be written of a stage. An `id` of this pipeline keeps that stage; none makes a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageFields {
    #[schema(value_type = Option<uuid::Uuid>)]
    #[serde(default)]
    pub id: Option<StageId>,
    pub name: String,
    pub probability: i32,
    pub outcome: Outcome,
    #[serde(default)]
    pub stale_after_days: Option<i32>,
    #[serde(default)]
    pub required_fields: Vec<String>,
}

impl PipelineFields {
    /// Brings every field to its stored form and checks it: some open stages, then exactly one won and one lost.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 80);
        if self.stages.len() > 20 {
            errors.add(
                "/stages",
                "stages.many",
                "A pipeline has at most 20 stages.",
            );
        }
        let mut names = HashSet::new();
        for (at, stage) in self.stages.iter_mut().enumerate() {
            stage.review(at, &mut errors);
            if !names.insert(stage.name.to_lowercase()) {
                errors.add(
                    format!("/stages/{at}/name"),
                    "stages.same_name",
                    "Two stages have this name.",
                );
            }
        }
        let ends = |outcome| {
            self.stages
                .iter()
                .filter(|stage| stage.outcome == outcome)
                .count()
        };
        if ends(Outcome::Open) == 0 || ends(Outcome::Won) != 1 || ends(Outcome::Lost) != 1 {
            let detail =
                "A pipeline has one or more open stages, one that is won and one that is lost.";
            errors.add("/stages", "stages.outcomes", detail);
        }
        // Whatever order they came in: open stages first, then won, then lost.
        self.stages.sort_by_key(|stage| stage.outcome);
        errors.or(self)
    }
}

impl StageFields {
    fn review(&mut self, at: usize, errors: &mut FieldErrors) {
        self.name = required_text(errors, &format!("/stages/{at}/name"), &self.name, 60);
        if !(0..=100).contains(&self.probability) {
            errors.add(
                format!("/stages/{at}/probability"),
                "probability.range",
                "A probability is within 0 and 100.",
            );
        }
        match self.outcome {
            Outcome::Won => self.probability = 100,
            Outcome::Lost => self.probability = 0,
            Outcome::Open => {}
        }
        if self
            .stale_after_days
            .is_some_and(|days| !(1..=3650).contains(&days))
        {
            errors.add(
                format!("/stages/{at}/stale_after_days"),
                "stale_after_days.range",
                "Give 1 to 3650 days, or none.",
            );
        }
        if self
            .required_fields
            .iter()
            .any(|field| !REQUIRABLE.contains(&field.as_str()))
        {
            let detail = format!("These can be required: {}.", REQUIRABLE.join(", "));
            errors.add(
                format!("/stages/{at}/required_fields"),
                "required_fields.unknown",
                detail,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(name: &str, outcome: Outcome) -> StageFields {
        StageFields {
            id: None,
            name: name.to_owned(),
            probability: 40,
            outcome,
            stale_after_days: None,
            required_fields: Vec::new(),
        }
    }

    fn pipeline(stages: Vec<StageFields>) -> PipelineFields {
        PipelineFields {
            name: "Vendita".to_owned(),
            stages,
            ..PipelineFields::default()
        }
    }

    #[test]
    fn a_pipeline_ends_in_exactly_one_won_and_one_lost_stage() {
        use Outcome::{Lost, Open, Won};
        for (outcomes, good) in [
            (vec![Open, Won, Lost], true),
            (vec![Won, Lost, Open, Open], true),
            (vec![Won, Lost], false),
            (vec![Open, Won], false),
            (vec![Open, Won, Won, Lost], false),
        ] {
            let stages = outcomes
                .iter()
                .enumerate()
                .map(|(at, outcome)| stage(&format!("S{at}"), *outcome));
            let reviewed = pipeline(stages.collect()).review();
            assert_eq!(reviewed.is_ok(), good, "{outcomes:?}");
            if let Ok(fields) = reviewed {
                let last: Vec<_> = fields
                    .stages
                    .iter()
                    .rev()
                    .map(|stage| (stage.outcome, stage.probability))
                    .collect();
                assert_eq!(last[..2], [(Lost, 0), (Won, 100)]);
            }
        }
    }

    #[test]
    fn unknown_requirements_and_doubled_names_are_refused() {
        let mut odd = stage("A", Outcome::Open);
        odd.required_fields = vec!["shoe_size".to_owned()];
        let stages = vec![odd, stage("a", Outcome::Won), stage("C", Outcome::Lost)];
        let codes: Vec<_> = pipeline(stages)
            .review()
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.code)
            .collect();
        assert_eq!(codes, ["required_fields.unknown", "stages.same_name"]);
    }
}

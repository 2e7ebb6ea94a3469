use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId, UserId, business_day};
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::campaigns::model::{CampaignId, SourceId};
use crate::italy::text::fold;
use crate::pipelines::lost_reasons::LostReasonId;
use crate::pipelines::model::{Outcome, Pipeline, PipelineId, Stage, StageId};
use crate::products::ProductId;
use crate::schema::opportunities;

/// An opportunity's id.
pub type OpportunityId = RecordId<Opportunity>;

/// A sale of ours is never larger: 10 billion.
const MOST_CENTS: i64 = 1_000_000_000_000;

/// What may be written of an opportunity. A patch names some of these; `null` clears.
/// Where it stands (stage, won, lost) is changed by `move`, `win`, `lose` and `reopen` alone.
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
#[diesel(table_name = opportunities, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct OpportunityFields {
    pub name: String,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    /// The user who sells it; whoever creates it when not given.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub owner_id: Option<UserId>,
    pub amount_cents: i64,
    /// Only `EUR` for now.
    pub currency: String,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub product_id: Option<ProductId>,
    pub expected_close_on: Option<NaiveDate>,
    /// When it began; today when not given.
    pub opened_on: Option<NaiveDate>,
    pub next_step: Option<String>,
    pub next_step_on: Option<NaiveDate>,
    pub source: Option<String>,
    pub notes: Option<String>,
    /// Its name in another system; unique.
    pub external_ref: Option<String>,
    /// Where it came from: a source of `/lead-sources` …
    #[schema(value_type = Option<uuid::Uuid>)]
    pub source_id: Option<SourceId>,
    /// … and the campaign that brought it.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub campaign_id: Option<CampaignId>,
}

impl Default for OpportunityFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            client_id: None,
            owner_id: None,
            amount_cents: 0,
            currency: "EUR".to_owned(),
            product_id: None,
            expected_close_on: None,
            opened_on: None,
            next_step: None,
            next_step_on: None,
            source: None,
            notes: None,
            external_ref: None,
            source_id: None,
            campaign_id: None,
        }
    }
}

/// An opportunity's row.
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
#[diesel(table_name = opportunities, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Opportunity {
    #[schema(value_type = uuid::Uuid)]
    pub id: OpportunityId,
    pub version: i64,
    #[schema(value_type = uuid::Uuid)]
    pub pipeline_id: PipelineId,
    #[schema(value_type = uuid::Uuid)]
    pub stage_id: StageId,
    pub status: Outcome,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: OpportunityFields,
    /// When it was won or lost.
    pub closed_on: Option<NaiveDate>,
    pub stage_entered_at: DateTime<Utc>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub lost_reason_id: Option<LostReasonId>,
    pub lost_note: Option<String>,
    #[serde(skip)]
    pub search_text: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// Why a move is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is won or lost; reopen it first.
    Closed,
    /// It is not won or lost.
    NotClosed,
    /// The stage is of another pipeline, or was put away.
    ForeignStage,
    /// Final stages are entered by winning or losing.
    FinalStage,
    /// A sequential pipeline, and a stage in between was left out.
    StepSkipped,
    /// The stage asks for these first.
    Missing(Vec<String>),
}

impl OpportunityFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 200);
        for (field, pointer, most) in [
            (&mut self.next_step, "/next_step", 300),
            (&mut self.source, "/source", 100),
            (&mut self.notes, "/notes", 10_000),
            (&mut self.external_ref, "/external_ref", 100),
        ] {
            *field = optional_text(&mut errors, pointer, field.as_deref(), most);
        }
        if !(0..=MOST_CENTS).contains(&self.amount_cents) {
            errors.add(
                "/amount_cents",
                "amount_cents.range",
                "Give an amount from 0 to 10 billion, in cents.",
            );
        }
        if self.currency != "EUR" {
            errors.add("/currency", "currency.unknown", "Amounts are in EUR.");
        }
        errors.or(self)
    }

    fn says(&self, field: &str) -> bool {
        match field {
            "amount_cents" => self.amount_cents > 0,
            "expected_close_on" => self.expected_close_on.is_some(),
            "client_id" => self.client_id.is_some(),
            "product_id" => self.product_id.is_some(),
            "next_step" => self.next_step.is_some(),
            "next_step_on" => self.next_step_on.is_some(),
            _ => true,
        }
    }

    /// What a search looks into.
    #[must_use]
    pub fn search_text(&self, client_name: Option<&str>) -> String {
        let parts = [
            Some(self.name.as_str()),
            client_name,
            self.external_ref.as_deref(),
        ];
        fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

impl Opportunity {
    /// A new opportunity in an open stage.
    #[must_use]
    pub fn new(
        id: OpportunityId,
        stage: &Stage,
        fields: OpportunityFields,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            version: 1,
            pipeline_id: stage.pipeline_id,
            stage_id: stage.id,
            status: Outcome::Open,
            closed_on: None,
            stage_entered_at: now,
            lost_reason_id: None,
            lost_note: None,
            search_text: String::new(),
            created_at: now,
            updated_at: now,
            archived_at: None,
            fields,
        }
    }

    /// Along its own pipeline, to an open stage whose requirements it meets.
    ///
    /// # Errors
    /// Why not.
    pub fn move_to(
        &self,
        pipeline: &Pipeline,
        to: StageId,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let stage = pipeline.stage(to).ok_or(Refusal::ForeignStage)?;
        if self.status != Outcome::Open {
            return Err(Refusal::Closed);
        }
        if pipeline.row.id != self.pipeline_id {
            return Err(Refusal::ForeignStage);
        }
        if stage.is_final() {
            return Err(Refusal::FinalStage);
        }
        let here = pipeline
            .stage(self.stage_id)
            .map_or(0, |stage| stage.position);
        if pipeline.row.sequential && stage.position > here + 1 {
            return Err(Refusal::StepSkipped);
        }
        self.meets(stage)?;
        Ok(self.clone().entering(stage, now))
    }

    /// Won, on a day not after today.
    ///
    /// # Errors
    /// Why not.
    pub fn win(
        &self,
        pipeline: &Pipeline,
        on: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let stage = self.end_in(pipeline, Outcome::Won)?;
        self.meets(stage)?;
        Ok(Self {
            status: Outcome::Won,
            closed_on: Some(on),
            ..self.clone().entering(stage, now)
        })
    }

    /// Lost, for a reason.
    ///
    /// # Errors
    /// Why not.
    pub fn lose(
        &self,
        pipeline: &Pipeline,
        reason: LostReasonId,
        note: Option<String>,
        on: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let stage = self.end_in(pipeline, Outcome::Lost)?;
        Ok(Self {
            status: Outcome::Lost,
            closed_on: Some(on),
            lost_reason_id: Some(reason),
            lost_note: note,
            ..self.clone().entering(stage, now)
        })
    }

    /// Open again, in a stage that was open.
    ///
    /// # Errors
    /// Why not.
    pub fn reopen(
        &self,
        pipeline: &Pipeline,
        to: StageId,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let stage = pipeline.stage(to).ok_or(Refusal::ForeignStage)?;
        if self.status == Outcome::Open {
            return Err(Refusal::NotClosed);
        }
        if stage.is_final() {
            return Err(Refusal::FinalStage);
        }
        Ok(Self {
            status: Outcome::Open,
            closed_on: None,
            lost_reason_id: None,
            lost_note: None,
            ..self.clone().entering(stage, now)
        })
    }

    fn end_in<'p>(&self, pipeline: &'p Pipeline, outcome: Outcome) -> Result<&'p Stage, Refusal> {
        if self.status != Outcome::Open {
            return Err(Refusal::Closed);
        }
        pipeline.first(outcome).ok_or(Refusal::ForeignStage)
    }

    fn meets(&self, stage: &Stage) -> Result<(), Refusal> {
        let missing: Vec<String> = stage
            .required()
            .filter(|field| !self.fields.says(field))
            .map(str::to_owned)
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Missing(missing))
        }
    }

    fn entering(self, stage: &Stage, now: DateTime<Utc>) -> Self {
        let same = self.stage_id == stage.id;
        Self {
            version: self.version + 1,
            stage_id: stage.id,
            stage_entered_at: if same { self.stage_entered_at } else { now },
            updated_at: now,
            ..self
        }
    }

    /// The opportunity with other (reviewed) fields.
    #[must_use]
    pub fn with(&self, fields: OpportunityFields, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            fields,
            updated_at: now,
            ..self.clone()
        }
    }

    /// The deal whose next step follows its tasks: the earliest open one; when the last has ended, none, unless somebody
    /// wrote another step by hand. `None`: it stays as it is.
    #[must_use]
    pub fn following(
        &self,
        earliest: Option<(String, NaiveDate)>,
        ended: Option<&str>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let (step, on) = match earliest {
            Some((title, on)) => (Some(title), Some(on)),
            None if ended.is_some() && self.fields.next_step.as_deref() == ended => (None, None),
            None => return None,
        };
        if (&self.fields.next_step, self.fields.next_step_on) == (&step, on) {
            return None;
        }
        let fields = OpportunityFields {
            next_step: step,
            next_step_on: on,
            ..self.fields.clone()
        };
        Some(self.with(fields, now))
    }

    /// Whether it has stayed in its stage longer than that stage allows.
    #[must_use]
    pub fn is_stale(&self, stale_after_days: Option<i32>, now: DateTime<Utc>) -> bool {
        self.status == Outcome::Open
            && stale_after_days
                .is_some_and(|days| self.stage_entered_at + Duration::days(days.into()) < now)
    }
}

/// The day on which a deal is closed: as given, but not after today.
///
/// # Errors
/// When it lies ahead.
pub fn closing_day(given: Option<NaiveDate>, now: DateTime<Utc>) -> Result<NaiveDate, FieldErrors> {
    let today = business_day(now);
    match given {
        Some(day) if day > today => Err(FieldErrors::one(
            "/closed_on",
            "closed_on.future",
            "A deal is not closed before the day comes.",
        )),
        given => Ok(given.unwrap_or(today)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipelines::model::PipelineRow;

    fn now() -> DateTime<Utc> {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn stage(pipeline: PipelineId, position: i32, outcome: Outcome, required: &[&str]) -> Stage {
        Stage {
            id: StageId::new(),
            pipeline_id: pipeline,
            name: format!("S{position}"),
            position,
            probability: 50,
            outcome,
            stale_after_days: Some(14),
            required_fields: required.iter().map(|field| (*field).to_owned()).collect(),
            archived_at: None,
        }
    }

    fn pipeline(sequential: bool) -> Pipeline {
        let id = PipelineId::new();
        Pipeline {
            row: PipelineRow {
                id,
                version: 1,
                name: "Vendita".to_owned(),
                is_default: true,
                sequential,
                team_lead_id: None,
                created_at: now(),
                updated_at: now(),
                archived_at: None,
            },
            stages: vec![
                stage(id, 1, Outcome::Open, &[]),
                stage(id, 2, Outcome::Open, &[]),
                stage(id, 3, Outcome::Open, &["amount_cents", "expected_close_on"]),
                stage(id, 4, Outcome::Won, &["amount_cents"]),
                stage(id, 5, Outcome::Lost, &[]),
            ],
        }
    }

    fn deal(pipeline: &Pipeline, at: usize, amount_cents: i64) -> Opportunity {
        let fields = OpportunityFields {
            name: "Fornitura".to_owned(),
            amount_cents,
            ..OpportunityFields::default()
        };
        Opportunity::new(
            OpportunityId::new(),
            &pipeline.stages[at],
            fields,
            now() - Duration::days(20),
        )
    }

    #[test]
    fn moves_are_guarded() {
        let (free, strict, other) = (pipeline(false), pipeline(true), pipeline(false));
        let missing = |fields: &[&str]| {
            Err(Refusal::Missing(
                fields.iter().map(|field| (*field).to_owned()).collect(),
            ))
        };
        for (what, pipeline, from, to, amount, expected) in [
            ("forward", &free, 0, free.stages[1].id, 0, Ok(())),
            ("back", &free, 1, free.stages[0].id, 0, Ok(())),
            (
                "two steps in a free pipeline, data missing",
                &free,
                0,
                free.stages[2].id,
                0,
                missing(&["amount_cents", "expected_close_on"]),
            ),
            (
                "part of the data",
                &free,
                0,
                free.stages[2].id,
                5,
                missing(&["expected_close_on"]),
            ),
            (
                "two steps in a sequential one",
                &strict,
                0,
                strict.stages[2].id,
                5,
                Err(Refusal::StepSkipped),
            ),
            (
                "to won",
                &free,
                0,
                free.stages[3].id,
                5,
                Err(Refusal::FinalStage),
            ),
            (
                "to another pipeline's stage",
                &free,
                0,
                other.stages[1].id,
                5,
                Err(Refusal::ForeignStage),
            ),
        ] {
            let moved = deal(pipeline, from, amount).move_to(pipeline, to, now());
            assert_eq!(moved.map(|_| ()), expected, "{what}");
        }
    }

    #[test]
    fn a_closed_deal_only_reopens() {
        let pipeline = pipeline(false);
        let today = business_day(now());
        let won = deal(&pipeline, 1, 500)
            .win(&pipeline, today, now())
            .unwrap();
        assert_eq!(
            (won.status, won.closed_on, won.stage_id),
            (Outcome::Won, Some(today), pipeline.stages[3].id)
        );
        assert_eq!(
            won.move_to(&pipeline, pipeline.stages[0].id, now()),
            Err(Refusal::Closed)
        );
        assert_eq!(won.win(&pipeline, today, now()), Err(Refusal::Closed));
        let open = won.reopen(&pipeline, pipeline.stages[1].id, now()).unwrap();
        assert_eq!((open.status, open.closed_on), (Outcome::Open, None));
        assert_eq!(
            open.reopen(&pipeline, pipeline.stages[0].id, now()),
            Err(Refusal::NotClosed)
        );
    }

    #[test]
    fn nothing_is_won_for_nothing_but_anything_can_be_lost() {
        let pipeline = pipeline(false);
        let deal = deal(&pipeline, 0, 0);
        let today = business_day(now());
        assert_eq!(
            deal.win(&pipeline, today, now()),
            Err(Refusal::Missing(vec!["amount_cents".to_owned()]))
        );
        let lost = deal
            .lose(&pipeline, LostReasonId::new(), None, today, now())
            .unwrap();
        assert_eq!(lost.status, Outcome::Lost);
    }

    #[test]
    fn a_deal_is_stale_after_its_stages_days_and_a_closed_one_never() {
        let pipeline = pipeline(false);
        let deal = deal(&pipeline, 0, 1);
        assert!(deal.is_stale(Some(14), now()));
        assert!(!deal.is_stale(Some(20), now()));
        assert!(!deal.is_stale(None, now()));
        let won = deal.win(&pipeline, business_day(now()), now()).unwrap();
        assert!(!won.is_stale(Some(0), now() + Duration::days(99)));
    }

    #[test]
    fn the_next_step_follows_the_earliest_task() {
        let deal = deal(&pipeline(false), 0, 1);
        let day: NaiveDate = "2026-11-24".parse().unwrap();
        let planned = deal
            .following(Some(("Chiama".to_owned(), day)), None, now())
            .unwrap();
        assert_eq!(planned.fields.next_step.as_deref(), Some("Chiama"));
        assert_eq!(planned.fields.next_step_on, Some(day));
        assert_eq!(
            planned.following(Some(("Chiama".to_owned(), day)), None, now()),
            None
        );
        let done = planned.following(None, Some("Chiama"), now()).unwrap();
        assert_eq!(
            (done.fields.next_step, done.fields.next_step_on),
            (None, None)
        );
        // What somebody wrote by hand stays.
        assert_eq!(
            planned.following(None, Some("Manda il listino"), now()),
            None
        );
    }

    #[test]
    fn a_deal_is_not_closed_tomorrow() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(closing_day(None, now()), Ok(day("2026-11-22")));
        assert_eq!(
            closing_day(Some(day("2026-11-01")), now()),
            Ok(day("2026-11-01"))
        );
        assert!(closing_day(Some(day("2026-11-23")), now()).is_err());
    }
}

//! A deal's past, told as if it had been kept here all along: how it entered its stages and when, its lines on the
//! timeline, its facts.

use chrono::{DateTime, NaiveDate, Utc};
use nexus_kernel::start_of_business_day;
use nexus_outbox::Fact;
use nexus_problem::FieldErrors;
use serde_json::{Value, json};

use super::deals_reading::End;
use crate::interactions::model::{Interaction, Kind, SystemNote};
use crate::opportunities::history::StageMove;
use crate::opportunities::model::{Opportunity, OpportunityFields, OpportunityId, Refusal};
use crate::pipelines::model::{Outcome, Pipeline, Stage};
use nexus_records::Act;

/// Who tells it, and of which pipeline.
pub struct Story<'a> {
    pub act: &'a Act,
    pub pipeline: &'a Pipeline,
    pub client_name: Option<&'a str>,
}

/// A deal as it is now, and what is to be kept of how it came to be so.
pub struct Chapter {
    pub deal: Opportunity,
    pub moves: Vec<StageMove>,
    pub notes: Vec<Interaction>,
    pub facts: Vec<Fact>,
}

impl Story<'_> {
    /// A deal from its beginning: it enters the first stage on the day it began, and its own stage that day, or on the
    /// day it was won or lost.
    pub fn told(
        &self,
        fields: OpportunityFields,
        stage: &Stage,
        end: Option<&End>,
    ) -> Result<Chapter, FieldErrors> {
        let first = self.pipeline.first(Outcome::Open).unwrap_or(stage);
        let ended = end.map(|end| instant(end.on));
        let began = fields
            .opened_on
            .map(instant)
            .or(ended)
            .unwrap_or(self.act.now);
        let mut deal = Opportunity::new(OpportunityId::new(), first, fields, self.act.now);
        deal.stage_entered_at = began;
        deal.search_text = deal.fields.search_text(self.client_name);
        let mut moves = vec![StageMove::first(&deal, Some(self.act.viewer.user_id))];
        if stage.outcome == Outcome::Open && stage.id != first.id {
            let mut there = self.enter(&deal, stage, None)?;
            (there.version, there.stage_entered_at) = (deal.version, began);
            moves.push(self.moved(&deal, &there, began));
            deal = there;
        }
        let (id, to) = (deal.id.uuid(), self.stage(&deal));
        let mut chapter = Chapter {
            notes: vec![self.note(
                Kind::OpportunityCreated,
                &deal,
                details(&deal, None, to),
                began,
            )],
            facts: vec![
                self.act
                    .fact("crm.opportunity.created.v1", id, 1, None, &deal),
            ],
            moves,
            deal,
        };
        if end.is_some() {
            self.go(&mut chapter, stage, end)?;
        }
        Ok(chapter)
    }

    /// A deal that is there already, with other fields, in another stage, or over.
    pub fn goes_on(
        &self,
        before: &Opportunity,
        fields: OpportunityFields,
        stage: &Stage,
        end: Option<&End>,
    ) -> Result<Chapter, FieldErrors> {
        let mut chapter = Chapter {
            deal: before.clone(),
            moves: Vec::new(),
            notes: Vec::new(),
            facts: Vec::new(),
        };
        if fields != before.fields {
            let mut after = before.with(fields, self.act.now);
            after.search_text = after.fields.search_text(self.client_name);
            let (id, version) = (after.id.uuid(), after.version);
            let kind = "crm.opportunity.changed.v1";
            chapter
                .facts
                .push(self.act.fact(kind, id, version, Some(before), &after));
            chapter.deal = after;
        }
        if before.stage_id != stage.id {
            self.go(&mut chapter, stage, end)?;
        }
        Ok(chapter)
    }

    /// Into another stage, with all that belongs to it.
    fn go(&self, chapter: &mut Chapter, to: &Stage, end: Option<&End>) -> Result<(), FieldErrors> {
        let before = chapter.deal.clone();
        let at = end
            .map_or(self.act.now, |end| instant(end.on))
            .max(before.stage_entered_at);
        let mut after = self.enter(&before, to, end)?;
        after.stage_entered_at = at;
        let (kind, fact) = match to.outcome {
            Outcome::Open => (Kind::OpportunityMoved, "crm.opportunity.moved.v1"),
            Outcome::Won => (Kind::OpportunityWon, "crm.opportunity.won.v1"),
            Outcome::Lost => (Kind::OpportunityLost, "crm.opportunity.lost.v1"),
        };
        let mut told = details(&after, Some(self.stage(&before)), to);
        if let (
            Some(End {
                reason: Some(reason),
                note,
                ..
            }),
            Value::Object(told),
        ) = (end, &mut told)
        {
            told.insert("reason".to_owned(), reason.name.clone().into());
            told.insert("note".to_owned(), note.clone().into());
        }
        let (id, version) = (after.id.uuid(), after.version);
        chapter.moves.push(self.moved(&before, &after, at));
        chapter.notes.push(self.note(kind, &after, told, at));
        chapter
            .facts
            .push(self.act.fact(fact, id, version, Some(&before), &after));
        chapter.deal = after;
        Ok(())
    }

    /// By the same rules as a person's move.
    fn enter(
        &self,
        deal: &Opportunity,
        to: &Stage,
        end: Option<&End>,
    ) -> Result<Opportunity, FieldErrors> {
        let now = self.act.now;
        let after = match (to.outcome, end) {
            (Outcome::Won, Some(end)) => deal.win(self.pipeline, end.on, now),
            (
                Outcome::Lost,
                Some(End {
                    on,
                    reason: Some(reason),
                    note,
                }),
            ) => deal.lose(self.pipeline, reason.id, note.clone(), *on, now),
            _ => deal.move_to(self.pipeline, to.id, now),
        };
        after.map_err(refused)
    }

    fn stage(&self, deal: &Opportunity) -> &Stage {
        self.pipeline
            .stage(deal.stage_id)
            .unwrap_or(&self.pipeline.stages[0])
    }

    fn moved(&self, before: &Opportunity, after: &Opportunity, at: DateTime<Utc>) -> StageMove {
        StageMove::between(before, after, Some(self.act.viewer.user_id), at)
    }

    fn note(
        &self,
        kind: Kind,
        deal: &Opportunity,
        details: Value,
        at: DateTime<Utc>,
    ) -> Interaction {
        let note = SystemNote {
            kind,
            client_id: deal.fields.client_id,
            opportunity_id: Some(deal.id),
            lead_id: None,
            details,
            occurred_at: Some(at),
        };
        note.entry(Some(self.act.viewer.user_id), self.act.now)
    }
}

fn refused(refusal: Refusal) -> FieldErrors {
    match refusal {
        Refusal::Missing(fields) => {
            let mut errors = FieldErrors::default();
            for field in fields {
                let detail = "The stage asks for it.";
                errors.add(format!("/{field}"), "stage.requires", detail);
            }
            errors
        }
        Refusal::Closed => FieldErrors::one("/stage", "opportunity.closed", "This deal is closed."),
        Refusal::NotClosed | Refusal::ForeignStage | Refusal::FinalStage | Refusal::StepSkipped => {
            let detail = "The deal cannot enter this stage.";
            FieldErrors::one("/stage", "stage.refused", detail)
        }
    }
}

/// The first instant of a day, as the company's clocks have it.
fn instant(day: NaiveDate) -> DateTime<Utc> {
    start_of_business_day(day)
}

/// The details of a line on the timeline about where a deal stands.
fn details(deal: &Opportunity, from: Option<&Stage>, to: &Stage) -> Value {
    json!({
        "opportunity_id": deal.id,
        "opportunity_name": deal.fields.name,
        "amount_cents": deal.fields.amount_cents,
        "from": from.map(|stage| stage.id),
        "from_name": from.map(|stage| stage.name.as_str()),
        "to": to.id,
        "to_name": to.name,
    })
}

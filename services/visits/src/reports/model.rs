use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::RecordId;
use nexus_problem::{FieldErrors, optional_text, required_text};
use nexus_records::text_enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use super::judge::{Answer, Answers, Strictness, judge};
use crate::schema::report_templates;

/// A template's id.
pub type TemplateId = RecordId<Template>;

text_enum! {
    /// How a question is answered.
    QuestionKind { Text = "text", Number = "number", Choice = "choice", YesNo = "yes_no", Photo = "photo" }
}

/// A question of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportQuestion)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name among the questions of a template: small letters, digits, `_`. It keeps it when its words change.
    #[schema(example = "esposizione")]
    pub id: String,
    #[schema(example = "Com'è esposta la merce?")]
    pub label: String,
    /// What helps to answer.
    #[serde(default)]
    pub hint: Option<String>,
    pub kind: QuestionKind,
    /// Without an answer the report is not taken, when somebody was met.
    #[serde(default)]
    pub required: bool,
    /// What a choice offers: 2 to 30.
    #[serde(default)]
    pub options: Vec<String>,
    /// The least that a number may be.
    #[serde(default)]
    pub least: Option<f64>,
    /// The most that a number may be.
    #[serde(default)]
    pub most: Option<f64>,
}

/// What may be written of a template.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportTemplateFields)]
#[serde(deny_unknown_fields, default)]
pub struct TemplateFields {
    pub name: String,
    /// For clients of these classes; for all when empty.
    pub classes: Vec<String>,
    /// The first that is for a client is the one that is asked; smaller is first.
    pub position: i32,
    pub questions: Vec<Question>,
}

/// A template's row.
#[derive(
    Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = report_templates, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[schema(as = ReportTemplate)]
pub struct Template {
    #[schema(value_type = Uuid)]
    pub id: TemplateId,
    pub version: i64,
    pub name: String,
    pub classes: Vec<String>,
    pub position: i32,
    #[schema(value_type = Vec<Question>)]
    pub questions: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// A template in the version that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AskedTemplate)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[schema(value_type = Uuid)]
    pub id: TemplateId,
    pub version: i64,
}

const QUESTIONS_MOST: usize = 40;
const OPTIONS_MOST: usize = 30;
const CLASSES: [&str; 3] = ["A", "B", "C"];

impl TemplateFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 120);
        self.classes.sort();
        self.classes.dedup();
        if self
            .classes
            .iter()
            .any(|class| !CLASSES.contains(&class.as_str()))
        {
            errors.add("/classes", "class.unknown", "The classes are A, B and C.");
        }
        if !(1..=QUESTIONS_MOST).contains(&self.questions.len()) {
            let detail = format!("Ask 1 to {QUESTIONS_MOST} questions.");
            errors.add("/questions", "items.many", detail);
        }
        let mut names = HashSet::new();
        for (at, question) in self.questions.iter_mut().enumerate() {
            let pointer = format!("/questions/{at}");
            question.review(&mut errors, &pointer);
            if !names.insert(question.id.clone()) {
                let detail = "Another question has this name.";
                errors.add(format!("{pointer}/id"), "question.twice", detail);
            }
        }
        errors.or(self)
    }
}

impl Question {
    fn review(&mut self, errors: &mut FieldErrors, at: &str) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=40).contains(&self.id.len()) || !self.id.bytes().all(plain) {
            let detail = "A name has 1 to 40 small letters, digits and _.";
            errors.add(format!("{at}/id"), "question.name", detail);
        }
        self.label = required_text(errors, &format!("{at}/label"), &self.label, 200);
        self.hint = optional_text(errors, &format!("{at}/hint"), self.hint.as_deref(), 300);
        self.review_options(errors, at);
        if self.kind != QuestionKind::Number {
            (self.least, self.most) = (None, None);
        }
        let bounds = self.least.zip(self.most);
        if bounds.is_some_and(|(least, most)| least > most) {
            let detail = "The most is at least the least.";
            errors.add(format!("{at}/most"), "number.order", detail);
        }
    }

    fn review_options(&mut self, errors: &mut FieldErrors, at: &str) {
        if self.kind != QuestionKind::Choice {
            self.options.clear();
            return;
        }
        for (place, option) in self.options.iter_mut().enumerate() {
            *option = required_text(errors, &format!("{at}/options/{place}"), option, 120);
        }
        let different: HashSet<&String> = self.options.iter().collect();
        let enough = (2..=OPTIONS_MOST).contains(&self.options.len());
        if !enough || different.len() != self.options.len() {
            let detail = format!("Offer 2 to {OPTIONS_MOST} different options.");
            errors.add(format!("{at}/options"), "options.range", detail);
        }
    }
}

impl Template {
    /// A template as it may be written.
    #[must_use]
    pub fn fields(&self) -> TemplateFields {
        TemplateFields {
            name: self.name.clone(),
            classes: self.classes.clone(),
            position: self.position,
            questions: read_questions(&self.questions),
        }
    }

    /// Whether it is for clients of this class.
    #[must_use]
    pub fn is_for(&self, class: Option<&str>) -> bool {
        self.classes.is_empty()
            || class.is_some_and(|class| self.classes.iter().any(|one| one == class))
    }
}

/// Questions as they are stored.
#[must_use]
pub fn read_questions(stored: &Value) -> Vec<Question> {
    serde_json::from_value(stored.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(id: &str, kind: QuestionKind, options: &[&str]) -> Question {
        Question {
            id: id.to_owned(),
            label: " Com'è? ".to_owned(),
            hint: None,
            kind,
            required: true,
            options: options.iter().map(|text| (*text).to_owned()).collect(),
            least: Some(5.0),
            most: Some(1.0),
        }
    }

    fn template(questions: Vec<Question>) -> TemplateFields {
        TemplateFields {
            name: "Visita".to_owned(),
            questions,
            ..TemplateFields::default()
        }
    }

    #[test]
    fn a_template_is_brought_to_its_stored_form() {
        let made = template(vec![question("voto", QuestionKind::Text, &["x"])]);
        let made = made.review().unwrap();
        let question = &made.questions[0];
        assert_eq!(question.label, "Com'è?");
        assert_eq!((question.options.len(), question.least), (0, None));
    }

    #[test]
    fn what_is_wrong_with_a_template_is_told_by_place() {
        use QuestionKind::{Choice, Number, YesNo};
        let wrong = TemplateFields {
            name: " ".to_owned(),
            classes: vec!["D".to_owned()],
            ..template(vec![
                question("Voto", YesNo, &[]),
                question("voto", Choice, &["sì", "sì"]),
                question("voto", Number, &[]),
            ])
        };
        let told = wrong.review().unwrap_err().0;
        let told: Vec<_> = told.into_iter().map(|error| error.pointer).collect();
        assert_eq!(
            told,
            [
                "/name",
                "/classes",
                "/questions/0/id",
                "/questions/1/options",
                "/questions/2/most",
                "/questions/2/id"
            ]
        );
        let none = template(Vec::new()).review().unwrap_err();
        assert_eq!(none.0[0].pointer, "/questions");
    }

    #[test]
    fn a_template_is_for_its_classes() {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let of = |classes: &[&str]| Template {
            id: TemplateId::new(),
            version: 1,
            name: String::new(),
            classes: classes.iter().map(|text| (*text).to_owned()).collect(),
            position: 0,
            questions: Value::Null,
            created_at: now,
            updated_at: now,
            archived_at: None,
        };
        for (classes, class, expected) in [
            (vec![], None, true),
            (vec![], Some("A"), true),
            (vec!["A", "B"], Some("B"), true),
            (vec!["A", "B"], Some("C"), false),
            (vec!["A"], None, false),
        ] {
            assert_eq!(
                of(&classes).is_for(class),
                expected,
                "{classes:?} {class:?}"
            );
        }
    }
}

//! Whether answers fit their questions.

use std::collections::{BTreeMap, HashMap};

use nexus_problem::FieldErrors;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::model::{Question, QuestionKind, TemplateId};

/// What was asked, and what was answered, as a report keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportAnswers)]
pub struct Answers {
    #[schema(value_type = Uuid)]
    pub template_id: TemplateId,
    pub template_version: i64,
    pub template_name: String,
    pub items: Vec<Answer>,
}

/// A question that was answered, in the words of that day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportAnswer)]
pub struct Answer {
    pub question_id: String,
    pub label: String,
    pub kind: QuestionKind,
    /// A text, a number, an option, `true` or `false`; for pictures how many there are.
    #[schema(value_type = Value)]
    pub value: Value,
}

/// Whether somebody was there to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Mandatory questions must be answered.
    Whole,
    /// Nobody was met: what could be seen from outside is welcome.
    AsFarAsKnown,
}

const TEXT_MOST: usize = 2_000;

/// The answers in the order of their questions.
///
/// # Errors
/// Every answer that does not fit, is not asked for, or is missing.
pub fn judge(
    questions: &[Question],
    answers: &BTreeMap<String, Value>,
    pictures: &HashMap<String, i64>,
    strictness: Strictness,
) -> Result<Vec<Answer>, FieldErrors> {
    let mut errors = FieldErrors::default();
    for id in answers.keys() {
        if !questions.iter().any(|question| question.id == *id) {
            let detail = "The template does not ask this.";
            errors.add(format!("/answers/{id}"), "question.unknown", detail);
        }
    }
    let mut items = Vec::with_capacity(questions.len());
    for question in questions {
        let pointer = format!("/answers/{}", question.id);
        let given = answers.get(&question.id).filter(|value| !value.is_null());
        let value = match question.kind {
            QuestionKind::Photo => pictures
                .get(&question.id)
                .filter(|count| **count > 0)
                .map(|count| json!(count)),
            _ => given.and_then(|value| read(&mut errors, &pointer, question, value)),
        };
        match value {
            Some(value) => items.push(Answer {
                question_id: question.id.clone(),
                label: question.label.clone(),
                kind: question.kind,
                value,
            }),
            None if question.required && strictness == Strictness::Whole => {
                missing(&mut errors, pointer, question);
            }
            None => {}
        }
    }
    errors.or(items)
}

fn missing(errors: &mut FieldErrors, pointer: String, question: &Question) {
    // What was answered wrongly has been told already.
    if errors.0.iter().any(|error| error.pointer == pointer) {
        return;
    }
    let detail = match question.kind {
        QuestionKind::Photo => "Take a picture: the report asks for one.",
        _ => "The report needs an answer to this.",
    };
    errors.add(pointer, "answer.missing", detail);
}

/// The answer in its stored form; `None` when it says nothing, or is wrong, which is told.
fn read(
    errors: &mut FieldErrors,
    pointer: &str,
    question: &Question,
    value: &Value,
) -> Option<Value> {
    let wrong = match question.kind {
        QuestionKind::Text => match value.as_str().map(str::trim) {
            Some("") => return None,
            Some(text) if text.chars().count() <= TEXT_MOST => return Some(json!(text)),
            Some(_) => format!("At most {TEXT_MOST} characters."),
            None => "Answer with a text.".to_owned(),
        },
        QuestionKind::Number => match value.as_f64() {
            Some(number) if fits(number, question) => return Some(value.clone()),
            Some(_) => bounds(question),
            None => "Answer with a number.".to_owned(),
        },
        QuestionKind::Choice => match value.as_str() {
            Some(text) if question.options.iter().any(|option| option == text) => {
                return Some(value.clone());
            }
            _ => format!("Choose one of: {}.", question.options.join(", ")),
        },
        QuestionKind::YesNo => match value {
            Value::Bool(_) => return Some(value.clone()),
            _ => "Answer true or false.".to_owned(),
        },
        QuestionKind::Photo => return None,
    };
    errors.add(pointer, "answer.misfit", wrong);
    None
}

fn fits(number: f64, question: &Question) -> bool {
    question.least.is_none_or(|least| number >= least)
        && question.most.is_none_or(|most| number <= most)
}

fn bounds(question: &Question) -> String {
    match (question.least, question.most) {
        (Some(least), Some(most)) => format!("Give {least} to {most}."),
        (Some(least), None) => format!("Give at least {least}."),
        (None, Some(most)) => format!("Give at most {most}."),
        (None, None) => "Give a number.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(id: &str, kind: QuestionKind, required: bool) -> Question {
        Question {
            id: id.to_owned(),
            label: format!("{id}?"),
            hint: None,
            kind,
            required,
            options: vec!["buona".to_owned(), "scarsa".to_owned()],
            least: Some(0.0),
            most: Some(10.0),
        }
    }

    fn asked() -> Vec<Question> {
        vec![
            question("nota", QuestionKind::Text, false),
            question("voto", QuestionKind::Number, true),
            question("esposizione", QuestionKind::Choice, true),
            question("concorrenza", QuestionKind::YesNo, false),
            question("vetrina", QuestionKind::Photo, true),
        ]
    }

    fn told(answers: Value, pictures: i64, strictness: Strictness) -> Vec<String> {
        let answers: BTreeMap<String, Value> = serde_json::from_value(answers).unwrap();
        let pictures = [("vetrina".to_owned(), pictures)].into();
        match judge(&asked(), &answers, &pictures, strictness) {
            Ok(items) => items
                .iter()
                .map(|item| format!("{}={}", item.question_id, item.value))
                .collect(),
            Err(errors) => errors
                .0
                .iter()
                .map(|error| format!("{} {}", error.pointer, error.code))
                .collect(),
        }
    }

    #[test]
    fn answers_fit_their_questions() {
        use Strictness::{AsFarAsKnown, Whole};
        let good =
            json!({"voto": 7.5, "esposizione": "buona", "concorrenza": false, "nota": " ok "});
        let whole = [
            "nota=\"ok\"",
            "voto=7.5",
            "esposizione=\"buona\"",
            "concorrenza=false",
            "vetrina=2",
        ];
        assert_eq!(told(good.clone(), 2, Whole), whole);
        assert_eq!(told(good, 0, Whole), ["/answers/vetrina answer.missing"]);
        assert_eq!(
            told(json!({"voto": null, "nota": " "}), 1, Whole),
            [
                "/answers/voto answer.missing",
                "/answers/esposizione answer.missing"
            ]
        );
        assert_eq!(told(json!({}), 0, AsFarAsKnown), Vec::<String>::new());
    }

    #[test]
    fn answers_that_do_not_fit_are_told_once() {
        for (wrong, pointer) in [
            (json!({"voto": 11}), "/answers/voto"),
            (json!({"voto": "7"}), "/answers/voto"),
            (json!({"esposizione": "ottima"}), "/answers/esposizione"),
            (json!({"concorrenza": "sì"}), "/answers/concorrenza"),
            (json!({"nota": 3}), "/answers/nota"),
            (json!({"nota": "x".repeat(2_001)}), "/answers/nota"),
        ] {
            let found = told(wrong.clone(), 1, Strictness::AsFarAsKnown);
            assert_eq!(found, [format!("{pointer} answer.misfit")], "{wrong}");
        }
        let strict = told(
            json!({"voto": 11, "esposizione": "buona"}),
            1,
            Strictness::Whole,
        );
        assert_eq!(strict, ["/answers/voto answer.misfit"]);
        let unknown = told(json!({"altro": 1}), 0, Strictness::AsFarAsKnown);
        assert_eq!(unknown, ["/answers/altro question.unknown"]);
    }
}

//! What the words for stages mean, in Italian and English: whether a deal is still open, and what comes first.

use super::model::{NewPipeline, NewStage};
use crate::italy::text::{fold, key};
use crate::pipelines::model::{Outcome, Pipeline, PipelineFields, Stage, StageFields};

/// Beginnings of folded words that end a deal.
const WON: [&str; 5] = ["won", "vint", "acquisit", "closed won", "success"];
const LOST: [&str; 5] = ["lost", "pers", "closed lost", "rifiutat", "abbandon"];
/// Beginnings of folded words, in the order in which a sale passes through them.
const ORDER: [&str; 21] = [
    "lead",
    "new",
    "nuov",
    "prospect",
    "contatt",
    "contact",
    "qualif",
    "engag",
    "interess",
    "visit",
    "incontr",
    "demo",
    "analis",
    "propos",
    "offert",
    "quot",
    "preventiv",
    "negoz",
    "negot",
    "trattativ",
    "verbal",
];

fn begins(name: &str, words: &[&str]) -> Option<usize> {
    let name = format!(" {}", fold(name));
    words
        .iter()
        .position(|word| name.contains(&format!(" {word}")))
}

/// Whether a deal in a stage of this name is open, won or lost.
#[must_use]
pub fn outcome_of(name: &str) -> Outcome {
    if begins(name, &LOST).is_some() {
        Outcome::Lost
    } else if begins(name, &WON).is_some() {
        Outcome::Won
    } else {
        Outcome::Open
    }
}

/// The stage of a pipeline that a word of the file means: the one of this name, or the end it speaks of.
#[must_use]
pub fn stage_for<'p>(pipeline: &'p Pipeline, value: &str) -> Option<&'p Stage> {
    let wanted = key(value);
    let named = || {
        pipeline
            .stages
            .iter()
            .find(|stage| key(&stage.name) == wanted)
    };
    let end = || match outcome_of(value) {
        Outcome::Open => None,
        outcome => pipeline.first(outcome),
    };
    named().or_else(end)
}

/// The words of a file as a pipeline: open stages in the usual order, then won, then lost.
#[must_use]
pub fn suggested(name: &str, values: &[String]) -> NewPipeline {
    let mut stages: Vec<NewStage> = Vec::new();
    for value in values {
        let outcome = outcome_of(value);
        let there = |stage: &NewStage| {
            key(&stage.name) == key(value) || (outcome != Outcome::Open && stage.outcome == outcome)
        };
        if !stages.iter().any(there) {
            let name = value.clone();
            stages.push(NewStage { name, outcome });
        }
    }
    stages.sort_by_key(|stage| {
        let place = begins(&stage.name, &ORDER).unwrap_or(ORDER.len());
        (stage.outcome, place)
    });
    NewPipeline {
        name: name.to_owned(),
        stages,
    }
}

/// A name for the pipeline of a file: `sales_pipeline.csv` → `Sales pipeline`.
#[must_use]
pub fn name_of_file(filename: &str) -> String {
    let stem = filename.rsplit_once('.').map_or(filename, |(stem, _)| stem);
    let words = stem.replace(['_', '-'], " ");
    let mut letters = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(first) = letters.chars().next() {
        letters.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    let name: String = letters.chars().take(80).collect();
    if name.is_empty() {
        "Import".to_owned()
    } else {
        name
    }
}

impl NewPipeline {
    /// As the pipelines' own slice takes it. Probabilities grow evenly; an end that the file does not speak of is added.
    #[must_use]
    pub fn fields(&self) -> PipelineFields {
        let open = self
            .stages
            .iter()
            .filter(|stage| stage.outcome == Outcome::Open);
        let parts = i32::try_from(open.count()).unwrap_or(0) + 1;
        let mut nth = 0;
        let mut stage = |name: &str, outcome: Outcome| {
            nth += i32::from(outcome == Outcome::Open);
            StageFields {
                id: None,
                name: name.to_owned(),
                probability: nth * 100 / parts,
                outcome,
                stale_after_days: None,
                required_fields: Vec::new(),
            }
        };
        let mut stages: Vec<StageFields> = Vec::new();
        for new in &self.stages {
            stages.push(stage(&new.name, new.outcome));
        }
        for (outcome, name) in [(Outcome::Won, "Vinta"), (Outcome::Lost, "Persa")] {
            if !self.stages.iter().any(|stage| stage.outcome == outcome) {
                stages.push(stage(name, outcome));
            }
        }
        PipelineFields {
            name: self.name.clone(),
            stages,
            ..PipelineFields::default()
        }
    }

    /// Whether a pipeline that is there already is this one: every stage, with its outcome.
    #[must_use]
    pub fn is(&self, pipeline: &Pipeline) -> bool {
        let there = |new: &NewStage| {
            let mut stages = pipeline.stages.iter();
            stages.any(|stage| key(&stage.name) == key(&new.name) && stage.outcome == new.outcome)
        };
        key(&pipeline.row.name) == key(&self.name) && self.stages.iter().all(there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_whether_a_deal_is_over() {
        for (word, outcome) in [
            ("Won", Outcome::Won),
            ("Closed Won", Outcome::Won),
            ("Chiusa vinta", Outcome::Won),
            ("VINTO", Outcome::Won),
            ("Lost", Outcome::Lost),
            ("Closed-Lost", Outcome::Lost),
            ("persa", Outcome::Lost),
            ("Perso", Outcome::Lost),
            ("Engaging", Outcome::Open),
            ("Prospecting", Outcome::Open),
            ("Nuovo contatto", Outcome::Open),
            ("Sospesa", Outcome::Open),
        ] {
            assert_eq!(outcome_of(word), outcome, "{word}");
        }
    }

    #[test]
    fn a_files_words_become_a_pipeline_in_the_usual_order() {
        let values = [
            "Won",
            "Closed won",
            "Engaging",
            "Lost",
            "Boh",
            "Prospecting",
        ]
        .map(str::to_owned);
        let suggested = suggested("Vendite", &values);
        let names: Vec<&str> = suggested
            .stages
            .iter()
            .map(|stage| stage.name.as_str())
            .collect();
        assert_eq!(names, ["Prospecting", "Engaging", "Boh", "Won", "Lost"]);
        let chances: Vec<i32> = suggested
            .fields()
            .stages
            .iter()
            .map(|stage| stage.probability)
            .collect();
        assert_eq!(chances, [25, 50, 75, 75, 75]);
        assert!(suggested.fields().review().is_ok());
    }

    #[test]
    fn a_pipeline_without_ends_gets_them() {
        let open = suggested("Vendite", &["Proposta".to_owned()]);
        assert!(open.fields().review().is_ok());
    }

    #[test]
    fn files_have_speakable_names() {
        assert_eq!(name_of_file("sales_pipeline.csv"), "Sales pipeline");
        assert_eq!(name_of_file(".csv"), "Import");
        assert_eq!(name_of_file("àncora"), "Àncora");
    }
}

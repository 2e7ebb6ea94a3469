use nexus_problem::{FieldErrors, required_text};
use serde::Deserialize;
use uuid::Uuid;

use crate::mail::model::Letter;

/// A letter as a service writes it. The greeting, and the link to a page, are put around it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The same letter told again has the same id.
    pub id: Uuid,
    pub user_id: Uuid,
    pub subject: String,
    pub text: String,
    /// A page of the app, e.g. `/analytics`.
    pub path: String,
}

const SUBJECT_MOST: usize = 150;
const TEXT_MOST: usize = 50_000;
const PATH_MOST: usize = 2_000;

impl Written {
    /// Checks every field.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.subject = required_text(&mut errors, "/subject", &self.subject, SUBJECT_MOST);
        if self.subject.chars().any(char::is_control) {
            errors.add("/subject", "subject.line", "A subject is one line.");
        }
        if self.text.trim().is_empty() || self.text.len() > TEXT_MOST {
            let detail = format!("Give a text of at most {TEXT_MOST} bytes.");
            errors.add("/text", "text.length", detail);
        }
        // Behind our own address nothing may lead to another one.
        let page = self.path.starts_with('/')
            && !self.path.starts_with("//")
            && !self.path.contains(|letter: char| {
                letter.is_control() || letter.is_whitespace() || letter == '\\'
            });
        if !page || self.path.len() > PATH_MOST {
            errors.add(
                "/path",
                "path.page",
                "Give a page of the app, e.g. /analytics.",
            );
        }
        errors.or(self)
    }
}

/// What somebody reads, in their language.
#[must_use]
pub fn letter(subject: String, text: &str, locale: &str, name: &str, url: &str) -> Letter {
    let greeting = if locale == "en" { "Hello" } else { "Ciao" };
    Letter {
        subject: subject.into(),
        body: format!("{greeting} {name},\n\n{}\n\n{url}\n", text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Written {
        Written {
            id: Uuid::from_u128(1),
            user_id: Uuid::from_u128(2),
            subject: " Lunedì ".to_owned(),
            text: "Trattative vinte: 3".to_owned(),
            path: "/analytics?period=this_month".to_owned(),
        }
    }

    #[test]
    fn a_letter_has_one_line_of_subject_something_to_say_and_a_page_of_ours() {
        assert_eq!(written().review().unwrap().subject, "Lunedì");
        type Break = fn(&mut Written);
        let wrong: [(&str, Break); 7] = [
            ("/subject", |written| written.subject = " ".to_owned()),
            ("/subject", |written| {
                written.subject = "A\nBcc: b@c.it".to_owned()
            }),
            ("/text", |written| written.text = "\n".to_owned()),
            ("/text", |written| written.text = "x".repeat(TEXT_MOST + 1)),
            ("/path", |written| {
                written.path = "https://example.com".to_owned()
            }),
            ("/path", |written| written.path = "//example.com".to_owned()),
            ("/path", |written| written.path = "/a b".to_owned()),
        ];
        for (pointer, break_it) in wrong {
            let mut broken = written();
            break_it(&mut broken);
            let problem = nexus_problem::Problem::from(broken.review().unwrap_err()).body(None);
            assert_eq!(problem.errors[0].pointer, pointer);
        }
    }

    #[test]
    fn a_letter_greets_and_ends_with_the_link() {
        for (locale, greeting) in [("it", "Ciao Anna,"), ("en", "Hello Anna,")] {
            let read = letter(
                "S".to_owned(),
                "Testo\n",
                locale,
                "Anna",
                "https://crm.example.it/analytics",
            );
            assert_eq!(
                read.body,
                format!("{greeting}\n\nTesto\n\nhttps://crm.example.it/analytics\n")
            );
        }
    }
}

//! What every free text must be: trimmed, bounded, without control characters.

use crate::FieldErrors;

/// A text that must say something. Returns it trimmed; adds to `errors` what is wrong.
pub fn required_text(errors: &mut FieldErrors, pointer: &str, text: &str, most: usize) -> String {
    let trimmed = optional_text(errors, pointer, Some(text), most);
    if trimmed.is_none() {
        errors.add(pointer, "text.empty", "Must not be empty.");
    }
    trimmed.unwrap_or_default()
}

/// A text that may be missing; blank counts as missing.
pub fn optional_text(
    errors: &mut FieldErrors,
    pointer: &str,
    text: Option<&str>,
    most: usize,
) -> Option<String> {
    let trimmed = text.map(str::trim).filter(|text| !text.is_empty())?;
    if trimmed.chars().count() > most {
        errors.add(
            pointer,
            "text.long",
            format!("Must have at most {most} characters."),
        );
    }
    if trimmed
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
    {
        errors.add(pointer, "text.control", "Must not hold control characters.");
    }
    Some(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_bounded_and_printable() {
        for (text, most, code) in [
            (" Rossi ", 10, None),
            ("  ", 10, Some("text.empty")),
            ("àèìòù", 5, None),
            ("àèìòùx", 5, Some("text.long")),
            ("a\u{7}b", 10, Some("text.control")),
            ("a\nb", 10, None),
        ] {
            let mut errors = FieldErrors::default();
            required_text(&mut errors, "/name", text, most);
            let codes: Vec<_> = errors.0.iter().map(|error| error.code.as_str()).collect();
            assert_eq!(codes, code.into_iter().collect::<Vec<_>>(), "{text:?}");
        }
    }
}

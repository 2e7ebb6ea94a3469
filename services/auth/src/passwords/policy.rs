//! Which passwords are good enough. Length counts, not kinds of characters (NIST SP 800-63B); what everybody tries first
//! is refused.

use std::collections::HashSet;
use std::sync::LazyLock;

use nexus_problem::FieldErrors;

const SHORTEST: usize = 10;
const LONGEST: usize = 128;

/// Words and passwords that lists of leaked passwords begin with, folded; some are Italian.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    include_str!("../../data/common-passwords.txt")
        .lines()
        .filter(|line| !line.is_empty())
        .collect()
});

/// Adds to `errors` what is wrong with a new password.
pub fn check(errors: &mut FieldErrors, pointer: &str, password: &str, email: &str, name: &str) {
    let length = password.chars().count();
    if length < SHORTEST {
        errors.add(
            pointer,
            "password.short",
            format!("Must have at least {SHORTEST} characters."),
        );
    } else if length > LONGEST {
        errors.add(
            pointer,
            "password.long",
            format!("Must have at most {LONGEST} characters."),
        );
    } else if is_personal(password, email, name) {
        errors.add(
            pointer,
            "password.personal",
            "Must not be your name or your e-mail address.",
        );
    } else if is_common(password) {
        errors.add(
            pointer,
            "password.common",
            "Too many people use this one. Take a few words that only you put together.",
        );
    }
}

/// Lower case, with digits and signs read as the letters they stand for.
fn fold(text: &str) -> String {
    let letter = |c: char| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' | '|' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.to_lowercase().chars().map(letter).collect()
}

/// Without what people put before and after a word so that it counts as a password.
fn core(password: &str) -> String {
    let lower = password.to_lowercase();
    fold(lower.trim_matches(|c: char| !c.is_alphabetic() && !matches!(c, '@' | '$')))
}

fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let (core, digits) = (core(password), lower.trim_matches(char::is_alphabetic));
    let without_gaps: String = core.chars().filter(|c| c.is_alphanumeric()).collect();
    let known = |text: &str| COMMON.contains(text);
    // A few letters among digits are no word: `a1234567890`.
    let is_padding = core.chars().count() < 4 && (is_pattern(digits) || known(digits));
    is_pattern(&lower)
        || is_padding
        || known(&lower)
        || known(&core)
        || known(&without_gaps)
        || is_pattern(&core)
}

/// One short part again and again, or characters in a row: `aaaaaaaaaa`, `abcabcabc`, `1234567890`.
fn is_pattern(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < 6 {
        return false;
    }
    let repeats = (1..=chars.len() / 2)
        .any(|part| part <= 5 && chars.iter().zip(&chars[part..]).all(|(a, b)| a == b));
    let step = |up: i64| {
        let in_a_row =
            |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])) == up;
        chars.windows(2).filter(|pair| in_a_row(pair)).count() + 2 >= chars.len()
    };
    repeats || step(1) || step(-1)
}

fn is_personal(password: &str, email: &str, name: &str) -> bool {
    let letters =
        |text: &str| -> String { fold(text).chars().filter(|c| c.is_alphanumeric()).collect() };
    let local = email.split('@').next().unwrap_or_default();
    let parts = local
        .split(['.', '_', '-', '+'])
        .chain(name.split_whitespace());
    let mut told: Vec<String> = parts
        .chain([local, email, name])
        .map(letters)
        .filter(|part| part.len() > 2)
        .collect();
    told.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let mut rest = letters(&core(password));
    for part in &told {
        rest = rest.replace(part.as_str(), "");
    }
    rest.chars().count() < 4
        && told
            .iter()
            .any(|part| letters(password).contains(part.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<String> {
        let mut errors = FieldErrors::default();
        check(
            &mut errors,
            "/password",
            password,
            "anna.bianchi@tsvapo.it",
            "Anna Bianchi",
        );
        errors.0.first().map(|error| error.code.clone())
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for (password, refused) in [
            ("short", "password.short"),
            ("ninechars", "password.short"),
            ("password123!", "password.common"),
            ("P@ssw0rd2026", "password.common"),
            ("1234567890", "password.common"),
            ("0987654321", "password.common"),
            ("aaaaaaaaaaaa", "password.common"),
            ("abcabcabcabc", "password.common"),
            ("qwertyuiop1", "password.common"),
            ("Juventus1897", "password.common"),
            ("a1234567890", "password.common"),
            ("benvenuto2026!", "password.common"),
            ("AnnaBianchi1980", "password.personal"),
            ("bianchi.anna", "password.personal"),
            ("anna.bianchi@tsvapo.it", "password.personal"),
        ] {
            assert_eq!(code(password).as_deref(), Some(refused), "{password}");
        }
        assert_eq!(code(&"x y".repeat(50)).as_deref(), Some("password.long"));
    }

    #[test]
    fn a_few_words_are_good_in_any_alphabet() {
        for password in [
            "cavallo batteria graffetta",
            "tre tigri nel garage",
            "пароль для анны",
            "v9#kTq2!mZ",
            "Perché no, città?",
        ] {
            assert_eq!(code(password), None, "{password}");
        }
    }
}

use std::borrow::Cow;

use chrono::Duration;

/// Which letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody may come in.
    Invitation,
    /// Somebody forgot their password.
    NewPassword,
}

impl Kind {
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::NewPassword => "new_password",
        }
    }

    #[must_use]
    pub fn read(text: &str) -> Self {
        if text == Self::NewPassword.text() {
            Self::NewPassword
        } else {
            Self::Invitation
        }
    }
}

/// What somebody reads.
#[derive(Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: Cow<'static, str>,
    pub body: String,
}

/// The letter with a link, in the reader's language.
#[must_use]
pub fn letter(kind: Kind, locale: &str, name: &str, url: &str) -> Letter {
    let english = locale == "en";
    let (subject, why, ignore) = match (kind, english) {
        (Kind::Invitation, false) => (
            "Il tuo accesso a NEXUS-CRM",
            "con questo link scegli la tua password ed entri in NEXUS-CRM. Vale una volta sola, per sette giorni:",
            "Se non aspettavi questo invito, ignora il messaggio.",
        ),
        (Kind::Invitation, true) => (
            "Your access to NEXUS-CRM",
            "with this link you choose your password and come in to NEXUS-CRM. It is good once, for seven days:",
            "If you did not expect this invitation, ignore this message.",
        ),
        (Kind::NewPassword, false) => (
            "Una nuova password per NEXUS-CRM",
            "con questo link scegli una nuova password per NEXUS-CRM. Vale una volta sola, per due ore:",
            "Se non l’hai chiesto tu, ignora il messaggio: la password di prima resta valida.",
        ),
        (Kind::NewPassword, true) => (
            "A new password for NEXUS-CRM",
            "with this link you choose a new password for NEXUS-CRM. It is good once, for two hours:",
            "If it was not you who asked, ignore this message: your password stays as it is.",
        ),
    };
    let greeting = if english { "Hello" } else { "Ciao" };
    Letter {
        subject: subject.into(),
        body: format!("{greeting} {name},\n\n{why}\n\n{url}\n\n{ignore}\n"),
    }
}

/// After so many tries a letter is given up: some four hours.
const MOST_TRIES: i32 = 10;

/// When to try again after so many tries; `None` when it is enough.
#[must_use]
pub fn again_after(tries: i32) -> Option<Duration> {
    let minutes = 1_i64 << tries.clamp(0, 6);
    (tries < MOST_TRIES).then(|| Duration::minutes(minutes.min(60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_who_is_meant_and_carries_the_link_in_the_readers_language() {
        for kind in [Kind::Invitation, Kind::NewPassword] {
            assert_eq!(Kind::read(kind.text()), kind);
            let italian = letter(kind, "it", "Mario", "https://crm.example.it/invite#token=x");
            let english = letter(kind, "en", "Mario", "https://crm.example.it/invite#token=x");
            assert!(
                italian.body.starts_with("Ciao Mario,") && english.body.starts_with("Hello Mario,")
            );
            for text in [&italian.body, &english.body] {
                assert!(
                    text.contains("\nhttps://crm.example.it/invite#token=x\n"),
                    "{text}"
                );
            }
            assert_ne!(italian.subject, english.subject);
        }
    }

    #[test]
    fn tries_come_at_growing_distances_and_end() {
        let minutes: Vec<_> = (0..=MOST_TRIES)
            .map(|tries| again_after(tries).map(|after| after.num_minutes()))
            .collect();
        let expected = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60].map(Some);
        assert_eq!(minutes[..10], expected);
        assert_eq!(minutes[10], None);
    }
}

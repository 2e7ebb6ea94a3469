#![doc = include_str!("../README.md")]

mod listener;

use std::fmt;
use std::str::FromStr;

pub use listener::Listener;

/// A value that never shows in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

type Lookup = Box<dyn Fn(&str) -> Option<String>>;

/// Reads settings and collects what is wrong with them.
pub struct Settings {
    lookup: Lookup,
    problems: Vec<String>,
}

/// Everything that is wrong with the settings, one line each.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSettings(pub Vec<String>);

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the settings are not usable:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  - {line}"))
    }
}

impl std::error::Error for BadSettings {}

impl Settings {
    /// Reads the process's environment.
    #[must_use]
    pub fn from_env() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one reader")]
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads from a function, for tests.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String> + 'static) -> Self {
        Self {
            lookup: Box::new(lookup),
            problems: Vec::new(),
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let given = |name: &str| (self.lookup)(name).filter(|text| !text.trim().is_empty());
        if let Some(text) = given(name) {
            return Some(text);
        }
        let path = given(&format!("{name}_FILE"))?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim_end().to_owned()).filter(|text| !text.is_empty()),
            Err(error) => {
                self.problems.push(format!(
                    "{name}_FILE names {path}, which cannot be read: {error}"
                ));
                None
            }
        }
    }

    /// The variable's value, when it is set.
    pub fn optional<T: FromStr<Err: fmt::Display>>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        text.trim()
            .parse()
            .map_err(|error| self.problems.push(format!("{name} is malformed: {error}")))
            .ok()
    }

    /// The variable's value, or this one.
    pub fn or<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, default: T) -> T {
        self.optional(name).unwrap_or(default)
    }

    /// The variable's value; when it is missing, [`Settings::finish`] fails and says `what` it is.
    pub fn required<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, what: &str) -> Option<T> {
        let before = self.problems.len();
        let value = self.optional(name);
        if value.is_none() && self.problems.len() == before {
            self.problems.push(format!("{name} is missing: {what}"));
        }
        value
    }

    /// Adds a problem that no single variable shows.
    pub fn problem(&mut self, line: impl Into<String>) {
        self.problems.push(line.into());
    }

    /// The settings, when all that was asked for was there.
    ///
    /// # Errors
    /// Every problem found, together.
    pub fn finish<T>(self, settings: Option<T>) -> Result<T, BadSettings> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(BadSettings(self.problems)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &'static [(&str, &str)]) -> Settings {
        Settings::from_lookup(|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn all_problems_are_told_together() {
        let mut env = settings(&[("PORT", "many"), ("EMPTY", " ")]);
        let port: u16 = env.or("PORT", 80);
        let url: Option<String> = env.required("EMPTY", "where the database is");
        let told = env
            .finish(url.map(|url| (port, url)))
            .unwrap_err()
            .to_string();
        assert!(told.contains("PORT is malformed"), "{told}");
        assert!(
            told.contains("EMPTY is missing: where the database is"),
            "{told}"
        );
    }

    #[test]
    fn a_secret_may_stand_in_a_file_and_never_shows() {
        let path = std::env::temp_dir().join(format!("nexus-config-{}", std::process::id()));
        std::fs::write(&path, "hunter2\n").unwrap();
        let shown = path.to_string_lossy().into_owned();
        let mut env =
            Settings::from_lookup(move |name| (name == "KEY_FILE").then(|| shown.clone()));
        let secret: Secret = env.required("KEY", "the key").unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        // An empty one says no more than an empty variable.
        std::fs::write(&path, "\n").unwrap();
        assert!(env.optional::<Secret>("KEY").is_none());
        std::fs::remove_file(path).unwrap();
    }
}

//! What a merge patch says of one field (RFC 7396).

use serde::{Deserialize, Deserializer};

/// Absent: keep. `null`: clear. A value: set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The field was not in the patch.
    #[default]
    Keep,
    /// The field was `null`.
    Clear,
    /// The field's new value.
    Set(T),
}

impl<T> Change<T> {
    /// The field after the change.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

// With `#[serde(default)]` on the field, serde calls this only when the field is present.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Patch {
        #[serde(default)]
        phone: Change<String>,
    }

    #[test]
    fn absent_null_and_value_are_three_different_wishes() {
        let wish = |json| {
            serde_json::from_str::<Patch>(json)
                .unwrap()
                .phone
                .apply(Some("old".to_owned()))
        };
        assert_eq!(wish("{}"), Some("old".to_owned()));
        assert_eq!(wish(r#"{"phone":null}"#), None);
        assert_eq!(wish(r#"{"phone":"new"}"#), Some("new".to_owned()));
    }
}

//! Countries by ISO 3166-1 code, with their English and Italian names (`data/countries.csv`, credits beside it).

use std::sync::LazyLock;

use super::text::{key, one_typo_apart};

static TEXT: &str = include_str!("../../data/countries.csv");
static COUNTRIES: LazyLock<Vec<Country>> =
    LazyLock::new(|| TEXT.lines().skip(1).filter_map(Country::of_line).collect());

/// Shortest name, in letters, in which one typing error is forgiven: `Iran` and `Iraq` are both right.
const FORGIVEN_FROM: usize = 5;

/// One country or territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// Two letters, upper case.
    pub code: &'static str,
    /// Three letters, upper case.
    pub code3: &'static str,
    pub english: &'static str,
    pub italian: &'static str,
    /// Other names in use, separated by `|`.
    also: &'static str,
}

impl Country {
    fn of_line(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let mut next = || cells.next();
        Some(Self {
            code: next()?,
            code3: next()?,
            english: next()?,
            italian: next()?,
            also: next()?,
        })
    }

    /// Whether the text is one of its codes or names, without a typing error.
    #[must_use]
    pub fn is_called(&self, text: &str) -> bool {
        let wanted = key(text);
        let mut codes = [self.code, self.code3].into_iter();
        codes.any(|code| code.eq_ignore_ascii_case(text.trim()))
            || self.names().any(|name| key(name) == wanted)
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.english, self.italian]
            .into_iter()
            .chain(self.also.split('|').filter(|name| !name.is_empty()))
    }
}

/// Every country, by code.
#[must_use]
pub fn all() -> &'static [Country] {
    &COUNTRIES
}

/// The country of a two-letter code, in either case.
#[must_use]
pub fn with_code(code: &str) -> Option<&'static Country> {
    COUNTRIES
        .iter()
        .find(|country| country.code.eq_ignore_ascii_case(code))
}

/// The country that a text means: a code of two or three letters, or a name in English or Italian, however accented;
/// one typing error is forgiven when only one country is that near.
#[must_use]
pub fn find(text: &str) -> Option<&'static Country> {
    let text = text.trim();
    let code3 = || {
        COUNTRIES
            .iter()
            .find(|country| country.code3.eq_ignore_ascii_case(text))
    };
    with_code(text).or_else(code3).or_else(|| with_name(text))
}

fn with_name(text: &str) -> Option<&'static Country> {
    let wanted = key(text);
    if wanted.is_empty() {
        return None;
    }
    if let Some(country) = COUNTRIES
        .iter()
        .find(|country| country.names().any(|name| key(name) == wanted))
    {
        return Some(country);
    }
    if wanted.chars().count() < FORGIVEN_FROM {
        return None;
    }
    let mut near = COUNTRIES
        .iter()
        .filter(|country| country.names().any(|name| one_typo_apart(name, &wanted)));
    match (near.next(), near.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_list_is_whole_and_without_doubles() {
        assert_eq!(all().len(), 249);
        assert!(
            all()
                .iter()
                .all(|country| country.code.len() == 2 && country.code3.len() == 3)
        );
        assert!(all().windows(2).all(|two| two[0].code < two[1].code));
        let mut seen = HashSet::new();
        for country in all() {
            let names: HashSet<String> = country.names().map(key).collect();
            for name in names {
                assert!(!name.is_empty() && seen.insert(name.clone()), "{name}");
            }
        }
    }

    #[test]
    fn every_country_is_found_by_each_of_its_names() {
        for country in all() {
            for name in country.names().chain([country.code, country.code3]) {
                assert_eq!(find(name), Some(country), "{name}");
            }
        }
    }

    #[test]
    fn a_country_is_found_as_people_write_it() {
        for (text, code) in [
            ("it", "IT"),
            ("Italia", "IT"),
            (" ITALY ", "IT"),
            ("ITA", "IT"),
            ("Itlay", "IT"),
            ("United States", "US"),
            ("U.S.A.", "US"),
            ("stati uniti", "US"),
            ("Philipines", "PH"),
            ("Korea", "KR"),
            ("Corea del Sud", "KR"),
            ("germania", "DE"),
            ("Kenya", "KE"),
            ("Costa d’Avorio", "CI"),
            ("cote divoire", "CI"),
            ("Gran Bretagna", "GB"),
            ("Irland", "IE"),
            ("Switzerlnd", "CH"),
            ("San Marino", "SM"),
            ("Citta del Vaticano", "VA"),
        ] {
            assert_eq!(find(text).map(|country| country.code), Some(code), "{text}");
        }
    }

    #[test]
    fn what_is_unknown_or_could_be_two_stays_unknown() {
        for text in [
            "",
            "  ",
            "??",
            "Atlantis",
            "XX",
            "Irax",
            "Repubblica",
            "Slovania",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}

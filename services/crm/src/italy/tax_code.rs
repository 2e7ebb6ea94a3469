//! The codice fiscale (DM 23 December 1976): sixteen characters for a person, eleven digits for an entity.
//!
//! Two people with the same sixteen get *omocodia* codes: from the right, the seven digits become letters
//! (0→L 1→M 2→N 3→P 4→Q 5→R 6→S 7→T 8→U 9→V) and the check letter follows. Digits are decoded before dates are read.
//! A codice fiscale says nothing about where someone lives: foreigners have one too.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::named;
use super::vat_number::{VatNumber, VatNumberError, normalise};

/// A codice fiscale.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TaxCode {
    Person(PersonCode),
    /// Eleven digits, checked like a P.IVA.
    Entity(VatNumber),
}

/// The sixteen characters of a natural person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonCode {
    text: String,
    /// The same, with the digits of omocodia decoded.
    decoded: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}

named! {
    /// Why a text is not a codice fiscale.
    TaxCodeError {
        Length = "tax_code.length", "A codice fiscale has 16 characters (person) or 11 digits (company, entity).";
        Shape = "tax_code.shape", "A letter or digit stands where a codice fiscale has none: look for a typing error.";
        Date = "tax_code.date", "The date of birth in this codice fiscale does not exist.";
        CheckLetter = "tax_code.check_letter", "The last letter does not match the others: look for a typing error.";
        CheckDigit = "tax_code.check_digit", "The last digit does not match the others: look for a typing error.";
        CompanyNumber = "tax_code.company_number", "The first seven digits of a codice fiscale are never all zero.";
    }
}

named! {
    /// What is odd about a codice fiscale that is accepted all the same.
    TaxCodeWarning {
        Office = "tax_code.office", "No known tax office issues numbers with these digits 8 to 10: check the codice fiscale.";
    }
}

/// Places (from 0) that hold digits, which omocodia may turn into letters.
const NUMERIC_PLACES: [usize; 7] = [6, 7, 9, 10, 12, 13, 14];
/// The letters that stand for 0–9 in omocodia.
const OMOCODIA: &str = "LMNPQRSTUV";
/// The letters of January to December.
const MONTHS: &str = "ABCDEHLMPRST";
/// Worth of 0–9 and A–Z (from 0) in the places 1st, 3rd, 5th, …
const ODD_WORTH: [u8; 26] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

impl TaxCode {
    /// Reads a codice fiscale, with blanks, `-` or `:` and in either case; a leading `IT` before eleven digits goes.
    pub fn parse(text: &str) -> Result<Self, TaxCodeError> {
        let number = normalise(text);
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) {
            return match VatNumber::parse(&number) {
                Ok(number) => Ok(Self::Entity(number)),
                Err(VatNumberError::CompanyNumber) => Err(TaxCodeError::CompanyNumber),
                Err(VatNumberError::CheckDigit) => Err(TaxCodeError::CheckDigit),
                Err(VatNumberError::Length | VatNumberError::Digits | VatNumberError::Foreign) => {
                    Err(TaxCodeError::Length)
                }
            };
        }
        PersonCode::parse(text).map(Self::Person)
    }

    /// The code as it is stored and printed: upper case, no blanks, omocodia letters kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Person(person) => &person.text,
            Self::Entity(number) => number.as_str(),
        }
    }

    /// Entities without a P.IVA and provisional codes may come from any office, hence no error.
    #[must_use]
    pub fn warning(&self) -> Option<TaxCodeWarning> {
        match self {
            Self::Person(_) => None,
            Self::Entity(number) => number.warning().map(|_| TaxCodeWarning::Office),
        }
    }

    #[must_use]
    pub fn person(&self) -> Option<&PersonCode> {
        match self {
            Self::Person(person) => Some(person),
            Self::Entity(_) => None,
        }
    }
}

impl PersonCode {
    fn parse(text: &str) -> Result<Self, TaxCodeError> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | ':'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if text.chars().count() != 16 {
            return Err(TaxCodeError::Length);
        }
        let decoded = decode(&text).ok_or(TaxCodeError::Shape)?;
        let code = Self { text, decoded };
        if !code.born_on_a_real_day() {
            return Err(TaxCodeError::Date);
        }
        if check_letter(&code.text[..15]) != code.text.chars().last() {
            return Err(TaxCodeError::CheckLetter);
        }
        Ok(code)
    }

    /// The last two digits of the year of birth; the code does not tell the century.
    #[must_use]
    pub fn birth_year(&self) -> u32 {
        self.number(6..8)
    }

    /// 1–12.
    #[must_use]
    pub fn birth_month(&self) -> u32 {
        let letter = &self.decoded[8..9];
        MONTHS
            .find(letter)
            .and_then(|index| u32::try_from(index + 1).ok())
            .unwrap_or(0)
    }

    /// 1–31.
    #[must_use]
    pub fn birth_day(&self) -> u32 {
        let day = self.number(9..11);
        if day > 40 { day - 40 } else { day }
    }

    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.number(9..11) > 40 {
            Sex::Female
        } else {
            Sex::Male
        }
    }

    /// The codice catastale of the comune of birth (`H501`), or `Z…` for a country.
    #[must_use]
    pub fn place_code(&self) -> &str {
        &self.decoded[11..15]
    }

    /// How many digits omocodia replaced, 0–7.
    #[must_use]
    pub fn omocodia_places(&self) -> usize {
        self.text
            .bytes()
            .zip(self.decoded.bytes())
            .filter(|(given, decoded)| given != decoded)
            .count()
    }

    fn number(&self, places: std::ops::Range<usize>) -> u32 {
        self.decoded[places]
            .bytes()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    }

    fn born_on_a_real_day(&self) -> bool {
        let (year, month, day) = (self.birth_year(), self.birth_month(), self.birth_day());
        [1900, 2000].iter().any(|century| {
            i32::try_from(century + year)
                .is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some())
        })
    }
}

impl FromStr for TaxCode {
    type Err = TaxCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for TaxCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The check letter of the fifteen characters before it; `None` if they are not fifteen of `A-Z0-9`.
#[must_use]
pub fn check_letter(first_fifteen: &str) -> Option<char> {
    if first_fifteen.len() != 15 {
        return None;
    }
    let mut sum = 0;
    for (index, b) in first_fifteen.bytes().enumerate() {
        let worth = match b {
            b'0'..=b'9' => b - b'0',
            b'A'..=b'Z' => b - b'A',
            _ => return None,
        };
        let worth = if index % 2 == 0 {
            ODD_WORTH[usize::from(worth)]
        } else {
            worth
        };
        sum += u32::from(worth);
    }
    char::from_digit(sum % 26 + 10, 36).map(|c| c.to_ascii_uppercase())
}

/// The sixteen characters with digits in the numeric places; `None` where the pattern
/// `[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]` does not match.
fn decode(text: &str) -> Option<String> {
    text.chars()
        .enumerate()
        .map(|(place, c)| {
            if NUMERIC_PLACES.contains(&place) {
                let letter = OMOCODIA
                    .find(c)
                    .and_then(|digit| char::from_digit(u32::try_from(digit).ok()?, 10));
                return if c.is_ascii_digit() { Some(c) } else { letter };
            }
            let fits = if place == 8 {
                MONTHS.contains(c)
            } else {
                c.is_ascii_uppercase()
            };
            fits.then_some(c)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::italy::vectors;

    /// The code with its last `places` digits turned into letters and the check letter made anew.
    fn with_omocodia(code: &str, places: usize) -> String {
        let mut letters: Vec<char> = code.chars().take(15).collect();
        for place in NUMERIC_PLACES.iter().rev().take(places) {
            let digit = letters[*place].to_digit(10).unwrap();
            letters[*place] = OMOCODIA
                .chars()
                .nth(usize::try_from(digit).unwrap())
                .unwrap();
        }
        let first: String = letters.into_iter().collect();
        format!("{first}{}", check_letter(&first).unwrap())
    }

    #[test]
    fn the_shared_vectors_hold() {
        let vectors = vectors();
        for valid in vectors["tax_codes"]["valid"].as_array().unwrap() {
            let code = TaxCode::parse(valid["input"].as_str().unwrap()).unwrap();
            assert_eq!(code.as_str(), valid["value"], "{valid}");
            assert_eq!(
                code.warning().map(TaxCodeWarning::code),
                valid["warning"].as_str(),
                "{valid}"
            );
            assert_eq!(
                code.person().is_some(),
                valid["kind"] == "person",
                "{valid}"
            );
            let Some(person) = code.person() else {
                continue;
            };
            assert_eq!(person.birth_year(), valid["birth_year"], "{valid}");
            assert_eq!(person.birth_month(), valid["birth_month"], "{valid}");
            assert_eq!(person.birth_day(), valid["birth_day"], "{valid}");
            assert_eq!(person.place_code(), valid["place"], "{valid}");
            assert_eq!(person.omocodia_places(), valid["omocodia"], "{valid}");
            assert_eq!(person.sex() == Sex::Female, valid["sex"] == "F", "{valid}");
        }
        for invalid in vectors["tax_codes"]["invalid"].as_array().unwrap() {
            let error = TaxCode::parse(invalid["input"].as_str().unwrap()).unwrap_err();
            assert_eq!(error.code(), invalid["code"], "{invalid}");
        }
    }

    #[test]
    fn a_code_with_any_other_last_letter_is_refused() {
        for code in [
            "RCCMNL83S18D969H",
            "CNTCHR83T41D969D",
            "RSSMRA80A01H50MM",
            "RSSMRAULALMHRLMD",
        ] {
            for letter in ('A'..='Z').filter(|letter| !code.ends_with(*letter)) {
                let changed = format!("{}{letter}", &code[..15]);
                assert_eq!(
                    TaxCode::parse(&changed),
                    Err(TaxCodeError::CheckLetter),
                    "{changed}"
                );
            }
        }
    }

    #[test]
    fn omocodia_changes_neither_date_nor_sex_nor_place() {
        let codes = [
            "RCCMNL83S18D969H",
            "CNTCHR83T41D969D",
            "MRTMTT91D08F205J",
            "RSSMRA85T10A562S",
            "RSSMRA80A01H501U",
        ];
        for code in codes {
            let plain = TaxCode::parse(code).unwrap();
            let plain = plain.person().unwrap();
            for places in 0..=7 {
                let variant = TaxCode::parse(&with_omocodia(code, places)).unwrap();
                let person = variant.person().unwrap();
                assert_eq!(
                    (&person.decoded[..15], person.omocodia_places()),
                    (&plain.decoded[..15], places)
                );
                assert_eq!(
                    (person.birth_day(), person.sex()),
                    (plain.birth_day(), plain.sex())
                );
            }
        }
        assert_eq!(with_omocodia("RSSMRA80A01H501U", 1), "RSSMRA80A01H50MM");
        assert_eq!(with_omocodia("RSSMRA80A01H501U", 7), "RSSMRAULALMHRLMD");
    }

    #[test]
    fn every_day_of_a_leap_year_is_read_back() {
        for ordinal in 1..=366 {
            use chrono::Datelike as _;
            let born = NaiveDate::from_yo_opt(2000, ordinal).unwrap();
            let month = &MONTHS[born.month0() as usize..=born.month0() as usize];
            for (sex, shift) in [(Sex::Male, 0), (Sex::Female, 40)] {
                let first = format!("RSSMRA00{month}{:02}H501", born.day() + shift);
                let code =
                    TaxCode::parse(&format!("{first}{}", check_letter(&first).unwrap())).unwrap();
                let person = code.person().unwrap();
                assert_eq!(
                    (person.birth_month(), person.birth_day(), person.sex()),
                    (born.month(), born.day(), sex)
                );
            }
        }
        assert_eq!(check_letter("è"), None);
    }
}

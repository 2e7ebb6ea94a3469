//! The partita IVA (art. 35 DPR 633/1972): seven digits of company number, three of the issuing office, a check digit.
//!
//! A number that passes is well made, not necessarily in use: only the revenue agency knows that, and nothing here
//! waits for it. Two clients may share a P.IVA (VAT groups do), so it is never a unique key by itself.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::named;

/// Longest VAT number of another country, in characters (`FatturaPA`, `IdCodice`).
pub const FOREIGN_MAX: usize = 28;

/// An Italian VAT number: eleven digits, without the country code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct VatNumber(String);

named! {
    /// Why a text is not a VAT number.
    VatNumberError {
        Digits = "vat_number.digits", "A P.IVA is made of digits only.";
        Length = "vat_number.length", "A P.IVA has 11 digits; a spreadsheet may have dropped zeros in front.";
        CompanyNumber = "vat_number.company_number", "The first seven digits of a P.IVA are never all zero.";
        CheckDigit = "vat_number.check_digit", "The last digit does not match the others: look for a typing error.";
        Foreign = "vat_number.foreign", "A foreign VAT number has 1 to 28 letters, digits or marks.";
    }
}

named! {
    /// What is odd about a VAT number that is accepted all the same.
    VatNumberWarning {
        Office = "vat_number.office", "No known tax office issues numbers with these digits 8 to 10: check the P.IVA.";
    }
}

impl VatNumber {
    /// Reads a P.IVA, with or without `IT`, blanks, `-` or `:`.
    pub fn parse(text: &str) -> Result<Self, VatNumberError> {
        let plain = normalise(text);
        if !plain.bytes().all(|b| b.is_ascii_digit()) {
            return Err(VatNumberError::Digits);
        }
        if plain.len() != 11 {
            return Err(VatNumberError::Length);
        }
        if plain.starts_with("0000000") {
            return Err(VatNumberError::CompanyNumber);
        }
        if check_digit(&plain[..10]) != plain.chars().last() {
            return Err(VatNumberError::CheckDigit);
        }
        Ok(Self(plain))
    }

    /// The eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Set when the issuing office is none of 001–100, 120, 121, 888, 999. The list can grow, hence no error.
    #[must_use]
    pub fn warning(&self) -> Option<VatNumberWarning> {
        let known = matches!(&self.0[7..10], "100" | "120" | "121" | "888" | "999")
            || (self.0[7..8] == *"0" && self.0[7..10] != *"000");
        (!known).then_some(VatNumberWarning::Office)
    }
}

impl FromStr for VatNumber {
    type Err = VatNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for VatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the VAT number of a subject of `country` (ISO 3166 alpha-2) into the form to store: an Italian one in eleven
/// digits, any other as given, up to [`FOREIGN_MAX`] characters.
pub fn read(
    country: &str,
    text: &str,
) -> Result<(String, Option<VatNumberWarning>), VatNumberError> {
    if country.eq_ignore_ascii_case("IT") {
        let number = VatNumber::parse(text)?;
        let warning = number.warning();
        return Ok((number.0, warning));
    }
    let given = text.trim();
    let printable = !given.chars().any(char::is_control);
    if given.is_empty() || given.chars().count() > FOREIGN_MAX || !printable {
        return Err(VatNumberError::Foreign);
    }
    Ok((given.to_owned(), None))
}

/// The check digit of the ten digits before it (Luhn's formula); `None` if they are not ten digits.
#[must_use]
pub fn check_digit(first_ten: &str) -> Option<char> {
    if first_ten.len() != 10 {
        return None;
    }
    let mut sum = 0;
    for (index, c) in first_ten.chars().enumerate() {
        let digit = c.to_digit(10)?;
        sum += match (index % 2, digit) {
            (0, _) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        };
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// Without blanks, `-` and `:`, upper case, without a leading `IT`.
pub(super) fn normalise(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | ':'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    match plain.strip_prefix("IT") {
        Some(number) => number.to_owned(),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::italy::vectors;

    #[test]
    fn the_shared_vectors_hold() {
        let vectors = vectors();
        for valid in vectors["vat_numbers"]["valid"].as_array().unwrap() {
            let number = VatNumber::parse(valid["input"].as_str().unwrap()).unwrap();
            assert_eq!(number.as_str(), valid["value"], "{valid}");
            assert_eq!(
                number.warning().map(VatNumberWarning::code),
                valid["warning"].as_str(),
                "{valid}"
            );
        }
        for invalid in vectors["vat_numbers"]["invalid"].as_array().unwrap() {
            let error = VatNumber::parse(invalid["input"].as_str().unwrap()).unwrap_err();
            assert_eq!(error.code(), invalid["code"], "{invalid}");
        }
    }

    #[test]
    fn every_changed_digit_is_noticed() {
        for number in ["00743110157", "12345670546", "76543219992"] {
            for place in 0..11 {
                for digit in "0123456789"
                    .chars()
                    .filter(|d| !number[place..].starts_with(*d))
                {
                    let changed = format!("{}{digit}{}", &number[..place], &number[place + 1..]);
                    assert!(VatNumber::parse(&changed).is_err(), "{changed}");
                }
            }
        }
    }

    #[test]
    fn a_number_made_with_its_check_digit_is_accepted() {
        for company in (1..9_999_999_u32).step_by(7919) {
            let office = company % 100 + 1;
            let ten = format!("{company:07}{office:03}");
            let number = format!("{ten}{}", check_digit(&ten).unwrap());
            let parsed: VatNumber = number.parse().unwrap();
            assert_eq!((parsed.to_string(), parsed.warning()), (number, None));
        }
        assert_eq!(check_digit("123"), None);
        assert_eq!(check_digit("12345678è"), None);
    }

    #[test]
    fn a_foreign_number_is_kept_as_given() {
        assert_eq!(
            read("DE", " DE 123/456 "),
            Ok(("DE 123/456".to_owned(), None))
        );
        assert_eq!(read("SM", "SM12345"), Ok(("SM12345".to_owned(), None)));
        assert!(read("US", &"9".repeat(28)).is_ok());
        for bad in ["", "  ", "1\u{0}2", &"9".repeat(29)] {
            assert_eq!(read("US", bad), Err(VatNumberError::Foreign));
        }
        assert_eq!(
            read("it", "IT 00743110157"),
            Ok(("00743110157".to_owned(), None))
        );
        assert_eq!(
            read("IT", "12345678903").unwrap().1,
            Some(VatNumberWarning::Office)
        );
    }
}

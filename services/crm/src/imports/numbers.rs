//! Amounts and whole numbers as spreadsheets write them, to integer cents without ever touching a float.
//!
//! `1.234,56`, `1,234.56`, `1234,5` and `1100.04` have one reading each. `1.234` has two: which mark is the decimal one
//! is decided once a column, and is the comma (Italian) unless other samples say otherwise.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The mark before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Comma,
    Point,
}

/// How the mark was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// At least one sample can be read with this mark alone, and none contradicts it.
    Decided,
    /// No sample tells: taken as in Italy.
    Assumed,
    /// Samples tell both ways; the more frequent was taken.
    Contradicted,
}

/// What a column's samples say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    pub mark: Mark,
    pub certainty: Certainty,
}

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    Empty,
    /// Something that is neither digit, mark, sign nor blank.
    Junk,
    /// Another currency than the euro.
    Currency,
    /// Thousands are not in groups of three.
    Grouping,
    /// More than 92 million billion.
    TooLarge,
    /// Decimals where a whole number is asked for.
    NotWhole,
}

impl NumberError {
    /// The stable name, by which the web app translates.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "number.empty",
            Self::Junk => "number.junk",
            Self::Currency => "number.currency",
            Self::Grouping => "number.grouping",
            Self::TooLarge => "number.too_large",
            Self::NotWhole => "number.not_whole",
        }
    }

    /// What is wrong and what to do, in English.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Empty => "The number is empty.",
            Self::Junk => "Write a number as 1234,56 or 1.234,56.",
            Self::Currency => "Amounts are in euros: convert this one.",
            Self::Grouping => {
                "The thousands of this number are not in groups of three: look for a typing error."
            }
            Self::TooLarge => "This number is too large.",
            Self::NotWhole => "Write a whole number, without decimals.",
        }
    }
}

/// The amount in cents, half a cent and more rounded away from zero. `mark` settles only what has two readings.
pub fn cents(text: &str, mark: Mark) -> Result<i64, NumberError> {
    let number = Number::of(text)?;
    let (whole, decimals) = number.split(mark)?;
    let mut cents: i64 = 0;
    let hundredths = decimals.bytes().chain(std::iter::repeat(b'0')).take(2);
    for digit in whole.bytes().chain(hundredths) {
        cents = append(cents, digit)?;
    }
    if decimals
        .as_bytes()
        .get(2)
        .is_some_and(|digit| *digit >= b'5')
    {
        cents = cents.checked_add(1).ok_or(NumberError::TooLarge)?;
    }
    Ok(if number.negative { -cents } else { cents })
}

/// A number with as many decimals as are written. `mark` settles only what has two readings.
pub fn decimal(text: &str, mark: Mark) -> Result<Decimal, NumberError> {
    let number = Number::of(text)?;
    let (whole, decimals) = number.split(mark)?;
    let plain = format!("0{whole}.{decimals}0");
    let value: Decimal = plain.parse().map_err(|_| NumberError::TooLarge)?;
    Ok(if number.negative { -value } else { value }.normalize())
}

/// A whole number, such as employees or a year; decimals are accepted only if they are zeros.
pub fn whole(text: &str, mark: Mark) -> Result<i64, NumberError> {
    let number = Number::of(text)?;
    let (whole, decimals) = number.split(mark)?;
    if decimals.bytes().any(|digit| digit != b'0') {
        return Err(NumberError::NotWhole);
    }
    let value = whole.bytes().try_fold(0, append)?;
    Ok(if number.negative { -value } else { value })
}

/// The decimal mark of a column. What is no number is left aside.
pub fn detect<'a>(samples: impl IntoIterator<Item = &'a str>) -> Detected {
    let (mut commas, mut points) = (0_usize, 0_usize);
    for number in samples
        .into_iter()
        .filter_map(|sample| Number::of(sample).ok())
    {
        match number.own_mark() {
            Some(Mark::Comma) if number.split(Mark::Comma).is_ok() => commas += 1,
            Some(Mark::Point) if number.split(Mark::Point).is_ok() => points += 1,
            _ => {}
        }
    }
    let (mark, certainty) = match (commas, points) {
        (0, 0) => (Mark::Comma, Certainty::Assumed),
        (_, 0) => (Mark::Comma, Certainty::Decided),
        (0, _) => (Mark::Point, Certainty::Decided),
        (commas, points) if points > commas => (Mark::Point, Certainty::Contradicted),
        _ => (Mark::Comma, Certainty::Contradicted),
    };
    Detected { mark, certainty }
}

fn append(value: i64, digit: u8) -> Result<i64, NumberError> {
    let digit = i64::from(digit - b'0');
    value
        .checked_mul(10)
        .and_then(|value| value.checked_add(digit))
        .ok_or(NumberError::TooLarge)
}

/// Digits and marks, with the sign apart.
struct Number {
    negative: bool,
    text: String,
}

impl Number {
    fn of(text: &str) -> Result<Self, NumberError> {
        let upper = text.trim().to_uppercase();
        if upper.is_empty() {
            return Err(NumberError::Empty);
        }
        let plain = upper.replace("EURO", "").replace("EUR", "");
        let mut number = Self {
            negative: false,
            text: String::with_capacity(plain.len()),
        };
        let bracketed = plain.starts_with('(') && plain.ends_with(')');
        let mut signs = usize::from(bracketed);
        number.negative = bracketed;
        let body = if bracketed {
            &plain[1..plain.len() - 1]
        } else {
            plain.as_str()
        };
        let trailing_sign = body.trim_end().strip_suffix(['-', '\u{2212}']);
        for c in trailing_sign.unwrap_or(body).chars() {
            match c {
                '0'..='9' | '.' | ',' => number.text.push(c),
                '-' | '\u{2212}' | '+' if number.text.is_empty() => {
                    signs += 1;
                    number.negative |= c != '+';
                }
                // Switzerland groups by apostrophes.
                '€' | '\'' | '’' => {}
                '$' | '£' | '¥' => return Err(NumberError::Currency),
                c if c.is_whitespace() => {}
                _ => return Err(NumberError::Junk),
            }
        }
        signs += usize::from(trailing_sign.is_some());
        number.negative |= trailing_sign.is_some();
        let has_digit = number.text.bytes().any(|b| b.is_ascii_digit());
        if has_digit && signs <= 1 {
            Ok(number)
        } else {
            Err(NumberError::Junk)
        }
    }

    /// The digits before and after the decimal mark, which is that of the column if the number does not tell.
    fn split(&self, column: Mark) -> Result<(String, &str), NumberError> {
        let mark = self.own_mark().unwrap_or(column);
        let (whole, decimals) = self
            .text
            .rsplit_once(mark.char())
            .unwrap_or((&self.text, ""));
        Ok((ungrouped(whole)?, decimals))
    }

    /// The decimal mark, if the number has one reading: the last of two kinds, a single mark that cannot part
    /// thousands, or the kind that does not, more than once, part them.
    fn own_mark(&self) -> Option<Mark> {
        let last = self.text.rfind([',', '.'])?;
        if self.has_two_readings() {
            return None;
        }
        let mark = if self.text[last..].starts_with(',') {
            Mark::Comma
        } else {
            Mark::Point
        };
        let alone = !self.text.contains(mark.other().char());
        let repeated = self.text.matches(mark.char()).count() > 1;
        Some(if alone && repeated {
            mark.other()
        } else {
            mark
        })
    }

    /// One to three digits, one mark, three digits: thousands or decimals.
    fn has_two_readings(&self) -> bool {
        match self.text.split_once([',', '.']) {
            Some((before, after)) => {
                after.len() == 3
                    && !after.contains([',', '.'])
                    && (1..=3).contains(&before.len())
                    && !before.starts_with('0')
            }
            None => false,
        }
    }
}

impl Mark {
    const fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Point => '.',
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Comma => Self::Point,
            Self::Point => Self::Comma,
        }
    }
}

/// The digits of `whole`, whose marks, all of one kind, must part groups of three.
fn ungrouped(whole: &str) -> Result<String, NumberError> {
    let mark = if whole.contains('.') { '.' } else { ',' };
    let groups: Vec<&str> = whole.split(mark).collect();
    let even = groups.len() == 1
        || (matches!(groups[0].len(), 1..=3) && groups[1..].iter().all(|group| group.len() == 3));
    let digits: String = groups.concat();
    if even && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(NumberError::Grouping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_with_one_reading_needs_no_column() {
        for (text, expected) in [
            ("0", 0),
            ("1054", 105_400),
            ("1234,56", 123_456),
            ("1234.56", 123_456),
            ("1100.04", 110_004),
            ("1.234,56", 123_456),
            ("1,234.56", 123_456),
            ("1.234.567", 123_456_700),
            ("1,234,567.8", 123_456_780),
            ("€ 1.234,50", 123_450),
            ("1.234,50 €", 123_450),
            ("EUR 12,5", 1_250),
            ("12,5 euro", 1_250),
            ("1 234,56", 123_456),
            ("1\u{a0}234\u{202f}567,89", 123_456_789),
            ("1'234.56", 123_456),
            ("-12,34", -1_234),
            ("\u{2212} 12,34", -1_234),
            ("12,34-", -1_234),
            ("(12,34)", -1_234),
            ("+12,34", 1_234),
            ("€ -5", -500),
            (",5", 50),
            ("5,", 500),
            ("0,125", 13),
            ("0.004", 0),
            ("0,0049999", 0),
            ("0,005", 1),
            ("1,0050000000000000000000001", 101),
            ("2,675000", 268),
            ("1234.567", 123_457),
            ("92233720368547758,07", i64::MAX),
        ] {
            assert_eq!(cents(text, Mark::Point), Ok(expected), "{text}");
            assert_eq!(cents(text, Mark::Comma), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_amount_with_two_readings_follows_its_column() {
        for (text, comma, point) in [
            ("1.234", 123_400, 123),
            ("€ 1.234", 123_400, 123),
            ("1,234", 123, 123_400),
            ("-999.999", -99_999_900, -100_000),
            ("-1,005", -101, -100_500),
        ] {
            assert_eq!(
                (cents(text, Mark::Comma), cents(text, Mark::Point)),
                (Ok(comma), Ok(point)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_by_name() {
        for (text, error) in [
            ("", NumberError::Empty),
            (" \u{a0} ", NumberError::Empty),
            ("n.d.", NumberError::Junk),
            ("€", NumberError::Junk),
            (".", NumberError::Junk),
            ("-", NumberError::Junk),
            ("--5", NumberError::Junk),
            ("-5-", NumberError::Junk),
            ("(-5)", NumberError::Junk),
            ("5-3", NumberError::Junk),
            ("1e5", NumberError::Junk),
            ("12%", NumberError::Junk),
            ("١٢", NumberError::Junk),
            ("=1+1", NumberError::Junk),
            ("$ 5", NumberError::Currency),
            ("5 £", NumberError::Currency),
            ("1.23.456", NumberError::Grouping),
            ("1.2345.678", NumberError::Grouping),
            (".123.456", NumberError::Grouping),
            ("12.34,56.7", NumberError::Grouping),
            ("1.234,567,890", NumberError::Grouping),
            ("12,34.56", NumberError::Grouping),
            ("92233720368547758,08", NumberError::TooLarge),
            ("99999999999999999999", NumberError::TooLarge),
        ] {
            assert_eq!(cents(text, Mark::Comma), Err(error), "{text}");
            assert!(error.code().starts_with("number.") && error.detail().ends_with('.'));
        }
    }

    #[test]
    fn a_decimal_keeps_what_is_written() {
        for (text, mark, expected) in [
            ("4,9000", Mark::Comma, Ok("4.9")),
            ("4.9055", Mark::Comma, Ok("4.9055")),
            ("1.234,5678", Mark::Comma, Ok("1234.5678")),
            ("1.234", Mark::Comma, Ok("1234")),
            ("1.234", Mark::Point, Ok("1.234")),
            (",5", Mark::Comma, Ok("0.5")),
            ("-0,25", Mark::Comma, Ok("-0.25")),
            ("dieci", Mark::Comma, Err(NumberError::Junk)),
            (
                "99999999999999999999999999999999",
                Mark::Comma,
                Err(NumberError::TooLarge),
            ),
        ] {
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(decimal(text, mark), expected, "{text}");
        }
    }

    #[test]
    fn a_whole_number_has_no_decimals() {
        for (text, expected) in [
            ("2822", Ok(2822)),
            ("1.996", Ok(1996)),
            ("12,00", Ok(12)),
            ("-3", Ok(-3)),
            ("12,5", Err(NumberError::NotWhole)),
            ("", Err(NumberError::Empty)),
        ] {
            assert_eq!(whole(text, Mark::Comma), expected, "{text}");
        }
    }

    #[test]
    fn samples_decide_the_mark_of_the_column() {
        let table: [(&[&str], Mark, Certainty); 9] = [
            (&[], Mark::Comma, Certainty::Assumed),
            (&["1054", "4514", ""], Mark::Comma, Certainty::Assumed),
            (&["1.234", "5.678"], Mark::Comma, Certainty::Assumed),
            (&["1.234", "5,60"], Mark::Comma, Certainty::Decided),
            (
                &["1.234", "1100.04", "251.41"],
                Mark::Point,
                Certainty::Decided,
            ),
            (&["1,234", "1,234.5"], Mark::Point, Certainty::Decided),
            (&["1.234", "€ 1.234.567"], Mark::Comma, Certainty::Decided),
            (&["1,234,567"], Mark::Point, Certainty::Decided),
            (
                &["1,5", "1.5", "2.5", "n.d."],
                Mark::Point,
                Certainty::Contradicted,
            ),
        ];
        for (samples, mark, certainty) in table {
            assert_eq!(
                detect(samples.iter().copied()),
                Detected { mark, certainty },
                "{samples:?}"
            );
        }
    }
}

//! Telephone numbers in the form of ITU-T E.164: `+` and up to fifteen digits.
//!
//! Without a country code a number is Italian. Italian landlines keep the zero in front after `+39` (the numbering
//! plan counts it as part of the number); other countries drop it.

use super::named;

named! {
    /// Why a text is not a telephone number.
    PhoneError {
        Characters = "phone.characters", "Write one telephone number: digits, spaces and . / - ( ) only.";
        Length = "phone.length", "A telephone number with these digits is too short or too long.";
        Prefix = "phone.prefix", "An Italian number begins with 0 (landline), 3 (mobile), 5 or 8: a zero may be missing in front.";
        CountryCode = "phone.country_code", "After + or 00 comes a country code, which never begins with 0.";
    }
}

/// The number as `+391112345678`.
pub fn to_e164(text: &str) -> Result<String, PhoneError> {
    let (plus, digits) = digits_of(text)?;
    let international = if plus {
        Some(digits.as_str())
    } else {
        digits.strip_prefix("00")
    };
    let national = match international {
        Some(number) if number.starts_with('0') => return Err(PhoneError::CountryCode),
        Some(number) => match number.strip_prefix("39") {
            Some(national) => national,
            None => return foreign(number),
        },
        None => without_country_code(&digits),
    };
    let length = national.len();
    let fits = match national.bytes().next() {
        Some(b'0') => (6..=11).contains(&length),
        Some(b'3') => (9..=10).contains(&length),
        Some(b'5' | b'8') => (6..=10).contains(&length),
        Some(_) => return Err(PhoneError::Prefix),
        None => false,
    };
    if fits {
        Ok(format!("+39{national}"))
    } else {
        Err(PhoneError::Length)
    }
}

fn foreign(number: &str) -> Result<String, PhoneError> {
    if (7..=15).contains(&number.len()) {
        Ok(format!("+{number}"))
    } else {
        Err(PhoneError::Length)
    }
}

/// `39` in front is the country code only if a whole number follows: 391 234 5678 is a mobile.
fn without_country_code(digits: &str) -> &str {
    match digits.strip_prefix("39") {
        Some(rest) if digits.len() > 10 && rest.starts_with(['0', '3', '5', '8']) => rest,
        _ => digits,
    }
}

/// Whether it began with `+`, and its digits. A zero in brackets goes, as in `+44 (0)20…`, unless the number is Italian.
fn digits_of(text: &str) -> Result<(bool, String), PhoneError> {
    let trimmed = text.trim();
    let (plus, rest) = match trimmed.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let foreign = (plus && !rest.trim_start().starts_with("39"))
        || (rest.starts_with("00") && !rest.starts_with("0039"));
    let rest = if foreign {
        rest.replace("(0)", "")
    } else {
        rest.to_owned()
    };
    let mut digits = String::with_capacity(rest.len());
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '.' | '/' | '-' | '(' | ')' | '\u{2010}'..='\u{2013}' => {}
            c if c.is_whitespace() => {}
            _ => return Err(PhoneError::Characters),
        }
    }
    Ok((plus, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_e164() {
        for (text, expected) in [
            ("011 1234567", "+390111234567"),
            ("011/123.45.67", "+390111234567"),
            ("(011) 1234-567", "+390111234567"),
            ("+39 011 1234567", "+390111234567"),
            ("+39 (0)11 1234567", "+390111234567"),
            ("0039 011 1234567", "+390111234567"),
            ("39 011 1234567", "+390111234567"),
            ("06 69821", "+390669821"),
            ("335 1234567", "+393351234567"),
            ("391 234 5678", "+393912345678"),
            ("39 391 234 5678", "+393912345678"),
            ("335\u{a0}123–456", "+39335123456"),
            ("800 123 456", "+39800123456"),
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("0044 20 7946 0958", "+442079460958"),
            ("+1 (212) 555-0100", "+12125550100"),
            ("+378 0549 882345", "+3780549882345"),
        ] {
            assert_eq!(to_e164(text).as_deref(), Ok(expected), "{text}");
            assert_eq!(to_e164(expected).as_deref(), Ok(expected), "stable: {text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_by_name() {
        for (text, error) in [
            ("", PhoneError::Length),
            ("+", PhoneError::Length),
            ("+39", PhoneError::Length),
            ("011", PhoneError::Length),
            ("335 12345", PhoneError::Length),
            ("011 1234567 / 335 1234567", PhoneError::Length),
            ("+1234567890123456", PhoneError::Length),
            ("11 1234567", PhoneError::Prefix),
            ("+39 212345678", PhoneError::Prefix),
            ("+0 39 011 1234567", PhoneError::CountryCode),
            ("000 39 011", PhoneError::CountryCode),
            ("011 1234567 int. 5", PhoneError::Characters),
            ("chiedere di Anna", PhoneError::Characters),
            ("+39+0111234567", PhoneError::Characters),
            ("٠١١١٢٣٤٥٦٧", PhoneError::Characters),
        ] {
            assert_eq!(to_e164(text), Err(error), "{text}");
        }
    }
}

//! Italian identity numbers with right check digits, of people and firms that do not exist.

use super::dice::Dice;

/// Eleven digits: seven of the firm, three of the office, one to check.
pub fn vat_number(dice: &mut Dice) -> String {
    let firm = format!("9{}", dice.digits(6)); // numbers this high are not given out yet
    let ten = format!("{firm}{:03}", dice.between(1, 100));
    let check = vat_check_digit(&ten);
    format!("{ten}{check}")
}

fn vat_check_digit(ten: &str) -> u32 {
    let sum: u32 = ten
        .chars()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(index, digit)| match index % 2 {
            0 => digit,
            _ if digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A person's codice fiscale.
pub struct Birth<'a> {
    pub first: &'a str,
    pub last: &'a str,
    pub female: bool,
    pub year: i64,
    /// 1 to 12.
    pub month: usize,
    pub day: i64,
    /// Codice catastale, e.g. `L219`.
    pub place: &'a str,
}

pub fn tax_code(birth: &Birth<'_>) -> String {
    const MONTHS: &[u8; 12] = b"ABCDEHLMPRST";
    let month = char::from(MONTHS[(birth.month - 1) % 12]);
    let day = birth.day + if birth.female { 40 } else { 0 };
    let body = format!(
        "{}{}{:02}{month}{day:02}{}",
        name_letters(birth.last, false),
        name_letters(birth.first, true),
        birth.year % 100,
        birth.place
    );
    let check = tax_check_letter(&body);
    format!("{body}{check}")
}

/// Consonants, then vowels, then X; of a first name with four consonants the second is left out.
fn name_letters(name: &str, first_name: bool) -> String {
    let letters: Vec<char> = name
        .to_uppercase()
        .chars()
        .filter(char::is_ascii_alphabetic)
        .collect();
    let is_vowel = |c: &char| "AEIOU".contains(*c);
    let mut consonants: Vec<char> = letters.iter().copied().filter(|c| !is_vowel(c)).collect();
    if first_name && consonants.len() > 3 {
        consonants.remove(1);
    }
    let vowels = letters.iter().copied().filter(is_vowel);
    consonants
        .into_iter()
        .chain(vowels)
        .chain(['X'; 3])
        .take(3)
        .collect()
}

fn tax_check_letter(body: &str) -> char {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(index, byte)| {
            let value = if byte.is_ascii_digit() {
                byte - b'0'
            } else {
                byte - b'A'
            };
            if index % 2 == 0 {
                ODD[usize::from(value)]
            } else {
                u32::from(value)
            }
        })
        .sum();
    char::from(b'A' + u8::try_from(sum % 26).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_agree_with_known_numbers() {
        for known in ["00743110157", "12345670546", "12345670017", "76543219992"] {
            let (ten, check) = known.split_at(10);
            assert_eq!(vat_check_digit(ten).to_string(), check, "{known}");
        }
    }

    #[test]
    fn check_letters_agree_with_known_codes() {
        for known in ["RCCMNL83S18D969H", "CNTCHR83T41D969D", "RSSMRA80A01H501U"] {
            let (body, check) = known.split_at(15);
            assert_eq!(tax_check_letter(body).to_string(), check, "{known}");
        }
    }

    #[test]
    fn names_become_three_letters() {
        let cases = [
            ("Rossi", false, "RSS"),
            ("Fo", false, "FOX"),
            ("Mario", true, "MRA"),
            ("Gianfranco", true, "GFR"),
            ("D'Angelo", false, "DNG"),
        ];
        for (name, first, expected) in cases {
            assert_eq!(name_letters(name, first), expected, "{name}");
        }
        let birth = Birth {
            first: "Mario",
            last: "Rossi",
            female: false,
            year: 1980,
            month: 1,
            day: 1,
            place: "H501",
        };
        assert_eq!(tax_code(&birth), "RSSMRA80A01H501U");
    }
}

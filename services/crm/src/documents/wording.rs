//! Figures, dates and words as an Italian reader expects them.

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// `1.234,56`
#[must_use]
pub fn amount(cents: i64) -> String {
    number(Decimal::new(cents, 2), 2)
}

/// `1.234,56 €`
#[must_use]
pub fn euros(cents: i64) -> String {
    format!("{}\u{a0}€", amount(cents))
}

/// At least `decimals` of them, more when there are more: `4,90`, `0,1438`.
#[must_use]
pub fn number(value: Decimal, decimals: u32) -> String {
    let mut value = value.normalize();
    if value.scale() < decimals {
        value.rescale(decimals);
    }
    let text = value.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let sign = if value.is_sign_negative() && !value.is_zero() {
        "-"
    } else {
        ""
    };
    let comma = if fraction.is_empty() { "" } else { "," };
    format!("{sign}{grouped}{comma}{fraction}")
}

/// `22/11/2026`
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// The text in one form: letters with their accents in one character, no control characters.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{300}'..='\u{36f}' => {
                if let Some(whole) = plain.chars().last().and_then(|letter| composed(letter, c)) {
                    plain.pop();
                    plain.push(whole);
                }
            }
            '\n' => plain.push('\n'),
            '\t' => plain.push(' '),
            // The sign of the unit and the letter look the same; the typeface has the letter.
            '\u{2126}' => plain.push('Ω'),
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => {}
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain
}

fn composed(letter: char, mark: char) -> Option<char> {
    let wholes = match mark {
        '\u{300}' => "aàeèiìoòuùAÀEÈIÌOÒUÙ",
        '\u{301}' => "aáeéiíoóuúyýAÁEÉIÍOÓUÚYÝcćnńsśzź",
        '\u{302}' => "aâeêiîoôuûAÂEÊIÎOÔUÛ",
        '\u{303}' => "aãnñoõAÃNÑOÕ",
        '\u{308}' => "aäeëiïoöuüAÄEËIÏOÖUÜ",
        '\u{327}' => "cçCÇ",
        '\u{30c}' => "cčsšzžeěrřCČSŠZŽ",
        _ => return None,
    };
    let letters: Vec<char> = wholes.chars().collect();
    letters
        .chunks_exact(2)
        .find_map(|pair| (pair[0] == letter).then_some(pair[1]))
}

/// What a nature of the electronic invoice means; printed below the VAT, and its legal reference on the invoice.
#[must_use]
pub fn nature(code: &str) -> &'static str {
    match code {
        "N1" => "Operazione esclusa ex art. 15 DPR 633/72",
        "N2.1" => "Non soggetta a IVA ex artt. da 7 a 7-septies DPR 633/72",
        "N2.2" => "Operazione non soggetta a IVA",
        "N3.1" => "Non imponibile, esportazione, art. 8 c. 1 lett. a) e b) DPR 633/72",
        "N3.2" => "Non imponibile, cessione intracomunitaria, art. 41 DL 331/93",
        "N3.3" => "Non imponibile, cessione verso San Marino, art. 71 DPR 633/72",
        "N3.4" => "Non imponibile, operazione assimilata all'esportazione, art. 8-bis DPR 633/72",
        "N3.5" => "Non imponibile, dichiarazione d'intento, art. 8 c. 1 lett. c) DPR 633/72",
        "N3.6" => "Non imponibile, operazione che non concorre al plafond",
        "N4" => "Operazione esente, art. 10 DPR 633/72",
        "N5" => "Regime del margine, IVA non esposta in fattura",
        "N6.1" => "Inversione contabile, rottami e materiali di recupero, art. 74 DPR 633/72",
        "N6.2" => "Inversione contabile, oro e argento, art. 17 c. 5 DPR 633/72",
        "N6.3" => "Inversione contabile, subappalto edile, art. 17 c. 6 lett. a) DPR 633/72",
        "N6.4" => "Inversione contabile, fabbricati, art. 17 c. 6 lett. a-bis) DPR 633/72",
        "N6.5" => "Inversione contabile, telefoni cellulari, art. 17 c. 6 lett. b) DPR 633/72",
        "N6.6" => "Inversione contabile, prodotti elettronici, art. 17 c. 6 lett. c) DPR 633/72",
        "N6.7" => "Inversione contabile, settore edile, art. 17 c. 6 lett. a-ter) DPR 633/72",
        "N6.8" => "Inversione contabile, settore energetico, art. 17 c. 6 DPR 633/72",
        "N6.9" => "Inversione contabile, altri casi",
        "N7" => "IVA assolta in altro Stato UE",
        _ => "Operazione senza IVA",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_in_italy() {
        for (value, decimals, text) in [
            ("0", 2, "0,00"),
            ("4.9", 2, "4,90"),
            ("0.143849", 2, "0,143849"),
            ("1234567.5", 2, "1.234.567,50"),
            ("12", 0, "12"),
            ("12.500", 0, "12,5"),
            ("-1234.5", 2, "-1.234,50"),
            ("100", 0, "100"),
            ("1000", 0, "1.000"),
        ] {
            assert_eq!(number(value.parse().unwrap(), decimals), text);
        }
        assert_eq!(euros(123_456), "1.234,56\u{a0}€");
    }

    #[test]
    fn texts_from_other_systems_come_out_in_one_form() {
        assert_eq!(
            clean("perche\u{301} Niccolo\u{300}\u{7}\tSì"),
            "perché Niccolò Sì"
        );
        assert_eq!(clean("\u{feff}a\u{200b}b\nc"), "ab\nc");
        assert_eq!(clean("0,8 \u{2126}"), "0,8 Ω");
    }
}

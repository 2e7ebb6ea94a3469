//! Numbers, money, days and titles in the reader's language.

use chrono::NaiveDate;

use crate::definitions;

/// The language of a letter.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    english: bool,
}

impl Words {
    #[must_use]
    pub fn of(locale: &str) -> Self {
        Self {
            english: locale == "en",
        }
    }

    /// One of two.
    #[must_use]
    pub fn pick(self, italian: &'static str, english: &'static str) -> &'static str {
        if self.english { english } else { italian }
    }

    /// What a figure or a tile is called, as `docs/kpis.md` says.
    #[must_use]
    pub fn title(self, name: &str) -> String {
        let known = definitions::all().into_iter().find(|one| one.name == name);
        match known {
            Some(one) => self.pick(one.title_it, one.title_en).to_owned(),
            None => self.pick("In breve", "In brief").to_owned(),
        }
    }

    #[must_use]
    pub fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let separator = if self.english { ',' } else { '.' };
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        if number < 0 {
            format!("-{grouped}")
        } else {
            grouped
        }
    }

    /// Cents as euros.
    #[must_use]
    pub fn money(self, cents: i64) -> String {
        let (euros, rest) = (cents.abs() / 100, cents.abs() % 100);
        let sign = if cents < 0 { "-" } else { "" };
        let whole = self.number(euros);
        if self.english {
            format!("{sign}€{whole}.{rest:02}")
        } else {
            format!("{sign}{whole},{rest:02} €")
        }
    }

    /// A share from 0 to 1, in percent; a dash where there is nothing to divide by.
    #[must_use]
    pub fn share(self, share: Option<f64>) -> String {
        let Some(share) = share else {
            return "–".to_owned();
        };
        self.decimal(share * 100.0) + self.pick(" %", "%")
    }

    /// With one decimal.
    #[must_use]
    pub fn decimal(self, number: f64) -> String {
        let text = format!("{number:.1}");
        if self.english {
            text
        } else {
            text.replace('.', ",")
        }
    }

    #[must_use]
    pub fn day(self, day: NaiveDate) -> String {
        day.format("%d/%m/%Y").to_string()
    }

    #[must_use]
    pub fn month(self, month: NaiveDate) -> String {
        month.format("%m/%Y").to_string()
    }

    #[must_use]
    pub fn days(self, from: NaiveDate, until: NaiveDate) -> String {
        if from == until {
            self.day(from)
        } else {
            format!("{}–{}", self.day(from), self.day(until))
        }
    }

    /// Behind a figure: what it was before.
    #[must_use]
    pub fn before(self, value: Option<String>) -> String {
        value.map_or_else(String::new, |value| format!(" ({value})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_their_readers_write_them() {
        let (italian, english) = (Words::of("it"), Words::of("en"));
        for (cents, in_italian, in_english) in [
            (123_456_789, "1.234.567,89 €", "€1,234,567.89"),
            (5, "0,05 €", "€0.05"),
            (-150, "-1,50 €", "-€1.50"),
        ] {
            assert_eq!(italian.money(cents), in_italian);
            assert_eq!(english.money(cents), in_english);
        }
        assert_eq!(italian.number(1_000), "1.000");
        assert_eq!(english.number(999), "999");
        assert_eq!(italian.share(Some(0.125)), "12,5 %");
        assert_eq!(english.share(None), "–");
        assert_eq!(italian.title("won"), "Trattative vinte");
        assert_eq!(english.title("won"), "Deals won");
    }
}

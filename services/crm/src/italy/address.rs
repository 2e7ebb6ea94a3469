//! Postal addresses: CAP, sigla of the provincia, comune, and how they are printed.
//!
//! CAP and comune are many to many (Torino has dozens, and one CAP serves several villages), and both lists age: what
//! does not fit together is a warning, only what cannot be an address at all is an error.

use super::{Finding, comuni, countries, named};

named! {
    /// Why a text is no CAP.
    CapError {
        Format = "cap.format", "A CAP has five digits; a spreadsheet may have dropped zeros in front.";
    }
}

named! {
    /// Why a text is no provincia.
    ProvinceError {
        Unknown = "province.unknown", "Write the sigla of an Italian province, such as TO.";
    }
}

named! {
    /// What does not fit together in an Italian address.
    AddressWarning {
        City = "city.unknown", "There is no comune of this name: check the spelling, or write the comune of which it is a part.";
        CityOfProvince = "city.not_of_province", "This comune is in another province.";
        CapOfComune = "cap.not_of_comune", "This CAP does not serve this comune.";
    }
}

/// The parts of an address. `None` and blank texts are the same; an absent country is Italy.
#[derive(Debug, Clone, Copy, Default)]
pub struct Address<'a> {
    pub street: Option<&'a str>,
    /// The civic number: `12/A`, `snc`.
    pub street_number: Option<&'a str>,
    pub cap: Option<&'a str>,
    pub city: Option<&'a str>,
    pub province: Option<&'a str>,
    /// ISO 3166 alpha-2.
    pub country: Option<&'a str>,
}

/// The CAP of an Italian address: five digits, as text.
pub fn read_cap(text: &str) -> Result<String, CapError> {
    let cap = text.trim();
    let is_cap = cap.len() == 5 && cap.bytes().all(|b| b.is_ascii_digit());
    if is_cap {
        Ok(cap.to_owned())
    } else {
        Err(CapError::Format)
    }
}

/// The sigla of a province given by its sigla or by its name.
pub fn read_province(text: &str) -> Result<&'static str, ProvinceError> {
    comuni::sigla(text).ok_or(ProvinceError::Unknown)
}

/// What does not fit together; nothing is said of what is absent, malformed or abroad.
#[must_use]
pub fn warnings(address: &Address<'_>) -> Vec<Finding> {
    let Some(city) = given(address.city).filter(|_| is_italian(address)) else {
        return Vec::new();
    };
    let namesakes = comuni::named(city);
    if namesakes.is_empty() {
        return vec![finding("city", AddressWarning::City, "")];
    }
    let mut found = Vec::new();
    let sigla = given(address.province).and_then(comuni::sigla);
    let here = |comune: &comuni::Comune| {
        sigla.is_none_or(|sigla| comuni::same_province(comune.province, sigla))
    };
    if !namesakes.iter().any(here) {
        let siglas: Vec<&str> = namesakes.iter().map(|comune| comune.province).collect();
        found.push(finding(
            "province",
            AddressWarning::CityOfProvince,
            &format!(" Expected: {}.", siglas.join(", ")),
        ));
    }
    let cap = given(address.cap).and_then(|cap| read_cap(cap).ok());
    let serves = |cap: &str| {
        namesakes
            .iter()
            .any(|comune| comune.caps().any(|one| one == cap))
    };
    if let Some(cap) = cap.filter(|cap| !serves(cap)) {
        let towns: Vec<&str> = comuni::with_cap(&cap)
            .iter()
            .take(3)
            .map(|comune| comune.name)
            .collect();
        let of = if towns.is_empty() {
            String::new()
        } else {
            format!(" {cap} is of {}.", towns.join(", "))
        };
        found.push(finding("cap", AddressWarning::CapOfComune, &of));
    }
    found
}

/// The address as on an envelope, a line each: `Via Roma 1`, `10121 Torino (TO)`, and the country if not Italy.
#[must_use]
pub fn lines(address: &Address<'_>) -> Vec<String> {
    let street = joined([given(address.street), given(address.street_number)]);
    let province = given(address.province).map(|sigla| format!("({sigla})"));
    let town = joined([given(address.cap), given(address.city), province.as_deref()]);
    let abroad = given(address.country).filter(|_| !is_italian(address));
    let country = abroad.map(|code| {
        countries::with_code(code)
            .map_or(code, |country| country.italian)
            .to_owned()
    });
    [street, town, country.unwrap_or_default()]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}

/// [`lines`] in one: `Via Roma 1 / 10121 Torino (TO)`.
#[must_use]
pub fn one_line(address: &Address<'_>) -> String {
    lines(address).join(" / ")
}

/// Parts `Via Roma, 12/A` into street and civic number, where one stands at the end: digits with a letter or `bis`
/// after them, or `snc` (no number).
#[must_use]
pub fn split_street(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let Some(gap) = text.rfind(|c: char| c.is_whitespace() || c == ',') else {
        return (text, None);
    };
    let street = text[..gap].trim_end_matches(|c: char| c.is_whitespace() || c == ',');
    let number = text[gap + 1..].trim();
    let dated = street
        .rsplit(' ')
        .next()
        .is_some_and(|word| matches!(word.to_lowercase().as_str(), "via" | "km" | "strada"));
    if is_civic_number(number) && !street.is_empty() && !dated {
        (street, Some(number))
    } else {
        (text, None)
    }
}

fn is_civic_number(text: &str) -> bool {
    let lower = text.to_lowercase();
    if matches!(lower.as_str(), "snc" | "s.n.c." | "s.n.") {
        return true;
    }
    let suffix = lower.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = lower.len() - suffix.len();
    let suffix = suffix.trim_start_matches(['/', '-']);
    let plain = matches!(suffix, "" | "bis" | "ter")
        || suffix.chars().count() == 1
        || suffix.bytes().all(|b| b.is_ascii_digit());
    (1..=5).contains(&digits) && plain && suffix.chars().all(char::is_alphanumeric)
}

fn is_italian(address: &Address<'_>) -> bool {
    given(address.country).is_none_or(|country| country.eq_ignore_ascii_case("IT"))
}

fn finding(field: &'static str, warning: AddressWarning, more: &str) -> Finding {
    Finding {
        field,
        code: warning.code(),
        detail: format!("{}{more}", warning.detail()),
    }
}

fn joined<const N: usize>(parts: [Option<&str>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(cap: &'a str, city: &'a str, province: &'a str) -> Address<'a> {
        Address {
            cap: Some(cap),
            city: Some(city),
            province: Some(province),
            ..Address::default()
        }
    }

    #[test]
    fn a_cap_is_five_digits_as_text() {
        assert_eq!(read_cap(" 00118 ").as_deref(), Ok("00118"));
        for bad in ["", "118", "101211", "1012A", "10 121", "١٠١٢١"] {
            assert_eq!(read_cap(bad), Err(CapError::Format), "{bad}");
        }
        assert_eq!(read_province("to"), Ok("TO"));
        assert_eq!(read_province("Torino"), Ok("TO"));
        assert_eq!(read_province("ZZ"), Err(ProvinceError::Unknown));
    }

    #[test]
    fn what_does_not_fit_together_is_a_warning() {
        let table: [(Address<'_>, &[&str]); 12] = [
            (at("10121", "Torino", "TO"), &[]),
            (at("10121", "TORINO", "Torino"), &[]),
            (at("47121", "Forli'", "FC"), &[]),
            (at("", "Castro", "LE"), &[]),
            (at("00100", "Roma", "RM"), &["cap.not_of_comune"]),
            (at("20121", "Torino", "TO"), &["cap.not_of_comune"]),
            (at("10121", "Torino", "MI"), &["city.not_of_province"]),
            (
                at("20121", "Torino", "MI"),
                &["city.not_of_province", "cap.not_of_comune"],
            ),
            (at("10121", "Torinoo", "TO"), &["city.unknown"]),
            (at("1012", "Torino", "??"), &[]),
            (at("07026", "Olbia", "OT"), &[]),
            (
                Address {
                    country: Some("DE"),
                    ..at("10115", "Berlin", "")
                },
                &[],
            ),
        ];
        for (address, codes) in table {
            let found: Vec<&str> = warnings(&address)
                .iter()
                .map(|finding| finding.code)
                .collect();
            assert_eq!(found, codes, "{address:?}");
        }
        let found = warnings(&at("20121", "Torino", "MI"));
        assert!(
            found[0].detail.ends_with("Expected: TO."),
            "{}",
            found[0].detail
        );
        assert!(
            found[1].detail.ends_with("20121 is of Milano."),
            "{}",
            found[1].detail
        );
    }

    #[test]
    fn an_address_is_printed_as_on_an_envelope() {
        let rome = Address {
            street: Some("Via Roma"),
            street_number: Some("1"),
            ..at("10121", "Torino", "TO")
        };
        assert_eq!(one_line(&rome), "Via Roma 1 / 10121 Torino (TO)");
        assert_eq!(
            one_line(&Address {
                street: Some(" "),
                country: Some("it"),
                ..rome
            }),
            "1 / 10121 Torino (TO)"
        );
        let berlin = Address {
            street: Some("Allee 3"),
            country: Some("DE"),
            ..at("10115", "Berlin", "")
        };
        assert_eq!(lines(&berlin), ["Allee 3", "10115 Berlin", "Germania"]);
        assert!(lines(&Address::default()).is_empty());
    }

    #[test]
    fn a_street_is_parted_from_its_number() {
        for (text, street, number) in [
            ("Via Roma 1", "Via Roma", Some("1")),
            ("Via Roma, 12/A", "Via Roma", Some("12/A")),
            ("Via Roma,12bis", "Via Roma", Some("12bis")),
            ("Corso Francia 12-14", "Corso Francia", Some("12-14")),
            ("Località Piano snc", "Località Piano", Some("snc")),
            ("Piazza Garibaldi", "Piazza Garibaldi", None),
            ("Via XX Settembre", "Via XX Settembre", None),
            ("Via 25 Aprile", "Via 25 Aprile", None),
            ("Strada Statale km 12", "Strada Statale km 12", None),
            ("12", "12", None),
            ("", "", None),
        ] {
            assert_eq!(split_street(text), (street, number), "{text}");
        }
    }
}

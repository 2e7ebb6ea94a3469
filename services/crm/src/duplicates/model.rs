use nexus_kernel::{ClientId, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::italy::text::{fold, key, one_typo_apart, similar};
use crate::italy::{comuni, phone, tax_code, vat_number};
use nexus_records::text_enum;

text_enum! {
    /// What was found.
    DuplicateKind { Client = "client", Lead = "lead", Contact = "contact" }
}

text_enum! {
    /// What is equal, the surest first; `name` is alike in the same place, or begins alike.
    DuplicateReason {
        VatNumber = "vat_number", TaxCode = "tax_code", Email = "email", Phone = "phone", Name = "name",
    }
}

/// What is known of somebody who may be known already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    pub name: Option<String>,
    pub person: Option<String>,
    /// P.IVA and codice fiscale: a company's are often the same number.
    pub vat_number: Option<String>,
    pub tax_code: Option<String>,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub caps: Vec<String>,
    /// The record that is being edited.
    pub but: Option<Uuid>,
}

/// A comune with more CAPs than this is a city, where the name of the place says too little.
const FEW_CAPS: usize = 3;

impl Probe {
    /// What a form says so far. What is not whole yet is passed over, without a remark.
    #[must_use]
    pub fn of(name: Option<&str>, person: Option<&str>, but: Option<Uuid>) -> Self {
        let said = |text: Option<&str>| {
            text.map(str::trim)
                .filter(|text| text.len() > 2)
                .map(str::to_owned)
        };
        Self {
            name: said(name),
            person: said(person),
            but,
            ..Self::default()
        }
    }

    /// With its numbers.
    #[must_use]
    pub fn numbers(mut self, vat: Option<&str>, code: Option<&str>) -> Self {
        self.vat_number = vat
            .and_then(|text| vat_number::read("IT", text).ok())
            .map(|(number, _)| number);
        self.tax_code = code
            .and_then(|text| tax_code::TaxCode::parse(text).ok())
            .map(|code| code.as_str().to_owned());
        self
    }

    /// With its addresses and phones.
    #[must_use]
    pub fn reached_at(mut self, emails: &[Option<&str>], phones: &[Option<&str>]) -> Self {
        let emails = emails
            .iter()
            .flatten()
            .map(|text| text.trim().to_lowercase());
        self.emails = emails.filter(|text| text.contains('@')).collect();
        self.phones = phones
            .iter()
            .flatten()
            .filter_map(|text| phone::to_e164(text).ok())
            .collect();
        self
    }

    /// With its place: its CAP, else those of its comune when they are few.
    #[must_use]
    pub fn at(mut self, cap: Option<&str>, city: Option<&str>, province: Option<&str>) -> Self {
        let cap = cap.map(str::trim).filter(|cap| cap.len() == 5);
        let of_city = || {
            let comune = match (city, province) {
                (Some(city), Some(province)) => comuni::find(city, province),
                (Some(city), None) => comuni::named(city).into_iter().next(),
                _ => None,
            };
            let caps: Vec<String> = comune
                .iter()
                .flat_map(comuni::Comune::caps)
                .map(str::to_owned)
                .collect();
            if caps.len() <= FEW_CAPS {
                caps
            } else {
                Vec::new()
            }
        };
        self.caps = match cap {
            Some(cap) => vec![cap.to_owned()],
            None => of_city(),
        };
        self
    }

    /// Whether there is nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.vat_number.is_none()
            && self.tax_code.is_none()
            && self.emails.is_empty()
            && self.phones.is_empty()
            && self.name.is_none()
            && self.person.is_none()
    }
}

/// Somebody who may be the same. Of those whom the reader may not see, only kind, reasons and owner are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Duplicate {
    pub kind: DuplicateKind,
    /// Whether the reader may see it.
    pub visible: bool,
    pub id: Option<Uuid>,
    /// The client itself, or the contact's.
    #[schema(value_type = Option<Uuid>)]
    pub client_id: Option<ClientId>,
    pub name: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    /// A client's `lifecycle`, a lead's `status`.
    pub status: Option<String>,
    pub archived: bool,
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<UserId>,
    pub owner_name: Option<String>,
    /// What is equal, the surest first.
    pub why: Vec<DuplicateReason>,
}

/// Words that most names in this trade have, and so say nothing.
const COMMON: [&str; 33] = [
    "srl",
    "srls",
    "snc",
    "sas",
    "spa",
    "s",
    "r",
    "l",
    "n",
    "c",
    "a",
    "p",
    "di",
    "e",
    "il",
    "la",
    "del",
    "della",
    "da",
    "dei",
    "ditta",
    "tabaccheria",
    "tabacchi",
    "tabacchino",
    "rivendita",
    "bar",
    "vape",
    "svapo",
    "shop",
    "store",
    "farmacia",
    "negozio",
    "group",
];

/// Names shorter than this are not compared.
const LETTERS: usize = 4;

/// Whether two names may mean the same: as a whole, or without the words that everybody has.
#[must_use]
pub fn alike(a: &str, b: &str) -> bool {
    let (whole_a, whole_b) = (key(a), key(b));
    if whole_a.len() < LETTERS || whole_b.len() < LETTERS {
        return whole_a == whole_b;
    }
    let (core_a, core_b) = (core(a), core(b));
    let (joined_a, joined_b) = (core_a.concat(), core_b.concat());
    if joined_a.is_empty() || joined_b.is_empty() {
        return similar(&whole_a, &whole_b) >= 0.85;
    }
    let (few, many) = if core_a.len() <= core_b.len() {
        (&core_a, &core_b)
    } else {
        (&core_b, &core_a)
    };
    let within = few.concat().len() >= LETTERS && few.iter().all(|word| many.contains(word));
    within || joined_a.len().min(joined_b.len()) >= LETTERS && similar(&joined_a, &joined_b) >= 0.8
}

fn core(name: &str) -> Vec<String> {
    let folded = fold(name);
    let words = folded
        .split(' ')
        .filter(|word| !word.is_empty() && !is_common(word));
    words.map(str::to_owned).collect()
}

/// Short words must be spelled right; a long one may have a typo.
fn is_common(word: &str) -> bool {
    let misspelled = |common: &&str| common.len() > 6 && one_typo_apart(common, word);
    COMMON.contains(&word) || word.len() > 6 && COMMON.iter().any(misspelled)
}

/// The first text after all that begin with this one: `rossi` → `rossj`. Keys are lower-case letters and digits.
#[must_use]
pub fn after_prefix(prefix: &str) -> Option<String> {
    let kept = prefix.trim_end_matches('z');
    let last = kept.chars().next_back()?;
    let next = match last {
        '9' => 'a',
        last if last.is_ascii_alphanumeric() => char::from_u32(u32::from(last) + 1)?,
        _ => return None,
    };
    let start = &kept[..kept.len() - last.len_utf8()];
    Some(format!("{start}{next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_without_the_words_that_everybody_has() {
        for (a, b) in [
            ("Tabaccheria Rossi", "Tabacheria Rosi"),
            ("Tabaccheria Rossi", "TABACCHERIA ROSSI S.R.L."),
            ("Rossi Mario", "Tabaccheria Rossi di Mario Rossi"),
            ("Vape Shop D'Angelo", "Svapo D’Angelò"),
            ("Vape Shop", "Vapeshop"),
        ] {
            assert!(alike(a, b), "{a} / {b}");
        }
        for (a, b) in [
            ("Tabaccheria Rossi", "Tabaccheria Bianchi"),
            ("Vape Shop Centro", "Vape Shop Stazione"),
            ("Bar Sport", "Bar Roma"),
            ("Ida", "Ada"),
        ] {
            assert!(!alike(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn the_range_of_a_prefix_ends_behind_it() {
        for (prefix, after) in [
            ("rossi", Some("rossj")),
            ("caffez", Some("cafff")),
            ("bar9", Some("bara")),
            ("zz", None),
        ] {
            assert_eq!(after_prefix(prefix).as_deref(), after, "{prefix}");
        }
    }

    #[test]
    fn what_is_half_typed_is_passed_over() {
        let probe = Probe::of(Some("Ro"), None, None)
            .numbers(Some("1234"), Some("12345670017"))
            .reached_at(&[Some("info")], &[Some("33"), Some("333 1234567")])
            .at(Some("101"), Some("Codogno"), None);
        assert_eq!((probe.name, probe.vat_number), (None, None));
        assert_eq!(probe.tax_code.as_deref(), Some("12345670017"));
        assert_eq!(
            (probe.emails.len(), probe.phones),
            (0, vec!["+393331234567".to_owned()])
        );
        assert_eq!(probe.caps, ["26845"]);
    }
}

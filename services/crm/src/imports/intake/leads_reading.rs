//! What a row says of a lead, and of what happened with it.

use chrono::{DateTime, Duration, Utc};
use nexus_kernel::{UserId, start_of_business_day};

use super::Job;
use super::people::People;
use crate::imports::dates::{self, Order};
use crate::imports::sheet::Cells;
use crate::interactions::model::Kind;
use crate::italy::text::fold;
use crate::leads::model::LeadFields;
use crate::leads::status::LeadStatus;

/// One dated entry of a lead's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub kind: Kind,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// What a row says of a lead; a blank cell says nothing and changes nothing.
pub struct Reading<'a> {
    pub cells: Cells<'a>,
    texts: Vec<(&'static str, &'a str)>,
    person: Option<(String, Option<String>)>,
    pub status: Option<LeadStatus>,
    pub created_at: Option<DateTime<Utc>>,
    pub past: Vec<Past>,
    pub owner: Option<Option<UserId>>,
}

const TEXTS: [&str; 15] = [
    "company_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "vat_number",
    "tax_code",
    "street",
    "street_number",
    "cap",
    "city",
    "province",
    "interest",
    "notes",
    "external_ref",
];
/// Columns that hold a whole history each: entries parted by a line break or `|`, each beginning with its date.
const HISTORIES: [&str; 3] = ["history", "history_2", "history_3"];
/// Pairs of columns: when, and what.
const DATED: [(&str, &str, Kind); 3] = [
    ("call_on", "call_note", Kind::Call),
    ("email_on", "email_note", Kind::Email),
    ("note_on", "note_text", Kind::Note),
];

impl<'a> Reading<'a> {
    /// Reads a row.
    pub fn of(job: &Job, people: &People, mut cells: Cells<'a>) -> Self {
        let texts = TEXTS.into_iter();
        let texts = texts.filter_map(|field| Some((field, cells.text(field)?)));
        let texts = texts.collect();
        let created_at = cells.date("created_on").map(midday);
        let now = job.act.now;
        if created_at.is_some_and(|at| at > now + Duration::hours(24)) {
            cells.error(
                "created_on",
                "created_on.future",
                "It cannot have come in the future.",
            );
        }
        let past = past(&mut cells, created_at.unwrap_or(now), now);
        Self {
            texts,
            person: cells.text("person").map(parted),
            status: status(&mut cells),
            created_at,
            past,
            owner: people.owner(job, &mut cells),
            cells,
        }
    }

    /// The fields with what the row says.
    pub fn onto(&self, mut fields: LeadFields) -> LeadFields {
        if let Some((first, last)) = &self.person {
            fields.first_name = Some(first.clone());
            fields.last_name.clone_from(last);
        }
        for (name, text) in &self.texts {
            if let Some(slot) = slot(&mut fields, name) {
                *slot = Some((*text).to_owned());
            }
        }
        fields
    }

    /// Where the lead stands: as the row says, else contacted when somebody was spoken with.
    #[must_use]
    pub fn standing(&self) -> LeadStatus {
        self.status.unwrap_or(match self.first_contact() {
            Some(_) => LeadStatus::Contacted,
            None => LeadStatus::New,
        })
    }

    /// When somebody was first spoken with.
    #[must_use]
    pub fn first_contact(&self) -> Option<DateTime<Utc>> {
        self.past
            .iter()
            .filter(|past| past.kind != Kind::Note)
            .map(|past| past.at)
            .min()
    }
}

fn slot<'f>(fields: &'f mut LeadFields, name: &str) -> Option<&'f mut Option<String>> {
    Some(match name {
        "company_name" => &mut fields.company_name,
        "first_name" => &mut fields.first_name,
        "last_name" => &mut fields.last_name,
        "email" => &mut fields.email,
        "phone" => &mut fields.phone,
        "vat_number" => &mut fields.vat_number,
        "tax_code" => &mut fields.tax_code,
        "street" => &mut fields.street,
        "street_number" => &mut fields.street_number,
        "cap" => &mut fields.cap,
        "city" => &mut fields.city,
        "province" => &mut fields.province,
        "interest" => &mut fields.interest,
        "notes" => &mut fields.notes,
        "external_ref" => &mut fields.external_ref,
        _ => return None,
    })
}

/// `Ida Neri` → Ida, Neri.
fn parted(name: &str) -> (String, Option<String>) {
    match name.split_once(char::is_whitespace) {
        Some((first, last)) => (first.to_owned(), Some(last.trim().to_owned())),
        None => (name.to_owned(), None),
    }
}

fn status(cells: &mut Cells<'_>) -> Option<LeadStatus> {
    let text = cells.text("status")?;
    match fold(text).as_str() {
        "new" | "nuovo" | "nuova" | "da contattare" | "aperto" | "open" => Some(LeadStatus::New),
        "contacted" | "contattato" | "contattata" | "in lavorazione" | "working" => {
            Some(LeadStatus::Contacted)
        }
        "qualified" | "qualificato" | "qualificata" | "interessato" | "caldo" => {
            Some(LeadStatus::Qualified)
        }
        "lost" | "perso" | "persa" | "non interessato" | "scartato" | "disqualified" => {
            Some(LeadStatus::Lost)
        }
        "converted" | "convertito" | "convertita" | "cliente" | "vinto" | "won" => {
            let detail = "This one is a client already: import it among the clients.";
            cells.error("status", "status.converted", detail);
            None
        }
        _ => {
            let detail = format!("{text:?} is none of the words for where a lead stands.");
            cells.error("status", "status.unknown", detail);
            None
        }
    }
}

/// Noon in Rome: a day without a clock.
fn midday(day: chrono::NaiveDate) -> DateTime<Utc> {
    start_of_business_day(day) + Duration::hours(12)
}

fn past(cells: &mut Cells<'_>, otherwise: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Past> {
    let mut all = Vec::new();
    for (on, text, kind) in DATED {
        let (at, said) = (
            cells.date(on).map(midday),
            cells.text(text).unwrap_or_default(),
        );
        if at.is_some() || !said.is_empty() {
            all.push((text, at, kind, said.to_owned()));
        }
    }
    for field in HISTORIES {
        let entries = cells.text(field).unwrap_or_default().split(['\n', '|']);
        for entry in entries.map(str::trim).filter(|entry| !entry.is_empty()) {
            let (at, rest) = dated(entry);
            let (kind, said) = of_kind(rest);
            all.push((field, at, kind, said.to_owned()));
        }
    }
    let mut past = Vec::with_capacity(all.len());
    for (field, at, kind, text) in all {
        if at.is_some_and(|at| at > now + Duration::hours(24)) {
            cells.error(
                field,
                "occurred_at.future",
                "Write down what has happened, not what will.",
            );
        } else if text.is_empty() && kind == Kind::Note {
            cells.error(field, "text.empty", "A note says something.");
        } else if text.chars().count() > 20_000 {
            cells.error(field, "text.long", "Must have at most 20000 characters.");
        } else {
            if at.is_none() {
                cells.warn(
                    field,
                    "history.no_date",
                    "An entry without a date was dated as the lead itself.",
                );
            }
            past.push(Past {
                kind,
                at: at.unwrap_or(otherwise),
                text,
            });
        }
    }
    past
}

/// The date with which an entry begins, and the rest: `12/03/2025 chiamata: richiamare`.
fn dated(entry: &str) -> (Option<DateTime<Utc>>, &str) {
    let (head, rest) = entry.split_once([' ', ':', ',']).unwrap_or((entry, ""));
    let head = head.trim_end_matches([':', ',']);
    let order = if head
        .split(['-', '/', '.'])
        .next()
        .is_some_and(|part| part.len() == 4)
    {
        Order::Ymd
    } else {
        Order::Dmy
    };
    match dates::parse(head, order) {
        Ok(day) => (
            Some(midday(day)),
            rest.trim_start_matches([' ', ':', '-', '–', ',']),
        ),
        Err(_) => (None, entry),
    }
}

/// What kind of entry its first word says it is; a note otherwise.
fn of_kind(text: &str) -> (Kind, &str) {
    let (head, rest) = text.split_once([':', ' ']).unwrap_or((text, ""));
    let kind = match fold(head).as_str() {
        "chiamata" | "telefonata" | "call" | "tel" | "telefono" | "chiamato" => Kind::Call,
        "email" | "mail" | "e mail" => Kind::Email,
        "visita" | "visit" => Kind::Visit,
        "incontro" | "meeting" | "appuntamento" | "fiera" => Kind::Meeting,
        "nota" | "note" => Kind::Note,
        _ => return (Kind::Note, text),
    };
    (kind, rest.trim_start_matches([' ', ':', '-', '–']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_when_and_what_kind() {
        let day = |text: &str| Some(midday(text.parse().unwrap()));
        for (entry, at, kind, said) in [
            (
                "12/03/2025 chiamata: richiamare a maggio",
                day("2025-03-12"),
                Kind::Call,
                "richiamare a maggio",
            ),
            ("2025-03-12: visita", day("2025-03-12"), Kind::Visit, ""),
            (
                "1.2.2025 - Mail mandato listino",
                day("2025-02-01"),
                Kind::Email,
                "mandato listino",
            ),
            (
                "12/03/2025 vuole il listino",
                day("2025-03-12"),
                Kind::Note,
                "vuole il listino",
            ),
            ("vuole il listino", None, Kind::Note, "vuole il listino"),
            ("99/99/2025 boh", None, Kind::Note, "99/99/2025 boh"),
        ] {
            let (found, rest) = dated(entry);
            assert_eq!((found, of_kind(rest)), (at, (kind, said)), "{entry}");
        }
    }

    #[test]
    fn a_person_is_parted_into_first_and_last_name() {
        assert_eq!(parted("Ida"), ("Ida".to_owned(), None));
        assert_eq!(
            parted("Ida De Neri"),
            ("Ida".to_owned(), Some("De Neri".to_owned()))
        );
    }
}

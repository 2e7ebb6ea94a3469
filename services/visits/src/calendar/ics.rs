//! RFC 5545: a calendar as text. Instants are in UTC, so that no time zone has to be described.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

/// When something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Timed(DateTime<Utc>, DateTime<Utc>),
    /// From a day to another, both included.
    Days(NaiveDate, NaiveDate),
}

/// Whether it takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Confirmed,
    Tentative,
    Cancelled,
}

/// Something in a calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: Uuid,
    /// 0 at first; grows with every change.
    pub sequence: i64,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub when: When,
    pub status: Status,
    /// Time is left for other things.
    pub free: bool,
    pub summary: String,
    pub location: Option<String>,
    pub point: Option<(f64, f64)>,
    pub description: Option<String>,
}

/// Octets of a line, its end not counted.
const LINE_MOST: usize = 75;
/// How often calendars may ask.
const REFRESH: &str = "PT30M";

/// The text of a calendar.
#[must_use]
pub fn calendar(name: &str, entries: &[Entry]) -> String {
    let mut text = String::with_capacity(400 + entries.len() * 500);
    for (property, value) in [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//NEXUS-CRM//Visits//IT"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        line(&mut text, property, value);
    }
    line(&mut text, "X-WR-CALNAME", &escaped(name));
    line(&mut text, "REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    line(&mut text, "X-PUBLISHED-TTL", REFRESH);
    for entry in entries {
        event(&mut text, entry);
    }
    line(&mut text, "END", "VCALENDAR");
    text
}

fn event(text: &mut String, entry: &Entry) {
    line(text, "BEGIN", "VEVENT");
    line(text, "UID", &format!("{}@nexus-crm", entry.id));
    line(text, "SEQUENCE", &entry.sequence.to_string());
    line(text, "DTSTAMP", &instant(entry.changed_at));
    line(text, "CREATED", &instant(entry.created_at));
    line(text, "LAST-MODIFIED", &instant(entry.changed_at));
    match entry.when {
        When::Timed(from, until) => {
            // An end that is not later than the beginning is none.
            let until = until.max(from + TimeDelta::minutes(1));
            line(text, "DTSTART", &instant(from));
            line(text, "DTEND", &instant(until));
        }
        When::Days(from, until) => {
            let after = until.max(from).succ_opt().unwrap_or(until);
            line(text, "DTSTART;VALUE=DATE", &day(from));
            line(text, "DTEND;VALUE=DATE", &day(after));
        }
    }
    line(text, "SUMMARY", &escaped(&entry.summary));
    if let Some(location) = &entry.location {
        line(text, "LOCATION", &escaped(location));
    }
    if let Some((lat, lng)) = entry.point {
        line(text, "GEO", &format!("{lat:.5};{lng:.5}"));
    }
    if let Some(description) = &entry.description {
        line(text, "DESCRIPTION", &escaped(description));
    }
    let status = match entry.status {
        Status::Confirmed => "CONFIRMED",
        Status::Tentative => "TENTATIVE",
        Status::Cancelled => "CANCELLED",
    };
    line(text, "STATUS", status);
    let transparency = if entry.free { "TRANSPARENT" } else { "OPAQUE" };
    line(text, "TRANSP", transparency);
    line(text, "END", "VEVENT");
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn day(day: NaiveDate) -> String {
    day.format("%Y%m%d").to_string()
}

/// A text as a property's value: `\`, `;`, `,` and line ends are written with a `\`; other control characters are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded: no line has more than 75 octets, and no character is cut in two.
fn line(text: &mut String, property: &str, value: &str) {
    let mut room = LINE_MOST;
    for c in property.chars().chain([':']).chain(value.chars()) {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE_MOST - 1;
        }
        text.push(c);
        room -= c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn entry(summary: &str) -> Entry {
        Entry {
            id: Uuid::nil(),
            sequence: 2,
            created_at: at("2026-11-20T08:00:00Z"),
            changed_at: at("2026-11-21T08:00:00Z"),
            when: When::Timed(at("2026-11-24T09:00:00Z"), at("2026-11-24T09:30:00Z")),
            status: Status::Confirmed,
            free: false,
            summary: summary.to_owned(),
            location: None,
            point: Some((45.070_312, 7.686_9)),
            description: None,
        }
    }

    #[test]
    fn a_calendar_is_what_the_standard_says() {
        let text = calendar("Anna", &[entry("Rossi")]);
        let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//NEXUS-CRM//Visits//IT\r\nCALSCALE:GREGORIAN\r\n\
            METHOD:PUBLISH\r\nX-WR-CALNAME:Anna\r\nREFRESH-INTERVAL;VALUE=DURATION:PT30M\r\nX-PUBLISHED-TTL:PT30M\r\n\
            BEGIN:VEVENT\r\nUID:00000000-0000-0000-0000-000000000000@nexus-crm\r\nSEQUENCE:2\r\n\
            DTSTAMP:20261121T080000Z\r\nCREATED:20261120T080000Z\r\nLAST-MODIFIED:20261121T080000Z\r\n\
            DTSTART:20261124T090000Z\r\nDTEND:20261124T093000Z\r\nSUMMARY:Rossi\r\nGEO:45.07031;7.68690\r\n\
            STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn texts_are_escaped() {
        for (given, expected) in [
            ("Rossi, Bianchi; \\ & C.", "Rossi\\, Bianchi\\; \\\\ & C."),
            ("due\r\nrighe\ne tre", "due\\nrighe\\ne tre"),
            (
                "BEGIN:VEVENT\nEND:VCALENDAR",
                "BEGIN:VEVENT\\nEND:VCALENDAR",
            ),
            ("suono\u{7}", "suono"),
        ] {
            assert_eq!(escaped(given), expected, "{given:?}");
        }
    }

    #[test]
    fn lines_are_folded_at_75_octets_and_read_back_whole() {
        for summary in [
            "à".repeat(200),
            "x".repeat(300),
            "🍋".repeat(60),
            "ab".repeat(31),
        ] {
            let text = calendar("Anna", &[entry(&summary)]);
            for line in text.split("\r\n") {
                assert!(line.len() <= 75, "{} octets: {line}", line.len());
            }
            let unfolded = text.replace("\r\n ", "");
            assert!(
                unfolded.contains(&format!("SUMMARY:{summary}\r\n")),
                "{summary}"
            );
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        }
    }

    #[test]
    fn days_end_on_the_day_after_and_nothing_ends_before_it_begins() {
        let first = "2026-12-24".parse().unwrap();
        let holiday = Entry {
            when: When::Days(first, "2026-12-31".parse().unwrap()),
            ..entry("Ferie")
        };
        let text = calendar("Anna", &[holiday]);
        assert!(
            text.contains("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20270101\r\n"),
            "{text}"
        );
        let from = at("2026-11-24T09:00:00Z");
        let short = Entry {
            when: When::Timed(from, from),
            ..entry("Breve")
        };
        assert!(calendar("Anna", &[short]).contains("DTEND:20261124T090100Z"));
    }
}

//! What of visits, absences and nights away stands in a calendar.

use chrono::{DateTime, TimeDelta, Utc};

use super::ics::{Entry, Status, When};
use crate::agents::model::AbsenceReason;
use crate::agents::queries::Absence;
use crate::nights::model::Stay;
use crate::places::model::Place;
use crate::visits::model::{Visit, VisitStatus};

/// A visit as an entry.
#[must_use]
pub fn of_visit(visit: &Visit, place: &Place) -> Entry {
    Entry {
        id: visit.id.uuid(),
        sequence: visit.version - 1,
        created_at: visit.created_at,
        changed_at: visit.updated_at,
        when: when(visit),
        status: status(visit),
        free: starts(visit).is_none(),
        summary: summary(visit, place),
        location: location(place),
        point: place.point(),
        description: description(visit, place),
    }
}

/// When it begins, as far as that is known.
fn starts(visit: &Visit) -> Option<DateTime<Utc>> {
    visit.started_at.or(visit.fixed_at).or(visit.expected_at)
}

fn when(visit: &Visit) -> When {
    match starts(visit) {
        Some(from) => {
            let length = TimeDelta::minutes(i64::from(visit.minutes));
            When::Timed(from, visit.ended_at.unwrap_or(from + length))
        }
        None => When::Days(visit.day, visit.until_day.unwrap_or(visit.day)),
    }
}

fn status(visit: &Visit) -> Status {
    match visit.status {
        VisitStatus::Cancelled | VisitStatus::Missed => Status::Cancelled,
        VisitStatus::Planned if starts(visit).is_none() => Status::Tentative,
        VisitStatus::Planned | VisitStatus::UnderWay | VisitStatus::Done => Status::Confirmed,
    }
}

fn summary(visit: &Visit, place: &Place) -> String {
    let (client, shop) = (&place.client_name, &place.name);
    let who = if client.contains(shop.as_str()) {
        client.clone()
    } else if shop.contains(client.as_str()) {
        shop.clone()
    } else {
        format!("{client} – {shop}")
    };
    match &visit.subject {
        Some(subject) => format!("{who}: {subject}"),
        None => who,
    }
}

fn location(place: &Place) -> Option<String> {
    let town = [place.cap.as_deref(), place.city.as_deref()];
    let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let province = place.province.as_deref().map(|sigla| format!("({sigla})"));
    let town = [Some(town).filter(|town| !town.is_empty()), province];
    let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts = [
        place.street.clone(),
        Some(town).filter(|town| !town.is_empty()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn description(visit: &Visit, place: &Place) -> Option<String> {
    let class = place.class.as_ref().map(|class| format!("Classe {class}"));
    let said = match visit.status {
        VisitStatus::Missed => Some("Non effettuata".to_owned()),
        VisitStatus::Done => Some("Effettuata".to_owned()),
        _ => None,
    };
    let lines: Vec<String> = [said, class, visit.reason.clone(), visit.note.clone()]
        .into_iter()
        .flatten()
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// An absence as an entry. Its note stays inside.
#[must_use]
pub fn of_absence(absence: &Absence) -> Entry {
    let summary = match absence.reason {
        AbsenceReason::Holiday => "Ferie",
        AbsenceReason::Sick => "Malattia",
        AbsenceReason::Training => "Formazione",
        AbsenceReason::Other => "Assente",
    };
    Entry {
        id: absence.id,
        sequence: 0,
        created_at: absence.created_at,
        changed_at: absence.created_at,
        when: When::Days(absence.from_day, absence.until_day),
        status: Status::Confirmed,
        free: false,
        summary: summary.to_owned(),
        location: None,
        point: None,
        description: None,
    }
}

/// Nights away from home as an entry, over the days that they touch.
#[must_use]
pub fn of_stay(stay: &Stay) -> Entry {
    Entry {
        id: stay.id,
        sequence: 0,
        created_at: stay.created_at,
        changed_at: stay.created_at,
        when: When::Days(stay.from_day, stay.until_day),
        status: Status::Confirmed,
        free: true,
        summary: format!("Pernottamento: {}", stay.place.label),
        location: None,
        point: Some((stay.place.lat, stay.place.lng)),
        description: None,
    }
}

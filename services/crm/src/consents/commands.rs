//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce;

use super::error::ConsentError;
use super::model::{Consent, ConsentFields, Person};
use super::queries;
use crate::contacts::model::ContactId;
use crate::leads::model::LeadId;
use crate::{contacts, leads};
use nexus_records::Act;

/// Writes down what a contact or a lead said.
pub fn record(
    conn: &mut PgConnection,
    act: &Act,
    person: Person,
    fields: ConsentFields,
) -> Result<Consent, ConsentError> {
    check_person(conn, act, person)?;
    let fields = fields.review(act.now)?;
    queries::hold(conn, person)?;
    let known = queries::of(conn, person)?
        .into_iter()
        .find(|known| known.channel == fields.channel);
    let by = act.viewer.user_id;
    let after = match &known {
        Some(before) => before
            .then(fields, by, act.now)
            .ok_or(ConsentError::Older)?,
        None => Consent::first(person, fields, by, act.now),
    };
    save(conn, act, person, known.as_ref(), &after)?;
    Ok(after)
}

/// What a lead said is what the contact it becomes has said, unless the contact said something later.
pub fn carry(conn: &mut PgConnection, act: &Act, lead: LeadId, contact: ContactId) -> DbResult<()> {
    let (from, to) = (Person::Lead(lead), Person::Contact(contact));
    queries::hold(conn, to)?;
    let known = queries::of(conn, to)?;
    for said in queries::of(conn, from)? {
        let before = known.iter().find(|known| known.channel == said.channel);
        if before.is_some_and(|before| before.at > said.at) {
            continue;
        }
        let fields = ConsentFields {
            channel: said.channel,
            status: said.status,
            source: said.source,
            at: Some(said.at),
            note: said.note,
        };
        let by = said.recorded_by.unwrap_or(act.viewer.user_id);
        let after = match before {
            Some(before) => before.then(fields, by, act.now),
            None => Some(Consent::first(to, fields, by, act.now)),
        };
        if let Some(after) = after {
            save(conn, act, to, before, &after)?;
        }
    }
    Ok(())
}

fn save(
    conn: &mut PgConnection,
    act: &Act,
    person: Person,
    before: Option<&Consent>,
    after: &Consent,
) -> DbResult<()> {
    match before {
        Some(_) => queries::save(conn, after)?,
        None => queries::insert(conn, after)?,
    }
    queries::mark(conn, person, after)?;
    announce(
        conn,
        &act.fact(
            "crm.consent.recorded.v1",
            after.id.uuid(),
            after.version,
            before,
            after,
        ),
    )
}

/// The person must be one whom the viewer reaches.
pub fn check_person(
    conn: &mut PgConnection,
    act: &Act,
    person: Person,
) -> Result<(), ConsentError> {
    let (seen, what) = match person {
        Person::Contact(id) => (
            contacts::queries::find(conn, &act.viewer, id)?.is_some(),
            "contact",
        ),
        Person::Lead(id) => (
            leads::queries::find(conn, &act.viewer, id)?.is_some(),
            "lead",
        ),
    };
    if seen {
        Ok(())
    } else {
        Err(ConsentError::NoPerson(what))
    }
}

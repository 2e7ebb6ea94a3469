//! Rows in, rows out. Whoever sees the person sees what they said.

use diesel::prelude::*;
use nexus_db::DbResult;

use super::model::{Consent, ConsentChannel, ConsentStatus, Person};
use crate::schema::{consents, contacts, leads};

/// What somebody said, by channel.
pub fn of(conn: &mut PgConnection, person: Person) -> DbResult<Vec<Consent>> {
    let query = consents::table.into_boxed();
    let query = match person {
        Person::Contact(id) => query.filter(consents::contact_id.eq(id)),
        Person::Lead(id) => query.filter(consents::lead_id.eq(id)),
    };
    Ok(query
        .order(consents::channel)
        .select(Consent::as_select())
        .load(conn)?)
}

pub fn insert(conn: &mut PgConnection, consent: &Consent) -> DbResult<()> {
    diesel::insert_into(consents::table)
        .values(consent)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, consent: &Consent) -> DbResult<()> {
    diesel::update(consent).set(consent).execute(conn)?;
    Ok(())
}

/// Holds the person's row, so that words on one person come one after the other.
pub fn hold(conn: &mut PgConnection, person: Person) -> DbResult<()> {
    match person {
        Person::Contact(id) => {
            contacts::table
                .find(id)
                .select(contacts::version)
                .for_update()
                .first::<i64>(conn)?;
        }
        Person::Lead(id) => {
            leads::table
                .find(id)
                .select(leads::version)
                .for_update()
                .first::<i64>(conn)?;
        }
    }
    Ok(())
}

/// Marks the person: what is refused must not be done.
pub fn mark(conn: &mut PgConnection, person: Person, consent: &Consent) -> DbResult<()> {
    let refused = consent.status == ConsentStatus::Refused;
    match (person, consent.channel) {
        (Person::Contact(id), ConsentChannel::Phone) => {
            diesel::update(contacts::table.find(id))
                .set(contacts::do_not_call.eq(refused))
                .execute(conn)?;
        }
        (Person::Contact(id), ConsentChannel::Email) => {
            diesel::update(contacts::table.find(id))
                .set(contacts::do_not_email.eq(refused))
                .execute(conn)?;
        }
        (Person::Lead(id), ConsentChannel::Phone) => {
            diesel::update(leads::table.find(id))
                .set(leads::do_not_call.eq(refused))
                .execute(conn)?;
        }
        (Person::Lead(id), ConsentChannel::Email) => {
            diesel::update(leads::table.find(id))
                .set(leads::do_not_email.eq(refused))
                .execute(conn)?;
        }
        (_, ConsentChannel::SmsWhatsapp | ConsentChannel::Post) => {}
    }
    Ok(())
}

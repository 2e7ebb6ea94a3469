use diesel::prelude::*;
use nexus_db::DbResult;

use super::model::Company;
use crate::schema::company;

/// The record.
pub fn find(conn: &mut PgConnection) -> DbResult<Company> {
    Ok(company::table.select(Company::as_select()).first(conn)?)
}

/// The record, held until the transaction ends.
pub fn lock(conn: &mut PgConnection) -> DbResult<Company> {
    let locked = company::table.select(Company::as_select()).for_update();
    Ok(locked.first(conn)?)
}

pub fn save(conn: &mut PgConnection, after: &Company) -> DbResult<()> {
    diesel::update(company::table).set(after).execute(conn)?;
    Ok(())
}

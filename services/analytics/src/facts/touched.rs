//! The records that a batch of events touches: what they count is taken away before it, and added after it.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use super::read::Batch;
use crate::measures::Fact;
use crate::measures::rollup::{Sign, append};
use crate::measures::sql::NOBODY;

/// The records whose counts a batch may change.
#[derive(Debug, Default)]
pub struct Touched {
    pub clients: Vec<Uuid>,
    /// Clients whose orders have to be looked at.
    pub selling: Vec<Uuid>,
    pub deals: Vec<Uuid>,
    pub orders: Vec<Uuid>,
    pub leads: Vec<Uuid>,
    pub activities: Vec<Uuid>,
    pub visits: Vec<Uuid>,
    pub tours: Vec<Uuid>,
    pub sites: Vec<Uuid>,
}

impl Touched {
    pub fn by(conn: &mut PgConnection, batch: &Batch) -> DbResult<Self> {
        let told: Vec<Uuid> = batch.clients.iter().map(|client| client.id).collect();
        let deals: Vec<Uuid> = batch.deals.iter().map(|deal| deal.id).collect();
        let of_deals = ids(
            conn,
            "SELECT DISTINCT client_id AS id FROM deals WHERE client_id IS NOT NULL AND id = ANY($1)",
            &deals,
        )?;
        let selling = union([
            &told,
            &batch.orders.iter().map(|order| order.client_id).collect(),
        ]);
        let clients = union([
            &selling,
            &of_deals,
            &batch
                .deals
                .iter()
                .filter_map(|deal| deal.client_id)
                .collect(),
            &batch.offers.iter().map(|offer| offer.client_id).collect(),
            &batch
                .activities
                .iter()
                .filter_map(|activity| activity.client_id)
                .collect(),
        ]);
        let visited: Vec<Uuid> = batch.visits.iter().map(|visit| visit.id).collect();
        let sites = union([
            &batch.sites.iter().map(|site| site.id).collect(),
            &batch.wishes.iter().map(|wish| wish.id).collect(),
            &batch.visits.iter().map(|visit| visit.site_id).collect(),
            &ids(
                conn,
                "SELECT id FROM sites WHERE client_id = ANY($1)",
                &told,
            )?,
            &ids(
                conn,
                "SELECT DISTINCT site_id AS id FROM visits WHERE id = ANY($1)",
                &visited,
            )?,
        ]);
        let sites = if batch.rules.is_empty() {
            sites
        } else {
            union([
                &sites,
                &ids(conn, "SELECT id FROM sites WHERE $1 IS NOT NULL", &[])?,
            ])
        };
        Ok(Self {
            deals: union([
                &deals,
                &ids(
                    conn,
                    "SELECT id FROM deals WHERE client_id = ANY($1)",
                    &told,
                )?,
            ]),
            orders: union([
                &batch.orders.iter().map(|order| order.id).collect(),
                &ids(
                    conn,
                    "SELECT id FROM orders WHERE client_id = ANY($1)",
                    &selling,
                )?,
            ]),
            leads: batch.leads.iter().map(|lead| lead.id).collect(),
            activities: batch
                .activities
                .iter()
                .map(|activity| activity.id)
                .collect(),
            visits: union([
                &visited,
                &ids(
                    conn,
                    "SELECT id FROM visits WHERE client_id = ANY($1)",
                    &told,
                )?,
            ]),
            tours: batch.tours.iter().map(|tour| tour.id).collect(),
            clients: union([
                &clients,
                &batch.visits.iter().map(|visit| visit.client_id).collect(),
            ]),
            selling,
            sites,
        })
    }

    pub fn count(&self, conn: &mut PgConnection, sign: Sign) -> DbResult<()> {
        for (fact, ids) in [
            (Fact::Deal, &self.deals),
            (Fact::Order, &self.orders),
            (Fact::Lead, &self.leads),
            (Fact::Activity, &self.activities),
            (Fact::Visit, &self.visits),
            (Fact::Tour, &self.tours),
            (Fact::Client, &self.clients),
            (Fact::Site, &self.sites),
        ] {
            append(conn, sign, fact, ids)?;
        }
        Ok(())
    }
}

fn union<const N: usize>(lists: [&Vec<Uuid>; N]) -> Vec<Uuid> {
    let all: BTreeSet<Uuid> = lists.into_iter().flatten().copied().collect();
    all.into_iter().filter(|id| *id != NOBODY).collect()
}

#[derive(QueryableByName)]
pub struct Id {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
}

pub fn ids(conn: &mut PgConnection, sql: &str, of: &[Uuid]) -> DbResult<Vec<Uuid>> {
    if of.is_empty() && !sql.contains("$1 IS NOT NULL") {
        return Ok(Vec::new());
    }
    let rows: Vec<Id> = diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(of)
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

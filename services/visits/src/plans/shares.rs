//! To whom the shops without an owner fall when a team is planned: to whoever looks after the territory and is near.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use uuid::Uuid;

use crate::agents::queries as agents;
use crate::places::queries as places;
use crate::territories::queries as territories;
use crate::travel::{Point, crow_meters};

/// More shops without an owner are no plan's matter.
const MOST: i64 = 5_000;
/// Farther than this from everybody, a shop falls to nobody.
const NEAR_M: i32 = 120_000;

/// Which shops without an owner fall to each of these agents.
pub fn shares(conn: &mut PgConnection, team: &[UserId]) -> DbResult<HashMap<UserId, Vec<Uuid>>> {
    let hours = agents::hours_of(conn, team)?;
    let mut centres: Vec<(UserId, Point)> = Vec::with_capacity(team.len());
    for agent in team {
        let base = hours.get(agent).and_then(|hours| hours.start.clone());
        let centre = match base {
            Some(base) => Some((base.lat, base.lng)),
            None => places::centre(conn, *agent)?,
        };
        centres.extend(centre.map(|centre| (*agent, centre)));
    }
    let theirs = territories::agents_of(conn)?;
    let shops = places::unowned(conn, MOST)?;
    let free = shops.iter().filter_map(|shop| {
        let agents = shop.territory_id.and_then(|id| theirs.get(&id));
        Some(Free {
            id: shop.id,
            point: shop.point()?,
            agents: agents.filter(|agents| !agents.is_empty()).cloned(),
        })
    });
    let free: Vec<Free> = free.collect();
    Ok(nearest(&centres, &free))
}

/// A shop without an owner.
struct Free {
    id: Uuid,
    point: Point,
    /// Who looks after its territory, if anybody does.
    agents: Option<Vec<UserId>>,
}

/// Each shop with the agent whose centre is nearest, of those who look after its territory.
fn nearest(centres: &[(UserId, Point)], shops: &[Free]) -> HashMap<UserId, Vec<Uuid>> {
    let mut shares: HashMap<UserId, Vec<Uuid>> = HashMap::new();
    for shop in shops {
        let allowed = |agent: &UserId| {
            let agents = shop.agents.as_ref();
            agents.is_none_or(|agents| agents.contains(agent))
        };
        let near = centres
            .iter()
            .filter(|(agent, _)| allowed(agent))
            .map(|(agent, centre)| (crow_meters(*centre, shop.point), *agent))
            .min();
        if let Some((_, agent)) = near.filter(|(meters, _)| *meters <= NEAR_M) {
            shares.entry(agent).or_default().push(shop.id);
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_without_an_owner_falls_to_whoever_is_allowed_and_near() {
        let (anna, bruno) = (UserId::new(), UserId::new());
        let (torino, milano, roma) = ((45.07, 7.69), (45.46, 9.19), (41.9, 12.5));
        let shop = |point, agents| Free {
            id: Uuid::now_v7(),
            point,
            agents,
        };
        let shops = [
            shop((45.0, 7.7), None),
            shop((45.5, 9.0), None),
            // In Torino, but its territory is Bruno's; or somebody's who is not planned; or too far from all.
            shop((45.3, 8.6), Some(vec![bruno])),
            shop((45.0, 7.7), Some(vec![UserId::new()])),
            shop(roma, None),
        ];
        let shares = nearest(&[(anna, torino), (bruno, milano)], &shops);
        assert_eq!(shares[&anna], [shops[0].id]);
        assert_eq!(shares[&bruno], [shops[1].id, shops[2].id]);
        assert_eq!(nearest(&[], &shops).len(), 0);
    }
}

//! Random histories, told in any order, in pages of any size, some events twice: every figure is what a naive recount says,
//! from the rollups before and after they are folded, and from the facts.

use crate::compare::compare;
use crate::kit::{AGENT, Analytics, Told, id};
use crate::naive::{Naive, Only};
use crate::world::{Dice, World};

fn filters(world: &World, dice: &mut Dice) -> Vec<Only> {
    let span = |from: &str, until: &str| Only {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        ..Only::default()
    };
    let whole = span("2025-11-01", "2026-12-31");
    let part = span("2026-02-10", "2026-04-17");
    let owner = world.owners.iter().flatten().next().copied();
    vec![
        whole.clone(),
        part.clone(),
        span("2026-03-05", "2026-03-20"),
        span("2026-03-29", "2026-03-29"),
        Only {
            owner,
            ..part.clone()
        },
        Only {
            province: Some("TO".to_owned()),
            ..whole.clone()
        },
        Only {
            product: world.products[1],
            ..part.clone()
        },
        Only {
            source: world.sources[1],
            ..whole
        },
        Only {
            owner,
            province: dice.one(&world.provinces).map(str::to_owned),
            source: dice.one(&world.sources),
            ..part
        },
    ]
}

#[actix_web::test]
async fn every_figure_is_what_a_naive_recount_says() {
    for seed in 0..4_u64 {
        let mut dice = Dice(seed);
        let mut analytics = Analytics::start();
        let admin = analytics.admin();
        let agents = [
            analytics.user("Anna", None, AGENT),
            analytics.user("Bruno", None, AGENT),
        ];
        let world = World {
            owners: vec![
                Some(agents[0].user_id.uuid()),
                Some(agents[1].user_id.uuid()),
                None,
            ],
            products: [None, Some(id(70)), Some(id(71))],
            sources: [None, Some(id(80)), Some(id(81))],
            provinces: [None, Some("TO"), Some("MI")],
            clients: (0..6).map(|number| id(500 + number)).collect(),
        };
        let told = world.history(&mut dice);
        let naive = Naive::of(&told);
        let mut order: Vec<Told> = told.clone();
        order.extend((0..told.len() / 4).map(|_| dice.one(&told)));
        dice.shuffle(&mut order);
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let (page, after) = rest.split_at((1 + dice.roll(40)).min(rest.len()));
            analytics.tell(page);
            rest = after;
            if dice.roll(3) == 0 {
                analytics.fold();
            }
        }
        assert_eq!(analytics.differences(), 0, "seed {seed}");
        for only in filters(&world, &mut dice) {
            compare(&admin, &naive, &only, &format!("seed {seed}")).await;
        }
        analytics.fold();
        assert_eq!(
            (analytics.differences(), analytics.count("count_deltas")),
            (0, 0),
            "seed {seed}"
        );
        for only in filters(&world, &mut dice).into_iter().take(5) {
            compare(&admin, &naive, &only, &format!("folded, seed {seed}")).await;
        }
        // An agent sees what an admin sees with the agent's filter.
        let own = Only {
            owner: Some(agents[0].user_id.uuid()),
            ..filters(&world, &mut dice)[0].clone()
        };
        compare(&agents[0], &naive, &own, &format!("own, seed {seed}")).await;
    }
}

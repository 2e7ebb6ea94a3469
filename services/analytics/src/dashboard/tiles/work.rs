//! What has to be done now, and what was to be reached: about hours and targets, so on their own.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Timestamptz, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use super::{Context, share, total};
use crate::dashboard::model::{FollowUpLine, FollowUps, TargetLine, TargetsTile};
use crate::measures::Measure;
use crate::measures::read::{Ask, By, Span, Sum, first_of_month, last_of_month, somebody, sums};
use crate::records::work;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

pub fn follow_ups(conn: &mut PgConnection, context: &Context) -> DbResult<FollowUps> {
    let parts = work::KINDS.map(|kind| {
        format!(
            "SELECT b.owner_id, '{}' AS what, count(*) AS n FROM ({}) b WHERE {} GROUP BY b.owner_id",
            kind.word(),
            kind.select(),
            work::conditions(&context.scoped.which, kind),
        )
    });
    let lines: Vec<Line> = diesel::sql_query(parts.join(" UNION ALL "))
        .bind::<Timestamptz, _>(context.now)
        .load(conn)?;
    let mut agents: BTreeMap<Uuid, [i64; 3]> = BTreeMap::new();
    for line in lines {
        let counts = agents.entry(line.owner_id).or_default();
        if let Some(place) = work::KINDS.iter().position(|kind| kind.word() == line.what) {
            counts[place] += line.n;
        }
    }
    let mut agents: Vec<FollowUpLine> = agents
        .into_iter()
        .map(|(owner, [overdue, late, leads_waiting])| {
            let owner_id = somebody(Some(owner));
            let name = owner_id.and_then(|owner| context.names.users.get(&owner).cloned());
            FollowUpLine {
                owner_id,
                name,
                overdue,
                late,
                leads_waiting,
            }
        })
        .collect();
    agents.sort_by_key(|line| {
        (
            -line.late,
            -line.overdue,
            -line.leads_waiting,
            line.owner_id,
        )
    });
    let of = |count: fn(&FollowUpLine) -> i64| agents.iter().map(count).sum();
    Ok(FollowUps {
        ignores: work::ignores(&context.scoped.which),
        overdue: of(|line| line.overdue),
        late: of(|line| line.late),
        leads_waiting: of(|line| line.leads_waiting),
        agents,
    })
}

#[derive(QueryableByName)]
struct Target {
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    measure: String,
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// What a target is measured by.
const MEASURED: [Measure; 4] = [
    Measure::Won,
    Measure::Ordered,
    Measure::VisitDone,
    Measure::Activity,
];

pub fn targets(conn: &mut PgConnection, context: &Context) -> DbResult<TargetsTile> {
    let (from, until) = (
        first_of_month(context.scoped.span.from),
        last_of_month(context.scoped.span.until),
    );
    let which = &context.scoped.which;
    let lines: Vec<Target> = diesel::sql_query(
        "SELECT owner_id, measure, sum(value)::bigint AS value FROM targets WHERE month BETWEEN $1 AND $2
         GROUP BY owner_id, measure ORDER BY owner_id, measure",
    )
    .bind::<Date, _>(from)
    .bind::<Date, _>(until)
    .load(conn)?;
    let seen = |owner: Uuid| {
        which
            .owners
            .as_ref()
            .is_none_or(|owners| owners.contains(&owner))
    };
    let lines: Vec<Target> = lines
        .into_iter()
        .filter(|line| seen(line.owner_id))
        .collect();
    let actual = if lines.is_empty() {
        HashMap::new()
    } else {
        reached(conn, context, Span { from, until })?
    };
    let line = |target: Target| {
        let actual = actual
            .get(&target.owner_id)
            .map_or(0, |sums| of_measure(sums, &target.measure));
        TargetLine {
            owner_id: target.owner_id,
            name: context.names.users.get(&target.owner_id).cloned(),
            attainment: share(actual, target.value),
            target: target.value,
            measure: target.measure,
            actual,
        }
    };
    Ok(TargetsTile {
        ignores: context.ignores(&MEASURED),
        from,
        until,
        lines: lines.into_iter().map(line).collect(),
    })
}

type Reached = [Vec<Sum>; 4];

fn reached(
    conn: &mut PgConnection,
    context: &Context,
    span: Span,
) -> DbResult<HashMap<Uuid, Reached>> {
    let asks = MEASURED.map(|measure| Ask {
        measure,
        by: By::Owner,
        span: Some(span),
    });
    let mut owners: HashMap<Uuid, Reached> = HashMap::new();
    for (series, answer) in sums(conn, &context.scoped.which, &asks)?
        .into_iter()
        .enumerate()
    {
        for sum in answer {
            if let Some(owner) = sum.owner_id {
                owners.entry(owner).or_default()[series].push(sum);
            }
        }
    }
    Ok(owners)
}

fn of_measure(reached: &Reached, measure: &str) -> i64 {
    let sum = |series: usize| total(&reached[series]);
    match measure {
        "won_cents" => sum(0).cents,
        "won" => sum(0).count,
        "ordered_cents" => sum(1).cents,
        "ordered" => sum(1).count,
        "visits" => sum(2).count,
        _ => sum(3).count,
    }
}

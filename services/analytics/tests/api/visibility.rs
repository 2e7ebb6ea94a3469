//! What somebody may not see is not in their sums, and not behind them.

use serde_json::json;

use crate::kit::{AGENT, Analytics, MANAGER, WON, dashboard, deal, figure, id};

#[actix_web::test]
async fn an_agent_counts_what_is_theirs_a_manager_their_team_and_an_admin_everything() {
    let mut analytics = Analytics::start();
    let admin = analytics.admin();
    let marta = analytics.user("Marta", None, MANAGER);
    let anna = analytics.user("Anna", Some(&marta), AGENT);
    let other = analytics.user("Olga", None, AGENT);
    for (number, owner, cents) in [
        (1, Some(anna.user_id), 1),
        (2, Some(marta.user_id), 10),
        (3, Some(other.user_id), 100),
        (4, None, 1_000),
    ] {
        let won = json!({"owner_id": owner, "stage_id": WON, "status": "won", "closed_on": "2026-03-05", "amount_cents": cents});
        analytics.tell(&[deal(id(number), 1, "2026-03-05T10:00:00Z", "won", won)]);
    }
    let period = "from=2026-03-01&until=2026-03-31";
    for (who, cents) in [(&anna, 1), (&marta, 11), (&other, 100), (&admin, 1_111)] {
        let seen = dashboard(who, &format!("tiles=headline,agents&{period}")).await;
        assert_eq!(figure(&seen, "won_cents"), json!(cents));
        let records = who
            .get(&format!(
                "/api/v1/analytics/records?measure=won&count=true&{period}"
            ))
            .await
            .expect(200);
        assert_eq!(records["cents"], json!(cents));
        let listed: i64 = records["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["cents"].as_i64().unwrap())
            .sum();
        assert_eq!(listed, cents);
    }
    // By somebody else's agent or team one does not look further.
    for query in [
        format!("agent_id={}", other.user_id),
        format!("team_id={}", other.user_id),
    ] {
        let pointer = query.split('=').next().unwrap().to_owned();
        marta
            .get(&format!("/api/v1/analytics/dashboard?{query}"))
            .await
            .invalid(&[&pointer]);
    }
    let narrowed = dashboard(
        &admin,
        &format!("tiles=headline&team_id={}&{period}", marta.user_id),
    )
    .await;
    assert_eq!(figure(&narrowed, "won_cents"), json!(11));
}

#[actix_web::test]
async fn a_deal_that_changes_hands_takes_its_figures_along() {
    let mut analytics = Analytics::start();
    let (anna, bruno) = (
        analytics.user("Anna", None, AGENT),
        analytics.user("Bruno", None, AGENT),
    );
    let won = |owner: nexus_kernel::UserId| json!({"owner_id": owner, "stage_id": WON, "status": "won", "closed_on": "2026-03-05", "amount_cents": 500});
    analytics.tell(&[deal(
        id(1),
        1,
        "2026-03-05T10:00:00Z",
        "won",
        won(anna.user_id),
    )]);
    analytics.tell(&[deal(
        id(1),
        2,
        "2026-03-06T10:00:00Z",
        "changed",
        won(bruno.user_id),
    )]);
    for (who, cents) in [(&anna, 0), (&bruno, 500)] {
        let seen = dashboard(who, "tiles=headline&from=2026-03-01&until=2026-03-31").await;
        assert_eq!(figure(&seen, "won_cents"), json!(cents));
    }
    assert_eq!(analytics.differences(), 0);
}

use nexus_testkit::Reply;
use serde_json::{Value, json};

use crate::kit::{Auth, PASSWORD, database, sql, texts};

/// All of an answer but what differs between any two.
fn seen(reply: &Reply) -> (u16, Vec<(String, String)>, Value) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let mut body = reply.body.clone();
    body["trace_id"] = json!(null);
    (reply.status.as_u16(), headers, body)
}

#[actix_web::test]
async fn a_right_password_signs_in_however_the_address_is_written() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    let body = auth.login("  ANNA@Example.IT ", PASSWORD).await.expect(200);
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert_eq!(body["user"]["email"], "anna@example.it");
    assert!(body["user"]["last_login_at"].is_string());
}

#[actix_web::test]
async fn a_wrong_password_an_unknown_user_and_a_disabled_one_look_the_same() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    auth.colleague(&admin, "mario@example.it", &["agent"], None)
        .await;
    auth.colleague(&admin, "luca@example.it", &["agent"], None)
        .await;
    sql(
        &database,
        "UPDATE users SET status = 'disabled' WHERE email = 'luca@example.it'",
    );
    let wrong = auth.login("mario@example.it", "not the password").await;
    let unknown = auth.login("nobody@example.it", "not the password").await;
    let disabled = auth.login("luca@example.it", PASSWORD).await;
    assert_eq!(seen(&wrong), seen(&unknown));
    assert_eq!(seen(&wrong), seen(&disabled));
    assert_eq!(wrong.header("www-authenticate"), Some("Bearer"));
    wrong.problem(401, "invalid-credentials");
}

#[actix_web::test]
async fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..30 {
        let from = auth.at_ip(&format!("198.51.100.{number}"));
        for (email, times) in [
            ("anna@example.it", &mut known),
            ("nobody@example.it", &mut unknown),
        ] {
            let began = std::time::Instant::now();
            from.post(
                "/api/v1/auth/login",
                json!({"email": email, "password": "wrong"}),
            )
            .await
            .expect(401);
            times.push(began.elapsed().as_micros());
        }
    }
    known.sort_unstable();
    unknown.sort_unstable();
    let (known, unknown) = (known[15], unknown[15]);
    let difference = known.abs_diff(unknown);
    assert!(
        difference < 5_000 || difference * 100 / known < 40,
        "known {known} µs, unknown {unknown} µs"
    );
}

#[actix_web::test]
async fn the_security_log_tells_who_came_in_and_who_did_not_and_forgets_nothing() {
    let database = database();
    let auth = Auth::on(&database).await;
    auth.admin().await;
    auth.login("anna@example.it", "wrong").await.expect(401);
    auth.login("nobody@example.it", "wrong").await.expect(401);
    let log = texts(
        &database,
        "SELECT concat_ws(' ', kind, user_id IS NOT NULL, ip) AS text FROM security_log ORDER BY at, id",
    );
    assert_eq!(
        log,
        [
            "user.first t 192.0.2.1",
            "login.ok t 192.0.2.1",
            "login.failed t 192.0.2.1",
            "login.failed f 192.0.2.1",
        ]
    );
    use diesel::connection::SimpleConnection;
    for change in [
        "DELETE FROM security_log",
        "UPDATE security_log SET kind = ''",
        "TRUNCATE security_log",
    ] {
        assert!(
            database.connect().batch_execute(change).is_err(),
            "{change}"
        );
    }
}

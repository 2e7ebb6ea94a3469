use nexus_config::Secret;
use serde_json::json;

use crate::kit::{Auth, PASSWORD};

#[actix_web::test]
async fn without_its_database_auth_lives_says_so_and_asks_to_come_again() {
    let auth = Auth::at(
        Secret::new("postgres://nobody:x@127.0.0.1:1/nowhere".to_owned()),
        "invitation",
    );
    let nobody = auth.nobody();
    nobody.get("/healthz").await.expect(200);
    nobody.get("/readyz").await.expect(503);
    let body = json!({"email": "anna@example.it", "password": PASSWORD});
    for reply in [
        nobody.post("/api/v1/auth/login", body).await,
        auth.refresh(&"A".repeat(43)).await,
        nobody.get("/api/v1/auth/setup").await,
    ] {
        assert!(reply.header("retry-after").is_some());
        reply.problem(503, "unavailable");
    }
}

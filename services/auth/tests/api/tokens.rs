//! Tokens that must not count, most of them signed with the very key that counts.

use auth::keys::Sealer;
use auth::secrets::Key;
use diesel::prelude::*;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use nexus_testkit::{TestDatabase, TestKey, unix_now};
use serde_json::{Value, json};

use crate::kit::{Auth, MASTER, database};

diesel::table! {
    signing_keys (kid) { kid -> Text, sealed_key -> Bytea, }
}

/// The key that auth signs with, as only auth can open it.
fn own_key(database: &TestDatabase) -> (String, EncodingKey) {
    let (kid, sealed): (String, Vec<u8>) = signing_keys::table
        .select((signing_keys::kid, signing_keys::sealed_key))
        .first(&mut database.connect())
        .unwrap();
    let sealer = Sealer::new(&Key::from_hex(MASTER).unwrap().derive("signing keys"));
    let private = sealer.open(&kid, &sealed).unwrap();
    (kid, EncodingKey::from_ed_der(&private))
}

fn claims(user: &str) -> Value {
    let now = unix_now();
    json!({
        "iss": "nexus-auth", "aud": "nexus", "sub": user, "sid": "01890000-0000-7000-8000-000000000000",
        "jti": "01890000-0000-7000-8000-000000000001", "iat": now, "nbf": now, "exp": now + 600, "ver": 1,
        "perm": ["users:read:all"],
    })
}

#[actix_web::test]
async fn only_an_access_token_exactly_as_we_write_it_counts() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let (kid, key) = own_key(&database);
    let sign = |kind: Option<&str>, kid: &str, claims: &Value| {
        let mut header = Header::new(Algorithm::EdDSA);
        (header.typ, header.kid) = (kind.map(str::to_owned), Some(kid.to_owned()));
        encode(&header, claims, &key).unwrap()
    };
    let with = |name: &str, value: Value| {
        let mut changed = claims(&admin.id);
        changed[name] = value;
        sign(Some("at+jwt"), &kid, &changed)
    };
    let without = |name: &str| {
        let mut changed = claims(&admin.id);
        changed.as_object_mut().unwrap().remove(name);
        sign(Some("at+jwt"), &kid, &changed)
    };
    let good = sign(Some("at+jwt"), &kid, &claims(&admin.id));
    auth.with_token(&good)
        .get("/api/v1/auth/me")
        .await
        .expect(200);

    let now = unix_now();
    let mut refused = vec![
        ("another typ", sign(Some("JWT"), &kid, &claims(&admin.id))),
        (
            "a service's typ",
            sign(Some("svc+jwt"), &kid, &claims(&admin.id)),
        ),
        ("no typ", sign(None, &kid, &claims(&admin.id))),
        (
            "an unknown key id",
            sign(Some("at+jwt"), "nobody", &claims(&admin.id)),
        ),
        ("expired", with("exp", json!(now - 60))),
        (
            "expiry as text",
            with("exp", json!((now + 600).to_string())),
        ),
        ("not yet", with("nbf", json!(now + 60))),
        ("another audience", with("aud", json!("nexus-internal"))),
        ("another issuer", with("iss", json!("somebody"))),
        ("no uuid", with("sub", json!("admin"))),
        (
            "an unknown scope",
            with("perm", json!(["users:read:everything"])),
        ),
    ];
    refused.extend(
        [
            "exp", "nbf", "iat", "aud", "iss", "sub", "sid", "ver", "perm",
        ]
        .map(|name| (name, without(name))),
    );
    for (what, token) in refused {
        let reply = auth.with_token(&token).get("/api/v1/auth/me").await;
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{what}");
        reply.problem(401, "unauthenticated");
    }
}

#[actix_web::test]
async fn forged_and_unsigned_tokens_do_not_count() {
    let database = database();
    let auth = Auth::on(&database).await;
    let admin = auth.admin().await;
    let user = admin.id.parse().unwrap();
    let stranger = TestKey::generate().access(user, &["users:read:all"]);
    let parts: Vec<&str> = admin.access_token().split('.').collect();
    let encode = |value: Value| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
    };
    let none = encode(json!({"alg": "none", "typ": "at+jwt"}));
    let swapped = encode(claims(&admin.id));
    for token in [
        stranger,
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{swapped}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        admin.refresh.clone(),
        "x".repeat(100_000),
        String::new(),
    ] {
        let status = auth
            .with_token(&token)
            .get("/api/v1/auth/me")
            .await
            .status
            .as_u16();
        assert!(matches!(status, 400 | 401 | 431), "{status}: {token:.60}");
    }
}

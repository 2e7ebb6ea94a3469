use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use nexus_auth::{
    ACCESS_AUDIENCE, ACCESS_TYPE, AccessClaims, ISSUER, SERVICE_AUDIENCE, SERVICE_TYPE,
    ServiceClaims,
};
use nexus_kernel::{SessionId, UserId};
use serde::Serialize;
use uuid::Uuid;

/// Signs tokens in auth's place.
pub struct TestKey {
    encoding: EncodingKey,
    kid: String,
}

static KEY: LazyLock<TestKey> = LazyLock::new(TestKey::generate);

/// Seconds since 1970.
#[must_use]
pub fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

impl TestKey {
    /// A key of its own, that nobody believes.
    #[must_use]
    pub fn generate() -> Self {
        use aws_lc_rs::signature::Ed25519KeyPair;
        let pair = Ed25519KeyPair::generate().unwrap();
        let document = pair.to_pkcs8v1().unwrap();
        let encoding = EncodingKey::from_ed_der(document.as_ref());
        let kid = Uuid::now_v7().to_string();
        Self { encoding, kid }
    }

    /// The key that test servers believe.
    #[must_use]
    pub fn trusted() -> &'static Self {
        &KEY
    }

    /// Its public half.
    #[must_use]
    pub fn jwks(&self) -> JwkSet {
        let mut key = Jwk::from_encoding_key(&self.encoding, Algorithm::EdDSA).unwrap();
        key.common.key_id = Some(self.kid.clone());
        JwkSet { keys: vec![key] }
    }

    /// Signs any claims under any `typ`.
    #[must_use]
    pub fn sign(&self, kind: &str, claims: &impl Serialize) -> String {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(kind.to_owned());
        header.kid = Some(self.kid.clone());
        encode(&header, claims, &self.encoding).unwrap()
    }

    /// Claims that are good for ten minutes.
    #[must_use]
    pub fn claims(user: UserId, permissions: &[&str]) -> AccessClaims {
        let now = unix_now();
        AccessClaims {
            iss: ISSUER.to_owned(),
            aud: ACCESS_AUDIENCE.to_owned(),
            sub: user,
            sid: SessionId::new(),
            jti: Uuid::now_v7(),
            iat: now,
            nbf: now,
            exp: now + 600,
            ver: 1,
            perm: permissions.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    /// A person's token.
    #[must_use]
    pub fn access(&self, user: UserId, permissions: &[&str]) -> String {
        self.sign(ACCESS_TYPE, &Self::claims(user, permissions))
    }

    /// A service's token.
    #[must_use]
    pub fn service(&self, name: &str) -> String {
        let now = unix_now();
        let claims = ServiceClaims {
            iss: ISSUER.to_owned(),
            aud: SERVICE_AUDIENCE.to_owned(),
            sub: name.to_owned(),
            jti: Uuid::now_v7(),
            iat: now,
            nbf: now,
            exp: now + 600,
        };
        self.sign(SERVICE_TYPE, &claims)
    }
}

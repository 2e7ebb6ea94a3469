use std::collections::HashMap;
use std::sync::RwLock;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey};

/// The public keys of auth, by key id.
#[derive(Default)]
pub struct KeyRing(RwLock<HashMap<String, DecodingKey>>);

impl KeyRing {
    /// Takes over what a JWKS says: keys that are not in it any more are not believed any more. Keys of another
    /// algorithm are passed over. Returns how many are held now.
    pub fn replace(&self, set: &JwkSet) -> usize {
        let keys: HashMap<_, _> = set
            .keys
            .iter()
            .filter(|key| {
                key.common
                    .key_algorithm
                    .is_none_or(|alg| alg.to_string() == "EdDSA")
            })
            .filter_map(|key| {
                let id = key.common.key_id.clone()?;
                let decoding = DecodingKey::from_jwk(key).ok()?;
                (decoding.family() == Algorithm::EdDSA.family()).then_some((id, decoding))
            })
            .collect();
        let count = keys.len();
        *self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = keys;
        count
    }

    /// Whether no key is known yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .is_empty()
    }

    pub(crate) fn find(&self, id: &str) -> Option<DecodingKey> {
        self.0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .get(id)
            .cloned()
    }
}

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use crate::secrets::Key;

/// Encrypts private keys for the database.
pub struct Sealer(RandomizedNonceKey);

impl Sealer {
    /// # Panics
    /// Never: a derived key has the 32 bytes that AES-256 takes.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        Self(RandomizedNonceKey::new(&AES_256_GCM, key.bytes()).expect("AES-256 takes 32 bytes"))
    }

    /// Encrypts `plain`; it opens only under the same name.
    ///
    /// # Panics
    /// When the operating system gives no randomness.
    #[must_use]
    pub fn seal(&self, name: &str, plain: &[u8]) -> Vec<u8> {
        let mut sealed = plain.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(name.as_bytes()), &mut sealed)
            .expect("a key of a hundred bytes can be encrypted");
        [nonce.as_ref().as_slice(), &sealed].concat()
    }

    /// Decrypts. `None` when the master secret or the name is another, or a bit has changed.
    #[must_use]
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = sealed.to_vec();
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(name.as_bytes()), &mut plain)
            .ok()?;
        Some(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_the_same_key_and_name_only() {
        let sealer = |digits: &str| Sealer::new(&Key::from_hex(&digits.repeat(32)).unwrap());
        let sealed = sealer("5a").seal("kid", b"private");
        assert_eq!(
            sealer("5a").open("kid", &sealed).as_deref(),
            Some(b"private".as_slice())
        );
        assert!(sealer("5a").open("other", &sealed).is_none());
        assert!(sealer("5b").open("kid", &sealed).is_none());
        assert!(sealer("5a").open("kid", b"short").is_none());
        assert!(!sealed.windows(7).any(|part| part == b"private"));
    }
}

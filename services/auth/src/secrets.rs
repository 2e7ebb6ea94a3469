//! Derived keys, random values, hashes. Nothing here is ever logged: no type has a telling `Debug`.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{hkdf, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 bits that nobody else knows.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Another key, for one purpose (HKDF-SHA256). Who knows it learns nothing about this one.
    ///
    /// # Panics
    /// Never: 32 bytes are within what HKDF gives.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"nexus-auth");
        let mut bytes = [0; 32];
        salt.extract(&self.0)
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|material| material.fill(&mut bytes))
            .expect("HKDF gives 32 bytes");
        Self(bytes)
    }

    /// What only the holder of this key can make of a value (HMAC-SHA256).
    #[must_use]
    pub fn mark(&self, value: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key, value).as_ref());
        bytes
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A token that only its holder has: we keep its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new one.
    ///
    /// # Panics
    /// When the operating system gives no randomness.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).expect("the operating system gives randomness");
        Self(bytes)
    }

    /// The one that a key makes of a value, the same every time.
    #[must_use]
    pub fn derived(key: &Key, value: &[u8]) -> Self {
        Self(key.mark(value))
    }

    /// The one that follows this one, the same every time.
    #[must_use]
    pub fn successor(&self, key: &Key) -> Self {
        Self(key.mark(&self.0))
    }

    /// Enough of it for a password's salt.
    pub(crate) fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        salt.copy_from_slice(&self.0[..16]);
        salt
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        digest(&SHA256, &self.0).as_ref().to_vec()
    }

    /// As it is handed out.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads [`Token::text`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::from_hex(&"5a".repeat(32)).unwrap()
    }

    #[test]
    fn a_master_secret_is_64_hexadecimal_digits() {
        assert!(Key::from_hex(&"zz".repeat(32)).is_none());
        assert!(Key::from_hex("5a").is_none());
        assert!(Key::from_hex(&"5A".repeat(32)).is_some());
    }

    #[test]
    fn keys_for_different_purposes_differ() {
        assert_ne!(key().derive("a").0, key().derive("b").0);
        assert_eq!(key().derive("a").0, key().derive("a").0);
    }

    #[test]
    fn a_token_survives_its_text_and_has_one_successor() {
        let token = Token::random();
        let again = Token::parse(&token.text()).unwrap();
        assert!(token == again);
        assert!(token.successor(&key()) == again.successor(&key()));
        assert!(token.successor(&key()) != token);
        assert!(Token::parse("short").is_none());
    }
}

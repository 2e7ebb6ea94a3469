//! The hash that an approval, an acceptance and a signature are bound to.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;

use super::model::Line;

/// SHA-256, in hex, of what binds: the document's terms and, line by line, what is sold at which price.
///
/// Neither ids nor costs nor positions of empty lines are in it: the same content has the same hash wherever it stands.
#[must_use]
pub fn content_hash(terms: &serde_json::Value, lines: &[Line]) -> String {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            json!([
                line.product_id,
                line.description,
                line.unit,
                line.quantity.normalize(),
                line.unit_price.normalize(),
                line.discount_percent.normalize(),
                line.unit_tax.normalize(),
                line.vat_rate,
                line.vat_nature,
                line.net_cents,
                line.tax_cents,
            ])
        })
        .collect();
    sha256_hex(
        json!({"terms": terms, "lines": lines})
            .to_string()
            .as_bytes(),
    )
}

/// SHA-256 in hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in digest(&SHA256, bytes).as_ref() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

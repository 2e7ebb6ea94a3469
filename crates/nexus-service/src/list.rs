//! What all lists have in common.

use nexus_kernel::Cursor;
use nexus_problem::{FieldErrors, Problem};
use serde::de::DeserializeOwned;

/// A page's length when nobody says.
pub const LIMIT_DEFAULT: u32 = 50;
/// A page's greatest length.
pub const LIMIT_MOST: u32 = 200;

/// How many records a page may have.
///
/// # Errors
/// 422 when the wish is not within 1 and [`LIMIT_MOST`].
pub fn page_limit(wish: Option<u32>) -> Result<usize, Problem> {
    let limit = wish.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MOST).contains(&limit) {
        return Ok(limit as usize);
    }
    let detail = format!("A page has between 1 and {LIMIT_MOST} records.");
    Err(FieldErrors::one("limit", "limit.range", detail).into())
}

/// Where a list is to go on.
///
/// # Errors
/// 422 when the text is no cursor of this list and sort.
pub fn read_cursor<K: DeserializeOwned>(text: Option<&str>) -> Result<Option<K>, Problem> {
    let cursor = text.map(Cursor::decode).transpose();
    cursor
        .map(|cursor| cursor.map(|Cursor(key)| key))
        .map_err(|_| {
            let detail = "This cursor is not of this list and sort. Start again without it.";
            FieldErrors::one("cursor", "cursor.foreign", detail).into()
        })
}

//! Keyset paging: a cursor holds the sort values of the last row given, never an offset.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a page ended, opaque to whoever passes it back. `K` holds the sort values and the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<K>(pub K);

/// The text is not a cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorError;

impl<K: Serialize> Cursor<K> {
    /// The cursor as text.
    ///
    /// # Panics
    /// Never: sort keys are numbers, strings and ids.
    #[must_use]
    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(&self.0).expect("sort keys have plain JSON forms");
        URL_SAFE_NO_PAD.encode(json)
    }
}

impl<K: DeserializeOwned> Cursor<K> {
    /// Reads what [`Cursor::encode`] wrote for the same list and sort.
    ///
    /// # Errors
    /// When it was written for another list or sort, or made up.
    pub fn decode(text: &str) -> Result<Self, CursorError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        serde_json::from_slice(&json)
            .map(Self)
            .map_err(|_| CursorError)
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// At most `limit` records.
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; `null` on the last.
    pub next_cursor: Option<String>,
    /// How many there are in all, when asked for with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// Makes a page of rows that were read with `limit + 1`: the extra row only says that there are more.
    /// `cursor` goes on after the last row shown.
    pub fn cut_with(mut rows: Vec<T>, limit: usize, cursor: impl FnOnce(&T) -> String) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(cursor);
        Self {
            items: rows,
            next_cursor,
            total: None,
        }
    }

    /// [`Page::cut_with`] for a list that has one order.
    pub fn cut<K: Serialize>(rows: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Self {
        Self::cut_with(rows, limit, |last| Cursor(key(last)).encode())
    }

    /// The page with these views of its records.
    pub fn with_items<U>(self, items: Vec<U>) -> Page<U> {
        Page {
            items,
            next_cursor: self.next_cursor,
            total: self.total,
        }
    }

    /// The page with another view of each record.
    pub fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(view).collect(),
            next_cursor: self.next_cursor,
            total: self.total,
        }
    }

    /// Everything there is, on one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
            total: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip_and_junk_does_not() {
        let cursor = Cursor(("Tabaccheria Rossi".to_owned(), 7_i64));
        let text = cursor.encode();
        assert_eq!(Cursor::decode(&text), Ok(cursor));
        assert_eq!(Cursor::<(i64, i64)>::decode(&text), Err(CursorError));
        assert_eq!(Cursor::<i64>::decode("%%%"), Err(CursorError));
    }

    #[test]
    fn the_extra_row_becomes_the_next_cursor_and_is_not_shown() {
        let page = Page::cut(vec![1, 2, 3], 2, |n| *n);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(Cursor::decode(&page.next_cursor.unwrap()), Ok(Cursor(2)));
        assert_eq!(Page::cut(vec![1, 2], 2, |n| *n).next_cursor, None);
    }
}

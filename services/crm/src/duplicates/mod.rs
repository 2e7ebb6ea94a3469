//! Whom we may know already: clients, leads and contacts with the same number, code, address or phone, or with nearly
//! the same name in the same place. Asked while somebody types, so it must answer in milliseconds among 100,000 clients:
//! every question enters an index, and names are compared only within a CAP or by their beginning.
//!
//! What the reader may not see is told of only where a number, an address or a phone is equal, and then only that it is
//! there and who looks after it: docs/decisions/0006-duplicates.md.

pub mod model;
pub mod queries;

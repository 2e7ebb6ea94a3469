//! What Italian law, the post and the revenue agency's exchange system (SDI) demand of a client's record.
//!
//! Every rule is a pure function: text in, a value or a named error out. Nothing here asks a network whether a number
//! exists, nor reads a clock. Errors carry a stable `code` (`vat_number.check_digit`) that the web app translates.

pub mod address;
pub mod comuni;
pub mod countries;
pub mod phone;
pub mod routes;
pub mod sdi;
pub mod tax_code;
pub mod vat_number;

pub use nexus_kernel::{holidays, text};

/// One remark about one field: `field` as the API spells it, a stable `code`, and what to do in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub field: &'static str,
    pub code: &'static str,
    pub detail: String,
}

/// An enum of named facts, each with its stable code and an English sentence.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $detail:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// The stable name, by which the web app translates.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What is wrong and what to do, in English.
            #[must_use]
            pub const fn detail(self) -> &'static str {
                match self { $(Self::$variant => $detail),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.detail())
            }
        }

        impl std::error::Error for $name {}
    };
}
pub(crate) use named;

/// The vectors that the web app's tests read too.
#[cfg(test)]
fn vectors() -> serde_json::Value {
    serde_json::from_str(include_str!("../../data/identity-vectors.json"))
        .expect("the vectors are JSON")
}

//! Why a request is not answered. Codes are VROOM's.

/// What went wrong, for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Our own failure; nothing the caller can change.
    #[error("{0}")]
    Internal(String),
    /// The request is at fault.
    #[error("{0}")]
    Input(String),
    /// Travel times could not be had.
    #[error("{0}")]
    Routing(String),
    /// More than this server takes.
    #[error("{0}")]
    TooLarge(String),
}

impl Fault {
    /// VROOM's `code`.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Internal(_) => 1,
            Self::Input(_) => 2,
            Self::Routing(_) => 3,
            Self::TooLarge(_) => 4,
        }
    }

    /// The HTTP status that vroom-express pairs with the code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Internal(_) | Self::Routing(_) => 500,
            Self::Input(_) => 400,
            Self::TooLarge(_) => 413,
        }
    }
}

/// An input fault with this text.
pub fn input(text: impl Into<String>) -> Fault {
    Fault::Input(text.into())
}

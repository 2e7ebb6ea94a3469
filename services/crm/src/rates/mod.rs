//! Two small tables that are written as a whole: what the law adds to a millilitre, and how much of a discount each role
//! may give without asking. Everybody who signs in reads them.

pub mod ceilings;
pub mod sheets;
pub mod taxes;

//! Figures as files: a table a tile, for a spreadsheet.

pub mod csv;
pub mod routes;
pub mod tables;
pub mod xlsx;

//! Files that bring records, from the upload to the report.

mod bench;
mod files;
mod kit;
mod leads;
mod rows;
mod runs;
mod sample;

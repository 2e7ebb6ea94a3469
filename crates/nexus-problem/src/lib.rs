#![doc = include_str!("../README.md")]

mod extract;
mod problem;
mod text;

pub use extract::{Body, BodyHash, Id, IfMatch, Query, from_json, merged, new_record};
pub use nexus_telemetry::trace_id;
pub use problem::{
    ApiError, ApiResult, FieldError, FieldErrors, Problem, ProblemBody, not_found_handler,
};
pub use text::{optional_text, required_text};

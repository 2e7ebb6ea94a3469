//! Extractors that answer bad input with a problem before the handler runs.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, IF_MATCH};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use aws_lc_rs::digest::{SHA256, digest};
use nexus_kernel::RecordId;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::{ApiError, FieldErrors, Problem};

/// A body must have arrived by then; the gateway's own deadline is shorter.
const BODY_DEADLINE: Duration = Duration::from_secs(15);

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// SHA-256 of a body's bytes: tells a repeated request from another one under the same key.
pub type BodyHash = [u8; 32];

/// A JSON body. An empty one reads as `{}`, for actions whose fields are all optional.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// What it was, to the byte.
    pub hash: BodyHash,
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| {
                let kind = kind.trim();
                kind.eq_ignore_ascii_case("application/json")
                    || kind.eq_ignore_ascii_case("application/merge-patch+json")
            });
        let reading = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = tokio::time::timeout(BODY_DEADLINE, reading)
                .await
                .map_err(|_| {
                    Problem::new(
                        actix_web::http::StatusCode::REQUEST_TIMEOUT,
                        "too-slow",
                        "The request took too long to arrive",
                        "Send the whole body without long pauses.",
                    )
                })?
                .map_err(|error| unreadable_payload(&error))?;
            if !is_json && !bytes.is_empty() {
                return Err(unsupported().into());
            }
            let hash = digest(&SHA256, &bytes)
                .as_ref()
                .try_into()
                .unwrap_or_default();
            let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
            Ok(Self {
                value: parse(text)?,
                hash,
            })
        })
    }
}

fn unsupported() -> Problem {
    Problem::new(
        actix_web::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "This kind of body is not understood",
        "Send JSON with Content-Type: application/json.",
    )
}

fn unreadable_payload(error: &actix_web::Error) -> Problem {
    if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(
            actix_web::http::StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The request is too large",
            "Send less at once: a JSON body may have up to 1 MiB.",
        )
    } else {
        Problem::unreadable("The body ended before it was complete.")
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if holds_nul(bytes) {
        let errors = FieldErrors::one("", "text.nul", "The character U+0000 cannot be stored.");
        return Err(Problem::validation(errors));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        if error.inner().is_data() {
            misfit(&error)
        } else {
            Problem::unreadable(format!(
                "The body is not well-formed JSON: {}.",
                error.inner()
            ))
        }
    })?;
    reader
        .end()
        .map_err(|_| Problem::unreadable("Something follows the JSON value."))?;
    Ok(value)
}

/// 422: well-formed, but not of the shape that is asked for.
fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let pointer: String = error.path().iter().map(pointer_to).collect();
    let code = if error.inner().to_string().starts_with("unknown field") {
        "field.unknown"
    } else {
        "field.malformed"
    };
    Problem::validation(FieldErrors::one(
        &pointer,
        code,
        without_place(error.inner()),
    ))
}

/// One step of a JSON pointer (RFC 6901).
fn pointer_to(step: &Segment) -> String {
    match step {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    }
}

/// Reads a JSON value as a `T`.
///
/// # Errors
/// 422 with a pointer to what does not fit.
pub fn from_json<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| misfit(&error))
}

/// Takes the id that the caller may have chosen for a new record out of its JSON; the rest are its fields.
///
/// # Errors
/// 422 when the body is no object, the id is no UUID, or a field does not fit.
pub fn new_record<I, T: DeserializeOwned>(
    mut body: serde_json::Value,
) -> Result<(RecordId<I>, T), Problem> {
    let id = body.as_object_mut().and_then(|fields| fields.remove("id"));
    let id = match id {
        None | Some(serde_json::Value::Null) => RecordId::new(),
        Some(id) => serde_json::from_value(id).map_err(|_| {
            Problem::validation(FieldErrors::one(
                "/id",
                "id.malformed",
                "An id is a UUID, best of version 7.",
            ))
        })?,
    };
    Ok((id, from_json(body)?))
}

/// A record's fields after a JSON merge patch (RFC 7396): absent keeps, `null` clears, a value sets.
///
/// # Errors
/// 422 when the patch is no object, or a field is unknown or does not fit.
pub fn merged<T: DeserializeOwned + serde::Serialize>(
    current: &T,
    patch: &serde_json::Value,
) -> Result<T, Problem> {
    if !patch.is_object() {
        let errors = FieldErrors::one(
            "",
            "patch.not_object",
            "A patch is an object of the fields to change.",
        );
        return Err(errors.into());
    }
    let mut fields = serde_json::to_value(current).map_err(|_| Problem::internal())?;
    merge(&mut fields, patch);
    from_json(fields)
}

fn merge(target: &mut serde_json::Value, patch: &serde_json::Value) {
    use serde_json::Value;
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else {
        return;
    };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

/// The error's text without "at line 1 column 2", which says nothing to whoever sent a form.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// PostgreSQL's text cannot hold U+0000; in JSON it can only come as an escape (or as a bare byte, which is no JSON).
fn holds_nul(json: &[u8]) -> bool {
    let mut escaped = false;
    json.iter().enumerate().any(|(at, byte)| {
        let starts_escape = escaped && json[at..].starts_with(b"u0000");
        escaped = *byte == b'\\' && !escaped;
        starts_escape
    })
}

/// Query parameters. A parameter nobody knows is an error, when `T` denies unknown fields.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let text = request.query_string();
        ready(if text.contains("%00") {
            let errors = FieldErrors::one(
                "",
                "text.nul",
                "The character U+0000 cannot be searched for.",
            );
            Err(Problem::validation(errors).into())
        } else {
            actix_web::web::Query::from_query(text)
                .map(|query: actix_web::web::Query<T>| Self(query.into_inner()))
                .map_err(|error| {
                    let errors = FieldErrors::one("", "query.malformed", error.to_string());
                    Problem::validation(errors).into()
                })
        })
    }
}

/// The `{id}` of the path. What is no id names no record: 404.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub RecordId<T>);

impl<T: 'static> FromRequest for Id<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").map(RecordId::from_str);
        ready(match id {
            Some(Ok(id)) => Ok(Self(id)),
            _ => Err(Problem::not_found("record").into()),
        })
    }
}

/// The versions named by `If-Match`; `None` when the header is absent, empty for `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<i64>>);

impl IfMatch {
    /// For work that does not depend on a version.
    #[must_use]
    pub const fn any() -> Self {
        Self(None)
    }

    /// For changes that must not be made blindly.
    ///
    /// # Errors
    /// 428 when the header is absent.
    pub fn required(self) -> Result<Self, Problem> {
        if self.0.is_some() {
            return Ok(self);
        }
        Err(Problem::new(
            actix_web::http::StatusCode::PRECONDITION_REQUIRED,
            "precondition-required",
            "Say which version you are changing",
            "Send If-Match with the ETag of the record as you read it, or * to change it whatever it is.",
        ))
    }

    /// Whether a record of this version may be changed.
    #[must_use]
    pub fn allows(&self, version: i64) -> bool {
        match &self.0 {
            None => true,
            Some(versions) => versions.is_empty() || versions.contains(&version),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let Some(header) = request.headers().get(IF_MATCH) else {
            return ready(Ok(Self(None)));
        };
        let text = header.to_str().unwrap_or_default().trim();
        if text == "*" {
            return ready(Ok(Self(Some(Vec::new()))));
        }
        // An ETag that is not one of ours matches nothing, like any other that is not current.
        let versions = text
            .split(',')
            .map(|tag| tag.trim().trim_matches('"').parse().unwrap_or(-1))
            .collect();
        ready(Ok(Self(Some(versions))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Site {
        #[expect(dead_code, reason = "only its reading is tested")]
        cap: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        #[expect(dead_code, reason = "only its reading is tested")]
        sites: Vec<Site>,
    }

    fn problem(json: &str) -> Problem {
        parse::<Form>(json.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_wrong_type_deep_inside_is_pointed_at() {
        let told = problem(r#"{"sites":[{"cap":"10121"},{"cap":7}]}"#).body(None);
        assert_eq!(
            (told.status, told.errors[0].pointer.as_str()),
            (422, "/sites/1/cap")
        );
        assert_eq!(told.errors[0].code, "field.malformed");
    }

    #[test]
    fn what_begins_with_a_list_is_pointed_at_too() {
        for (json, pointer) in [
            (serde_json::json!([{"cap": "1"}, {"cap": 7}]), "/1/cap"),
            (serde_json::json!([{"cap": "1", "a/b~": 7}]), "/0/a~1b~0"),
            (serde_json::json!({"cap": "1"}), ""),
        ] {
            let told = from_json::<Vec<Site>>(json).unwrap_err().body(None);
            assert_eq!(told.errors[0].pointer, pointer);
        }
    }

    #[test]
    fn an_unknown_field_is_never_dropped_in_silence() {
        let told = problem(r#"{"sites":[],"nmae":"x"}"#).body(None);
        assert_eq!(told.errors[0].code, "field.unknown");
    }

    #[test]
    fn broken_json_is_400_and_nesting_is_bounded() {
        assert_eq!(problem("{").status().as_u16(), 400);
        assert_eq!(problem(&"[".repeat(100_000)).status().as_u16() / 100, 4);
        assert_eq!(problem(r#"{"sites":[]} x"#).status().as_u16(), 400);
    }

    #[test]
    fn a_merge_patch_keeps_clears_and_sets_at_any_depth() {
        let current = serde_json::json!({"name": "Rossi", "phone": "1", "adm": {"number": "7", "office": "TO"}});
        let patch = serde_json::json!({"phone": null, "adm": {"office": "MI"}, "email": "a@b.it"});
        let after: serde_json::Value = merged(&current, &patch).unwrap();
        assert_eq!(
            after,
            serde_json::json!({"name": "Rossi", "adm": {"number": "7", "office": "MI"}, "email": "a@b.it"})
        );
        assert_eq!(
            merged(&current, &serde_json::json!([]))
                .unwrap_err()
                .status()
                .as_u16(),
            422
        );
    }

    #[test]
    fn a_new_record_may_bring_its_id() {
        let id = RecordId::<Form>::new();
        let body = serde_json::json!({"id": id, "sites": []});
        let (read, _) = new_record::<Form, Form>(body).unwrap();
        assert_eq!(read, id);
        let told = new_record::<Form, Form>(serde_json::json!({"id": 7, "sites": []})).unwrap_err();
        assert_eq!(told.body(None).errors[0].pointer, "/id");
    }

    #[test]
    fn nul_is_found_as_an_escape_and_not_in_an_escaped_backslash() {
        assert!(holds_nul(br#"{"a":"x\u0000y"}"#));
        assert!(!holds_nul(br#"{"a":"x\\u0000y"}"#));
        assert!(holds_nul(br#"{"a":"x\\\u0000y"}"#));
    }

    fn if_match(text: &str) -> IfMatch {
        let request = TestRequest::default()
            .insert_header((IF_MATCH, text))
            .to_http_request();
        IfMatch::from_request(&request, &mut Payload::None)
            .into_inner()
            .unwrap()
    }

    #[test]
    fn if_match_names_versions_or_any() {
        assert!(if_match("\"3\"").allows(3));
        assert!(!if_match("\"3\"").allows(4));
        assert!(if_match("\"3\", \"4\"").allows(4));
        assert!(if_match("*").allows(9));
        assert!(!if_match("\"abc\"").allows(1));
        assert!(IfMatch(None).allows(1));
        assert_eq!(IfMatch(None).required().unwrap_err().status().as_u16(), 428);
    }
}

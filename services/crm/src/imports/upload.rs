//! A multipart upload, kept piece by piece as it arrives. Neither the file nor a large part of it is ever in memory.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::StatusCode;
use aws_lc_rs::digest::{Context, SHA256};
use futures_util::StreamExt;
use nexus_db::DbError;
use nexus_problem::{BodyHash, FieldErrors, Problem};
use nexus_service::App;

use super::chunks::{self, CHUNK};
use super::guess::Kind;
use super::model::ImportId;

/// The largest file.
const FILE_MOST: usize = 64 * 1024 * 1024;
/// What the parts' heads and the other fields add to it at most.
const AROUND: u64 = 64 * 1024;
/// No longer pause between two pieces of the body.
const PAUSE: Duration = Duration::from_secs(15);
const KIND_MOST: usize = 40;
const NAME_MOST: usize = 200;

/// What arrived.
pub struct Received {
    pub kind: Kind,
    pub filename: String,
    /// Of kind and file: the same for a repeated request.
    pub hash: BodyHash,
}

/// Refuses a body that says it is too large, before it is read.
///
/// # Errors
/// 413.
pub fn check_length(said: Option<u64>) -> Result<(), Problem> {
    let most = u64::try_from(FILE_MOST).unwrap_or(u64::MAX) + AROUND;
    match said {
        Some(length) if length > most => Err(too_large()),
        _ => Ok(()),
    }
}

/// Reads all parts; the file's bytes go to the pieces of this import.
///
/// # Errors
/// What is wrong with the request, or the database's.
pub async fn receive(app: &App, id: ImportId, mut body: Multipart) -> Result<Received, Problem> {
    let (mut kind, mut file) = (None, None);
    while let Some(part) = next(&mut body).await? {
        let mut part = part;
        match part.name() {
            Some("kind") if kind.is_none() => kind = Some(read_kind(&mut part).await?),
            Some("file") if file.is_none() => {
                file = Some((filename(&part), store(app, id, &mut part).await?));
            }
            name => {
                let pointer = format!("/{}", name.unwrap_or_default());
                let detail = "The parts are `kind` and `file`, each once.";
                return Err(FieldErrors::one(&pointer, "part.unknown", detail).into());
            }
        }
    }
    let mut errors = FieldErrors::default();
    if kind.is_none() {
        errors.add("/kind", "kind.missing", "Say what the rows are.");
    }
    if file.is_none() {
        errors.add(
            "/file",
            "file.missing",
            "Send the file as a part named `file`.",
        );
    }
    let (Some(kind), Some((filename, of_file))) = (kind, file) else {
        return Err(errors.into());
    };
    let mut all = Context::new(&SHA256);
    all.update(kind.word().as_bytes());
    all.update(&of_file);
    let hash = all.finish().as_ref().try_into().unwrap_or_default();
    Ok(Received {
        kind,
        filename,
        hash,
    })
}

async fn next(body: &mut Multipart) -> Result<Option<Field>, Problem> {
    let part = tokio::time::timeout(PAUSE, body.next()).await;
    let part = part.map_err(|_| too_slow())?;
    part.transpose().map_err(|error| unreadable(&error))
}

async fn read_kind(part: &mut Field) -> Result<Kind, Problem> {
    let mut bytes = Vec::new();
    while let Some(some) = next_bytes(part).await? {
        bytes.extend_from_slice(&some);
        if bytes.len() > KIND_MOST {
            break;
        }
    }
    let word = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    Kind::from_word(word).ok_or_else(|| {
        let detail = "Rows are clients, products, users or opportunities.";
        FieldErrors::one("/kind", "kind.unknown", detail).into()
    })
}

fn filename(part: &Field) -> String {
    let given = part
        .content_disposition()
        .and_then(|head| head.get_filename());
    let name = given.unwrap_or("import.csv");
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let printable = last.chars().filter(|c| !c.is_control());
    let name: String = printable.take(NAME_MOST).collect();
    if name.trim().is_empty() {
        "import.csv".to_owned()
    } else {
        name
    }
}

/// Keeps the file; returns its hash.
async fn store(app: &App, id: ImportId, part: &mut Field) -> Result<BodyHash, Problem> {
    let mut hash = Context::new(&SHA256);
    let mut piece: Vec<u8> = Vec::with_capacity(CHUNK);
    let (mut length, mut number) = (0, 0);
    while let Some(bytes) = next_bytes(part).await? {
        length += bytes.len();
        if length > FILE_MOST {
            return Err(too_large());
        }
        hash.update(&bytes);
        let mut rest: &[u8] = &bytes;
        while !rest.is_empty() {
            let (some, after) = rest.split_at(rest.len().min(CHUNK - piece.len()));
            piece.extend_from_slice(some);
            rest = after;
            if piece.len() == CHUNK {
                let full = std::mem::replace(&mut piece, Vec::with_capacity(CHUNK));
                keep(app, id, number, full).await?;
                number += 1;
            }
        }
    }
    if !piece.is_empty() {
        keep(app, id, number, piece).await?;
    }
    Ok(hash.finish().as_ref().try_into().unwrap_or_default())
}

async fn keep(app: &App, id: ImportId, number: i32, bytes: Vec<u8>) -> Result<(), Problem> {
    let kept = app
        .db
        .transaction(move |conn| chunks::store(conn, id, number, &bytes));
    kept.await.map_err(|error: DbError| error.into())
}

async fn next_bytes(part: &mut Field) -> Result<Option<actix_web::web::Bytes>, Problem> {
    let bytes = tokio::time::timeout(PAUSE, part.next()).await;
    let bytes = bytes.map_err(|_| too_slow())?;
    bytes.transpose().map_err(|error| unreadable(&error))
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "The file is too large",
        "A file may have up to 64 MiB. Split it, with the first line in each part.",
    )
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "too-slow",
        "The request took too long to arrive",
        "Send the whole file without long pauses.",
    )
}

fn unreadable(error: &MultipartError) -> Problem {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible
        | MultipartError::BoundaryMissing => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "This kind of body is not understood",
            "Send a form as multipart/form-data with the parts `kind` and `file`.",
        ),
        _ => Problem::unreadable("The form is damaged, or ended before it was complete."),
    }
}

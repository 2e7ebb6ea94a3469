//! Rows become records: a batch at a time, in one transaction with what is told of each row and how far the file is read.
//! A check goes the same way and stops before anything is written.

pub mod clients;
mod clients_reading;
pub mod deals;
mod deals_known;
mod deals_reading;
mod deals_story;
mod leads;
mod leads_origins;
mod leads_reading;
mod matching;
pub mod parents;
mod people;
mod plan;
mod products;
mod products_reading;
pub mod users;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_auth::Scope;
use nexus_db::{DbError, DbResult};
use nexus_kernel::UserId;
use nexus_problem::FieldError;
use serde_json::json;
use uuid::Uuid;

use super::chunks::ChunkReader;
use super::guess::Kind;
use super::model::{Import, ImportMode, ImportStatus, Phase};
use super::queries::{self, RowEntry, RowOutcome};
use super::reader::{BadRow, Row, RowFlaw, Rows};
use super::sheet::{Cells, Sheet};
use nexus_records::Act;
use nexus_records::users as people_mirror;
use nexus_records::{Sees, Viewer};
pub use plan::{Planned, Trace};

/// Rows of one transaction: short enough to let others to the database in between.
pub const BATCH: usize = 1000;
/// So many bytes of the file at most, whatever the rows.
const BYTES: u64 = 2 * 1024 * 1024;

/// What a batch works with.
pub struct Job {
    pub import: Import,
    pub sheet: Sheet,
    /// Whoever started it, reaching the records that it may write.
    pub act: Act,
    /// Whose clients it may name; `None`: nobody's.
    pub clients: Option<Viewer>,
    /// False for a check.
    pub applies: bool,
}

/// What becomes of one row.
#[derive(Debug)]
pub struct Verdict {
    pub outcome: RowOutcome,
    pub record_id: Option<Uuid>,
    pub problems: Vec<FieldError>,
    pub warned: bool,
}

impl Verdict {
    /// It went in.
    #[must_use]
    pub fn done(outcome: RowOutcome, id: Uuid, cells: Cells<'_>) -> Self {
        Self {
            outcome,
            record_id: Some(id),
            warned: !cells.warnings.is_empty(),
            problems: cells.warnings,
        }
    }

    /// It cannot go in, and changed nothing.
    #[must_use]
    pub fn failed(cells: Cells<'_>) -> Self {
        let mut problems = cells.errors;
        problems.extend(cells.warnings);
        Self {
            outcome: RowOutcome::Failed,
            record_id: None,
            problems,
            warned: false,
        }
    }

    /// The record is there already, and is as the row says.
    #[must_use]
    pub fn already_there(id: Uuid) -> Self {
        Self::left(
            id,
            "row.already_there",
            "This record is there already.",
            false,
        )
    }

    /// The record is there already, and differs; only an upsert changes it.
    #[must_use]
    pub fn differs(id: Uuid) -> Self {
        let detail = "This record is there already and differs. Choose `upsert` to change it.";
        Self::left(id, "row.exists_differs", detail, true)
    }

    fn left(id: Uuid, code: &str, detail: &str, warned: bool) -> Self {
        Self {
            outcome: RowOutcome::Skipped,
            record_id: Some(id),
            problems: vec![remark(code, detail)],
            warned,
        }
    }
}

fn remark(code: &str, detail: &str) -> FieldError {
    FieldError {
        pointer: String::new(),
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

impl Job {
    /// The job of an import, in the name of whoever started it.
    pub fn of(conn: &mut PgConnection, import: Import, now: DateTime<Utc>) -> DbResult<Self> {
        let actor = import.started_by.unwrap_or(import.created_by);
        let rights = import.rights.clone();
        let writes = match import.kind {
            Kind::Clients => rights.write_clients,
            Kind::Opportunities => rights.write_opportunities,
            Kind::Leads => rights.write_leads,
            Kind::Products | Kind::Users => Some(Scope::All),
        };
        let viewer = viewer(conn, actor, writes.unwrap_or(Scope::Own))?;
        let clients = match rights.read_clients {
            Some(scope) => Some(self::viewer(conn, actor, scope)?),
            None => None,
        };
        Ok(Self {
            sheet: Sheet::of(&import),
            act: Act { viewer, now },
            clients,
            applies: import.status == ImportStatus::Running,
            import,
        })
    }

    fn upserts(&self) -> bool {
        self.import.options.mode == ImportMode::Upsert
    }
}

fn viewer(conn: &mut PgConnection, user_id: UserId, scope: Scope) -> DbResult<Viewer> {
    let sees = match scope {
        Scope::All => Sees::Everything,
        Scope::Team => Sees::OwnedBy(people_mirror::queries::team(conn, user_id)?),
        Scope::Own => Sees::OwnedBy(vec![user_id]),
    };
    Ok(Viewer { user_id, sees })
}

/// How far a batch came.
pub enum Step {
    /// There is more; what a check would have made.
    More(Planned),
    /// All is done.
    Done,
    /// It is another worker's now, or gone.
    Lost,
}

/// The next batch: reads rows, decides, writes, tells, and keeps the place; all in the caller's transaction.
pub fn step(
    conn: &mut PgConnection,
    import: Import,
    planned: &Planned,
    most: usize,
    now: DateTime<Utc>,
) -> DbResult<Step> {
    if import.phase == Phase::Parents {
        return parents::step(conn, import, planned, now);
    }
    let batch = read(conn, &import, most)?;
    let job = Job::of(conn, import, now)?;
    let (rows, bad) = batch.parted();
    let (verdicts, fresh) = match job.import.kind {
        Kind::Clients => clients::take_in(conn, &job, &rows, planned)?,
        Kind::Opportunities => deals::take_in(conn, &job, &rows, planned)?,
        Kind::Leads => leads::take_in(conn, &job, &rows, planned)?,
        Kind::Products => products::take_in(conn, &job, &rows, planned)?,
        Kind::Users => (Vec::new(), Planned::default()),
    };
    let mut import = job.import;
    tell(conn, &mut import, &rows, &bad, verdicts)?;
    (import.read_offset, import.read_line) = batch.ends;
    if batch.ended {
        import.phase = Phase::Parents;
    }
    queries::save(conn, &import)?;
    Ok(Step::More(fresh))
}

/// Some rows of a file.
pub struct Batch {
    read: Vec<Result<Row, BadRow>>,
    pub ends: (i64, i64),
    pub ended: bool,
}

impl Batch {
    /// Every row with its line, good or bad.
    pub fn lines(&self) -> impl Iterator<Item = (i64, &[String])> {
        self.read.iter().map(|row| match row {
            Ok(row) => (whole(row.line), row.fields.as_slice()),
            Err(bad) => (whole(bad.line), bad.fields.as_slice()),
        })
    }

    /// The rows that can be used, and those that cannot.
    #[must_use]
    pub fn parted(&self) -> (Vec<&Row>, Vec<&BadRow>) {
        let rows = self.read.iter().filter_map(|row| row.as_ref().ok());
        let bad = self.read.iter().filter_map(|row| row.as_ref().err());
        (rows.collect(), bad.collect())
    }
}

/// Reads the next rows of the file.
pub fn read(conn: &mut PgConnection, import: &Import, most: usize) -> DbResult<Batch> {
    let from = import.position();
    let begun = from.offset > 0;
    let input = ChunkReader::new(conn, import.id, from.offset)?;
    let mut rows = if begun {
        Rows::resume(input, import.dialect(), import.header(), from)
    } else {
        Rows::new(input, import.dialect()).map_err(|_| unreadable())?
    };
    let start = rows.position().offset;
    let (mut read, mut ended) = (Vec::new(), false);
    while read.len() < most && rows.position().offset - start < BYTES {
        match rows.next() {
            None => {
                ended = true;
                break;
            }
            Some(Err(bad)) if matches!(bad.flaw, RowFlaw::Unreadable(_)) => {
                return Err(unreadable());
            }
            Some(row) => read.push(row),
        }
    }
    let at = rows.position();
    let ends = (whole(at.offset), whole(at.line));
    Ok(Batch { read, ends, ended })
}

fn unreadable() -> DbError {
    DbError::Unreachable("the uploaded file cannot be read".to_owned())
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Counts what became of the rows and keeps what is worth telling: all but rows that plainly made a record.
pub fn tell(
    conn: &mut PgConnection,
    import: &mut Import,
    rows: &[&Row],
    bad: &[&BadRow],
    verdicts: Vec<Verdict>,
) -> DbResult<()> {
    let mut entries = Vec::new();
    for (row, mut verdict) in rows.iter().zip(verdicts) {
        if row.guessed_encoding {
            let detail = "Some letters are not UTF-8; they were read as Windows-1252.";
            verdict.problems.push(remark("row.encoding", detail));
            verdict.warned |= verdict.outcome != RowOutcome::Failed;
        }
        count(import, &verdict);
        if verdict.outcome != RowOutcome::Created || !verdict.problems.is_empty() {
            entries.push(entry(import, row.line, &row.fields, verdict));
        }
    }
    for row in bad {
        let verdict = Verdict {
            outcome: RowOutcome::Failed,
            record_id: None,
            problems: vec![remark(row.flaw.code(), &row.flaw.detail())],
            warned: false,
        };
        count(import, &verdict);
        entries.push(entry(import, row.line, &row.fields, verdict));
    }
    queries::insert_rows(conn, &entries)
}

fn count(import: &mut Import, verdict: &Verdict) {
    import.rows_done += 1;
    import.warned_count += i64::from(verdict.warned);
    *match verdict.outcome {
        RowOutcome::Created => &mut import.created_count,
        RowOutcome::Updated => &mut import.updated_count,
        RowOutcome::Skipped => &mut import.skipped_count,
        RowOutcome::Failed => &mut import.failed_count,
    } += 1;
}

fn entry(import: &Import, line: u64, fields: &[String], verdict: Verdict) -> RowEntry {
    RowEntry {
        import_id: import.id,
        line: whole(line),
        outcome: verdict.outcome,
        record_id: verdict.record_id,
        problems: json!(verdict.problems),
        fields: json!(fields),
        warned: verdict.warned,
    }
}

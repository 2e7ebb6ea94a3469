//! Rows that are people: auth makes them. They are asked for between two transactions, and each name is made once
//! however often it is asked for, so a batch that was told twice changes nothing.

use std::collections::HashMap;
use std::time::Duration;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_peers::PeerError;
use nexus_problem::{FieldErrors, required_text};
use nexus_service::App;
use serde::{Deserialize, Serialize};

use super::{Job, Verdict};
use crate::imports::queries::RowOutcome;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::italy::text::{fold, key};
use nexus_records::users;

/// People of one call.
pub const AT_ONCE: usize = 200;
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody to be made.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    office: Option<String>,
    role: &'static str,
}

#[derive(Serialize)]
struct Question<'a> {
    actor_id: UserId,
    users: &'a [Person],
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Made>,
}

#[derive(Debug, Clone, Deserialize)]
struct Made {
    name: String,
    id: UserId,
    outcome: String,
}

/// A row on its way: what to ask for, or why not.
pub enum Asked {
    Person(Person),
    Refused(Verdict),
}

/// What the rows ask for.
#[must_use]
pub fn people(job: &Job, rows: &[&Row]) -> Vec<Asked> {
    let person = |row: &&Row| {
        let mut cells = Cells::new(&job.sheet, &row.fields);
        let mut errors = FieldErrors::default();
        let name = cells.text("name").unwrap_or_default();
        let name = required_text(&mut errors, "/name", name, 100);
        cells.take_errors(errors);
        let role = role(&mut cells);
        let text = |field| cells.text(field).map(str::to_owned);
        let person = Person {
            name,
            manager_name: text("manager"),
            office: text("office"),
            role,
        };
        if cells.errors.is_empty() {
            Asked::Person(person)
        } else {
            Asked::Refused(Verdict::failed(cells))
        }
    };
    rows.iter().map(person).collect()
}

fn role(cells: &mut Cells<'_>) -> &'static str {
    let Some(text) = cells.text("role") else {
        return "agent";
    };
    match fold(text).as_str() {
        "agent" | "agente" | "venditore" | "commerciale" | "sales agent" | "sales" => "agent",
        "manager" | "responsabile" | "capo area" | "sales manager" | "direttore" => "manager",
        "back office" | "backoffice" | "ufficio" => "back_office",
        "admin" | "amministratore" | "administrator" => "admin",
        "viewer" | "sola lettura" | "lettore" => "viewer",
        _ => {
            let detail = "Roles are agent, manager, back_office, viewer and admin.";
            cells.error("role", "role.unknown", detail);
            "agent"
        }
    }
}

/// Asks auth for these people and says what became of each row; the ids that the mirror should know soon come with it.
///
/// # Errors
/// When auth cannot be reached.
pub async fn ask(
    app: &App,
    actor: UserId,
    asked: Vec<Asked>,
) -> Result<(Vec<Verdict>, Vec<UserId>), PeerError> {
    let people = asked.iter().filter_map(|asked| match asked {
        Asked::Person(person) => Some(person.clone()),
        Asked::Refused(_) => None,
    });
    let people: Vec<Person> = people.collect();
    let mut answers = HashMap::new();
    let mut refused = HashMap::new();
    for some in people.chunks(AT_ONCE) {
        match call(app, actor, some).await {
            Ok(made) => answers.extend(made),
            // One of them is refused: ask for each alone, to know which.
            Err(PeerError::Refused(status)) if status.as_u16() == 422 => {
                for one in some {
                    match call(app, actor, std::slice::from_ref(one)).await {
                        Ok(made) => answers.extend(made),
                        Err(PeerError::Refused(_)) => drop(refused.insert(key(&one.name), ())),
                        Err(error) => return Err(error),
                    }
                }
            }
            Err(error) => return Err(error),
        }
    }
    let ids = answers.values().map(|made: &Made| made.id).collect();
    let mut seen = HashMap::new();
    let verdicts = asked.into_iter().map(|asked| match asked {
        Asked::Refused(verdict) => verdict,
        Asked::Person(person) => match answers.get(&key(&person.name)) {
            Some(made) => of(made, seen.insert(made.id, ()).is_some()),
            None => refusal(),
        },
    });
    Ok((verdicts.collect(), ids))
}

async fn call(
    app: &App,
    actor_id: UserId,
    users: &[Person],
) -> Result<HashMap<String, Made>, PeerError> {
    let url = format!("{}/internal/users/import", app.peers.auth_url());
    let question = Question { actor_id, users };
    let answer: Answer = app.peers.post(&url, &question, PATIENCE).await?;
    let made = answer.results.into_iter();
    let mut by_name: HashMap<String, Made> = HashMap::new();
    for one in made {
        // The same name twice in one call: the first says whether it is new.
        by_name.entry(key(&one.name)).or_insert(one);
    }
    Ok(by_name)
}

fn of(made: &Made, again: bool) -> Verdict {
    if made.outcome == "created" && !again {
        Verdict {
            outcome: RowOutcome::Created,
            record_id: Some(made.id.uuid()),
            problems: Vec::new(),
            warned: false,
        }
    } else {
        Verdict::already_there(made.id.uuid())
    }
}

fn refusal() -> Verdict {
    let detail =
        "This person was refused: the name cannot be used, or the role has rights beyond yours.";
    Verdict {
        outcome: RowOutcome::Failed,
        record_id: None,
        problems: vec![super::remark("user.refused", detail)],
        warned: false,
    }
}

/// What would become of the rows, by the people known here.
pub fn foreseen(conn: &mut PgConnection, asked: Vec<Asked>) -> DbResult<Vec<Verdict>> {
    let keys = asked.iter().filter_map(|asked| match asked {
        Asked::Person(person) => Some(key(&person.name)),
        Asked::Refused(_) => None,
    });
    let keys: Vec<String> = keys.collect();
    let mut known: HashMap<String, UserId> = users::queries::with_name_keys(conn, &keys)?
        .into_iter()
        .collect();
    let verdict = |asked: Asked| match asked {
        Asked::Refused(verdict) => verdict,
        Asked::Person(person) => match known.get(&key(&person.name)) {
            Some(id) => Verdict::already_there(id.uuid()),
            None => {
                let id = UserId::new();
                known.insert(key(&person.name), id);
                Verdict {
                    outcome: RowOutcome::Created,
                    record_id: None,
                    problems: Vec::new(),
                    warned: false,
                }
            }
        },
    };
    Ok(asked.into_iter().map(verdict).collect())
}

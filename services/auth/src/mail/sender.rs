//! The task that hands letters to the mail server, one after the other.

use std::sync::Arc;
use std::time::Duration;

use nexus_db::DbError;
use nexus_service::App;

use super::model::{Kind, letter};
use super::post::{Post, Undelivered};
use super::queries::Due;
use super::{commands, letters, queries};
use crate::app::Auth;
use crate::invitations::model::link;

/// Letters of other replicas, and those put off, are looked for so often.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Sends what there is to send, for ever.
pub(crate) async fn send(app: App, auth: Arc<Auth>) {
    let Some(post) = &auth.post else { return };
    loop {
        let sent = match send_one(&app, &auth, post).await {
            Ok(false) => send_others(&app, &auth, post).await,
            sent => sent,
        };
        match sent {
            Ok(true) => {}
            Ok(false) => {
                let _woken = tokio::time::timeout(LOOK_EVERY, auth.letters.notified()).await;
            }
            Err(error) => {
                tracing::debug!(cause = %error, "letters wait for the database");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Whether there was one.
async fn send_one(app: &App, auth: &Auth, post: &Post) -> Result<bool, DbError> {
    let now = app.now();
    let take = move |conn: &mut diesel::PgConnection| commands::take(conn, now);
    let Some(due) = app.db.transaction(take).await? else {
        return Ok(false);
    };
    let id = due.invitation_id;
    if is_over(deliver(auth, post, due).await) {
        let delete = move |conn: &mut diesel::PgConnection| queries::delete(conn, id);
        app.db.transaction(delete).await?;
    }
    Ok(true)
}

/// The same for what other services write.
async fn send_others(app: &App, auth: &Auth, post: &Post) -> Result<bool, DbError> {
    let now = app.now();
    let take = move |conn: &mut diesel::PgConnection| letters::commands::take(conn, now);
    let Some(due) = app.db.transaction(take).await? else {
        return Ok(false);
    };
    let id = due.id;
    if is_over(deliver_other(auth, post, due).await) {
        let end = move |conn: &mut diesel::PgConnection| letters::queries::end(conn, id);
        app.db.transaction(end).await?;
    }
    Ok(true)
}

fn is_over(delivered: Result<(), Undelivered>) -> bool {
    match delivered {
        Ok(()) => {
            tracing::info!("a letter was sent");
            true
        }
        Err(Undelivered::Never(cause)) => {
            tracing::warn!(cause, "a letter will never arrive");
            true
        }
        Err(Undelivered::Later(cause)) => {
            tracing::warn!(cause, "a letter waits");
            false
        }
    }
}

async fn deliver_other(
    auth: &Auth,
    post: &Post,
    due: letters::queries::Due,
) -> Result<(), Undelivered> {
    let reader = due.reader;
    let Some(email) = reader.address() else {
        return Err(Undelivered::Never("nobody reads this address any more"));
    };
    let url = auth.config.public_url.page(&due.path);
    let letter = letters::model::letter(due.subject, &due.text, &reader.locale, &reader.name, &url);
    post.send(due.id, &reader.name, email, letter).await
}

async fn deliver(auth: &Auth, post: &Post, due: Due) -> Result<(), Undelivered> {
    let Some(email) = due.email else {
        return Err(Undelivered::Never("nobody has this address any more"));
    };
    let url = link(
        &auth.invitation_key,
        &auth.config.public_url,
        due.invitation_id,
    );
    let letter = letter(Kind::read(&due.kind), &due.locale, &due.name, &url);
    post.send(due.invitation_id, &due.name, &email, letter)
        .await
}

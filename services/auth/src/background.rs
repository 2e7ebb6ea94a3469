//! What runs beside the requests: the keeping of the keys, the own feed, the forgetting.

use std::sync::Arc;
use std::time::Duration;

use nexus_auth::{Verifier, apply_event};
use nexus_db::DbError;
use nexus_outbox::page_after;
use nexus_service::App;

use crate::app::Auth;
use crate::{keys, mail, service_tokens, sessions, tries};

const TEND_EVERY: Duration = Duration::from_secs(30);
const AGAIN_AFTER: Duration = Duration::from_millis(500);
const WAIT: Duration = Duration::from_secs(25);
const HOURLY: Duration = Duration::from_secs(3600);
const BATCH: i64 = 500;

/// Starts all of it.
pub fn start(app: App, auth: Arc<Auth>) {
    tokio::spawn(tend_keys(app.clone(), Arc::clone(&auth)));
    tokio::spawn(mail::send(app.clone(), auth));
    tokio::spawn(follow_own_feed(app.clone()));
    tokio::spawn(forget(app));
}

/// Makes the first key, replaces old ones, and takes over what other replicas made: regularly, and at once when a token
/// names a key that is not known here.
async fn tend_keys(app: App, auth: Arc<Auth>) {
    loop {
        let ok = tend_once(&app, &auth).await;
        if ok {
            let _woken =
                tokio::time::timeout(TEND_EVERY, app.verifier.unknown_key.notified()).await;
        }
        // At most two looks a second, whatever tokens a stranger makes up.
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

async fn tend_once(app: &App, auth: &Arc<Auth>) -> bool {
    let (now, state) = (app.now(), Arc::clone(auth));
    let stored = app
        .db
        .transaction(move |conn| keys::commands::tend(conn, &state.sealer, now))
        .await;
    let stored = match stored {
        Ok(stored) => stored,
        Err(error) => {
            tracing::warn!(cause = %error, "the signing keys cannot be read yet");
            return false;
        }
    };
    match auth.signer.replace(stored, &auth.sealer, now) {
        Ok(set) => {
            app.verifier.keys.replace(&set);
            true
        }
        Err(error) => {
            tracing::error!(cause = %error, "no token can be signed");
            false
        }
    }
}

/// What ends sessions, whichever replica did it.
async fn follow_own_feed(app: App) {
    loop {
        if let Err(error) = follow_until_it_breaks(&app).await {
            tracing::debug!(cause = %error, "the own feed broke off");
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

async fn follow_until_it_breaks(app: &App) -> Result<(), DbError> {
    let now = app.now();
    let list = app
        .db
        .read(move |conn| service_tokens::queries::revocations(conn, now))
        .await?;
    let verifier: &Verifier = &app.verifier;
    verifier.revocations.add(&list);
    let mut position = list.position;
    loop {
        app.feed.wait_past(position, WAIT).await;
        let events = app
            .db
            .read(move |conn| page_after(conn, position, BATCH))
            .await?;
        for event in &events {
            apply_event(verifier, &event.kind, &event.payload);
        }
        position = events.last().map_or(position, |event| event.position);
        verifier.revocations.prune(app.now().timestamp());
    }
}

/// Forgets what nobody needs any more.
async fn forget(app: App) {
    loop {
        let now = app.now();
        let forgotten = app.db.transaction(move |conn| {
            let tries = tries::commands::forget_old(conn, now)?;
            let sessions = sessions::queries::forget_older(conn, now - chrono::Duration::days(90))?;
            mail::letters::queries::forget_older(conn, now - chrono::Duration::days(30))?;
            Ok::<_, DbError>((tries, sessions))
        });
        match forgotten.await {
            Ok((tries, sessions)) => tracing::debug!(tries, sessions, "forgot what is old"),
            Err(error) => tracing::debug!(cause = %error, "what is old stays for now"),
        }
        tokio::time::sleep(HOURLY).await;
    }
}

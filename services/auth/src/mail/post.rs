use std::time::Duration;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use nexus_config::{Secret, Settings};
use uuid::Uuid;

use super::model::Letter;

/// No mail server takes longer, or it is tried again.
const PATIENCE: Duration = Duration::from_secs(15);

/// `AUTH_SMTP_URL` and `AUTH_MAIL_FROM`, read and found sound.
pub struct PostSettings {
    url: Secret,
    from: Mailbox,
}

impl PostSettings {
    /// `None` without a mail server; what is wrong is told by `settings`.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let url: Secret = settings.optional("AUTH_SMTP_URL")?;
        let from: Mailbox = settings.required(
            "AUTH_MAIL_FROM",
            "whom letters come from, e.g. NEXUS <crm@example.it>",
        )?;
        if AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose()).is_err() {
            settings.problem(
                "AUTH_SMTP_URL is malformed: it reads smtps://user:password@smtp.example.it, with special characters as %XX",
            );
            return None;
        }
        Some(Self { url, from })
    }
}

/// The way to the mail server.
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a letter is still here.
pub enum Undelivered {
    /// Another try may help.
    Later(&'static str),
    /// It never will be taken.
    Never(&'static str),
}

impl Post {
    #[must_use]
    pub fn new(settings: &PostSettings) -> Option<Self> {
        let from = settings.from.clone();
        let name = ClientId::Domain(from.email.domain().to_owned());
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(settings.url.expose())
            .ok()?
            .timeout(Some(PATIENCE))
            .hello_name(name)
            .build();
        Some(Self { transport, from })
    }

    /// Hands a letter to the mail server. `id` stays the same when it is tried again.
    pub async fn send(
        &self,
        id: Uuid,
        name: &str,
        email: &str,
        letter: Letter,
    ) -> Result<(), Undelivered> {
        let Ok(address) = email.parse() else {
            return Err(Undelivered::Never("the address is not one"));
        };
        let message = Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .from(self.from.clone())
            .to(Mailbox::new(Some(name.to_owned()), address))
            .subject(letter.subject.into_owned())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body)
            .map_err(|_| Undelivered::Never("it cannot be written"))?;
        // What a mail server answers may hold the address: it is not passed on.
        match tokio::time::timeout(PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => {
                Err(Undelivered::Never("the mail server refuses it"))
            }
            Ok(Err(error)) if error.is_tls() => Err(Undelivered::Later("no secure connection")),
            Ok(Err(error)) if error.is_response() => {
                Err(Undelivered::Later("the mail server cannot take it now"))
            }
            Ok(Err(_)) => Err(Undelivered::Later("the mail server cannot be reached")),
            Err(_) => Err(Undelivered::Later("the mail server is too slow")),
        }
    }
}

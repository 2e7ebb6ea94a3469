//! The map's streets, from whoever the company gets them. The provider's address, and the key in it, stay here: browsers ask
//! this server, signed in. Without a provider the web app draws its own outlines.

use std::str::FromStr;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::sync::Semaphore;

use crate::body::Reply;
use crate::health::json;
use crate::rescue::Refusal;

/// Where tiles come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub address: Address,
    /// Whose map it is, as text.
    pub attribution: String,
    /// The finest zoom there is.
    pub max_zoom: u8,
}

/// An address with `{z}`, `{x}` and `{y}` in it; it may hold a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let whole = ["{z}", "{x}", "{y}"].iter().all(|part| text.contains(part));
        let filled = Self(text.to_owned()).of(Tile { z: 0, x: 0, y: 0 });
        let sound = filled
            .parse::<reqwest::Url>()
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if whole && sound && !filled.contains(['{', '}']) {
            Ok(Self(text.to_owned()))
        } else {
            Err("an http(s) address with {z}, {x} and {y} in it".to_owned())
        }
    }
}

impl Address {
    fn of(&self, Tile { z, x, y }: Tile) -> String {
        let parts = [("{z}", u32::from(z)), ("{x}", x), ("{y}", y)];
        parts.iter().fold(self.0.clone(), |text, (name, value)| {
            text.replace(name, &value.to_string())
        })
    }
}

/// One square of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tile {
    z: u8,
    x: u32,
    y: u32,
}

impl Tile {
    /// Reads `7/67/45`; none when no map has such a square.
    fn read(text: &str, max_zoom: u8) -> Option<Self> {
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = text.split('/').filter(|part| plain(part));
        let tile = Self {
            z: parts.next()?.parse().ok()?,
            x: parts.next()?.parse().ok()?,
            y: parts.next()?.parse().ok()?,
        };
        let side = 1_u32.checked_shl(u32::from(tile.z))?;
        let whole = text.split('/').count() == 3;
        (whole && tile.z <= max_zoom && tile.x < side && tile.y < side).then_some(tile)
    }
}

/// Fetched at the same time; browsers ask for a screenful at once, and wait for the rest.
const ABREAST: usize = 32;
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a request waits for its turn.
const QUEUE: Duration = Duration::from_secs(5);
/// Heavier is no tile.
const BYTES_MOST: usize = 512 * 1024;

/// How long a browser keeps a tile whose provider does not say, and the bounds of what a provider may say, in seconds.
const KEPT: u64 = 86_400;
const KEPT_LEAST: u64 = 3_600;
const KEPT_MOST: u64 = 7 * 86_400;

pub struct Tiles {
    source: Option<Source>,
    client: reqwest::Client,
    turns: Semaphore,
}

impl Tiles {
    pub fn new(source: Option<Source>) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("NEXUS-CRM/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::limited(3))
            .build()?;
        Ok(Self {
            source,
            client,
            turns: Semaphore::new(ABREAST),
        })
    }

    /// Whether there are tiles, and whose they are.
    pub fn told(&self) -> Response<Reply> {
        let told = match &self.source {
            Some(Source {
                attribution,
                max_zoom,
                ..
            }) => serde_json::json!({
                "available": true, "attribution": attribution, "max_zoom": max_zoom
            }),
            None => serde_json::json!({ "available": false }),
        };
        json(StatusCode::OK, told.to_string())
    }

    /// The tile that a path names, as `7/67/45`.
    pub async fn answer(&self, name: &str) -> Result<Response<Reply>, Refusal> {
        let source = self.source.as_ref().ok_or(Refusal::NotFound)?;
        let tile = Tile::read(name, source.max_zoom).ok_or(Refusal::NotFound)?;
        let turn = tokio::time::timeout(QUEUE, self.turns.acquire()).await;
        let _turn = turn
            .map_err(|_| Refusal::Overloaded)?
            .map_err(|_| Refusal::Unavailable)?;
        let answer = self.client.get(source.address.of(tile)).send().await;
        let answer = answer.map_err(|error| refusal(&error))?;
        match answer.status() {
            StatusCode::OK => {}
            // The open sea has no tiles.
            StatusCode::NO_CONTENT | StatusCode::NOT_FOUND => return Err(Refusal::NotFound),
            status => {
                tracing::warn!(status = status.as_u16(), "the tiles' provider refuses");
                return Err(Refusal::BadGateway);
            }
        }
        let kept = kept(answer.headers().get(CACHE_CONTROL));
        let bytes = whole(answer).await?;
        let kind = kind(&bytes).ok_or(Refusal::BadGateway)?;
        let mut response = Response::new(Reply::whole(bytes));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Ok(value) = HeaderValue::try_from(format!("private, max-age={kept}")) {
            headers.insert(CACHE_CONTROL, value);
        }
        Ok(response)
    }
}

/// The error itself is not logged: it holds the address, and that the key.
fn refusal(error: &reqwest::Error) -> Refusal {
    let refusal = if error.is_timeout() {
        Refusal::UpstreamTimeout
    } else {
        Refusal::Unavailable
    };
    tracing::warn!(?refusal, "the tiles' provider does not answer");
    refusal
}

async fn whole(mut answer: reqwest::Response) -> Result<Bytes, Refusal> {
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| refusal(&error))? {
        if bytes.len() + piece.len() > BYTES_MOST {
            return Err(Refusal::BadGateway);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}

/// What kind of picture it is, by its first bytes: whatever else comes is not handed on.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

fn kept(said: Option<&HeaderValue>) -> u64 {
    let words = said.and_then(|value| value.to_str().ok()).unwrap_or("");
    words
        .split(',')
        .find_map(|word| word.trim().strip_prefix("max-age=")?.parse().ok())
        .map_or(KEPT, |seconds: u64| seconds.clamp(KEPT_LEAST, KEPT_MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_squares_that_a_map_has_are_asked_for() {
        let read = |text| Tile::read(text, 19);
        assert_eq!(read("7/67/45"), Some(Tile { z: 7, x: 67, y: 45 }));
        assert_eq!(read("0/0/0"), Some(Tile { z: 0, x: 0, y: 0 }));
        for wrong in [
            "",
            "7",
            "7/67",
            "7/67/45/1",
            "7/128/45",
            "7/67/128",
            "20/1/1",
            "-1/0/0",
            "+7/67/45",
            "7/67/45.png",
            "a/b/c",
            "7//45",
            "99/0/0",
            "7/67/../45",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_says_where_the_square_goes() {
        let address: Address = "https://maps.example/{z}/{x}/{y}.png?key=k"
            .parse()
            .unwrap();
        let filled = address.of(Tile { z: 7, x: 67, y: 45 });
        assert_eq!(filled, "https://maps.example/7/67/45.png?key=k");
        for wrong in [
            "https://maps.example/{z}/{x}.png",
            "https://{s}.maps.example/{z}/{x}/{y}.png",
            "file:///{z}/{x}/{y}",
            "{z}/{x}/{y}",
        ] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn browsers_keep_tiles_for_a_while() {
        let kept = |text: &'static str| kept(Some(&HeaderValue::from_static(text)));
        assert_eq!(kept("public, max-age=7200"), 7_200);
        assert_eq!(kept("max-age=1"), KEPT_LEAST);
        assert_eq!(kept("max-age=99999999"), KEPT_MOST);
        assert_eq!(kept("no-store"), KEPT);
    }
}

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use gateway::tiles::Source;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::stage::Stage;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\npicture";

/// A provider of tiles: it answers the same to everything, and remembers what it was asked.
struct Provider {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    async fn start(head: &'static str, body: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let memory = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                memory.lock().unwrap().push(text);
                let head = format!(
                    "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _gone = stream.write_all(head.as_bytes()).await;
                let _gone = stream.write_all(body).await;
            }
        });
        Self { address, asked }
    }

    async fn stage(&self) -> Stage {
        let address = format!("http://{}/{{z}}/{{x}}/{{y}}.png?key=secret", self.address);
        let source = Source {
            address: address.parse().unwrap(),
            attribution: "© Comune di Prova".to_owned(),
            max_zoom: 18,
        };
        Stage::start_with(|config| config.tiles = Some(source)).await
    }
}

async fn signed_in(stage: &Stage, path: &str) -> crate::client::Answer {
    let header = format!("Authorization: Bearer {}\r\n", stage.token());
    stage.get_with(path, &header).await
}

#[tokio::test]
async fn a_tile_comes_through_without_the_key() {
    let provider = Provider::start(
        "200 OK\r\nContent-Type: text/html\r\nCache-Control: max-age=7200\r\nSet-Cookie: a=b",
        PNG,
    )
    .await;
    let stage = provider.stage().await;
    let told = stage.get("/tiles").await;
    assert_eq!(
        told.json(),
        serde_json::json!({"available": true, "attribution": "© Comune di Prova", "max_zoom": 18})
    );
    let tile = signed_in(&stage, "/tiles/7/67/45").await;
    assert_eq!((tile.status, tile.body.as_slice()), (200, PNG));
    assert_eq!(tile.header("content-type"), Some("image/png"));
    assert_eq!(tile.header("cache-control"), Some("private, max-age=7200"));
    assert_eq!(tile.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(tile.header("set-cookie"), None);
    let asked = provider.asked.lock().unwrap().join("");
    assert!(asked.starts_with("GET /7/67/45.png?key=secret "), "{asked}");
    assert!(!asked.to_lowercase().contains("authorization"), "{asked}");
}

#[tokio::test]
async fn only_whoever_is_signed_in_gets_tiles_and_only_those_that_exist() {
    let provider = Provider::start("200 OK", PNG).await;
    let stage = provider.stage().await;
    assert_eq!(stage.get("/tiles/7/67/45").await.status, 401);
    for wrong in ["/tiles/7/900/45", "/tiles/19/1/1", "/tiles/x", "/tiles/"] {
        assert_eq!(signed_in(&stage, wrong).await.status, 404, "{wrong}");
    }
    assert!(provider.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_tile_is_not_handed_on() {
    for (head, body, status) in [
        ("200 OK", &b"<script>alert(1)</script>"[..], 502),
        ("403 Forbidden", b"your key has run out", 502),
        ("404 Not Found", b"", 404),
        ("204 No Content", b"", 404),
    ] {
        let provider = Provider::start(head, body).await;
        let stage = provider.stage().await;
        let answer = signed_in(&stage, "/tiles/7/67/45").await;
        assert_eq!(answer.status, status, "{head}");
        assert!(!answer.text().contains("key"), "{}", answer.text());
    }
}

#[tokio::test]
async fn without_a_provider_the_app_is_told_so() {
    let stage = Stage::start().await;
    let told = stage.get("/tiles").await;
    assert_eq!(
        (told.status, told.json()["available"].clone()),
        (200, false.into())
    );
    assert_eq!(signed_in(&stage, "/tiles/7/67/45").await.status, 404);
    let gone = Stage::start_with(|config| {
        config.tiles = Some(Source {
            address: "http://127.0.0.1:1/{z}/{x}/{y}".parse().unwrap(),
            attribution: String::new(),
            max_zoom: 19,
        });
    })
    .await;
    assert_eq!(signed_in(&gone, "/tiles/7/67/45").await.status, 503);
}

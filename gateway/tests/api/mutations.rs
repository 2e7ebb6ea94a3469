//! Damaged requests, made from good ones by a fixed seed.

use std::net::SocketAddr;

use futures_util::future::join_all;

use crate::client::Wire;
use crate::stage::Stage;

/// `SplitMix64`: the same damage in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }

    /// Changes, doubles, drops or adds a few bytes; what it adds is what parsers trip over.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            let byte = b"\r\n \t:;,0159afxGPHT/\\%\0\x0b\x7f\xff"[self.below(25)];
            match self.below(4) {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => {
                    let end = (at + 1 + self.below(20)).min(bytes.len());
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
    }
}

#[tokio::test]
async fn however_a_request_is_damaged_services_see_no_more_requests_than_are_answered() {
    let stage = Stage::start().await;
    let open = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n";
    let seeds = [
        format!("{open}Content-Length: 5\r\n\r\nhello{open}Content-Length: 0\r\n\r\n"),
        format!(
            "{open}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n{open}Content-Length: 2\r\n\r\nok"
        ),
        format!(
            "{open}Transfer-Encoding: chunked\r\nTrailer: a\r\n\r\n1;x=y\r\na\r\n0\r\na: b\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"
        ),
    ];
    let mut dice = Dice(7);
    let mut answered = 0;
    for batch in 0..8 {
        let talks = (0..50).map(|n| {
            let mut bytes = seeds[(batch + n) % seeds.len()].clone().into_bytes();
            dice.damage(&mut bytes);
            talk(stage.address, bytes)
        });
        answered += join_all(talks).await.into_iter().sum::<usize>();
    }
    let seen = stage.auth.seen();
    let asked = seen
        .iter()
        .filter(|seen| seen.target.starts_with("/api/"))
        .count();
    assert!(
        asked > 100 && asked <= answered,
        "{asked} asked, {answered} answered"
    );
    stage.assert_well().await;
}

/// Sends it all, and counts the answers until the gateway closes, by its own deadlines if need be.
async fn talk(address: SocketAddr, bytes: Vec<u8>) -> usize {
    let mut wire = Wire::open(address).await;
    wire.write(&bytes).await;
    let mut answers = 0;
    while let Some(answer) = wire.answer().await {
        let known = [200, 400, 401, 404, 405, 408, 413, 414, 417, 431, 501, 505];
        let shown = String::from_utf8_lossy(&bytes);
        assert!(known.contains(&answer.status), "{shown:?}: {answer:?}");
        answers += 1;
    }
    answers
}

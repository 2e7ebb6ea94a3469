use std::time::Duration;

use tokio::time::timeout;

use crate::client::Wire;
use crate::stage::Stage;
use crate::stub::within;

#[tokio::test]
async fn what_is_under_way_finishes_and_nothing_new_begins() {
    let mut stage = Stage::start().await;
    let mut idle = Wire::open(stage.address).await;
    idle.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(idle.answer().await.unwrap().status, 200);
    let mut busy = Wire::open(stage.address).await;
    busy.write(stage.request("GET", "/api/v1/clients/hung", "", ""))
        .await;
    within("it is under way", async || {
        stage
            .crm
            .seen()
            .iter()
            .any(|seen| seen.target.ends_with("hung"))
    })
    .await;

    stage.stop.take().unwrap().send(()).unwrap();

    let answer = busy.answer().await.unwrap();
    answer.assert_problem(504, "upstream-timeout");
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(idle.closes().await);
    let running = stage.running.take().unwrap();
    timeout(Duration::from_secs(3), running)
        .await
        .expect("it stops")
        .unwrap();
    assert!(tokio::net::TcpStream::connect(stage.address).await.is_err());
}

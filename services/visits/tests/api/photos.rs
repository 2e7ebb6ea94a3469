//! Pictures of a visit.

use nexus_testkit::{Caller, Reply};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{AGENT, Visits, a_visit, path};
use crate::visits::{a_shop, step};

/// A picture of two pixels as a phone writes it, with where it was taken.
fn a_picture() -> Vec<u8> {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], length.as_slice(), body].concat()
    };
    [
        vec![0xff, 0xd8],
        segment(0xe1, b"Exif\0\0GPSLatitude 45.07"),
        segment(0xc0, &[8, 0, 1, 0, 2, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 0x3f, 0]),
        vec![0x12, 0x34, 0xff, 0xd9],
    ]
    .concat()
}

async fn put(who: &Caller, at: &str, bytes: Vec<u8>) -> Reply {
    let request = who.request(reqwest::Method::PUT, at);
    Reply::read(request.header("content-type", "image/jpeg").body(bytes)).await
}

fn photo_at(visit: &Value, id: Uuid) -> String {
    format!("{}/photos/{id}", path("visits", visit))
}

#[actix_web::test]
async fn a_picture_is_kept_once_without_what_the_camera_wrote_and_served_as_a_file() {
    let visits = Visits::start();
    let (agent, other) = (visits.agent(), visits.user("Bruno", None, AGENT));
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let at = photo_at(&visit, Uuid::now_v7());
    let kept = put(&agent, &at, a_picture()).await.expect(201);
    assert_eq!((&kept["width"], &kept["height"]), (&json!(2), &json!(1)));
    put(&agent, &at, a_picture()).await.expect(200);
    let mut another = a_picture();
    let inside = another.len() - 4;
    another[inside] = b'x';
    put(&agent, &at, another).await.problem(409, "id-taken");

    let response = agent
        .request(reqwest::Method::GET, &at)
        .send()
        .await
        .unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-disposition").starts_with("attachment; filename="));
    let bytes = response.bytes().await.unwrap();
    assert!(bytes.starts_with(&[0xff, 0xd8]) && !bytes.windows(3).any(|three| three == b"GPS"));

    other.get(&at).await.problem(404, "not-found");
    put(&other, &photo_at(&visit, Uuid::now_v7()), a_picture())
        .await
        .problem(404, "not-found");
    let shown = agent.get(&path("visits", &visit)).await.expect(200);
    assert_eq!(shown["photos"][0]["id"], kept["id"]);
    agent.delete(&at).await.expect(204);
    agent.get(&at).await.problem(404, "not-found");
    assert_eq!(
        visits.announced(),
        [
            "visits.visit.planned.v1",
            "visits.photo.added.v1",
            "visits.photo.removed.v1"
        ]
    );
}

#[actix_web::test]
async fn what_is_no_picture_or_too_much_is_refused() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let new = || photo_at(&visit, Uuid::now_v7());
    let page = b"<svg onload=alert(1)>".to_vec();
    put(&agent, &new(), page).await.problem(415, "picture-kind");
    let half = a_picture()[..40].to_vec();
    put(&agent, &new(), half)
        .await
        .problem(415, "picture-broken");
    put(&agent, &new(), vec![0xff; 900_001])
        .await
        .problem(413, "too-large");
    put(&agent, &new(), vec![0xff; 1_100_000])
        .await
        .problem(413, "too-large");
    for _ in 0..10 {
        put(&agent, &new(), a_picture()).await.expect(201);
    }
    put(&agent, &new(), a_picture())
        .await
        .problem(409, "photos-many");
    let named = format!("{}?question_id=Vetrina!", new());
    put(&agent, &named, a_picture())
        .await
        .invalid(&["question_id"]);
    assert_eq!(visits.count("visit_photos"), 10);
}

#[actix_web::test]
async fn a_picture_answers_its_question() {
    let visits = Visits::start();
    let agent = visits.agent();
    let shop = a_shop(&visits, &agent);
    let question =
        json!({"id": "vetrina", "label": "La vetrina", "kind": "photo", "required": true});
    let template = json!({"name": "Visita", "questions": [question]});
    visits
        .admin()
        .post("/api/v1/report-templates", template)
        .await
        .expect(201);
    let visit = a_visit(&agent, shop, "2026-11-22", json!({})).await;
    let report = json!({"outcome": "ordered"});
    put(&agent, &photo_at(&visit, Uuid::now_v7()), a_picture())
        .await
        .expect(201);
    step(&agent, &visit, "done", report.clone())
        .await
        .invalid(&["/answers/vetrina"]);
    let at = format!("{}?question_id=vetrina", photo_at(&visit, Uuid::now_v7()));
    put(&agent, &at, a_picture()).await.expect(201);
    let done = step(&agent, &visit, "done", report).await.expect(200);
    assert_eq!(done["answers"]["items"][0]["value"], 1);
}

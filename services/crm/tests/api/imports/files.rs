//! What may be uploaded, and what is answered to the rest.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use nexus_testkit::{Reply, TestKey};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::kit::{crm, path, send, upload};
use crate::kit::{BACK_OFFICE, MANAGER};

#[actix_web::test]
async fn dialect_columns_and_fields_are_found_out() {
    let crm = crm();
    let admin = crm.admin();
    let file = b"\xEF\xBB\xBFRagione sociale;P. IVA;Citt\xC3\xA0;Colore\r\nBar Sport;12345670017;Torino;blu\r\n";
    let import = upload(&admin, "clients", "C:\\Documenti\\clienti.csv", &file[..]).await;
    assert_eq!(
        (&import["encoding"], &import["separator"]),
        (&json!("utf-8"), &json!(";"))
    );
    assert_eq!(
        (&import["filename"], &import["status"]),
        (&json!("clienti.csv"), &json!("ready"))
    );
    let mapping =
        json!({"Ragione sociale": "name", "P. IVA": "vat_number", "Città": "city", "Colore": null});
    assert_eq!(import["mapping"], mapping);
    let column = json!({"name": "P. IVA", "samples": ["12345670017"], "field": "vat_number"});
    assert_eq!(
        (&import["columns"][1], &import["rows_total"]),
        (&column, &json!(1))
    );

    let old = b"nome\tcitt\xE0\nBar\tForl\xEC\n";
    let import = upload(&admin, "clients", "x.csv", &old[..]).await;
    assert_eq!(
        (&import["encoding"], &import["separator"]),
        (&json!("windows-1252"), &json!("\t"))
    );
    assert_eq!(import["columns"][1]["samples"], json!(["Forlì"]));
}

#[actix_web::test]
async fn what_is_no_csv_is_refused_and_nothing_is_kept() {
    let crm = crm();
    let admin = crm.admin();
    for (file, status, kind, code) in [
        (&b""[..], 422, "validation", "csv.empty"),
        (b" \r\n ", 422, "validation", "csv.empty"),
        (b"1;2\n3;4\n", 422, "validation", "csv.no_header"),
        (
            b"PK\x03\x04workbook",
            415,
            "unsupported-media-type",
            "csv.binary",
        ),
        (
            b"\xD0\xCF\x11\xE0old",
            415,
            "unsupported-media-type",
            "csv.binary",
        ),
        (b"\xFF\xFEa\0", 415, "unsupported-media-type", "csv.utf16"),
    ] {
        let told = send(&admin, "clients", "x.xlsx", file)
            .await
            .problem(status, kind);
        assert_eq!(told["errors"][0]["code"], code);
    }
    send(&admin, "orders", "x.csv", "a\n1\n")
        .await
        .invalid(&["/kind"]);
    let request = || admin.request(Method::POST, "/api/v1/imports");
    let form = Form::new().text("kind", "clients");
    Reply::read(request().multipart(form))
        .await
        .invalid(&["/file"]);
    let form = Form::new().part("file", Part::bytes(&b"a\n1\n"[..]).file_name("x.csv"));
    Reply::read(request().multipart(form))
        .await
        .invalid(&["/kind"]);
    let form = Form::new().text("kind", "clients").text("colour", "blue");
    Reply::read(request().multipart(form))
        .await
        .invalid(&["/colour"]);
    let json = Reply::read(request().json(&json!({}))).await;
    json.problem(415, "unsupported-media-type");
    let broken = request().header("content-type", "multipart/form-data; boundary=x");
    Reply::read(broken.body("--x\r\nbroken"))
        .await
        .problem(400, "unreadable");
    assert_eq!((crm.count("imports"), crm.count("import_chunks")), (0, 0));
}

const PATIENCE: Option<Duration> = Some(Duration::from_secs(60));

#[actix_web::test]
async fn a_file_of_200_megabytes_is_refused_before_it_is_read() {
    let crm = crm();
    let admin = crm.admin();
    let token = TestKey::trusted().access(admin.user_id, crate::kit::ADMIN);
    let address = crm.server.url.trim_start_matches("http://").to_owned();
    let head = |length: &str| {
        format!(
            "POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: multipart/form-data; boundary=x\r\n{length}\r\n\r\n"
        )
    };
    let announced = head("Content-Length: 209715200");
    let streamed = head("Transfer-Encoding: chunked");
    let (answer, undeclared) = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(PATIENCE).unwrap();
        stream.write_all(announced.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        let undeclared = pour(&address, &streamed);
        (String::from_utf8_lossy(&answer).into_owned(), undeclared)
    })
    .await
    .unwrap();
    assert_eq!(answer, "HTTP/1.1 413");
    assert_eq!(undeclared, "HTTP/1.1 413");
    assert_eq!((crm.count("imports"), crm.count("import_chunks")), (0, 0));
}

/// Sends file bytes without saying how many, until the server has had enough.
fn pour(address: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_write_timeout(PATIENCE).unwrap();
    stream.set_read_timeout(PATIENCE).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let part = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
    write!(stream, "{:x}\r\n{part}\r\n", part.len()).unwrap();
    let piece = vec![b'a'; 1024 * 1024];
    for _ in 0..65 {
        write!(stream, "{:x}\r\n", piece.len()).unwrap();
        stream.write_all(&piece).unwrap();
        stream.write_all(b"\r\n").unwrap();
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    // What still comes is passed over: the connection does not stall.
    for _ in 0..32 {
        write!(stream, "{:x}\r\n", piece.len()).unwrap();
        stream.write_all(&piece).unwrap();
        stream.write_all(b"\r\n").unwrap();
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn a_repeated_upload_is_one_import() {
    let crm = crm();
    let admin = crm.admin();
    let once = async |bytes: &'static str| {
        let file = Part::bytes(bytes.as_bytes()).file_name("x.csv");
        let form = Form::new().text("kind", "clients").part("file", file);
        let request = admin.request(Method::POST, "/api/v1/imports");
        Reply::read(request.header("idempotency-key", "k1").multipart(form)).await
    };
    let first = once("nome\nBar\n").await.expect(201);
    let second = once("nome\nBar\n").await.expect(201);
    assert_eq!(first["id"], second["id"]);
    once("nome\nCaffè\n")
        .await
        .problem(422, "idempotency-mismatch");
    assert_eq!((crm.count("imports"), crm.count("import_chunks")), (1, 1));
}

#[actix_web::test]
async fn imports_are_for_those_who_may_and_each_sees_their_own() {
    let crm = crm();
    let (admin, agent) = (crm.admin(), crm.agent());
    send(&agent, "clients", "x.csv", "nome\nBar\n")
        .await
        .problem(403, "forbidden");
    let manager = crm.user("Mara Manager", None, MANAGER);
    let office = crm.user("Olga Ufficio", None, BACK_OFFICE);
    send(&manager, "users", "x.csv", "nome\nAnna\n")
        .await
        .problem(403, "forbidden");
    send(&office, "opportunities", "x.csv", "stage\nWon\n")
        .await
        .problem(403, "forbidden");
    let theirs = upload(&manager, "clients", "x.csv", "nome\nBar\n").await;
    let other = crm.user("Altro Manager", None, MANAGER);
    for suffix in ["", "/rows", "/report.csv"] {
        other
            .get(&format!("{}{suffix}", path(&theirs)))
            .await
            .problem(404, "not-found");
        admin
            .get(&format!("{}{suffix}", path(&theirs)))
            .await
            .expect(200);
    }
    for wish in ["check", "run"] {
        let told = other
            .post(&format!("{}/{wish}", path(&theirs)), json!({}))
            .await;
        told.problem(404, "not-found");
    }
    other
        .patch(&path(&theirs), json!({}))
        .await
        .problem(404, "not-found");
    other.delete(&path(&theirs)).await.problem(404, "not-found");
    assert_eq!(
        other.get("/api/v1/imports").await.expect(200)["items"],
        json!([])
    );
    assert_eq!(
        admin.get("/api/v1/imports").await.expect(200)["items"][0]["id"],
        theirs["id"]
    );
    manager.delete(&path(&theirs)).await.expect(204);
    assert_eq!((crm.count("imports"), crm.count("import_chunks")), (0, 0));
}

#[actix_web::test]
async fn a_mapping_that_cannot_be_is_refused() {
    let crm = crm();
    let admin = crm.admin();
    let import = upload(&admin, "clients", "x.csv", "nome;citta\nBar;Torino\n").await;
    let patch = async |mapping| {
        admin
            .patch(&path(&import), json!({"mapping": mapping}))
            .await
    };
    patch(json!({"x": "cap"})).await.invalid(&["/mapping/x"]);
    patch(json!({"citta": "colour"}))
        .await
        .invalid(&["/mapping/citta"]);
    patch(json!({"citta": "name"}))
        .await
        .invalid(&["/mapping/nome"]);
    patch(json!({"nome": null})).await.invalid(&["/mapping"]);
    let left_out = patch(json!({"citta": null})).await.expect(200);
    assert_eq!(left_out["mapping"], json!({"nome": "name", "citta": null}));
    let blind = admin
        .send(Method::PATCH, &path(&import), &[], Some(&json!({})))
        .await;
    blind.problem(428, "precondition-required");
    let old = [("if-match", "\"1\"")];
    let stale = admin
        .send(Method::PATCH, &path(&import), &old, Some(&json!({})))
        .await;
    assert_eq!(stale.problem(412, "stale")["current"]["version"], 2);
    let told = admin
        .patch(&path(&import), json!({"options": {"colour": "blue"}}))
        .await;
    told.invalid(&["/options/colour"]);
    let nobody = json!({"options": {"owner_id": "019aab00-0000-7000-8000-00000000dead"}});
    admin
        .patch(&path(&import), nobody)
        .await
        .invalid(&["/options/owner_id"]);
}

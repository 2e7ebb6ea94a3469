//! Measured by hand: `cargo nextest run --release -p crm --run-ignored only imports::bench --no-capture`.

use std::time::Instant;

use super::kit::{counts, crm, import, number};

#[actix_web::test]
#[ignore = "measures; run it alone and released"]
async fn a_hundred_thousand_clients() {
    use std::fmt::Write as _;
    let crm = crm();
    let admin = crm.admin();
    let mut file =
        "codice,ragione sociale,partita iva,indirizzo,civico,cap,citta,prov,telefono,email\n"
            .to_owned();
    for row in 1..=100_000 {
        let ten = format!("{:010}", 1_234_500_000_u64 + row);
        let piva = crm::italy::vat_number::check_digit(&ten).map(|digit| format!("{ten}{digit}"));
        let piva = piva.unwrap_or_default();
        writeln!(
            file,
            "C{row},Tabaccheria Rossi {row} di Mario Rossi,{piva},Via Garibaldi,{row},10122,Torino,TO,011 1{row:06},negozio{row}@example.it"
        )
        .unwrap();
    }
    let began = Instant::now();
    let import = import(&admin, "clients", "x.csv", file).await;
    let took = began.elapsed();
    assert_eq!(counts(&import)[0], 100_000, "{import:#}");
    while number(&crm, "SELECT count(*) FROM outbox") > 0.0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let ours = std::fs::read_to_string("/proc/self/stat").unwrap();
    eprintln!(
        "import {took:?}, with the feed {:?}; /proc/self/stat {ours}",
        began.elapsed()
    );
}

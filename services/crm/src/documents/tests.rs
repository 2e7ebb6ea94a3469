//! Documents as a whole: the same bytes for the same content, pages, text; drafts against the official schema.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::*;
use crate::lines::model::{cents, net_cents};
use crate::lines::totals::{Totals, VatRow, vat_on};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn seller() -> Seller {
    Seller {
        party: Party {
            name: "Fumo Lento S.r.l.".to_owned(),
            vat_country: "IT".to_owned(),
            vat_number: some("12345670017"),
            tax_code: some("12345670017"),
            pec: some("fumolento@pec.example.it"),
            email: some("ordini@example.it"),
            phone: some("+390111234567"),
            street: some("Corso Giulio Cesare"),
            street_number: some("12/A"),
            cap: some("10152"),
            city: some("Torino"),
            province: some("TO"),
            country: "IT".to_owned(),
            ..Party::default()
        },
        tax_regime: "RF01".to_owned(),
        rea_office: some("TO"),
        rea_number: some("1234567"),
        share_capital_cents: Some(1_000_000),
        sole_shareholder: Some(false),
        warehouse_code: some("IT00TOA01234X"),
        website: some("www.example.it"),
        iban: some("IT60X0542811101000000123456"),
        bank: some("Banca Popolare di Prova"),
        ..Seller::default()
    }
}

fn client() -> Party {
    Party {
        name: "Tabaccheria D'Angelo di Niccolò D'Angelo & C. s.n.c.".to_owned(),
        vat_country: "IT".to_owned(),
        vat_number: some("00488410010"),
        tax_code: some("00488410010"),
        sdi_code: some("ABC1234"),
        street: some("Via della Libertà"),
        street_number: some("3"),
        cap: some("47121"),
        city: some("Forlì"),
        province: some("FC"),
        country: "IT".to_owned(),
        ..Party::default()
    }
}

/// Line `number`: every fourth is hardware, every seventh bears no VAT, every fifth has a discount.
fn line(number: u32) -> DocumentLine {
    let liquid = number % 4 != 3;
    let without_vat = number % 7 == 6;
    let quantity = Decimal::from(number % 12 + 1);
    let unit_price = Decimal::new(i64::from(49_000 + number * 137), 4);
    let discount_percent = if number % 5 == 4 {
        Decimal::new(75, 1)
    } else {
        Decimal::ZERO
    };
    let tax = if liquid {
        Decimal::new(1_438_490, 6)
    } else {
        Decimal::ZERO
    };
    DocumentLine {
        sku: Some(format!("TPB-{number:04}")),
        description: if liquid {
            format!("Liquido pronto Tabacco n° {number} – aroma «Città d'Oltremare»")
        } else {
            "Kit sigaretta elettronica con batteria 3.000 mAh".to_owned()
        },
        adm_code: liquid.then(|| format!("PLN{number:06}")),
        is_liquid: liquid,
        volume_ml: liquid.then(|| Decimal::from(10)),
        nicotine_mg_ml: liquid.then(|| Decimal::new(45, 1)),
        unit: "pz".to_owned(),
        quantity,
        unit_price,
        discount_percent,
        vat_rate: if without_vat { 0 } else { 22 },
        vat_nature: without_vat.then(|| "N3.5".to_owned()),
        net_cents: net_cents(quantity, unit_price, discount_percent),
        tax_cents: cents(quantity * tax),
    }
}

fn totals(lines: &[DocumentLine]) -> Totals {
    let mut totals = Totals::default();
    for line in lines {
        totals.net_cents += line.net_cents;
        totals.tax_cents += line.tax_cents;
        let (rate, nature) = (line.vat_rate, &line.vat_nature);
        let mut rows = totals.vat.iter_mut();
        let base_cents = line.net_cents + line.tax_cents;
        match rows.find(|row| row.rate == rate && row.nature == *nature) {
            Some(row) => row.base_cents += base_cents,
            None => totals.vat.push(VatRow {
                rate,
                nature: nature.clone(),
                base_cents,
                vat_cents: 0,
            }),
        }
    }
    for row in &mut totals.vat {
        row.vat_cents = vat_on(row.base_cents, row.rate);
        totals.vat_cents += row.vat_cents;
    }
    totals.total_cents = totals.net_cents + totals.tax_cents + totals.vat_cents;
    totals
}

fn proposal(lines: u32) -> ProposalDocument {
    let lines: Vec<DocumentLine> = (1..=lines).map(line).collect();
    ProposalDocument {
        seller: seller(),
        client: client(),
        number: "P-2026/000042".to_owned(),
        version: 2,
        issued_on: day("2026-11-22"),
        valid_until: Some(day("2026-12-22")),
        terms: Terms {
            payment: some("RiBa 30/60 gg FM"),
            delivery: some("Franco destino, 5 giorni lavorativi dalla conferma"),
            notes: some("Prezzi riservati.\nMerce disponibile salvo il venduto: perché no?"),
            deliver_to: vec![
                "Negozio Centro".to_owned(),
                "Piazza Saffi 1".to_owned(),
                "47121 Forlì (FC)".to_owned(),
            ],
            contact: some("Niccolò D'Angelo"),
            salesperson: some("Ida Müller"),
        },
        totals: totals(&lines),
        lines,
        content_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
    }
}

fn invoice(lines: u32) -> InvoiceDocument {
    let lines: Vec<DocumentLine> = (1..=lines).map(line).collect();
    InvoiceDocument {
        seller: seller(),
        client: client(),
        number: "2026/000123".to_owned(),
        issued_on: day("2026-11-22"),
        order_number: "2026/000123".to_owned(),
        ordered_on: day("2026-11-20"),
        client_reference: some("Ord. 77/A"),
        payment_terms: some("RiBa 30/60 gg FM"),
        totals: totals(&lines),
        lines,
    }
}

/// What a program says of some bytes, and whether it is content. Where it is not installed the test says so aloud, and
/// fails in CI. `NEXUS_DOCUMENTS` names a folder in which to keep the documents, to look at them.
fn said_of(name: &str, content: &[u8], command: &mut Command) -> Option<(bool, String)> {
    if let Some(folder) = std::env::var_os("NEXUS_DOCUMENTS") {
        fs::write(Path::new(&folder).join(name), content).unwrap();
    }
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match pipes.spawn() {
        Ok(child) => child,
        Err(error) => {
            let program = command.get_program().to_string_lossy().into_owned();
            assert!(
                std::env::var_os("CI").is_none(),
                "{program} is needed here: {error}"
            );
            eprintln!("NOT CHECKED: {program} is not installed ({error})");
            return None;
        }
    };
    let mut input = child.stdin.take().unwrap();
    let content = content.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&content));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

fn text_of(name: &str, pdf: &[u8]) -> Option<String> {
    let said = said_of(
        name,
        pdf,
        Command::new("pdftotext").args(["-layout", "-", "-"]),
    );
    said.map(|(fine, text)| {
        assert!(fine, "{text}");
        text
    })
}

fn assert_valid(name: &str, xml: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/fatturapa");
    let mut xmllint = Command::new("xmllint");
    xmllint
        .env("XML_CATALOG_FILES", folder.join("catalog.xml"))
        .args(["--nonet", "--noout", "--schema"])
        .arg(folder.join("Schema_del_file_xml_FatturaPA_v1.2.3.xsd"))
        .arg("-");
    if let Some((fine, said)) = said_of(name, xml.as_bytes(), &mut xmllint) {
        assert!(fine, "{said}\n{xml}");
    }
}

/// The texts of all elements of a name.
fn all<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = xml.split(&open).skip(1);
    parts.filter_map(|part| part.split(&close).next()).collect()
}

fn in_cents(text: &str) -> i64 {
    cents(text.trim().parse().unwrap())
}

#[test]
fn the_same_content_gives_the_same_bytes_and_another_does_not() {
    let one = proposal_pdf(&proposal(50)).unwrap();
    let kept = serde_json::to_string(&proposal(50)).unwrap();
    let again: ProposalDocument = serde_json::from_str(&kept).unwrap();
    assert_eq!(one, proposal_pdf(&again).unwrap());
    let mut other = proposal(50);
    other.lines[49].net_cents += 1;
    assert_ne!(one, proposal_pdf(&other).unwrap());
}

#[test]
fn documents_of_one_fifty_and_two_hundred_lines_have_every_line_and_a_head_on_each_page() {
    for (lines, least) in [(1, 1), (50, 2), (200, 8)] {
        let begun = Instant::now();
        let pdf = proposal_pdf(&proposal(lines)).unwrap();
        eprintln!(
            "{lines} lines: {} bytes in {:?}",
            pdf.len(),
            begun.elapsed()
        );
        let Some(text) = text_of(&format!("proposal-{lines}.pdf"), &pdf) else {
            return;
        };
        let pages: Vec<&str> = text
            .split('\u{c}')
            .filter(|page| !page.trim().is_empty())
            .collect();
        assert!(
            pages.len() >= least,
            "{} pages of {lines} lines",
            pages.len()
        );
        for (page, number) in pages.iter().zip(1..) {
            let of = format!("Pagina {number} di {}", pages.len());
            assert!(page.contains(&of), "no {of:?} in {page}");
        }
        let with_lines = pages.iter().filter(|page| page.contains("Cod. TPB-"));
        assert!(with_lines.clone().count() >= least.min(2));
        for page in with_lines {
            assert!(
                page.contains("Descrizione"),
                "no head above the lines of {page}"
            );
        }
        for number in 1..=lines {
            assert!(
                text.contains(&format!("Cod. TPB-{number:04}")),
                "line {number} is missing"
            );
        }
        for words in [
            "Niccolò D'Angelo",
            "Forlì",
            "Valida fino al",
            "22/12/2026",
            "P.IVA e C.F. 00488410010",
            "€",
        ] {
            assert!(text.contains(words), "{words:?} is missing in {text}");
        }
    }
}

#[test]
fn totals_vat_and_natures_are_on_the_paper() {
    let proposal = proposal(50);
    let pdf = proposal_pdf(&proposal).unwrap();
    let Some(text) = text_of("proposal-totals.pdf", &pdf) else {
        return;
    };
    let text = text.replace('\u{a0}', " ");
    for cents in [
        proposal.totals.total_cents,
        proposal.totals.vat_cents,
        proposal.totals.tax_cents,
    ] {
        let euros = wording::euros(cents).replace('\u{a0}', " ");
        assert!(text.contains(&euros), "{euros} is missing in {text}");
    }
    for words in [
        "Natura N3.5",
        "dichiarazione d'intento",
        "Imposta di consumo",
        "IBAN IT60 X054",
        "Timbro e firma",
    ] {
        assert!(text.contains(words), "{words:?} is missing in {text}");
    }
}

#[test]
fn odd_content_is_printed_all_the_same() {
    let mut odd = proposal(3);
    odd.lines[0].description = "Nome lunghissimo senza fine ".repeat(17);
    odd.lines[1].description = "X".repeat(400);
    odd.lines[1].quantity = Decimal::new(999_999, 0);
    odd.lines[1].unit_price = Decimal::new(99_999_999_999, 4);
    odd.lines[1].net_cents = 999_998_900_000_100;
    odd.lines[2].description = "Ария \u{7}\u{0} emoji 🚬 perche\u{301}".to_owned();
    odd.client.name =
        "Società a responsabilità limitata dal nome interminabile di fratelli e nipoti ".repeat(3);
    odd.terms.notes = Some("Una nota che non finisce più. ".repeat(400));
    odd.seller = Seller::default();
    let pdf = proposal_pdf(&odd).unwrap();
    if let Some(text) = text_of("proposal-odd.pdf", &pdf) {
        assert!(text.contains("perché"), "{text}");
    }
    let mut empty = proposal(0);
    empty.terms = Terms::default();
    empty.client = Party::default();
    let pdf = proposal_pdf(&empty).unwrap();
    assert!(text_of("proposal-empty.pdf", &pdf).is_none_or(|text| text.contains("Pagina 1 di 1")));
}

#[test]
fn an_order_is_confirmed_with_its_references() {
    let proposal = proposal(8);
    let order = OrderDocument {
        seller: proposal.seller,
        client: proposal.client,
        number: "2026/000123".to_owned(),
        issued_on: proposal.issued_on,
        requested_on: Some(day("2026-11-30")),
        follows: some("P-2026/000042, versione 2"),
        client_reference: some("Ord. 77/A"),
        terms: proposal.terms,
        lines: proposal.lines,
        totals: proposal.totals,
        content_hash: proposal.content_hash,
    };
    let pdf = order_pdf(&order).unwrap();
    if let Some(text) = text_of("order.pdf", &pdf) {
        for words in [
            "Conferma d'ordine",
            "2026/000123",
            "30/11/2026",
            "Ord. 77/A",
            "versione 2",
        ] {
            assert!(text.contains(words), "{words:?} is missing in {text}");
        }
    }
}

#[test]
fn a_draft_passes_the_official_schema_and_adds_up() {
    for lines in [1, 3, 50, 500] {
        let invoice = invoice(lines);
        let xml = invoice_xml(&invoice).unwrap();
        assert_valid(&format!("invoice-{lines}.xml"), &xml);
        let bases: i64 = all(&xml, "ImponibileImporto")
            .into_iter()
            .map(in_cents)
            .sum();
        let vat: i64 = all(&xml, "Imposta").into_iter().map(in_cents).sum();
        let rows: i64 = all(&xml, "PrezzoTotale").into_iter().map(in_cents).sum();
        let due: i64 = all(&xml, "ImportoPagamento")
            .into_iter()
            .map(in_cents)
            .sum();
        let total = in_cents(all(&xml, "ImportoTotaleDocumento")[0]);
        assert_eq!((rows, bases + vat, due), (bases, total, total));
        assert_eq!(total, invoice.totals.total_cents);
        for line in all(&xml, "DettaglioLinee") {
            let number = |name| {
                all(line, name)
                    .first()
                    .map(|text| text.parse::<Decimal>().unwrap())
            };
            let quantity = number("Quantita").unwrap_or(Decimal::ONE);
            let off = number("Percentuale").unwrap_or_default() / Decimal::ONE_HUNDRED;
            let exact = number("PrezzoUnitario").unwrap() * (Decimal::ONE - off) * quantity;
            let apart = (number("PrezzoTotale").unwrap() - exact).abs();
            assert!(apart <= Decimal::new(1, 2), "00423: {apart} in {line}");
        }
    }
}

#[test]
fn codes_of_liquids_natures_and_the_stamp_are_on_the_draft() {
    let xml = invoice_xml(&invoice(20)).unwrap();
    assert!(
        xml.contains(
            "<CodiceTipo>ADM</CodiceTipo>\n          <CodiceValore>PLN000001</CodiceValore>"
        ),
        "{xml}"
    );
    assert!(xml.contains("<Natura>N3.5</Natura>"));
    assert!(
        xml.contains("<BolloVirtuale>SI</BolloVirtuale>"),
        "more than 77.47 euros without VAT: {xml}"
    );
    assert_eq!(all(&xml, "Tipo").first(), Some(&"SC"));
    assert_eq!(all(&xml, "RiferimentoNumero")[0], "2.88");
}

#[test]
fn every_kind_of_client_is_addressed_as_sdi_wants_it() {
    type Change = fn(&mut Party);
    let cases: [(&str, Change, &str, &str); 7] = [
        (
            "public",
            |c| c.sdi_code = some("UFABC1"),
            "FPA12",
            "<CodiceDestinatario>UFABC1<",
        ),
        (
            "pec",
            |c| {
                c.sdi_code = None;
                c.pec = some("cliente@pec.example.it");
            },
            "FPR12",
            "<PECDestinatario>cliente@pec.example.it<",
        ),
        (
            "code beside pec",
            |c| c.pec = some("c@pec.example.it"),
            "FPR12",
            "<CodiceDestinatario>ABC1234<",
        ),
        (
            "person",
            |c| {
                (c.first_name, c.last_name) = (some("Niccolò"), some("D'Angelo"));
                (c.vat_number, c.tax_code) = (None, some("RSSMRA85T10A562S"));
                c.sdi_code = some("0000000");
            },
            "FPR12",
            "<Cognome>D'Angelo<",
        ),
        (
            "germany",
            |c| {
                (c.vat_country, c.country) = ("DE".to_owned(), "DE".to_owned());
                (c.vat_number, c.tax_code, c.sdi_code) = (some("DE123456789"), None, None);
                (c.cap, c.province, c.city) = (some("10115"), None, some("Köln"));
            },
            "FPR12",
            "<IdCodice>123456789<",
        ),
        (
            "switzerland",
            |c| {
                (c.vat_country, c.country) = ("CH".to_owned(), "CH".to_owned());
                (c.vat_number, c.tax_code, c.sdi_code) = (some("CHE-123.456.789"), None, None);
                (c.province, c.city) = (None, some("Zürich"));
            },
            "FPR12",
            "<IdCodice>99999999999<",
        ),
        (
            "san marino",
            |c| {
                (c.vat_country, c.country) = ("SM".to_owned(), "SM".to_owned());
                (c.vat_number, c.tax_code, c.sdi_code) = (some("SM12345"), None, None);
            },
            "FPR12",
            "<CodiceDestinatario>2R4GTO8<",
        ),
    ];
    for (name, change, format, words) in cases {
        let mut invoice = invoice(2);
        change(&mut invoice.client);
        let xml = invoice_xml(&invoice).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        assert_valid(&format!("invoice-{name}.xml"), &xml);
        assert!(
            xml.contains(&format!("versione=\"{format}\"")),
            "{name}: {xml}"
        );
        assert!(xml.contains(words), "{name} lacks {words}: {xml}");
    }
}

#[test]
fn odd_texts_pass_the_schema_too() {
    let mut odd = invoice(1);
    odd.client.name = "Łódź & “Figli” <S.r.l.> – Ария ".repeat(6);
    odd.client.street =
        some("Località Pian dell'Olmo presso il Centro Commerciale \"Le Querce\", scala B");
    odd.client.street_number = some("12/A interno 4");
    odd.lines[0].description = "Aroma\n50 €\t— 100 % Città\u{0} ".repeat(60);
    odd.lines[0].unit = "confezióne".to_owned();
    odd.lines[0].sku = some("è-π");
    odd.client_reference = some("Ordine n° 77/A del 3 novembre, ufficio acquisti");
    odd.payment_terms = some("come da accordi");
    assert_valid("invoice-odd.xml", &invoice_xml(&odd).unwrap());
    odd.seller.iban = None;
    odd.payment_terms = None;
    assert_valid("invoice-unpaid.xml", &invoice_xml(&odd).unwrap());
}

#[test]
fn what_is_missing_is_said_all_at_once_with_pointers() {
    let mut bare = invoice(2);
    bare.seller = Seller::default();
    bare.client = Party {
        name: "Rossi".to_owned(),
        country: "IT".to_owned(),
        ..Party::default()
    };
    bare.lines[0].adm_code = None;
    bare.totals.total_cents += 1;
    let errors = invoice_xml(&bare).unwrap_err();
    let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/company/name",
            "/company/vat_number",
            "/company/tax_regime",
            "/company/street",
            "/company/cap",
            "/company/city",
            "/company/province",
            "/client/vat_number",
            "/client/street",
            "/client/city",
            "/client/cap",
            "/client/province",
            "/client/sdi_code",
            "/lines/0/adm_code",
            "/lines",
        ]
    );
}

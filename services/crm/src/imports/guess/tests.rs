use super::*;

/// Guesses from names alone, given as a header line.
fn from_header(kind: Kind, header: &str) -> Vec<Option<&'static str>> {
    let columns: Vec<Column<'_>> = header
        .split(';')
        .map(|name| Column { name, samples: &[] })
        .collect();
    guess(kind, &columns)
}

/// Asserts that each `column=field` is guessed so; `column=` is none.
fn assert_guesses(kind: Kind, pairs: &[(&str, &str)]) {
    let header: Vec<&str> = pairs.iter().map(|(column, _)| *column).collect();
    let guessed = from_header(kind, &header.join(";"));
    for ((column, field), guessed) in pairs.iter().zip(guessed) {
        assert_eq!(guessed.unwrap_or_default(), *field, "{column}");
    }
}

fn with_values<'a>(name: &'a str, samples: &'a [String]) -> Column<'a> {
    Column { name, samples }
}

fn values(samples: &[&str]) -> Vec<String> {
    samples.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn the_headers_of_the_sample_company_are_understood() {
    assert_guesses(
        Kind::Clients,
        &[
            ("account", "name"),
            ("sector", "sector"),
            ("year_established", "founded_year"),
            ("revenue", "annual_revenue"),
            ("employees", "employees"),
            ("office_location", "country"),
            ("subsidiary_of", "parent"),
        ],
    );
    assert_guesses(
        Kind::Products,
        &[
            ("product", "name"),
            ("series", "category"),
            ("sales_price", "list_price"),
        ],
    );
    assert_guesses(
        Kind::Users,
        &[
            ("sales_agent", "name"),
            ("manager", "manager"),
            ("regional_office", "office"),
        ],
    );
    assert_guesses(
        Kind::Opportunities,
        &[
            ("opportunity_id", "external_ref"),
            ("sales_agent", "owner"),
            ("product", "product"),
            ("account", "client"),
            ("deal_stage", "stage"),
            ("engage_date", "opened_on"),
            ("close_date", "closed_on"),
            ("close_value", "amount"),
        ],
    );
}

#[test]
fn italian_headers_are_understood() {
    assert_guesses(
        Kind::Clients,
        &[
            ("Codice Cliente", "external_ref"),
            ("Ragione Sociale", "name"),
            ("P.IVA", "vat_number"),
            ("Cod. Fiscale", "tax_code"),
            ("Codice destinatario", "sdi_code"),
            ("PEC", "pec"),
            ("E-mail", "email"),
            ("Telefono", "phone"),
            ("Sito Web", "website"),
            ("Indirizzo", "street"),
            ("N. civico", "street_number"),
            ("C.A.P.", "cap"),
            ("Città", "city"),
            ("Prov.", "province"),
            ("Nazione", "country"),
            ("Stato cliente", "lifecycle"),
            ("Classe", "class"),
            ("Settore", "sector"),
            ("Dipendenti", "employees"),
            ("Fatturato (€)", "annual_revenue"),
            ("Anno di fondazione", "founded_year"),
            ("Capogruppo", "parent"),
            ("Agente", "owner"),
            ("Note", "notes"),
            ("Colore preferito", ""),
        ],
    );
    assert_guesses(
        Kind::Clients,
        &[
            ("PARTITA IVA", "vat_number"),
            ("codiceFiscale", "tax_code"),
            ("Denominazione", "name"),
            ("Comune", "city"),
            ("Provincia", "province"),
            ("Telefono cliente", "phone"),
            ("Indirizzo PEC", "pec"),
            ("SDI", "sdi_code"),
        ],
    );
    assert_guesses(
        Kind::Opportunities,
        &[
            ("Trattativa", "name"),
            ("Cliente", "client"),
            ("Fase", "stage"),
            ("Importo", "amount"),
            ("Data apertura", "opened_on"),
            ("Data chiusura", "closed_on"),
            ("Data chiusura prevista", "expected_close_on"),
            ("Venditore", "owner"),
            ("Prodotto", "product"),
            ("Motivo perdita", "lost_reason"),
            ("Origine", "source"),
            ("Note", "notes"),
            ("ID", "external_ref"),
        ],
    );
    assert_guesses(
        Kind::Products,
        &[
            ("Articolo", "name"),
            ("Categoria", "category"),
            ("Prezzo di listino", "list_price"),
        ],
    );
    assert_guesses(
        Kind::Users,
        &[
            ("Nome e cognome", "name"),
            ("Capo area", "manager"),
            ("Sede", "office"),
            ("Ruolo", "role"),
            ("Email", ""),
        ],
    );
}

#[test]
fn each_field_is_guessed_once_for_the_best_column() {
    assert_eq!(
        from_header(Kind::Clients, "Nome;Ragione sociale;Azienda"),
        [None, Some("name"), None]
    );
    assert_eq!(
        from_header(Kind::Clients, "Note cliente;Cliente"),
        [Some("notes"), Some("name")]
    );
    assert_eq!(from_header(Kind::Clients, "Note cliente"), [Some("notes")]);
    assert_eq!(from_header(Kind::Clients, ""), [None]);
    assert!(guess(Kind::Users, &[]).is_empty());
}

#[test]
fn values_break_ties_and_rule_out() {
    let vat = values(&["00743110157", "IT12345670546", ""]);
    let mail = values(&["a@b.it", "c@d.it"]);
    let pec = values(&["a@pec.b.it", "c@legalmail.it"]);
    let words = values(&["rosso", "verde"]);
    let countries = values(&["Italia", "Francia"]);
    let phones = values(&["011 1234567", "335 1234567"]);
    let dates = values(&["10/20/2016", "3/1/2017"]);
    for (kind, columns, expected) in [
        (
            Kind::Clients,
            vec![with_values("Colonna 1", &vat)],
            vec![Some("vat_number")],
        ),
        (
            Kind::Clients,
            vec![with_values("X", &mail), with_values("Y", &pec)],
            vec![Some("email"), Some("pec")],
        ),
        (
            Kind::Clients,
            vec![with_values("Email", &mail), with_values("Altra", &mail)],
            vec![Some("email"), None],
        ),
        (
            Kind::Clients,
            vec![with_values("Email", &words), with_values("Altra", &mail)],
            vec![None, Some("email")],
        ),
        (
            Kind::Clients,
            vec![with_values("P.IVA", &words)],
            vec![None],
        ),
        (
            Kind::Clients,
            vec![with_values("Stato", &countries)],
            vec![Some("country")],
        ),
        (
            Kind::Clients,
            vec![with_values("Stato", &words)],
            vec![Some("lifecycle")],
        ),
        (
            Kind::Clients,
            vec![with_values("Tel", &words), with_values("Cell", &phones)],
            vec![None, Some("phone")],
        ),
        (
            Kind::Opportunities,
            vec![with_values("close", &dates), with_values("Data", &dates)],
            vec![None, Some("opened_on")],
        ),
        (
            Kind::Opportunities,
            vec![
                with_values("Valore", &words),
                with_values("Totale", &values(&["1.234,50 €", "$ 5"])),
            ],
            vec![None, Some("amount")],
        ),
    ] {
        assert_eq!(guess(kind, &columns), expected, "{columns:?}");
    }
}

#[test]
fn field_tables_are_well_made() {
    for kind in [
        Kind::Clients,
        Kind::Products,
        Kind::Users,
        Kind::Opportunities,
    ] {
        assert!(fields(kind).iter().any(|field| field.required));
        for field in fields(kind) {
            let words: Vec<&str> = field.words.split('|').collect();
            assert!(
                words.iter().all(|words| fold(words) == *words),
                "{}",
                field.name
            );
            assert!(
                words.len() < 40,
                "{}: the rank must not outweigh a part of a name",
                field.name
            );
            assert_eq!(
                fields(kind)
                    .iter()
                    .filter(|other| other.name == field.name)
                    .count(),
                1
            );
        }
    }
}

use super::*;

const WHOLE: Identity<'_> = Identity {
    name: Some("Bar Sport S.r.l."),
    first_name: None,
    last_name: None,
    vat_country: Some("IT"),
    vat_number: Some("00743110157"),
    tax_code: None,
    sdi_code: Some("0000000"),
    pec: None,
    street: Some("Via Roma"),
    cap: Some("10121"),
    city: Some("Torino"),
    province: Some("TO"),
    country: Some("IT"),
};

#[test]
fn recipient_codes_are_six_or_seven_letters_and_digits() {
    for (country, code, expected) in [
        ("IT", " abc12d7 ", Ok("ABC12D7")),
        ("IT", "UFABCD", Ok("UFABCD")),
        ("IT", "0000000", Ok("0000000")),
        ("SM", "2R4GTO8", Ok("2R4GTO8")),
        ("DE", "xxxxxxx", Ok("XXXXXXX")),
        ("IT", "XXXXXXX", Err(SdiCodeError::Foreign)),
        ("it", "xxxxxxx", Err(SdiCodeError::Foreign)),
        ("IT", "", Err(SdiCodeError::Length)),
        ("IT", "00000", Err(SdiCodeError::Length)),
        ("IT", "00000000", Err(SdiCodeError::Length)),
        ("IT", "ABC-123", Err(SdiCodeError::Characters)),
        ("IT", "ABCÈ12", Err(SdiCodeError::Characters)),
    ] {
        assert_eq!(
            read_code(country, code).as_deref(),
            expected.as_ref().copied(),
            "{country} {code}"
        );
    }
    assert!(is_public_office("UFABCD") && !is_public_office("0000000"));
}

#[test]
fn each_country_has_its_default_code_and_the_wrong_one_is_noticed() {
    assert_eq!(
        [default_code("it"), default_code("SM"), default_code("FR")],
        [NO_CODE, SAN_MARINO, FOREIGN]
    );
    assert_eq!(code_warning("IT", NO_CODE), None);
    assert_eq!(code_warning("FR", FOREIGN), None);
    assert_eq!(code_warning("FR", "ABC1234"), None);
    assert_eq!(code_warning("FR", NO_CODE), Some(SdiCodeWarning::Domestic));
    assert_eq!(code_warning("SM", FOREIGN), Some(SdiCodeWarning::SanMarino));
}

#[test]
fn a_pec_is_an_address_but_not_one_of_sdi() {
    assert_eq!(
        read_pec(" Bar@PEC.Esempio.it ").as_deref(),
        Ok("bar@pec.esempio.it")
    );
    assert_eq!(read_pec("bar"), Err(PecError::Syntax));
    assert_eq!(
        read_pec("sdi01@pec.fatturapa.it"),
        Err(PecError::SdiMailbox)
    );
    assert_eq!(
        read_pec("x@SDI.pec.fatturapa.it"),
        Err(PecError::SdiMailbox)
    );
    assert!(read_pec("x@mypec.fatturapa.it").is_ok());
    assert_eq!(
        read_pec(&format!("{}@b.it", "a".repeat(252))),
        Err(PecError::Length)
    );
}

#[test]
fn each_missing_field_is_named_and_lowers_the_score() {
    type Change = fn(&mut Identity<'_>);
    let table: [(Change, &[&str], u8); 16] = [
        (|_| {}, &[], 100),
        (|i| i.name = Some("  "), &["name"], 87),
        (
            |i| (i.name, i.first_name) = (None, Some("Anna")),
            &["name"],
            87,
        ),
        (
            |i| (i.name, i.first_name, i.last_name) = (None, Some("Anna"), Some("Re")),
            &[],
            100,
        ),
        (|i| i.vat_number = None, &["vat_number"], 87),
        (
            |i| (i.vat_number, i.tax_code) = (None, Some("RSSMRA80A01H501U")),
            &[],
            100,
        ),
        (|i| i.tax_code = Some("RSSMRA80A01H501V"), &["tax_code"], 87),
        (|i| i.sdi_code = None, &["sdi_code"], 87),
        (
            |i| (i.sdi_code, i.pec) = (None, Some("a@pec.b.it")),
            &[],
            100,
        ),
        (|i| i.pec = Some("sdi01@pec.fatturapa.it"), &["pec"], 87),
        (|i| i.sdi_code = Some("XXXXXXX"), &["sdi_code"], 87),
        (|i| i.cap = Some("118"), &["cap"], 87),
        (|i| i.province = Some("XX"), &["province"], 87),
        (
            |i| {
                (i.country, i.cap, i.province, i.sdi_code, i.vat_country) =
                    (Some("DE"), None, None, None, None)
            },
            &[],
            100,
        ),
        (
            |i| (i.country, i.street, i.cap) = (None, None, None),
            &["street", "country", "cap"],
            62,
        ),
        (
            |i| *i = Identity::default(),
            &[
                "name",
                "vat_number",
                "street",
                "city",
                "country",
                "cap",
                "province",
                "sdi_code",
            ],
            0,
        ),
    ];
    for (number, (change, missing, score)) in table.into_iter().enumerate() {
        let mut identity = WHOLE;
        change(&mut identity);
        let found = invoicing(&identity);
        assert_eq!(
            (found.missing.as_slice(), found.score),
            (missing, score),
            "case {number}"
        );
        assert_eq!(found.is_complete(), found.score == 100, "case {number}");
    }
}

#[test]
fn each_rejection_has_the_error_of_sdi() {
    let identity = Identity {
        vat_number: Some("00743110158"),
        tax_code: Some("RSSMRA80A01H501V"),
        sdi_code: Some("XXXXXXX"),
        pec: Some("sdi01@pec.fatturapa.it"),
        cap: Some("1012"),
        province: Some("XX"),
        ..WHOLE
    };
    let errors: Vec<_> = rejections(&identity)
        .iter()
        .map(|found| (found.field, sdi_error(found.code)))
        .collect();
    let expected = [
        ("vat_number", "00305"),
        ("tax_code", "00306"),
        ("sdi_code", "00313"),
        ("pec", "00330"),
        ("cap", "00200"),
        ("province", "00200"),
    ];
    assert_eq!(errors, expected.map(|(field, error)| (field, Some(error))));
    assert_eq!(sdi_error("sdi_code.length"), Some("00311"));
    for accepted in [
        "vat_number.office",
        "tax_code.office",
        "cap.not_of_comune",
        "",
    ] {
        assert_eq!(sdi_error(accepted), None, "{accepted}");
    }
    assert!(rejections(&WHOLE).is_empty());
}

use std::io::{self, Cursor};

use super::*;

type Read1 = (u64, Result<Vec<String>, RowFlaw>);

/// Sniffs and reads all of a file, a few bytes at a time.
fn read(file: &[u8]) -> (Vec<String>, Vec<Read1>) {
    let dialect = sniff(&file[..file.len().min(SNIFFED)]).unwrap();
    let rows = Rows::new(Dribble(Cursor::new(file)), dialect).unwrap();
    let header = rows.header().to_vec();
    let rows = rows.map(|row| match row {
        Ok(row) => (row.line, Ok(row.fields)),
        Err(bad) => (bad.line, Err(bad.flaw)),
    });
    (header, rows.collect())
}

/// A reader that gives seven bytes at most, so that every boundary is met.
struct Dribble<R>(R);

impl<R: io::Read> io::Read for Dribble<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(7);
        self.0.read(&mut into[..length])
    }
}

fn good(line: u64, fields: &[&str]) -> Read1 {
    (
        line,
        Ok(fields.iter().map(|field| (*field).to_owned()).collect()),
    )
}

#[test]
fn separator_and_encoding_are_found_at_the_start() {
    let table: [(&[u8], char, Encoding); 16] = [
        (b"a,b\n1,2\n", ',', Encoding::Utf8),
        (b"a;b\n1,5;2,5\n3,5;4,5\n", ';', Encoding::Utf8),
        (b"a\tb\n1,5\t2;5\n", '\t', Encoding::Utf8),
        (b"a|b\r\n1|2\r\n", '|', Encoding::Utf8),
        (b"name\nAnna\n", ',', Encoding::Utf8),
        (b"a;b", ';', Encoding::Utf8),
        (b"a;b\r1;2\r", ';', Encoding::Utf8),
        (b"\"a,x\";\"b,y\"\n\"1,2,3\";4\n", ';', Encoding::Utf8),
        (b"a,b,c\n\"x;y;z\",2,3\n4,5;6;7,8\n", ',', Encoding::Utf8),
        (
            b"nome, cognome;eta\nRossi, Anna;3\nVerdi;4\n",
            ';',
            Encoding::Utf8,
        ),
        (b"sep=;\r\na,b;c\n", ';', Encoding::Utf8),
        (b"\xEF\xBB\xBFa;b\n", ';', Encoding::Utf8),
        ("città;b\nForlì;2\n".as_bytes(), ';', Encoding::Utf8),
        (b"citt\xE0;b\nForl\xEC;2\n", ';', Encoding::Windows1252),
        (b"a;b\n\x80 5;2\n", ';', Encoding::Windows1252),
        (b"\xEF\xBB\xBFcitt\xE0;b\n", ';', Encoding::Windows1252),
    ];
    for (file, separator, encoding) in table {
        assert_eq!(
            sniff(file),
            Ok(Dialect {
                encoding,
                separator
            }),
            "{}",
            String::from_utf8_lossy(file)
        );
    }
}

#[test]
fn a_letter_cut_by_the_end_of_the_sample_is_still_utf8() {
    let mut start = b"a;bb\n".to_vec();
    start.extend("è".as_bytes().iter().cycle().take(SNIFFED - 6));
    start.push(0xC3);
    assert_eq!(start.len(), SNIFFED);
    assert_eq!(sniff(&start).unwrap().encoding, Encoding::Utf8);
    assert_eq!(sniff(&start[1..]).unwrap().encoding, Encoding::Windows1252);
}

#[test]
fn what_is_no_csv_is_refused_by_name() {
    for (file, code) in [
        (&b""[..], "csv.empty"),
        (b"\xEF\xBB\xBF", "csv.empty"),
        (b" \r\n\t\n", "csv.empty"),
        (b"PK\x03\x04rest", "csv.binary"),
        (b"\xD0\xCF\x11\xE0rest", "csv.binary"),
        (b"%PDF-1.7", "csv.binary"),
        (b"a\0b\0c\0d\0", "csv.binary"),
        (b"\xFF\xFEa\0", "csv.utf16"),
    ] {
        let problem = sniff(file).unwrap_err();
        assert_eq!(problem.code(), code);
        assert!(problem.detail().ends_with('.'), "{}", problem.detail());
    }
    for (file, problem) in [
        ("1,2\n3,4\n".to_owned(), CsvProblem::NoHeader),
        (",,\n3,4\n".to_owned(), CsvProblem::NoHeader),
        ("\"a,b\n1,2\n".to_owned(), CsvProblem::BadHeader),
        (["a"; 201].join(","), CsvProblem::TooManyColumns(201)),
    ] {
        let dialect = Dialect {
            encoding: Encoding::Utf8,
            separator: ',',
        };
        assert_eq!(
            Rows::new(file.as_bytes(), dialect).err(),
            Some(problem.clone())
        );
        assert!(!problem.detail().is_empty() && problem.code().starts_with("csv."));
    }
}

#[test]
fn header_names_are_tidied_and_made_different() {
    let (header, rows) = read(b" Nome ;;nome;Nome;Nome (2);;\n1;2;3;4;5;;\n");
    assert_eq!(
        header,
        ["Nome", "Column 2", "nome", "Nome (2)", "Nome (2) (2)"]
    );
    assert_eq!(rows, [good(2, &["1", "2", "3", "4", "5"])]);
}

#[test]
fn quotes_hold_separators_line_ends_and_doubled_quotes() {
    let (_, rows) = read(b"a,b\r\n\"x,\"\"y\"\"\",\"1\r\n2\n3\"\r\n\r\n \r\n5\" tv,\"\"\n\"Bar\" Sport,\"a\"b\"c\nlast,\"q\"");
    let expected = [
        good(2, &["x,\"y\"", "1\r\n2\n3"]),
        good(7, &["5\" tv", ""]),
        good(8, &["Bar Sport", "ab\"c"]),
        good(9, &["last", "q"]),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn lone_carriage_returns_end_lines_too() {
    let (header, rows) = read(b"a,b\r1,2\r\r3,4\r\n5,6\n7,8\r");
    assert_eq!(header, ["a", "b"]);
    assert_eq!(
        rows,
        [
            good(2, &["1", "2"]),
            good(4, &["3", "4"]),
            good(5, &["5", "6"]),
            good(6, &["7", "8"])
        ]
    );
}

#[test]
fn a_flaw_in_a_row_is_that_rows_alone() {
    let long = "x".repeat(MAX_FIELD + 1);
    let file = format!("a,b\n1\n1,2,3\n1,2,,\n{long},2\n\"{long}\",2\nn\0l,2\n3,4\n");
    let (_, rows) = read(file.as_bytes());
    let expected = [
        (
            2,
            Err(RowFlaw::TooFewFields {
                found: 1,
                expected: 2,
            }),
        ),
        (
            3,
            Err(RowFlaw::TooManyFields {
                found: 3,
                expected: 2,
            }),
        ),
        good(4, &["1", "2"]),
        (5, Err(RowFlaw::FieldTooLong)),
        (6, Err(RowFlaw::FieldTooLong)),
        (7, Err(RowFlaw::Nul)),
        good(8, &["3", "4"]),
    ];
    assert_eq!(rows, expected);
    assert!(
        rows.iter()
            .filter_map(|(_, row)| row.as_ref().err())
            .all(|flaw| flaw.code().starts_with("row."))
    );
}

#[test]
fn a_bad_row_keeps_what_could_be_read() {
    let bad = Rows::new(
        &b"a,b\n1,n\0l,3\n"[..],
        Dialect {
            encoding: Encoding::Utf8,
            separator: ',',
        },
    );
    let bad = bad.unwrap().next().unwrap().unwrap_err();
    assert_eq!(bad.fields, ["1", "nl", "3"]);
    assert!(bad.flaw.detail().contains("NUL"));
}

#[test]
fn a_quote_that_never_closes_costs_one_line() {
    let (_, rows) = read(b"a,b\n1,2\n\"oops,3\n4,5\n6,7");
    assert_eq!(
        rows,
        [
            good(2, &["1", "2"]),
            (3, Err(RowFlaw::UnclosedQuote)),
            good(4, &["4", "5"]),
            good(5, &["6", "7"])
        ]
    );

    // Also when the rest of the file is longer than a row may be.
    let mut file = b"a,b\n\"oops,3\n".to_vec();
    let lines = MAX_ROW / 4 + 1_000;
    file.extend(b"4,5\n".iter().cycle().take(lines * 4));
    let mut rows = Rows::new(&file[..], sniff(&file[..SNIFFED]).unwrap()).unwrap();
    let bad = rows.next().unwrap().unwrap_err();
    assert_eq!(
        (bad.line, bad.flaw, bad.fields),
        (2, RowFlaw::UnclosedQuote, vec!["\"oops,3".to_owned()])
    );
    assert_eq!(rows.next().unwrap().unwrap().line, 3);
    assert_eq!(rows.filter(Result::is_ok).count(), lines - 1);
}

#[test]
fn a_line_beyond_the_limit_is_passed_over() {
    for quote in ["", "\""] {
        let file = format!("a,b\n{quote}{}\n1,2\n", "x".repeat(3 * MAX_ROW));
        let dialect = sniff(&file.as_bytes()[..SNIFFED]).unwrap();
        let mut rows = Rows::new(
            file.as_bytes(),
            Dialect {
                separator: ',',
                ..dialect
            },
        )
        .unwrap();
        let bad = rows.next().unwrap().unwrap_err();
        assert_eq!((bad.line, bad.flaw), (2, RowFlaw::TooLong));
        assert!(bad.fields[0].len() <= 1_000);
        let row = rows.next().unwrap().unwrap();
        assert_eq!(
            (row.line, row.fields),
            (3, vec!["1".to_owned(), "2".to_owned()])
        );
        assert!(rows.next().is_none());
    }
}

#[test]
fn both_encodings_are_read_and_a_stray_byte_is_told() {
    assert_eq!(read(b"citt\xE0;\x80\nForl\xEC;5\n").0, ["città", "€"]);
    assert_eq!(
        read("\u{feff}città;€\nForlì;5\n".as_bytes()).1,
        [good(2, &["Forlì", "5"])]
    );

    let utf8 = Dialect {
        encoding: Encoding::Utf8,
        separator: ';',
    };
    let rows: Vec<Row> = Rows::new(&b"a;b\nForl\xC3\xAC;1\nForl\xEC;2\n"[..], utf8)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        (rows[0].fields[0].as_str(), rows[0].guessed_encoding),
        ("Forlì", false)
    );
    assert_eq!(
        (rows[1].fields[0].as_str(), rows[1].guessed_encoding),
        ("Forlì", true)
    );
}

#[test]
fn excels_separator_line_counts_as_a_line() {
    assert_eq!(
        read(b"sep=;\r\na;b\r\n1,5;2\r\n"),
        (vec!["a".into(), "b".into()], vec![good(3, &["1,5", "2"])])
    );
}

#[test]
fn a_file_that_breaks_off_says_so_once() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let utf8 = Dialect {
        encoding: Encoding::Utf8,
        separator: ',',
    };
    let broken = Rows::new(Broken, utf8).err();
    assert_eq!(
        broken,
        Some(CsvProblem::Unreadable(ErrorKind::ConnectionReset))
    );

    let start = format!("a,b\n{}", "1,2\n".repeat(8 * 1024));
    let mut rows = Rows::new(io::Read::chain(start.as_bytes(), Broken), utf8).unwrap();
    let last = rows.by_ref().find_map(Result::err).unwrap();
    assert_eq!(last.flaw, RowFlaw::Unreadable(ErrorKind::ConnectionReset));
    assert!(rows.next().is_none());
}

#[test]
fn random_bytes_never_lose_a_line_in_silence() {
    let alphabet = b"a1,;\"\"\n\r\t \xE8\0|";
    let mut state = 7_u64;
    for _ in 0..3_000 {
        let mut file = b"h,k\n".to_vec();
        for _ in 0..40 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            file.push(alphabet[usize::try_from(state >> 33).unwrap() % alphabet.len()]);
        }
        let dialect = Dialect {
            encoding: Encoding::Utf8,
            separator: ',',
        };
        let mut last = 1;
        let mut letters = 0;
        for row in Rows::new(&file[..], dialect).unwrap() {
            let (line, fields) =
                row.map_or_else(|bad| (bad.line, bad.fields), |row| (row.line, row.fields));
            assert!(line > last, "{file:?}");
            last = line;
            letters += fields.concat().matches(['a', '1', 'è']).count();
        }
        let wanted = file
            .iter()
            .filter(|b| matches!(b, b'a' | b'1' | 0xE8))
            .count();
        assert_eq!(letters, wanted, "{}", String::from_utf8_lossy(&file));
    }
}

#[test]
fn reading_goes_on_from_any_row_as_if_it_had_never_stopped() {
    let file = "\u{feff}sep=;\r\na;b\r\n1;\"x\ny\"\r\r\n\"oops;2\nForl\u{ec};3\n4;5".as_bytes();
    let dialect = sniff(file).unwrap();
    let whole = read(file).1;
    let mut rows = Rows::new(file, dialect).unwrap();
    let header = rows.header().to_vec();
    for told in 0..=whole.len() {
        let at = rows.position();
        let rest = &file[usize::try_from(at.offset).unwrap()..];
        let resumed = Rows::resume(rest, dialect, header.clone(), at);
        let again: Vec<Read1> = resumed
            .map(|row| match row {
                Ok(row) => (row.line, Ok(row.fields)),
                Err(bad) => (bad.line, Err(bad.flaw)),
            })
            .collect();
        assert_eq!(again, whole[told..], "after {told}");
        rows.next();
    }
}

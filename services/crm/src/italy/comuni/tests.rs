use super::*;
use std::time::{Duration, Instant};

fn names(comuni: &[Comune]) -> Vec<&'static str> {
    comuni.iter().map(|comune| comune.name).collect()
}

#[test]
fn every_line_is_a_comune_and_the_index_is_small() {
    assert_eq!(INDEX.rows.len(), 7_896);
    assert_eq!(provinces().len(), 107);
    let codes: std::collections::HashSet<&str> =
        INDEX.rows.iter().map(|row| &INDEX.line(row)[..6]).collect();
    assert_eq!(codes.len(), INDEX.rows.len());
    for row in 0..INDEX.rows.len() {
        let comune = INDEX.comune(row);
        assert!(
            comune.istat_code.len() == 6 && comune.province.len() == 2,
            "{comune:?}"
        );
        assert!(
            comune.cadastral_code.len() == 4 && comune.caps().all(|cap| cap.len() == 5),
            "{comune:?}"
        );
        assert!(
            comune.caps().count() > 0 && comune.lat.is_some() == comune.lng.is_some(),
            "{comune:?}"
        );
    }
    let bytes = INDEX.rows.capacity() * size_of::<Row>()
        + INDEX.names.capacity()
        + INDEX.caps.capacity() * 8;
    assert!(bytes < 400_000, "{bytes}");
}

#[test]
fn a_search_gives_the_best_match_then_the_larger_town() {
    assert_eq!(names(&search("torino", 2)), ["Torino", "Torino di Sangro"]);
    assert_eq!(names(&search("ro", 2)), ["Roma", "Rovigo"]);
    assert_eq!(names(&search("forli'", 1)), ["Forlì"]);
    assert_eq!(names(&search("AGLIE", 1)), ["Agliè"]);
    assert_eq!(names(&search("l’aquila", 1)), ["L'Aquila"]);
    assert_eq!(
        names(&search("donato milanese", 3)),
        ["San Donato Milanese"]
    );
    assert_eq!(names(&search("Reggio Emilia", 1)), ["Reggio nell'Emilia"]);
    assert_eq!(names(&search("castro", 2)), ["Castro", "Castro"]);
    assert_eq!(search("san", 500).len(), 500);
    for nothing in ["", "  ", "?", "zzzz", "123456"] {
        assert!(search(nothing, 5).is_empty(), "{nothing}");
    }
    assert!(search("roma", 0).is_empty());
}

#[test]
fn digits_search_by_cap() {
    assert_eq!(names(&search("10121", 5)), ["Torino"]);
    assert_eq!(names(&search("101", 5)), ["Torino"]);
    assert_eq!(search("0", 1)[0].name, "Roma");
    assert_eq!(search("00118", 3)[0].name, "Roma");
    assert!(with_cap("10010").len() > 5);
    assert!(with_cap("100").is_empty());
    assert!(with_cap("00000").is_empty());
}

#[test]
fn a_comune_is_found_by_name_and_province_or_by_code() {
    assert_eq!(named("Castro").len(), 2);
    assert_eq!(find("Castro", "le").unwrap().province, "LE");
    assert_eq!(find("Castro", "TO"), None);
    assert_eq!(find("OLBIA", "OT").unwrap().province, "SS");
    assert_eq!(find("Forli", "FO").unwrap().name, "Forlì");
    assert!(named("Torin").is_empty());
    let torino = with_istat_code("001272").unwrap();
    assert_eq!(
        (torino.name, torino.cadastral_code, torino.caps().count()),
        ("Torino", "L219", 33)
    );
    assert_eq!(torino.region, "Piemonte");
    assert_eq!((torino.lat, torino.population), (Some(45.0717), 841_600));
    assert_eq!(with_istat_code("999999"), None);
    assert_eq!(with_istat_code("005122").unwrap().lat, None);
}

#[test]
fn a_province_is_known_by_sigla_or_name() {
    for (text, expected) in [
        ("to", Some("TO")),
        (" Torino ", Some("TO")),
        ("Forlì-Cesena", Some("FC")),
        ("OT", Some("OT")),
        ("Bolzano", Some("BZ")),
        ("Reggio Emilia", Some("RE")),
        ("Reggio Calabria", Some("RC")),
        ("XX", None),
        ("", None),
    ] {
        assert_eq!(sigla(text), expected, "{text}");
    }
}

#[test]
fn a_search_takes_less_than_a_millisecond() {
    let _ = search("warm", 1);
    let mut best = [Duration::MAX; 5];
    for (best, query) in best.iter_mut().zip(["san", "ro", "milano", "1", "ano"]) {
        for _ in 0..20 {
            let start = Instant::now();
            let _ = search(query, 20);
            *best = (*best).min(start.elapsed());
        }
    }
    // Unoptimised builds, as tests are, get some slack.
    let bound = Duration::from_millis(if cfg!(debug_assertions) { 10 } else { 1 });
    assert!(best.iter().all(|best| *best < bound), "{best:?}");
}

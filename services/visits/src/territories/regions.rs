//! Italy's regions and the provinces (siglas) of each, as ISTAT has them.

use nexus_kernel::text::key;

/// Region → siglas.
const REGIONS: [(&str, &[&str]); 20] = [
    ("Abruzzo", &["AQ", "CH", "PE", "TE"]),
    ("Basilicata", &["MT", "PZ"]),
    ("Calabria", &["CS", "CZ", "KR", "RC", "VV"]),
    ("Campania", &["AV", "BN", "CE", "NA", "SA"]),
    (
        "Emilia-Romagna",
        &["BO", "FC", "FE", "MO", "PC", "PR", "RA", "RE", "RN"],
    ),
    ("Friuli-Venezia Giulia", &["GO", "PN", "TS", "UD"]),
    ("Lazio", &["FR", "LT", "RI", "RM", "VT"]),
    ("Liguria", &["GE", "IM", "SP", "SV"]),
    (
        "Lombardia",
        &[
            "BG", "BS", "CO", "CR", "LC", "LO", "MB", "MI", "MN", "PV", "SO", "VA",
        ],
    ),
    ("Marche", &["AN", "AP", "FM", "MC", "PU"]),
    ("Molise", &["CB", "IS"]),
    (
        "Piemonte",
        &["AL", "AT", "BI", "CN", "NO", "TO", "VB", "VC"],
    ),
    ("Puglia", &["BA", "BR", "BT", "FG", "LE", "TA"]),
    ("Sardegna", &["CA", "NU", "OR", "SS", "SU"]),
    (
        "Sicilia",
        &["AG", "CL", "CT", "EN", "ME", "PA", "RG", "SR", "TP"],
    ),
    (
        "Toscana",
        &["AR", "FI", "GR", "LI", "LU", "MS", "PI", "PO", "PT", "SI"],
    ),
    ("Trentino-Alto Adige", &["BZ", "TN"]),
    ("Umbria", &["PG", "TR"]),
    ("Valle d'Aosta", &["AO"]),
    ("Veneto", &["BL", "PD", "RO", "TV", "VE", "VI", "VR"]),
];

/// The region of this name, however it is written: `friuli venezia giulia`.
#[must_use]
pub fn named(name: &str) -> Option<&'static str> {
    let name = key(name);
    let mut names = REGIONS.iter().map(|(region, _)| *region);
    names.find(|region| key(region) == name)
}

/// The region in which a province is.
#[must_use]
pub fn of_province(sigla: &str) -> Option<&'static str> {
    let found = REGIONS.iter().find(|(_, siglas)| siglas.contains(&sigla));
    found.map(|(region, _)| *region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provinces_are_in_one_region() {
        let all: Vec<&str> = REGIONS
            .iter()
            .flat_map(|(_, siglas)| *siglas)
            .copied()
            .collect();
        let different: std::collections::HashSet<&&str> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (107, 107));
        assert_eq!(of_province("TO"), Some("Piemonte"));
        assert_eq!(of_province("XX"), None);
        assert_eq!(named("valle d’aosta"), Some("Valle d'Aosta"));
        assert_eq!(named("Padania"), None);
    }
}

//! Real towns: comune, CAP, provincia and coordinates from the table that crm uses, too.

use super::dice::Dice;

const TABLE: &str = include_str!("../../../services/crm/data/comuni.csv");
/// Where shops are.
const PEOPLE: u32 = 30_000;

/// One comune.
pub struct Town {
    pub istat: &'static str,
    pub name: &'static str,
    pub province: &'static str,
    pub region: &'static str,
    pub caps: Vec<&'static str>,
    pub cadastral: &'static str,
    pub lat: f64,
    pub lng: f64,
    weight: i64,
}

/// The area codes of the large cities, and one that is plausible for the rest of each region.
const PHONE: [(&str, &str); 28] = [
    ("MI", "02"),
    ("RM", "06"),
    ("GE", "010"),
    ("TO", "011"),
    ("VE", "041"),
    ("VR", "045"),
    ("FI", "055"),
    ("BO", "051"),
    ("NA", "081"),
    ("Piemonte", "0131"),
    ("Valle d'Aosta", "0165"),
    ("Lombardia", "030"),
    ("Liguria", "0185"),
    ("Veneto", "049"),
    ("Friuli", "040"),
    ("Trentino", "0461"),
    ("Emilia", "059"),
    ("Toscana", "0574"),
    ("Umbria", "075"),
    ("Marche", "071"),
    ("Lazio", "0773"),
    ("Abruzzo", "085"),
    ("Campania", "089"),
    ("Puglia", "080"),
    ("Calabria", "0965"),
    ("Sicilia", "091"),
    ("Sardegna", "070"),
    ("Basilicata", "0971"),
];

impl Town {
    pub fn phone_prefix(&self) -> &'static str {
        let found = PHONE
            .iter()
            .find(|(place, _)| self.province == *place || self.region.starts_with(place));
        found.map_or("0874", |(_, prefix)| prefix)
    }
}

/// The larger towns of some regions.
pub fn of_regions(regions: &[&str]) -> Vec<Town> {
    let larger = TABLE.lines().skip(1).filter_map(town);
    larger
        .filter(|town| regions.iter().any(|region| town.region.starts_with(region)))
        .collect()
}

/// Bigger towns have more shops, though not in proportion.
pub fn pick<'a>(towns: &'a [Town], dice: &mut Dice) -> &'a Town {
    let total: i64 = towns.iter().map(|town| town.weight).sum();
    let mut left = dice.between(1, total);
    let hit = towns.iter().find(|town| {
        left -= town.weight;
        left <= 0
    });
    hit.unwrap_or(&towns[0])
}

/// `istat,nome,sigla,provincia,regione,cap,catastale,lat,lon,popolazione`; several CAPs are set apart by spaces.
fn town(line: &'static str) -> Option<Town> {
    let [
        istat,
        name,
        province,
        _,
        region,
        caps,
        cadastral,
        lat,
        lng,
        people,
    ] = line.split(',').collect::<Vec<_>>().try_into().ok()?;
    let people: u32 = people.parse().ok()?;
    (people >= PEOPLE).then_some(())?;
    let weight = i64::from(people.isqrt());
    let caps = caps.split_whitespace().collect();
    Some(Town {
        istat,
        name,
        province,
        region,
        caps,
        cadastral,
        lat: lat.parse().ok()?,
        lng: lng.parse().ok()?,
        weight,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_the_larger_towns() {
        let towns = of_regions(&["Toscana"]);
        let prato = towns.iter().find(|town| town.name == "Prato").unwrap();
        assert_eq!((prato.province, prato.cadastral), ("PO", "G999"));
        assert!(prato.caps.contains(&"59100"));
        assert!(
            towns
                .iter()
                .all(|town| town.region == "Toscana" && !town.caps.is_empty())
        );
    }
}

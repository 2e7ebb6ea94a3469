//! The comuni of Italy, from `data/comuni.csv` (ISTAT; credits beside it).
//!
//! The text stays where the binary has it; an index of about 300 kB points into it. Names are searched folded, as
//! one long text, so that a search costs well under a millisecond and allocates nothing but its answer.

use std::sync::LazyLock;

use super::text::fold;

static TEXT: &str = include_str!("../../data/comuni.csv");
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(TEXT));

/// Siglas no longer (or not yet) in the list, with the one under which the comune is found there: renamed provinces,
/// and those of Sardinia that came, went and came again.
const OTHER_SIGLAS: [(&str, &str); 6] = [
    ("FO", "FC"),
    ("PS", "PU"),
    ("OT", "SS"),
    ("OG", "NU"),
    ("VS", "SU"),
    ("CI", "SU"),
];

/// Names in daily use that differ from the official ones, folded.
const OTHER_NAMES: [(&str, &str); 4] = [
    ("reggio emilia", "reggio nellemilia"),
    ("reggio calabria", "reggio di calabria"),
    ("bozen", "bolzano"),
    ("meran", "merano"),
];

/// One comune.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comune {
    /// Six digits.
    pub istat_code: &'static str,
    pub name: &'static str,
    /// The sigla: `TO`.
    pub province: &'static str,
    pub province_name: &'static str,
    pub region: &'static str,
    /// Separated by spaces; see [`Comune::caps`].
    caps: &'static str,
    /// The codice catastale: `L219`.
    pub cadastral_code: &'static str,
    /// WGS 84, of the town's centre.
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub population: u32,
}

impl Comune {
    /// Its postal codes, five digits each.
    pub fn caps(&self) -> impl Iterator<Item = &'static str> {
        self.caps.split_ascii_whitespace()
    }

    fn of_line(line: &'static str) -> Option<Self> {
        let mut cells = line.split(',');
        let mut next = || cells.next();
        Some(Self {
            istat_code: next()?,
            name: next()?,
            province: next()?,
            province_name: next()?,
            region: next()?,
            caps: next()?,
            cadastral_code: next()?,
            lat: next()?.parse().ok(),
            lng: next()?.parse().ok(),
            population: next()?.parse().unwrap_or(0),
        })
    }
}

/// One province.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Province {
    pub sigla: &'static str,
    pub name: &'static str,
    pub region: &'static str,
}

/// The comuni whose name holds `query`, or whose CAP begins with it when it is digits: at most `limit`, the best
/// match first (whole name, beginning, beginning of a word, anywhere), then the larger town. One or two letters match
/// beginnings only.
#[must_use]
pub fn search(query: &str, limit: usize) -> Vec<Comune> {
    let query = query.trim();
    if !query.is_empty() && query.bytes().all(|b| b.is_ascii_digit()) {
        return INDEX.with_cap_prefix(query, limit);
    }
    let folded = fold(query);
    if folded.is_empty() {
        Vec::new()
    } else {
        INDEX.with_name(official(&folded), limit)
    }
}

/// The comuni of exactly this name, however it is accented; five names are borne by two.
#[must_use]
pub fn named(name: &str) -> Vec<Comune> {
    let folded = fold(name);
    let name = official(&folded);
    let start = INDEX.by_name.partition_point(|row| INDEX.name(*row) < name);
    let namesakes = INDEX.by_name[start..].iter();
    namesakes
        .take_while(|row| INDEX.name(**row) == name)
        .map(|row| INDEX.comune(usize::from(*row)))
        .collect()
}

/// The comune of this name in the province of this sigla.
#[must_use]
pub fn find(name: &str, sigla: &str) -> Option<Comune> {
    named(name)
        .into_iter()
        .find(|comune| same_province(comune.province, sigla))
}

/// The comuni that a CAP serves, the larger first.
#[must_use]
pub fn with_cap(cap: &str) -> Vec<Comune> {
    if cap.len() == 5 {
        INDEX.with_cap_prefix(cap, usize::MAX)
    } else {
        Vec::new()
    }
}

/// The comune of this ISTAT code (six digits).
#[must_use]
pub fn with_istat_code(code: &str) -> Option<Comune> {
    let has_code = |row: &Row| TEXT[row.line as usize..].starts_with(code);
    let row = INDEX
        .rows
        .iter()
        .position(has_code)
        .filter(|_| code.len() == 6)?;
    Some(INDEX.comune(row))
}

/// Every province, by sigla.
#[must_use]
pub fn provinces() -> &'static [Province] {
    &INDEX.provinces
}

/// The sigla meant by a sigla or by the name of a province; former siglas are known too and stay as given.
#[must_use]
pub fn sigla(text: &str) -> Option<&'static str> {
    let upper = text.trim().to_ascii_uppercase();
    if let Some((other, _)) = OTHER_SIGLAS.iter().find(|(other, _)| *other == upper) {
        return Some(other);
    }
    let name = fold(text);
    let by_name = |province: &&Province| {
        let folded = fold(province.name);
        folded == name
            || folded == official(&name)
            || province.name.split('/').any(|part| fold(part) == name)
    };
    let all = provinces();
    all.iter()
        .find(|province| province.sigla == upper)
        .or_else(|| all.iter().find(by_name))
        .map(|province| province.sigla)
}

/// Whether two siglas mean the same province, a renamed one included.
#[must_use]
pub fn same_province(a: &str, b: &str) -> bool {
    current(a).eq_ignore_ascii_case(current(b))
}

fn current(sigla: &str) -> &str {
    OTHER_SIGLAS
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(sigla))
        .map_or(sigla, |(_, now)| now)
}

fn official(folded: &str) -> &str {
    OTHER_NAMES
        .iter()
        .find(|(other, _)| *other == folded)
        .map_or(folded, |(_, name)| name)
}

struct Row {
    /// Where its line starts in [`TEXT`].
    line: u32,
    /// Where its folded name starts in [`Index::names`], just behind a `\n`.
    name: u32,
    population: u32,
}

struct Index {
    /// In the order of the file.
    rows: Vec<Row>,
    /// `\nfolded name\nfolded name\n…`
    names: String,
    /// Rows, sorted by folded name.
    by_name: Vec<u16>,
    /// CAP and row, sorted.
    caps: Vec<(u32, u16)>,
    provinces: Vec<Province>,
}

impl Index {
    fn of(text: &'static str) -> Self {
        let mut index = Self {
            rows: Vec::with_capacity(8_000),
            names: "\n".to_owned(),
            by_name: Vec::new(),
            caps: Vec::new(),
            provinces: Vec::new(),
        };
        let mut at = text.find('\n').map_or(text.len(), |end| end + 1);
        for line in text[at..].lines() {
            if let Some(comune) = Comune::of_line(line) {
                index.add(at, &comune);
            }
            at += line.len() + 1;
        }
        let mut by_name: Vec<u16> = (0..).take(index.rows.len()).collect();
        by_name.sort_by_key(|row| index.name(*row));
        index.by_name = by_name;
        index.caps.sort_unstable();
        index.caps.shrink_to_fit();
        index.names.shrink_to_fit();
        index
            .provinces
            .sort_unstable_by_key(|province| province.sigla);
        index
    }

    fn add(&mut self, line: usize, comune: &Comune) {
        let (Ok(line), Ok(name), Ok(row)) = (
            u32::try_from(line),
            u32::try_from(self.names.len()),
            u16::try_from(self.rows.len()),
        ) else {
            return;
        };
        self.rows.push(Row {
            line,
            name,
            population: comune.population,
        });
        self.names.push_str(&fold(comune.name));
        self.names.push('\n');
        self.caps.extend(
            comune
                .caps()
                .filter_map(|cap| Some((cap.parse().ok()?, row))),
        );
        if !self
            .provinces
            .iter()
            .any(|province| province.sigla == comune.province)
        {
            let Comune {
                province: sigla,
                province_name: name,
                region,
                ..
            } = *comune;
            self.provinces.push(Province {
                sigla,
                name,
                region,
            });
        }
    }

    fn name(&self, row: u16) -> &str {
        let from = self.rows[usize::from(row)].name as usize;
        self.names[from..].lines().next().unwrap_or_default()
    }

    fn line(&self, row: &Row) -> &'static str {
        let from = row.line as usize;
        TEXT[from..].lines().next().unwrap_or_default()
    }

    fn comune(&self, row: usize) -> Comune {
        Comune::of_line(self.line(&self.rows[row]))
            .expect("only lines that make a comune are indexed")
    }

    /// Every place in `names` that holds `needle`, with its row.
    fn rows_with(&self, needle: &str) -> impl Iterator<Item = (usize, usize)> {
        let past_break = usize::from(needle.starts_with('\n'));
        self.names.match_indices(needle).map(move |(at, _)| {
            let at = at + past_break;
            (
                self.rows.partition_point(|row| row.name as usize <= at) - 1,
                at,
            )
        })
    }

    fn with_name(&self, folded: &str, limit: usize) -> Vec<Comune> {
        let beginning = format!("\n{folded}");
        let needle = if folded.chars().count() < 3 {
            &beginning
        } else {
            folded
        };
        let mut hits: Vec<(u8, u32, usize)> = self
            .rows_with(needle)
            .map(|(row, at)| {
                let whole = self.names.as_bytes().get(at + folded.len()) == Some(&b'\n');
                let rank = match (self.names.as_bytes()[at - 1], whole) {
                    (b'\n', true) => 0,
                    (b'\n', false) => 1,
                    (b' ', _) => 2,
                    _ => 3,
                };
                (rank, u32::MAX - self.rows[row].population, row)
            })
            .collect();
        hits.sort_unstable();
        self.first_of(hits.into_iter().map(|(_, _, row)| row), limit)
    }

    fn with_cap_prefix(&self, digits: &str, limit: usize) -> Vec<Comune> {
        let Some(missing) = 5_usize.checked_sub(digits.len()) else {
            return Vec::new();
        };
        let (from, width) = (
            digits.parse().unwrap_or(0) * 10_u32.pow(missing as u32),
            10_u32.pow(missing as u32),
        );
        let start = self.caps.partition_point(|(cap, _)| *cap < from);
        let end = self.caps.partition_point(|(cap, _)| *cap < from + width);
        let mut rows: Vec<usize> = self.caps[start..end]
            .iter()
            .map(|(_, row)| usize::from(*row))
            .collect();
        rows.sort_unstable_by_key(|row| (u32::MAX - self.rows[*row].population, *row));
        self.first_of(rows.into_iter(), limit)
    }

    /// The comuni of the first `limit` different rows; a row may come again later.
    fn first_of(&self, rows: impl Iterator<Item = usize>, limit: usize) -> Vec<Comune> {
        let mut seen: Vec<usize> = Vec::new();
        for row in rows {
            if seen.len() >= limit {
                break;
            }
            if !seen.contains(&row) {
                seen.push(row);
            }
        }
        seen.into_iter().map(|row| self.comune(row)).collect()
    }
}

#[cfg(test)]
mod tests;

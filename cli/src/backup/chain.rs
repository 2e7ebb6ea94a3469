//! Walks a chain of events as it lies in a dump: each event's hash covers its content and the hash before it, so that none
//! can be changed, taken out or put in afterwards. What is hashed is written down in crates/nexus-outbox/README.md.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use aws_lc_rs::digest::{Context as Digest, SHA256};
use chrono::DateTime;

/// The columns we need, in the order of [`Row`].
pub const COLUMNS: [&str; 9] = [
    "position",
    "id",
    "kind",
    "subject_id",
    "actor_id",
    "at",
    "payload",
    "version",
    "hash",
];

/// One service's events, row by row in whatever order they come.
pub struct Chain {
    table: String,
    /// Where each of [`COLUMNS`] stands in a line.
    places: [usize; COLUMNS.len()],
    last: u64,
    hash: Vec<u8>,
    /// Rows that came before their turn; a table that is only added to has few of them.
    early: BTreeMap<u64, Row>,
}

/// The texts of a row, unescaped; what is NULL is empty, as in the hash.
type Row = [String; COLUMNS.len()];

impl Chain {
    /// `columns` as the dump names them.
    pub fn new<'c>(table: &str, columns: impl Iterator<Item = &'c str>) -> Result<Self> {
        let columns: Vec<&str> = columns.collect();
        let mut places = [0; COLUMNS.len()];
        for (place, name) in places.iter_mut().zip(COLUMNS) {
            let found = columns.iter().position(|column| *column == name);
            *place = found.with_context(|| format!("{table} has no column {name}"))?;
        }
        Ok(Self {
            table: table.to_owned(),
            places,
            last: 0,
            hash: vec![0; 32],
            early: BTreeMap::new(),
        })
    }

    /// Takes one line of COPY's text format.
    pub fn add(&mut self, line: &str) -> Result<()> {
        let fields: Vec<&str> = line.split('\t').collect();
        let mut row = Row::default();
        for (text, place) in row.iter_mut().zip(self.places) {
            *text = unescaped(fields.get(place).context("a row is too short")?);
        }
        let position: u64 = row[0].parse().context("a position is no number")?;
        if position <= self.last || self.early.insert(position, row).is_some() {
            bail!("{}: position {position} is there twice", self.table);
        }
        while let Some(row) = self.early.remove(&(self.last + 1)) {
            self.step(&row)?;
        }
        Ok(())
    }

    fn step(&mut self, row: &Row) -> Result<()> {
        let [
            position,
            id,
            kind,
            subject,
            actor,
            at,
            payload,
            version,
            stored,
        ] = row;
        let at = micros(at).with_context(|| format!("{}: {at} is no time", self.table))?;
        let mut digest = Digest::new(&SHA256);
        digest.update(&self.hash);
        for field in [position, id, kind, subject, actor, &at, version, payload] {
            let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
            digest.update(&length.to_be_bytes());
            digest.update(field.as_bytes());
        }
        let hash = digest.finish().as_ref().to_vec();
        if *stored != format!("\\x{}", hex(&hash)) {
            bail!(
                "{}: the event at position {position} is not what was written",
                self.table
            );
        }
        (self.last, self.hash) = (self.last + 1, hash);
        Ok(())
    }

    /// How many events it holds, without a gap.
    pub fn end(&self) -> Result<u64> {
        if !self.early.is_empty() {
            bail!(
                "{}: the event at position {} is missing",
                self.table,
                self.last + 1
            );
        }
        Ok(self.last)
    }
}

/// `2026-11-22 10:00:00.123456+00`, with whatever offset the server writes, as microseconds since 1970.
fn micros(text: &str) -> Option<String> {
    let at = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok()?;
    Some(at.timestamp_micros().to_string())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A field as COPY writes it: `\N` is NULL, `\t` a tab, `\\` a backslash.
fn unescaped(field: &str) -> String {
    if field == "\\N" {
        return String::new();
    }
    if !field.contains('\\') {
        return field.to_owned();
    }
    let mut text = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('t') => text.push('\t'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('v') => text.push('\u{b}'),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "2026-11-22 11:00:00.5+01";
    const ID: &str = "018f0000-0000-7000-8000-000000000001";

    /// Lines of a sound chain, in a column order of the dump's own.
    fn lines(count: u64) -> Vec<String> {
        let mut previous = vec![0; 32];
        let make = |position: u64| {
            let payload = format!("{{\"text\": \"a\\\\b\tc {position}\"}}");
            let at = micros(AT).unwrap();
            let mut digest = Digest::new(&SHA256);
            digest.update(&previous);
            for field in [
                &position.to_string(),
                ID,
                "k",
                ID,
                "",
                at.as_str(),
                "1",
                &payload,
            ] {
                digest.update(&u32::try_from(field.len()).unwrap().to_be_bytes());
                digest.update(field.as_bytes());
            }
            previous = digest.finish().as_ref().to_vec();
            let payload = payload.replace('\\', "\\\\").replace('\t', "\\t");
            format!(
                "{ID}\t{position}\tk\t{ID}\t\\N\t{AT}\t{payload}\t1\t\\\\x{}",
                hex(&previous)
            )
        };
        (1..=count).map(make).collect()
    }

    fn walk(lines: &[String]) -> Result<u64> {
        let columns = [
            "id",
            "position",
            "kind",
            "subject_id",
            "actor_id",
            "at",
            "payload",
            "version",
            "hash",
        ];
        let mut chain = Chain::new("crm.events", columns.into_iter())?;
        for line in lines {
            chain.add(line)?;
        }
        chain.end()
    }

    #[test]
    fn a_sound_chain_is_walked_in_any_order() {
        let mut lines = lines(5);
        assert_eq!(walk(&lines).unwrap(), 5);
        lines.swap(1, 3);
        assert_eq!(walk(&lines).unwrap(), 5);
        assert_eq!(walk(&[]).unwrap(), 0);
    }

    #[test]
    fn a_changed_a_missing_a_double_and_a_moved_event_are_told() {
        let told = |lines: &[String]| walk(lines).unwrap_err().to_string();
        let sound = lines(4);
        let mut changed = sound.clone();
        changed[2] = changed[2].replace("c 3", "c 9");
        assert!(told(&changed).contains("position 3 is not what was written"));
        let mut missing = sound.clone();
        missing.remove(1);
        assert!(told(&missing).contains("position 2 is missing"));
        let mut double = sound.clone();
        double.push(sound[0].clone());
        assert!(told(&double).contains("position 1 is there twice"));
        let mut moved = sound.clone();
        moved[1] = sound[1].replace("\t2\tk", "\t3\tk");
        moved[2] = sound[2].replace("\t3\tk", "\t2\tk");
        assert!(told(&moved).contains("position 2 is not what was written"));
    }
}

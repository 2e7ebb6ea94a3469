//! Matrices are read straight into flat rows: as JSON values they would take ten times the memory.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A square of whole numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    size: usize,
    values: Vec<u32>,
}

impl Grid {
    /// From rows laid end to end; `None` when they make no square.
    #[must_use]
    pub fn new(size: usize, values: Vec<u32>) -> Option<Self> {
        (size.checked_mul(size) == Some(values.len())).then_some(Self { size, values })
    }

    /// Gives its memory back; that it was given is still known.
    pub fn forget(&mut self) {
        self.size = 0;
        self.values = Vec::new();
    }

    /// Rows, and columns.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// From `row` to `column`.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> u32 {
        self.values[row * self.size + column]
    }
}

/// What the caller gave for one profile.
#[derive(Debug, Clone, Default)]
pub struct ProfileMatrices {
    /// Seconds.
    pub durations: Option<Grid>,
    /// Metres.
    pub distances: Option<Grid>,
    /// Costs instead of those of time and distance.
    pub costs: Option<Grid>,
}

/// A field that was read whatever it held; what is wrong with it is told in its turn.
#[derive(Debug)]
pub(super) struct Told<T>(pub Result<T, String>);

/// `matrices` of the request.
pub(super) type GivenMatrices = Told<BTreeMap<String, Told<GivenProfile>>>;

/// One profile's entry.
#[derive(Debug, Default)]
pub(super) struct GivenProfile {
    pub durations: Option<Told<Grid>>,
    pub distances: Option<Told<Grid>>,
    pub costs: Option<Told<Grid>>,
}

/// Whatever is not looked for is "not that"; each of these has one shape it accepts.
macro_rules! otherwise {
    ($text:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Told(Err($text.to_owned())))
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Told(Err($text.to_owned())))
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Told(Err($text.to_owned())))
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Told(Err($text.to_owned())))
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Told(Err($text.to_owned())))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Told(Err($text.to_owned())))
        }
    };
}

const UNEXPECTED: &str = "Unexpected matrices value.";
const NO_MATRIX: &str = "Invalid matrix.";
const BAD_LINE: &str = "Unexpected matrix line length.";
const BAD_ENTRY: &str = "Invalid matrix entry.";

struct ProfilesVisitor;

impl<'de> Visitor<'de> for ProfilesVisitor {
    type Value = GivenMatrices;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("matrices by profile")
    }

    otherwise!(UNEXPECTED);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Told(Err(UNEXPECTED.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut profiles = BTreeMap::new();
        while let Some((name, profile)) = map.next_entry()? {
            profiles.insert(name, profile);
        }
        Ok(Told(Ok(profiles)))
    }
}

impl<'de> Deserialize<'de> for GivenMatrices {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ProfilesVisitor)
    }
}

struct ProfileVisitor;

impl<'de> Visitor<'de> for ProfileVisitor {
    type Value = Told<GivenProfile>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a profile's matrices")
    }

    otherwise!("");

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Told(Err(String::new())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut profile = GivenProfile::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "durations" => profile.durations = Some(map.next_value()?),
                "distances" => profile.distances = Some(map.next_value()?),
                "costs" => profile.costs = Some(map.next_value()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Told(Ok(profile)))
    }
}

impl<'de> Deserialize<'de> for Told<GivenProfile> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ProfileVisitor)
    }
}

struct GridVisitor;

impl<'de> Visitor<'de> for GridVisitor {
    type Value = Told<Grid>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a square matrix")
    }

    otherwise!(NO_MATRIX);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Told(Err(NO_MATRIX.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        let mut fault = None;
        let (mut rows, mut width) = (0_usize, None);
        while let Some(Row(row)) = seq.next_element_seed(RowSeed {
            values: &mut values,
            keep: fault.is_none(),
        })? {
            rows += 1;
            match row {
                Ok(length) if *width.get_or_insert(length) == length => {}
                Ok(_) => fault = fault.or(Some(BAD_LINE)),
                Err(text) => fault = fault.or(Some(text)),
            }
        }
        let square = width.is_none_or(|width| width == rows);
        let fault = fault.or((!square).then_some(BAD_LINE));
        Ok(Told(match fault {
            Some(text) => Err(text.to_owned()),
            None => Grid::new(rows, values).ok_or_else(|| BAD_LINE.to_owned()),
        }))
    }
}

impl<'de> Deserialize<'de> for Told<Grid> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(GridVisitor)
    }
}

/// Reads one row behind the others and says how long it was.
struct RowSeed<'a> {
    values: &'a mut Vec<u32>,
    keep: bool,
}

struct Row(Result<usize, &'static str>);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Row, D::Error> {
        from.deserialize_any(self)
    }
}

/// Whatever is no list is no row.
macro_rules! no_row {
    () => {
        fn visit_bool<E>(self, _: bool) -> Result<Row, E> {
            Ok(Row(Err(BAD_LINE)))
        }
        fn visit_i64<E>(self, _: i64) -> Result<Row, E> {
            Ok(Row(Err(BAD_LINE)))
        }
        fn visit_u64<E>(self, _: u64) -> Result<Row, E> {
            Ok(Row(Err(BAD_LINE)))
        }
        fn visit_f64<E>(self, _: f64) -> Result<Row, E> {
            Ok(Row(Err(BAD_LINE)))
        }
        fn visit_str<E>(self, _: &str) -> Result<Row, E> {
            Ok(Row(Err(BAD_LINE)))
        }
        fn visit_unit<E>(self) -> Result<Row, E> {
            Ok(Row(Err(BAD_LINE)))
        }
    };
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row of a matrix")
    }

    no_row!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Row(Err(BAD_LINE)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Row, A::Error> {
        let mut length = 0;
        let mut whole = true;
        while let Some(Entry(entry)) = seq.next_element()? {
            length += 1;
            whole &= entry.is_some();
            if self.keep && whole {
                self.values.extend(entry);
            }
        }
        Ok(Row(if whole { Ok(length) } else { Err(BAD_ENTRY) }))
    }
}

/// One entry, if it is a whole number of 32 bits.
struct Entry(Option<u32>);

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a matrix entry")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Entry, E> {
        Ok(Entry(u32::try_from(number).ok()))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Entry, E> {
        Ok(Entry(None))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Entry, E> {
        Ok(Entry(None))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Entry, E> {
        Ok(Entry(None))
    }
    fn visit_str<E>(self, _: &str) -> Result<Entry, E> {
        Ok(Entry(None))
    }
    fn visit_unit<E>(self) -> Result<Entry, E> {
        Ok(Entry(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Entry(None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entry, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Entry(None))
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(EntryVisitor)
    }
}

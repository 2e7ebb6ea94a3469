//! Calendar dates as spreadsheets write them. Which of day and month comes first is decided once a column, since
//! `3/4/2017` alone does not say.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The order of day, month and year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Dmy,
    Mdy,
    Ymd,
}

/// How the order was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// At least one date can be read in this order alone, and none contradicts it.
    Decided,
    /// Every date can be read in both orders, or there is none: taken as day, month, year, as in Italy.
    Assumed,
    /// Some dates can be read in one order alone, some in the other; the more frequent was taken.
    Contradicted,
}

/// What a column's samples say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    pub order: Order,
    pub certainty: Certainty,
}

/// Why a text is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateError {
    Empty,
    /// Not three numbers parted by `/`, `-` or `.`.
    Shape,
    /// Two digits do not say which century, and years before 1900 or after 2199 are typing errors.
    Year,
    /// No such day, or not in this order.
    NoSuchDay,
}

impl DateError {
    /// The stable name, by which the web app translates.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "date.empty",
            Self::Shape => "date.shape",
            Self::Year => "date.year",
            Self::NoSuchDay => "date.no_such_day",
        }
    }

    /// What is wrong and what to do, in English.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Empty => "The date is empty.",
            Self::Shape => "Write a date as 31/12/2026 or 2026-12-31.",
            Self::Year => "Write the year with four digits, from 1900 to 2199.",
            Self::NoSuchDay => "There is no such day: day and month may be the other way round.",
        }
    }
}

/// Reads a date in `order`, parted by `/`, `-` or `.`. A year in front can only mean year, month, day and is read so
/// in any order; a time of day behind the date is dropped.
pub fn parse(text: &str, order: Order) -> Result<NaiveDate, DateError> {
    let text = without_time(text.trim());
    if text.is_empty() {
        return Err(DateError::Empty);
    }
    let parts = parts(text).ok_or(DateError::Shape)?;
    let order = if parts[0].len() == 4 {
        Order::Ymd
    } else {
        order
    };
    let [year, month, day] = match order {
        Order::Dmy => [parts[2], parts[1], parts[0]],
        Order::Mdy => [parts[2], parts[0], parts[1]],
        Order::Ymd => parts,
    };
    let number = |digits: &str| digits.parse::<u32>().map_err(|_| DateError::Shape);
    let (month, day) = (number(month)?, number(day)?);
    let year: i32 = year
        .parse()
        .ok()
        .filter(|known| year.len() == 4 && (1900..2200).contains(known))
        .ok_or(DateError::Year)?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or(DateError::NoSuchDay)
}

/// The order of a column's dates: a first or second number above 12 is a day. What is no date is left aside.
pub fn detect<'a>(samples: impl IntoIterator<Item = &'a str>) -> Detected {
    let (mut dmy, mut mdy, mut ymd, mut either) = (0_usize, 0_usize, 0_usize, 0_usize);
    for sample in samples {
        let Some(parts) = parts(without_time(sample.trim())) else {
            continue;
        };
        if parts[0].len() == 4 {
            ymd += 1;
            continue;
        }
        match (parse(sample, Order::Dmy), parse(sample, Order::Mdy)) {
            (Ok(_), Err(_)) => dmy += 1,
            (Err(_), Ok(_)) => mdy += 1,
            (Ok(_), Ok(_)) => either += 1,
            (Err(_), Err(_)) => {}
        }
    }
    let (order, certainty) = match (dmy, mdy) {
        (0, 0) if ymd > either => (Order::Ymd, Certainty::Decided),
        (0, 0) => (Order::Dmy, Certainty::Assumed),
        (_, 0) => (Order::Dmy, Certainty::Decided),
        (0, _) => (Order::Mdy, Certainty::Decided),
        (dmy, mdy) if mdy > dmy => (Order::Mdy, Certainty::Contradicted),
        _ => (Order::Dmy, Certainty::Contradicted),
    };
    Detected { order, certainty }
}

/// Whether the text can be read as a date in some order.
#[must_use]
pub fn is_date(text: &str) -> bool {
    parse(text, Order::Dmy).is_ok() || parse(text, Order::Mdy).is_ok()
}

/// `2017-03-01T00:00:00Z`, `1/3/2017 14:30` without what follows the date.
fn without_time(text: &str) -> &str {
    let Some((date, time)) = text.split_once([' ', 'T']) else {
        return text;
    };
    let is_time = time.contains(':')
        && time
            .chars()
            .all(|c| c.is_ascii_digit() || ":.+-Z APMapm".contains(c));
    if is_time { date } else { text }
}

fn parts(text: &str) -> Option<[&str; 3]> {
    let separator = text
        .chars()
        .find(|c| !c.is_ascii_digit())
        .filter(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = text.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    let digits =
        |part: &str| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|b| b.is_ascii_digit());
    (parts.next().is_none() && three.iter().all(|part| digits(part))).then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_given_order() {
        for (text, order, expected) in [
            ("3/4/2017", Order::Dmy, "2017-04-03"),
            ("3/4/2017", Order::Mdy, "2017-03-04"),
            ("31.12.2026", Order::Dmy, "2026-12-31"),
            ("10-20-2016", Order::Mdy, "2016-10-20"),
            ("2017-03-04", Order::Ymd, "2017-03-04"),
            ("2017/3/4", Order::Dmy, "2017-03-04"),
            (" 29/02/2000 ", Order::Dmy, "2000-02-29"),
            ("2017-03-04T00:00:00Z", Order::Ymd, "2017-03-04"),
            ("3/4/2017 14:30", Order::Dmy, "2017-04-03"),
            ("3/4/2017 2:30:00 PM", Order::Mdy, "2017-03-04"),
        ] {
            assert_eq!(
                parse(text, order).map(|date| date.to_string()),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_refused_by_name() {
        for (text, error) in [
            ("", DateError::Empty),
            ("  ", DateError::Empty),
            ("domani", DateError::Shape),
            ("43000", DateError::Shape),
            ("3/4", DateError::Shape),
            ("3/4-2017", DateError::Shape),
            ("3/4/2017/1", DateError::Shape),
            ("3/4/2017 circa", DateError::Shape),
            ("003/4/2017", DateError::Shape),
            ("-3/4/2017", DateError::Shape),
            ("3 aprile 2017", DateError::Shape),
            ("٣/٤/٢٠١٧", DateError::Shape),
            ("3/4/17", DateError::Year),
            ("3/4/0017", DateError::Year),
            ("3/4/2917", DateError::Year),
            ("31/4/2017", DateError::NoSuchDay),
            ("29/2/1900", DateError::NoSuchDay),
            ("0/4/2017", DateError::NoSuchDay),
            ("10/20/2016", DateError::NoSuchDay),
        ] {
            assert_eq!(parse(text, Order::Dmy), Err(error), "{text}");
        }
        assert_eq!(parse("3/4/2017", Order::Ymd), Err(DateError::Year));
    }

    #[test]
    fn any_day_above_twelve_decides_the_order_of_the_column() {
        let table: [(&[&str], Order, Certainty); 10] = [
            (&["1/2/2017", "13/2/2017"], Order::Dmy, Certainty::Decided),
            (
                &["10/20/2016", "3/1/2017", "3/11/2017"],
                Order::Mdy,
                Certainty::Decided,
            ),
            (&["1/2/2017", "3/4/2017"], Order::Dmy, Certainty::Assumed),
            (&[], Order::Dmy, Certainty::Assumed),
            (&["", "n.d."], Order::Dmy, Certainty::Assumed),
            (
                &["2017-01-02", "2017-01-13", ""],
                Order::Ymd,
                Certainty::Decided,
            ),
            (&["2017-01-02", "13/1/2017"], Order::Dmy, Certainty::Decided),
            (
                &["13/1/2017", "1/13/2017"],
                Order::Dmy,
                Certainty::Contradicted,
            ),
            (
                &["13/1/2017", "1/13/2017", "1/14/2017"],
                Order::Mdy,
                Certainty::Contradicted,
            ),
            (&["40/1/2017", "1/13/2017"], Order::Mdy, Certainty::Decided),
        ];
        for (samples, order, certainty) in table {
            assert_eq!(
                detect(samples.iter().copied()),
                Detected { order, certainty },
                "{samples:?}"
            );
        }
        assert!(is_date("1/13/2017") && is_date("13/1/2017") && !is_date("13/13/2017"));
    }

    #[test]
    fn every_error_has_a_code_and_a_remedy() {
        for error in [
            DateError::Empty,
            DateError::Shape,
            DateError::Year,
            DateError::NoSuchDay,
        ] {
            assert!(
                error.code().starts_with("date.") && error.detail().ends_with('.'),
                "{error:?}"
            );
        }
    }
}

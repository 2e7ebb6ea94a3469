//! What a digest says: plain text, a heading a tile, every figure with its unit, its period and what it was before.

mod tiles;
mod words;

use std::fmt::Write as _;

use crate::dashboard::model::{Dashboard, Tile};
use crate::filter::{Compare, FilterFields, Period};

use super::model::DigestFields;
pub use words::Words;

/// So many lines a tile: a letter is read over coffee.
const LINES_MOST: usize = 40;

/// A letter, and the page that its link leads to.
#[derive(Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub path: String,
}

/// Writes the letter; `name` is that of a kept dashboard.
pub fn write(
    words: &Words,
    name: Option<&str>,
    tiles: &[Tile],
    dashboard: &Dashboard,
    path: String,
) -> Letter {
    let name = name.unwrap_or(words.pick("Analisi", "Analytics"));
    let days = |period: &Period| words.days(period.from, period.until);
    let period = dashboard.period.as_ref().map(days).unwrap_or_default();
    let mut text = match &dashboard.previous_period {
        Some(before) => format!(
            "{}: {period}; {} {}.\n",
            words.pick("periodo", "period"),
            words.pick(
                "tra parentesi il confronto con",
                "in brackets, compared with"
            ),
            days(before)
        ),
        None => format!("{}: {period}.\n", words.pick("periodo", "period")),
    };
    for tile in tiles {
        let lines = tiles::lines(words, *tile, dashboard);
        if lines.is_empty() {
            continue;
        }
        let _infallible = write!(text, "\n{}\n", words.title(tile.word()));
        for line in lines.iter().take(LINES_MOST) {
            let _infallible = writeln!(text, "- {line}");
        }
        if lines.len() > LINES_MOST {
            let rest = words.number(i64::try_from(lines.len() - LINES_MOST).unwrap_or(i64::MAX));
            let _infallible = writeln!(text, "- {}: {rest}", words.pick("altre", "more"));
        }
    }
    let end = words.pick(
        "Sono le cifre che puoi vedere tu, di stamattina. Qui le trovi dal vivo; con «Inviami un riepilogo» cambi o disdici questa lettera:",
        "These are the figures that you may see, as of this morning. Here they are live; with “Send me a digest” you change or stop this letter:",
    );
    let _infallible = write!(text, "\n{end}");
    Letter {
        subject: format!("{} {name}, {period}", words.pick("Riepilogo", "Digest")),
        text,
        path,
    }
}

/// The page with the same dashboard and filter.
pub fn path(fields: &DigestFields) -> String {
    let mut parts = Vec::new();
    let mut say = |name: &str, value: String| parts.push(format!("{name}={}", escaped(&value)));
    if let Some(board) = fields.board_id {
        say("board", board.to_string());
    }
    let FilterFields {
        period,
        from,
        until,
        compare,
        agent_id,
        team_id,
        province,
        product_id,
        source_id,
    } = &fields.filter;
    match (period, from, until) {
        (Some(period), ..) => say("period", period.word().to_owned()),
        (None, Some(from), Some(until)) => {
            say("from", from.to_string());
            say("until", until.to_string());
        }
        _ => {}
    }
    match compare {
        Compare::Previous => {}
        Compare::Year => say("compare", "year".to_owned()),
        Compare::None => say("compare", "none".to_owned()),
    }
    for (name, id) in [
        ("agent_id", agent_id),
        ("team_id", team_id),
        ("product_id", product_id),
        ("source_id", source_id),
    ] {
        if let Some(id) = id {
            say(name, id.to_string());
        }
    }
    if let Some(province) = province {
        say("province", province.clone());
    }
    if parts.is_empty() {
        "/analytics".to_owned()
    } else {
        format!("/analytics?{}", parts.join("&"))
    }
}

/// As a URL holds it.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            escaped.push(char::from(byte));
        } else {
            let _infallible = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::super::model::Rhythm;
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_link_leads_to_the_same_dashboard_and_filter() {
        let mut fields = DigestFields {
            board_id: None,
            rhythm: Rhythm::Mondays,
            tiles: vec![Tile::Headline],
            filter: FilterFields::default(),
        };
        assert_eq!(path(&fields), "/analytics");
        fields.board_id = Some(Uuid::nil());
        fields.filter.compare = Compare::Year;
        fields.filter.province = Some("L'A".to_owned());
        assert_eq!(
            path(&fields),
            "/analytics?board=00000000-0000-0000-0000-000000000000&compare=year&province=L%27A"
        );
    }
}

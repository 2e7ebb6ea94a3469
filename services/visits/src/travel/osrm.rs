//! One call of a road engine that speaks OSRM's `/table`.

use nexus_peers::{PeerError, Peers};
use serde::Deserialize;

use super::Point;
use super::known::Way;

#[derive(Deserialize)]
struct Table {
    code: String,
    #[serde(default)]
    durations: Vec<Vec<Option<f64>>>,
    #[serde(default)]
    distances: Vec<Vec<Option<f64>>>,
}

/// From each of these points to each of those.
pub(super) async fn table(
    peers: &Peers,
    base: &str,
    from: &[Point],
    to: &[Point],
) -> Result<Vec<Vec<Way>>, PeerError> {
    let table: Table = peers.open_get(&address(base, from, to)).await?;
    if table.code != "Ok" {
        let said = format!("the road engine says {}", table.code);
        return Err(PeerError::Unreadable(said));
    }
    let wrong = || PeerError::Unreadable("the road engine's table has another size".to_owned());
    let square = |cells: &[Vec<Option<f64>>]| {
        cells.len() == from.len() && cells.iter().all(|row| row.len() == to.len())
    };
    if !square(&table.durations) || !square(&table.distances) {
        return Err(wrong());
    }
    let rows = table.durations.iter().zip(&table.distances);
    let ways = |(seconds, meters): (&Vec<Option<f64>>, &Vec<Option<f64>>)| {
        let pairs = seconds.iter().zip(meters);
        pairs.map(|(s, m)| (whole(*s), whole(*m))).collect()
    };
    Ok(rows.map(ways).collect())
}

fn address(base: &str, from: &[Point], to: &[Point]) -> String {
    let text = |(lat, lng): &Point| format!("{lng:.5},{lat:.5}");
    let places: Vec<String> = from.iter().chain(to).map(text).collect();
    let list = |range: std::ops::Range<usize>| {
        let numbers: Vec<String> = range.map(|at| at.to_string()).collect();
        numbers.join(";")
    };
    format!(
        "{base}/table/v1/driving/{}?annotations=duration,distance&sources={}&destinations={}",
        places.join(";"),
        list(0..from.len()),
        list(from.len()..from.len() + to.len()),
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded to a u32 that is not negative"
)]
fn whole(value: Option<f64>) -> Option<u32> {
    let value = value.filter(|value| value.is_finite())?;
    Some(value.round().clamp(0.0, 1e9) as u32)
}

//! Travel times of a road engine that speaks OSRM's `/table`, asked block by block.

use std::sync::Arc;
use std::time::Duration;

use nexus_peers::{PeerError, Peers};
use serde::Deserialize;

use super::{Matrix, Point, estimate};

/// What OSRM answers at most unless it is told otherwise: so many coordinates a call.
const CALL_MOST: usize = 100;
/// One block's deadline beyond an ordinary call's.
const PATIENCE: Duration = Duration::from_secs(10);
/// A pair that no road joins: so many times the estimate, so that it is chosen last.
const NO_ROAD: u32 = 4;

/// Where travel times come from.
#[derive(Clone)]
pub struct Roads {
    peers: Arc<Peers>,
    /// The base address of an OSRM; the estimate is used without.
    osrm: Option<Arc<str>>,
}

#[derive(Deserialize)]
struct Table {
    code: String,
    durations: Vec<Vec<Option<f64>>>,
    distances: Vec<Vec<Option<f64>>>,
}

impl Roads {
    /// By the engine at this address, or by the estimate.
    #[must_use]
    pub fn new(peers: Arc<Peers>, osrm: Option<&str>) -> Self {
        let osrm = osrm.map(|url| url.trim_end_matches('/').into());
        Self { peers, osrm }
    }

    /// From each point to each.
    ///
    /// # Errors
    /// When the engine does not answer, or not what was asked.
    pub async fn matrix(&self, points: &[Point]) -> Result<Matrix, PeerError> {
        let mut matrix = estimate(points);
        let Some(base) = &self.osrm else {
            return Ok(matrix);
        };
        let half = CALL_MOST / 2;
        let blocks: Vec<std::ops::Range<usize>> = (0..points.len())
            .step_by(half)
            .map(|from| from..(from + half).min(points.len()))
            .collect();
        for from in &blocks {
            for to in &blocks {
                let table = self.block(base, points, from, to).await?;
                fill(&mut matrix, &table, from, to)?;
            }
        }
        Ok(matrix)
    }

    async fn block(
        &self,
        base: &str,
        points: &[Point],
        from: &std::ops::Range<usize>,
        to: &std::ops::Range<usize>,
    ) -> Result<Table, PeerError> {
        let text = |(lat, lng): &Point| format!("{lng:.6},{lat:.6}");
        let places: Vec<String> = points[from.clone()]
            .iter()
            .chain(&points[to.clone()])
            .map(text)
            .collect();
        let list = |range: std::ops::Range<usize>| {
            range.map(|at| at.to_string()).collect::<Vec<_>>().join(";")
        };
        let url = format!(
            "{base}/table/v1/driving/{}?annotations=duration,distance&sources={}&destinations={}",
            places.join(";"),
            list(0..from.len()),
            list(from.len()..from.len() + to.len()),
        );
        let table: Table = tokio::time::timeout(PATIENCE, self.peers.open_get(&url))
            .await
            .map_err(|_| PeerError::Unreachable("the road engine took too long".to_owned()))??;
        if table.code == "Ok" {
            Ok(table)
        } else {
            Err(PeerError::Unreadable(format!(
                "the road engine says {}",
                table.code
            )))
        }
    }
}

fn fill(
    matrix: &mut Matrix,
    table: &Table,
    from: &std::ops::Range<usize>,
    to: &std::ops::Range<usize>,
) -> Result<(), PeerError> {
    let wrong = || PeerError::Unreadable("the road engine's table has another size".to_owned());
    for (row, a) in from.clone().enumerate() {
        for (column, b) in to.clone().enumerate() {
            let read = |table: &[Vec<Option<f64>>]| -> Result<Option<f64>, PeerError> {
                table
                    .get(row)
                    .and_then(|row| row.get(column))
                    .copied()
                    .ok_or_else(wrong)
            };
            put(&mut matrix.seconds[a][b], read(&table.durations)?);
            put(&mut matrix.meters[a][b], read(&table.distances)?);
        }
    }
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded to a u32 that is not negative"
)]
fn put(cell: &mut u32, found: Option<f64>) {
    *cell = match found {
        Some(value) if value.is_finite() => value.round().clamp(0.0, 1e9) as u32,
        _ => cell.saturating_mul(NO_ROAD),
    };
}

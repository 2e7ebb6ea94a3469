//! Travel times of the road engine: what is not known yet is asked for, block by block, some blocks at once; when it does not
//! answer in time, the estimate stands in, and that is said.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nexus_peers::{PeerError, Peers};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::known::{Known, Spot, Way, spot};
use super::{Matrix, Point, TimesFrom, estimate, osrm};

/// What OSRM answers at most unless it is told otherwise is a hundred coordinates a call: half of them on each side.
const BLOCK: usize = 50;
/// The engine answers so many calls of this process at once.
const AT_ONCE: usize = 4;
/// After it failed, the engine is left alone for so long.
const REST: Duration = Duration::from_secs(5);
/// A pair that no road joins: so many times the estimate, so that it is chosen last.
const NO_ROAD: u32 = 4;

/// Where travel times come from.
#[derive(Clone)]
pub struct Roads {
    peers: Arc<Peers>,
    /// The base address of an OSRM; the estimate is used without.
    osrm: Option<Arc<str>>,
    known: Arc<Mutex<Known>>,
    calls: Arc<Semaphore>,
    rests_until: Arc<Mutex<Option<Instant>>>,
}

/// From these points to those, by their places in the list.
type Block = (Range<usize>, Range<usize>);

/// A block and its ways, row by row.
type Told = (Block, Vec<Vec<Way>>);

/// Many places make for some milliseconds of work, which no other request waits for.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

impl Roads {
    /// By the engine at this address, or by the estimate.
    #[must_use]
    pub fn new(peers: Arc<Peers>, osrm: Option<&str>) -> Self {
        Self {
            peers,
            osrm: osrm.map(|url| url.trim_end_matches('/').into()),
            known: Arc::default(),
            calls: Arc::new(Semaphore::new(AT_ONCE)),
            rests_until: Arc::default(),
        }
    }

    /// From each point to each, after this time at the latest.
    pub async fn matrix(&self, points: &[Point], patience: Duration) -> Matrix {
        let all: Arc<[Point]> = points.into();
        let told = match &self.osrm {
            None => return beside(move || estimate(&all)).await,
            Some(_) if self.rests() => None,
            Some(base) => self.told(base, &all, patience).await,
        };
        let roads = self.clone();
        beside(move || match told {
            Some(told) => roads.filled(&all, told),
            None => Matrix {
                from: TimesFrom::Fallback,
                ..estimate(&all)
            },
        })
        .await
    }

    /// What the engine says of the ways that are not known; nothing when it is of no use, and then it is left alone for a while.
    async fn told(
        &self,
        base: &Arc<str>,
        points: &Arc<[Point]>,
        patience: Duration,
    ) -> Option<Vec<Told>> {
        let (roads, all) = (self.clone(), Arc::clone(points));
        let missing = beside(move || roads.missing(&all)).await;
        let asked = self.ask(base, points, missing);
        let trouble = match tokio::time::timeout(patience, asked).await {
            Ok(Ok(told)) => return Some(told),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it takes too long".to_owned(),
        };
        tracing::warn!(cause = %trouble, "the road engine is of no use: travel times are estimated");
        *held(&self.rests_until) = Some(Instant::now() + REST);
        None
    }

    fn rests(&self) -> bool {
        held(&self.rests_until).is_some_and(|until| Instant::now() < until)
    }

    /// The blocks of which some way is not known.
    fn missing(&self, points: &[Point]) -> Vec<Block> {
        let spots: Vec<Spot> = points.iter().map(|point| spot(*point)).collect();
        let mut known = held(&self.known);
        known.age(Instant::now());
        let ranges: Vec<Range<usize>> = (0..spots.len())
            .step_by(BLOCK)
            .map(|from| from..(from + BLOCK).min(spots.len()))
            .collect();
        let pairs = ranges
            .iter()
            .flat_map(|from| ranges.iter().map(|to| (from.clone(), to.clone())));
        let unknown = |(from, to): &Block| {
            let way = |a: usize, b: usize| {
                spots[a] == spots[b] || known.get(spots[a], spots[b]).is_some()
            };
            from.clone().any(|a| to.clone().any(|b| !way(a, b)))
        };
        pairs.filter(unknown).collect()
    }

    async fn ask(
        &self,
        base: &Arc<str>,
        points: &[Point],
        blocks: Vec<Block>,
    ) -> Result<Vec<Told>, PeerError> {
        // Calls end when the set is dropped: when time is over, nobody goes on asking.
        let mut asked = JoinSet::new();
        for (from, to) in blocks {
            let (peers, calls, base) = (
                Arc::clone(&self.peers),
                Arc::clone(&self.calls),
                Arc::clone(base),
            );
            let (sources, destinations) =
                (points[from.clone()].to_vec(), points[to.clone()].to_vec());
            asked.spawn(async move {
                let _turn = calls.acquire().await;
                let ways = osrm::table(&peers, &base, &sources, &destinations).await;
                ways.map(|ways| ((from, to), ways))
            });
        }
        let mut told = Vec::new();
        while let Some(done) = asked.join_next().await {
            let stopped = |_| PeerError::Unreachable("the call was stopped".to_owned());
            told.push(done.map_err(stopped)??);
        }
        Ok(told)
    }

    /// The matrix of what was told just now and of what was known before.
    fn filled(&self, points: &[Point], told: Vec<Told>) -> Matrix {
        let spots: Vec<Spot> = points.iter().map(|point| spot(*point)).collect();
        let mut matrix = Matrix {
            from: TimesFrom::Roads,
            ..estimate(points)
        };
        let mut fresh = vec![vec![None; spots.len()]; spots.len()];
        let mut known = held(&self.known);
        for ((from, to), ways) in told {
            for (a, row) in from.zip(ways) {
                for (b, way) in to.clone().zip(row) {
                    known.put(spots[a], spots[b], way);
                    fresh[a][b] = Some(way);
                }
            }
        }
        for a in 0..spots.len() {
            for b in (0..spots.len()).filter(|b| spots[a] != spots[*b]) {
                let way = fresh[a][b].or_else(|| known.get(spots[a], spots[b]));
                let (seconds, meters) = way.unwrap_or_default();
                put(&mut matrix.seconds[a][b], seconds);
                put(&mut matrix.meters[a][b], meters);
            }
        }
        matrix
    }
}

fn put(cell: &mut u32, found: Option<u32>) {
    *cell = found.unwrap_or_else(|| cell.saturating_mul(NO_ROAD));
}

/// What a thread that fell left behind is still whole: each change is one assignment.
fn held<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Whoever answers VROOM's API, and whoever knows the roads.

use std::sync::Arc;
use std::time::Duration;

use nexus_kernel::start_of_business_day;
use nexus_peers::{PeerError, Peers};

use crate::planner::answer::{Answer, Lie, Tour};
use crate::planner::order::Saved;
use crate::planner::problem::{AGREED, Candidate, Problem};
use crate::tours::outline::Outline;
use crate::travel::{Matrix, Point, Roads};

/// How much longer than it was given an optimiser may take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody waits: the gateway gives up after five seconds, and then nobody would say why. So long for the best order of a day …
const AT_ONCE: Duration = Duration::from_secs(3);
/// … and so long for the travel times before.
const ROADS_AT_ONCE: Duration = Duration::from_millis(1_500);
/// Nobody waits for the travel times of a week of a plan.
const ROADS_OF_PLAN: Duration = Duration::from_secs(15);

/// Whoever answers VROOM's API, and whoever knows the roads.
#[derive(Clone)]
pub struct Engines {
    peers: Arc<Peers>,
    optimizer: Arc<str>,
    roads: Roads,
    patience: Duration,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The optimiser.
    #[error("the optimiser: {0}")]
    Optimizer(PeerError),
    /// The optimiser's answer.
    #[error("the optimiser's answer is not used: {0}")]
    Lie(#[from] Lie),
}

impl Engines {
    #[must_use]
    pub fn new(peers: Arc<Peers>, optimizer: &str, osrm: Option<&str>) -> Self {
        Self {
            roads: Roads::new(Arc::clone(&peers), osrm),
            optimizer: optimizer.trim_end_matches('/').into(),
            peers,
            patience: PATIENCE,
        }
    }

    /// The same, less patient.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Travel times between these points, for somebody who waits.
    pub async fn matrix(&self, points: &[Point]) -> Matrix {
        self.roads.matrix(points, ROADS_AT_ONCE).await
    }

    /// The same, for a plan in the making.
    pub async fn plan_matrix(&self, points: &[Point]) -> Matrix {
        self.roads.matrix(points, ROADS_OF_PLAN).await
    }

    /// The optimiser's tours, confirmed by our own clock.
    ///
    /// # Errors
    /// When the optimiser does not answer, or not what was asked.
    pub async fn tours(&self, problem: &Problem) -> Result<Vec<Tour>, Failed> {
        let patience = problem.search_time() + self.patience;
        let answer: Answer = self
            .peers
            .open_post(&self.optimizer, &problem.request(), patience)
            .await
            .map_err(Failed::Optimizer)?;
        Ok(answer.tours(problem)?)
    }

    /// The best order of what is still to come, if all of it can be kept.
    ///
    /// # Errors
    /// When the optimiser does not answer, or not what was asked.
    pub async fn best_order(
        &self,
        outline: &Outline,
        matrix: &Matrix,
    ) -> Result<Option<Saved>, Failed> {
        let stops = outline.ahead.len();
        let candidates = outline.ahead.iter().map(|ahead| Candidate {
            location: ahead.call.location,
            spans: ahead.call.spans.clone(),
            seconds: ahead.call.seconds,
            priority: AGREED,
        });
        let problem = Problem {
            epoch: start_of_business_day(outline.day),
            shifts: vec![(
                outline.shift.clone(),
                i32::try_from(stops).unwrap_or(i32::MAX),
            )],
            candidates: candidates.collect(),
            matrix: matrix.clone(),
        };
        if stops == 0 || !problem.can_all_be_kept() {
            return Ok(None);
        }
        let found = tokio::time::timeout(AT_ONCE, self.tours(&problem)).await;
        let late = |_| Failed::Optimizer(PeerError::Unreachable("no answer in time".to_owned()));
        let found = found.map_err(late)??.pop();
        Ok(found
            .filter(|tour| tour.stops.len() == stops)
            .map(|tour| Saved {
                order: tour.stops,
                dropped: Vec::new(),
                day: tour.day,
            }))
    }
}

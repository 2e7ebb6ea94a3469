//! Travel between the nodes of an instance: time and cost side by side, row by row in both directions.

use crate::fleet;
use crate::instance::Node;
use crate::problem::Problem;

/// Travel between two nodes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Leg {
    /// Seconds.
    pub time: u32,
    /// In the instance's unit of cost.
    pub cost: u32,
}

/// The ways between all nodes for vehicles of one profile with one set of rates.
#[derive(Debug)]
pub(crate) struct Ways {
    nodes: usize,
    from: Vec<Leg>,
    into: Vec<Leg>,
    meters: Vec<u32>,
}

impl Ways {
    pub(crate) fn new(problem: &Problem, nodes: &[Node], tariff: &fleet::Tariff<'_>) -> Self {
        let far = problem.vehicles.iter().any(|v| v.max_distance.is_some());
        let n = nodes.len();
        let mut from = Vec::with_capacity(n * n);
        let mut meters = Vec::with_capacity(if far { n * n } else { 0 });
        for a in nodes {
            for b in nodes {
                let (time, distance, cost) = tariff.leg(a, b);
                from.push(Leg { time, cost });
                if far {
                    meters.push(distance);
                }
            }
        }
        let into = (0..n * n).map(|i| from[(i % n) * n + i / n]).collect();
        Self {
            nodes: n,
            from,
            into,
            meters,
        }
    }

    /// From one node to another.
    #[inline]
    pub(crate) fn leg(&self, from: u32, to: u32) -> Leg {
        self.from[from as usize * self.nodes + to as usize]
    }

    /// All ways out of a node.
    #[inline]
    pub(crate) fn out_of(&self, node: u32) -> &[Leg] {
        &self.from[node as usize * self.nodes..][..self.nodes]
    }

    /// All ways into a node.
    #[inline]
    pub(crate) fn into(&self, node: u32) -> &[Leg] {
        &self.into[node as usize * self.nodes..][..self.nodes]
    }

    /// Metres; zero where no vehicle's distance is limited.
    #[inline]
    pub(crate) fn meters(&self, from: u32, to: u32) -> i64 {
        self.meters
            .get(from as usize * self.nodes + to as usize)
            .map_or(0, |&m| i64::from(m))
    }
}

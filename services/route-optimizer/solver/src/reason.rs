//! Why a task is not in any route.

/// The first thing that stands in a task's way, from the most to the least final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No vehicle has the skills.
    NoVehicleWithSkills,
    /// No vehicle with the skills finds a way there and back.
    Unreachable,
    /// Alone in an empty vehicle it is still too much to carry.
    Capacity,
    /// Its windows and the vehicles' hours (and breaks) do not meet, even in an empty route.
    OutsideTimeWindows,
    /// The vehicles that could take it may do no task at all.
    MaxTasks,
    /// Even an empty route would be too long on the road.
    MaxTravelTime,
    /// Even an empty route would be too far.
    MaxDistance,
    /// It would fit in an empty route; others were more important or cheaper.
    NoRoom,
}

impl Reason {
    /// The stable word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoVehicleWithSkills => "no_vehicle_with_skills",
            Self::Unreachable => "unreachable",
            Self::Capacity => "capacity",
            Self::OutsideTimeWindows => "outside_time_windows",
            Self::MaxTasks => "max_tasks",
            Self::MaxTravelTime => "max_travel_time",
            Self::MaxDistance => "max_distance",
            Self::NoRoom => "no_room",
        }
    }
}

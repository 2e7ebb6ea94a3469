//! `resource:action:scope`, e.g. `clients:read:team`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whose records: mine, mine and those of everybody below me in the reporting tree, or everybody's.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Records that I own.
    Own,
    /// Mine and my reports', at any depth.
    Team,
    /// Everybody's.
    All,
}

impl FromStr for Scope {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "own" => Ok(Self::Own),
            "team" => Ok(Self::Team),
            "all" => Ok(Self::All),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "own",
            Self::Team => "team",
            Self::All => "all",
        })
    }
}

/// One permission as a type, so that a handler's signature says what it needs.
pub trait Permission: 'static {
    /// `resource:action`.
    const NAME: &'static str;
}

/// A permission with its scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// `resource:action`.
    pub name: String,
    /// Whose records.
    pub scope: Scope,
}

impl FromStr for Grant {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, scope) = text.rsplit_once(':').ok_or(())?;
        let scope = scope.parse()?;
        let name = name.to_owned();
        Ok(Self { name, scope })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.scope)
    }
}

/// The widest scope that these grants give for a permission.
#[must_use]
pub fn allowed(grants: &[Grant], name: &str) -> Option<Scope> {
    grants
        .iter()
        .filter(|grant| grant.name == name)
        .map(|grant| grant.scope)
        .max()
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $type:ident = $name:literal),+ $(,)?) => {
        /// Every permission there is, as a role's editor lists them.
        pub const CATALOG: &[&str] = &[$($name),+];

        pub(crate) mod types {
            $(
                $(#[$doc])*
                #[derive(Debug)]
                pub struct $type;
                impl super::Permission for $type {
                    const NAME: &'static str = $name;
                }
            )+
        }
    };
}

permissions! {
    /// See colleagues.
    ReadUsers = "users:read",
    /// Invite, change, disable colleagues.
    ManageUsers = "users:manage",
    /// Change what roles may do.
    ManageRoles = "roles:manage",
    /// Rotate the keys that sign tokens.
    ManageKeys = "keys:manage",
    /// See clients with their sites, contacts and timeline.
    ReadClients = "clients:read",
    /// Create and change clients, sites and contacts.
    WriteClients = "clients:write",
    /// See opportunities and the board.
    ReadOpportunities = "opportunities:read",
    /// Create, change, move, win and lose opportunities.
    WriteOpportunities = "opportunities:write",
    /// Change pipelines, stages and lost reasons.
    ManagePipelines = "pipelines:manage",
    /// Add calls, notes and the like to a timeline.
    WriteInteractions = "interactions:write",
    /// Import files.
    RunImports = "imports:run",
    /// See leads.
    ReadLeads = "leads:read",
    /// Create, change, convert and lose leads.
    WriteLeads = "leads:write",
    /// Say who works a lead, by hand or by rule; manage sources, campaigns and assignment rules.
    AssignLeads = "leads:assign",
    /// See tasks.
    ReadTasks = "tasks:read",
    /// Create, change and finish tasks.
    WriteTasks = "tasks:write",
    /// Change the catalogue, price lists, tax rates and discount ceilings.
    ManageProducts = "products:manage",
    /// See what things cost us, and the margin.
    ReadCosts = "costs:read",
    /// See proposals.
    ReadProposals = "proposals:read",
    /// Write, send and withdraw proposals.
    WriteProposals = "proposals:write",
    /// See orders.
    ReadOrders = "orders:read",
    /// Create, change and cancel orders.
    WriteOrders = "orders:write",
    /// Approve or refuse what waits for approval.
    ApproveOrders = "orders:approve",
    /// Prepare, ship, deliver and invoice orders.
    ProcessOrders = "orders:process",
    /// See visits, tours and how shops are covered.
    ReadVisits = "visits:read",
    /// Make appointments, check in, report.
    WriteVisits = "visits:write",
    /// Plan and change tours.
    PlanVisits = "visits:plan",
    /// Change how often shops are visited, and holidays.
    ManageVisits = "visits:manage",
    /// See figures, and the records behind them.
    ReadAnalytics = "analytics:read",
    /// Show a dashboard to everybody.
    ShareDashboards = "analytics:share",
    /// Look after the figures: what could not be counted, and counting anew.
    ManageAnalytics = "analytics:manage",
    /// Set what people are to reach.
    WriteTargets = "targets:write",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_scope_counts_and_only_of_the_same_permission() {
        let grants: Vec<Grant> = ["clients:read:own", "clients:read:team", "clients:write:all"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        assert_eq!(allowed(&grants, "clients:read"), Some(Scope::Team));
        assert_eq!(allowed(&grants, "clients:rea"), None);
        assert_eq!(grants[1].to_string(), "clients:read:team");
    }

    #[test]
    fn a_scope_nobody_knows_is_no_grant() {
        assert!("clients:read:everything".parse::<Grant>().is_err());
        assert!("clients".parse::<Grant>().is_err());
    }
}

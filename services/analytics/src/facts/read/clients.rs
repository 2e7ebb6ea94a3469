//! Clients, their shops, and leads.

use chrono::{DateTime, Utc};
use nexus_kernel::business_day;
use serde::Deserialize;
use uuid::Uuid;

use super::owner;
use crate::facts::event::Event;
use crate::facts::rows::{Client, Lead, Site};

#[derive(Deserialize)]
pub struct ClientTold {
    name: String,
    owner_id: Option<Uuid>,
    province: Option<String>,
    class: Option<String>,
    lifecycle: String,
    source_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    archived_at: Option<DateTime<Utc>>,
}

impl ClientTold {
    pub fn row(self, event: &Event) -> Client {
        Client {
            id: event.subject_id,
            version: event.version,
            name: self.name,
            owner_id: owner(self.owner_id),
            province: self.province.unwrap_or_default(),
            class: self.class.unwrap_or_default(),
            lifecycle: self.lifecycle,
            source_id: self.source_id,
            created_on: business_day(self.created_at),
            archived: self.archived_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
pub struct SiteTold {
    client_id: Uuid,
    name: String,
    province: Option<String>,
    archived_at: Option<DateTime<Utc>>,
}

impl SiteTold {
    pub fn row(self, event: &Event) -> Site {
        Site {
            id: event.subject_id,
            version: event.version,
            client_id: self.client_id,
            name: self.name,
            province: self.province.unwrap_or_default(),
            archived: self.archived_at.is_some(),
        }
    }
}

#[derive(Deserialize)]
pub struct LeadTold {
    name: String,
    owner_id: Option<Uuid>,
    source_id: Option<Uuid>,
    province: Option<String>,
    status: String,
    created_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    contacted_at: Option<DateTime<Utc>>,
    qualified_at: Option<DateTime<Utc>>,
    lost_reason_id: Option<Uuid>,
    archived_at: Option<DateTime<Utc>>,
}

impl LeadTold {
    pub fn row(self, event: &Event) -> Lead {
        let converted = self.status == "converted";
        let qualified = converted || self.qualified_at.is_some();
        Lead {
            id: event.subject_id,
            version: event.version,
            name: self.name,
            owner_id: owner(self.owner_id),
            source_id: self.source_id,
            province: self.province.unwrap_or_default(),
            status: self.status,
            created_on: business_day(self.created_at),
            due_at: self.due_at,
            contacted: qualified || self.contacted_at.is_some(),
            qualified,
            lost_reason_id: self.lost_reason_id,
            archived: self.archived_at.is_some(),
        }
    }
}

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId, UserId};
use nexus_problem::{FieldErrors, optional_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status::{LeadStatus, Refusal, Step};
use crate::campaigns::model::{CampaignId, SourceId};
use crate::contacts::model::ContactId;
use crate::italy::holidays::add_working_hours;
use crate::italy::text::{fold, is_email, key};
use crate::italy::{address, phone, tax_code, vat_number};
use crate::opportunities::model::OpportunityId;
use crate::pipelines::lost_reasons::LostReasonId;
use crate::schema::leads;

/// A lead's id.
pub type LeadId = RecordId<Lead>;

/// Within so many hours of working days a new lead should be contacted.
pub const CONTACT_WITHIN_HOURS: i64 = 48;

/// What may be written of a lead. A patch names some of these; `null` clears.
/// Where it stands is changed by `contact`, `qualify`, `convert`, `lose` and `reopen` alone.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = leads, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct LeadFields {
    /// The company, or …
    #[schema(example = "Tabaccheria Rossi")]
    pub company_name: Option<String>,
    /// … the person; one of them must be known.
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    /// Kept as E.164: `+390111234567`.
    pub phone: Option<String>,
    /// P.IVA.
    pub vat_number: Option<String>,
    /// Codice fiscale.
    pub tax_code: Option<String>,
    pub street: Option<String>,
    pub street_number: Option<String>,
    pub cap: Option<String>,
    /// Comune.
    pub city: Option<String>,
    /// Sigla: `TO`.
    pub province: Option<String>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub source_id: Option<SourceId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub campaign_id: Option<CampaignId>,
    /// What they asked for.
    pub interest: Option<String>,
    pub notes: Option<String>,
    /// The user who works it; when not given, whom the assignment rules name, else whoever creates it.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub owner_id: Option<UserId>,
    /// Its name in another system; unique.
    pub external_ref: Option<String>,
}

/// A lead's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = leads, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Lead {
    #[schema(value_type = uuid::Uuid)]
    pub id: LeadId,
    pub version: i64,
    pub status: LeadStatus,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: LeadFields,
    /// Until when it should be contacted: 48 hours of working days after it came.
    pub due_at: DateTime<Utc>,
    pub contacted_at: Option<DateTime<Utc>>,
    pub qualified_at: Option<DateTime<Utc>>,
    /// When it was converted or lost.
    pub closed_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub lost_reason_id: Option<LostReasonId>,
    pub lost_note: Option<String>,
    /// What it became.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub client_id: Option<ClientId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub contact_id: Option<ContactId>,
    #[schema(value_type = Option<uuid::Uuid>)]
    pub opportunity_id: Option<OpportunityId>,
    /// They do not want to be called; see `/consents`.
    pub do_not_call: bool,
    /// They do not want to be written to.
    pub do_not_email: bool,
    /// The company's name, or the person's.
    pub name: String,
    #[serde(skip)]
    pub name_key: String,
    #[serde(skip)]
    pub search_text: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

impl LeadFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.tidy_texts(&mut errors);
        if self.name().is_empty() {
            errors.add(
                "/company_name",
                "name.missing",
                "Name the company or the person.",
            );
        }
        if let Some(email) = &mut self.email {
            *email = email.to_lowercase();
            if !is_email(email) {
                errors.add(
                    "/email",
                    "email.format",
                    "Write one e-mail address: name@domain.it.",
                );
            }
        }
        read(&mut errors, "/phone", &mut self.phone, |text| {
            phone::to_e164(text).map_err(|error| (error.code(), error.detail().to_owned()))
        });
        read(&mut errors, "/vat_number", &mut self.vat_number, |text| {
            let number = vat_number::read("IT", text);
            number
                .map(|(number, _)| number)
                .map_err(|error| (error.code(), error.detail().to_owned()))
        });
        read(&mut errors, "/tax_code", &mut self.tax_code, |text| {
            let code = tax_code::TaxCode::parse(text);
            code.map(|code| code.as_str().to_owned())
                .map_err(|error| (error.code(), error.detail().to_owned()))
        });
        read(&mut errors, "/cap", &mut self.cap, |text| {
            address::read_cap(text).map_err(|error| (error.code(), error.detail().to_owned()))
        });
        read(&mut errors, "/province", &mut self.province, |text| {
            let sigla = address::read_province(text).map(str::to_owned);
            sigla.map_err(|error| (error.code(), error.detail().to_owned()))
        });
        errors.or(self)
    }

    fn tidy_texts(&mut self, errors: &mut FieldErrors) {
        for (field, pointer, most) in [
            (&mut self.company_name, "/company_name", 200),
            (&mut self.first_name, "/first_name", 100),
            (&mut self.last_name, "/last_name", 100),
            (&mut self.email, "/email", 254),
            (&mut self.phone, "/phone", 40),
            (&mut self.vat_number, "/vat_number", 40),
            (&mut self.tax_code, "/tax_code", 40),
            (&mut self.street, "/street", 200),
            (&mut self.street_number, "/street_number", 20),
            (&mut self.cap, "/cap", 12),
            (&mut self.city, "/city", 100),
            (&mut self.province, "/province", 60),
            (&mut self.interest, "/interest", 2_000),
            (&mut self.notes, "/notes", 10_000),
            (&mut self.external_ref, "/external_ref", 100),
        ] {
            *field = optional_text(errors, pointer, field.as_deref(), most);
        }
    }

    /// The person, as far as known.
    #[must_use]
    pub fn person(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The company's name, or the person's.
    #[must_use]
    pub fn name(&self) -> String {
        self.company_name.clone().unwrap_or_else(|| self.person())
    }

    fn search_text(&self) -> String {
        let person = self.person();
        let phone = self.phone.as_deref().map(|phone| phone.replace('+', ""));
        let parts = [
            self.company_name.as_deref(),
            Some(person.as_str()),
            self.vat_number.as_deref(),
            self.tax_code.as_deref(),
            self.city.as_deref(),
            self.email.as_deref(),
            phone.as_deref(),
            self.external_ref.as_deref(),
        ];
        fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// Brings one field to its stored form, or says what is wrong with it.
fn read(
    errors: &mut FieldErrors,
    pointer: &str,
    field: &mut Option<String>,
    form: impl Fn(&str) -> Result<String, (&'static str, String)>,
) {
    if let Some(text) = field {
        match form(text) {
            Ok(formed) => *text = formed,
            Err((code, detail)) => errors.add(pointer, code, detail),
        }
    }
}

impl Lead {
    /// A new lead of these (reviewed) fields that came at that time.
    #[must_use]
    pub fn new(id: LeadId, fields: LeadFields, now: DateTime<Utc>) -> Self {
        let name = fields.name();
        Self {
            id,
            version: 1,
            status: LeadStatus::New,
            due_at: add_working_hours(now, CONTACT_WITHIN_HOURS),
            contacted_at: None,
            qualified_at: None,
            closed_at: None,
            lost_reason_id: None,
            lost_note: None,
            client_id: None,
            contact_id: None,
            opportunity_id: None,
            do_not_call: false,
            do_not_email: false,
            name_key: key(&name),
            name,
            search_text: fields.search_text(),
            fields,
            created_at: now,
            updated_at: now,
            archived_at: None,
        }
    }

    /// The lead with other (reviewed) fields.
    #[must_use]
    pub fn with(&self, fields: LeadFields, now: DateTime<Utc>) -> Self {
        let name = fields.name();
        Self {
            version: self.version + 1,
            name_key: key(&name),
            name,
            search_text: fields.search_text(),
            fields,
            updated_at: now,
            ..self.clone()
        }
    }

    fn at(&self, status: LeadStatus, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            status,
            updated_at: now,
            ..self.clone()
        }
    }

    /// Spoken with, or written to, at that time.
    ///
    /// # Errors
    /// Why not.
    pub fn contacted(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let status = self.status.after(Step::Contact)?;
        Ok(Self {
            contacted_at: Some(at),
            ..self.at(status, now)
        })
    }

    /// Worth an offer; whoever is qualified has been contacted.
    ///
    /// # Errors
    /// Why not.
    pub fn qualified(&self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let status = self.status.after(Step::Qualify)?;
        Ok(Self {
            contacted_at: self.contacted_at.or(Some(now)),
            qualified_at: Some(now),
            ..self.at(status, now)
        })
    }

    /// Will not buy, for a reason.
    ///
    /// # Errors
    /// Why not.
    pub fn lost(
        &self,
        reason: LostReasonId,
        note: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let status = self.status.after(Step::Lose)?;
        Ok(Self {
            lost_reason_id: Some(reason),
            lost_note: note,
            closed_at: Some(now),
            ..self.at(status, now)
        })
    }

    /// Worked again where it was before; if nobody ever spoke with them, the time to do so starts anew.
    ///
    /// # Errors
    /// Why not.
    pub fn reopened(&self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let start = self.status.after(Step::Reopen)?;
        let status = match (self.qualified_at, self.contacted_at) {
            (Some(_), _) => LeadStatus::Qualified,
            (None, Some(_)) => LeadStatus::Contacted,
            (None, None) => start,
        };
        Ok(Self {
            lost_reason_id: None,
            lost_note: None,
            closed_at: None,
            due_at: add_working_hours(now, CONTACT_WITHIN_HOURS),
            ..self.at(status, now)
        })
    }

    /// Became this client.
    ///
    /// # Errors
    /// Why not.
    pub fn converted(
        &self,
        client: ClientId,
        contact: Option<ContactId>,
        opportunity: Option<OpportunityId>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let status = self.status.after(Step::Convert)?;
        Ok(Self {
            contacted_at: self.contacted_at.or(Some(now)),
            client_id: Some(client),
            contact_id: contact,
            opportunity_id: opportunity,
            closed_at: Some(now),
            ..self.at(status, now)
        })
    }

    /// Whether nobody contacted it in time.
    #[must_use]
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        self.status == LeadStatus::New && self.archived_at.is_none() && self.due_at < now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(change: impl FnOnce(&mut LeadFields)) -> LeadFields {
        let mut fields = LeadFields {
            company_name: Some(" Svapo Più ".to_owned()),
            ..LeadFields::default()
        };
        change(&mut fields);
        fields
    }

    fn now() -> DateTime<Utc> {
        "2026-11-20T09:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_lead_is_a_company_or_a_person_and_its_numbers_are_checked() {
        let good = fields(|fields| {
            fields.phone = Some("333 123 4567".to_owned());
            fields.province = Some("torino".to_owned());
            fields.email = Some("Info@Svapo.it".to_owned());
        });
        let good = good.review().unwrap();
        assert_eq!(good.phone.as_deref(), Some("+393331234567"));
        assert_eq!(
            (good.province.as_deref(), good.email.as_deref()),
            (Some("TO"), Some("info@svapo.it"))
        );
        let wrong = fields(|fields| {
            fields.company_name = Some("  ".to_owned());
            fields.vat_number = Some("12345670018".to_owned());
            fields.cap = Some("1012".to_owned());
        });
        let told: Vec<_> = wrong
            .review()
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.pointer)
            .collect();
        assert_eq!(told, ["/company_name", "/vat_number", "/cap"]);
        let person = LeadFields {
            first_name: Some("Ida".to_owned()),
            last_name: Some("Neri".to_owned()),
            ..LeadFields::default()
        };
        assert_eq!(
            Lead::new(LeadId::new(), person.review().unwrap(), now()).name,
            "Ida Neri"
        );
    }

    #[test]
    fn nobody_calls_within_two_working_days_and_it_is_late() {
        let lead = Lead::new(LeadId::new(), fields(|_| ()), now());
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // It came on a Friday.
        assert!(!lead.is_late(at("2026-11-23T10:00:00Z")));
        assert!(lead.is_late(at("2026-11-24T09:00:01Z")));
        let spoken = lead.contacted(now(), now()).unwrap();
        assert!(!spoken.is_late(at("2027-01-01T00:00:00Z")));
    }

    #[test]
    fn a_lost_lead_goes_on_where_it_was() {
        let lead = Lead::new(LeadId::new(), fields(|_| ()), now());
        let lose = |lead: &Lead| lead.lost(LostReasonId::new(), None, now()).unwrap();
        for (lead, expected) in [
            (lead.clone(), LeadStatus::New),
            (lead.contacted(now(), now()).unwrap(), LeadStatus::Contacted),
            (lead.qualified(now()).unwrap(), LeadStatus::Qualified),
        ] {
            let again = lose(&lead).reopened(now()).unwrap();
            assert_eq!(
                (again.status, again.closed_at, again.lost_reason_id),
                (expected, None, None)
            );
        }
    }
}

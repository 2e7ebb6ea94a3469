//! How a row of products is read.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce_all;

use super::Job;
use crate::categories::model::{Category, CategoryFields};
use crate::categories::{self, CategoryId};
use crate::imports::sheet::Cells;
use crate::italy::text::{fold, key};
use crate::products::{ProductFields, ProductId, ProductKind};

/// The categories in use, and those that rows make.
pub struct Categories {
    known: Vec<Category>,
    made: Vec<Category>,
}

impl Categories {
    pub fn read(conn: &mut PgConnection) -> DbResult<Self> {
        Ok(Self {
            known: categories::queries::all(conn)?,
            made: Vec::new(),
        })
    }

    /// `Liquidi`, or `Liquidi > Pronti` of one below another.
    fn named(
        &mut self,
        text: &str,
        now: DateTime<Utc>,
        cells: &mut Cells<'_>,
    ) -> Option<CategoryId> {
        let names: Vec<&str> = text.split('>').map(str::trim).collect();
        if names.len() > 2 || names.iter().any(|name| key(name).is_empty()) {
            let detail = "Write a category, or two with > between them.";
            cells.error("category", "category.shape", detail);
            return None;
        }
        if names.iter().any(|name| name.chars().count() > 100) {
            let detail = "Must have at most 100 characters.";
            cells.error("category", "text.long", detail);
            return None;
        }
        if let [name] = names[..] {
            let word = key(name);
            let all = || self.known.iter().chain(&self.made);
            let mut found = all().filter(|one| one.name_key == word);
            let top = all().find(|one| one.name_key == word && one.parent_id.is_none());
            if let Some(category) = top.or_else(|| found.next()) {
                return Some(category.id);
            }
        }
        let mut above = None;
        for name in names {
            above = Some(self.below(above, name, now));
        }
        above
    }

    fn below(&mut self, above: Option<CategoryId>, name: &str, now: DateTime<Utc>) -> CategoryId {
        let word = key(name);
        let mut all = self.known.iter().chain(&self.made);
        let found = all.find(|one| one.parent_id == above && one.name_key == word);
        if let Some(category) = found {
            return category.id;
        }
        let fields = CategoryFields {
            name: name.to_owned(),
            parent_id: above,
            position: 0,
        };
        let category = Category::new(CategoryId::new(), fields, now);
        let id = category.id;
        self.made.push(category);
        id
    }

    /// The name of a category, after that of the one above it.
    pub fn name(&self, id: CategoryId) -> String {
        let of = |id: CategoryId| {
            let mut all = self.known.iter().chain(&self.made);
            all.find(|category| category.id == id)
        };
        let own = of(id);
        let above = own.and_then(|own| own.parent_id).and_then(of);
        let names = above.into_iter().chain(own);
        let keys: Vec<&str> = names.map(|category| category.name_key.as_str()).collect();
        keys.join(">")
    }

    /// Writes and tells those that rows made.
    pub fn save(&self, conn: &mut PgConnection, job: &Job) -> DbResult<()> {
        if self.made.is_empty() {
            return Ok(());
        }
        categories::queries::insert(conn, &self.made)?;
        let facts: Vec<_> = self
            .made
            .iter()
            .map(|category| {
                let kind = "crm.product_category.created.v1";
                job.act.fact(kind, category.id.uuid(), 1, None, category)
            })
            .collect();
        announce_all(conn, &facts)
    }
}

/// The product as the row says it is; what is blank stays as it was. `None` when something is wrong.
pub fn read(
    cells: &mut Cells<'_>,
    before: Option<ProductFields>,
    parent: Option<ProductId>,
    categories: &mut Categories,
    now: DateTime<Utc>,
) -> Option<ProductFields> {
    let is_new = before.is_none();
    let mut fields = before.unwrap_or_default();
    if let Some(name) = cells.text("name") {
        fields.name = name.to_owned();
    }
    for (field, name) in [
        (&mut fields.sku, "sku"),
        (&mut fields.variant_label, "variant_label"),
        (&mut fields.adm_code, "adm_code"),
        (&mut fields.vat_nature, "vat_nature"),
        (&mut fields.external_ref, "external_ref"),
    ] {
        if let Some(text) = cells.text(name) {
            *field = Some(text.to_owned());
        }
    }
    for (field, name) in [
        (&mut fields.volume_ml, "volume_ml"),
        (&mut fields.nicotine_mg_ml, "nicotine_mg_ml"),
        (&mut fields.list_price, "list_price"),
    ] {
        *field = cells.decimal(name).or(*field);
    }
    if let Some(unit) = cells.text("unit") {
        unit.clone_into(&mut fields.unit);
    }
    if let Some(text) = cells.text("tax_stamp") {
        fields.tax_stamp = yes(text, cells);
    }
    match cells.text("kind") {
        Some(text) => fields.kind = kind(text, cells),
        // Only a liquid has nicotine.
        None if is_new && fields.nicotine_mg_ml.is_some() => fields.kind = ProductKind::Liquid,
        None => {}
    }
    if let Some(text) = cells.text("vat_rate") {
        fields.vat_rate = vat_rate(text, cells);
        if fields.vat_rate != 0 && cells.text("vat_nature").is_none() {
            fields.vat_nature = None;
        }
    }
    fields.parent_id = parent.or(fields.parent_id);
    let reviewed = match fields.review() {
        Ok(fields) => Some(fields),
        Err(errors) => {
            cells.take_errors(errors);
            None
        }
    };
    let mut fields = reviewed.filter(|_| cells.errors.is_empty())?;
    if let Some(text) = cells.text("category") {
        fields.category_id = categories.named(text, now, cells);
    }
    Some(fields)
}

fn vat_rate(text: &str, cells: &mut Cells<'_>) -> i16 {
    let plain = text.trim_end_matches('%').trim();
    let whole = plain.split([',', '.']).next().unwrap_or_default();
    let rest = plain.get(whole.len() + 1..).unwrap_or_default();
    match whole.parse() {
        Ok(rate) if rest.bytes().all(|digit| digit == b'0') => rate,
        _ => {
            let detail = "The rates are 22, 10, 5, 4 and 0.";
            cells.error("vat_rate", "vat_rate.unknown", detail);
            22
        }
    }
}

fn kind(text: &str, cells: &mut Cells<'_>) -> ProductKind {
    match fold(text).as_str() {
        "liquid" | "liquido" | "liquidi" | "aroma" | "aromi" | "eliquid" | "e liquid" => {
            ProductKind::Liquid
        }
        "hardware" | "dispositivo" | "dispositivi" | "device" | "kit" => ProductKind::Hardware,
        "accessory" | "accessories" | "accessorio" | "accessori" | "ricambio" | "ricambi" => {
            ProductKind::Accessory
        }
        "service" | "services" | "servizio" | "servizi" => ProductKind::Service,
        "other" | "altro" => ProductKind::Other,
        _ => {
            let detail = "Write liquido, hardware, accessorio, servizio or altro.";
            cells.error("kind", "kind.unknown", detail);
            ProductKind::Other
        }
    }
}

fn yes(text: &str, cells: &mut Cells<'_>) -> bool {
    match fold(text).as_str() {
        "si" | "s" | "yes" | "y" | "true" | "vero" | "x" | "1" => true,
        "no" | "n" | "false" | "falso" | "0" => false,
        _ => {
            let detail = "Write sì or no.";
            cells.error("tax_stamp", "tax_stamp.unknown", detail);
            false
        }
    }
}

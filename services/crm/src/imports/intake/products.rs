//! Rows that are products. A product is known by its reference, else its article code, else its name, however spaced.
//! What products cost is not taken from files: their report shows every cell to whoever may see imports.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce_all;

use super::plan::{Planned, Trace, mark};
use super::products_reading::{Categories, read};
use super::{Job, Verdict};
use crate::imports::queries::RowOutcome;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::italy::text::key;
use crate::products::{self, Product, ProductFields, ProductId};

/// Decides about each row, then writes all there is to write.
pub fn take_in(
    conn: &mut PgConnection,
    job: &Job,
    rows: &[&Row],
    planned: &Planned,
) -> DbResult<(Vec<Verdict>, Planned)> {
    let mut known = Known::read(conn, job, rows)?;
    let mut categories = Categories::read(conn)?;
    let (mut made, mut changed, mut fresh) = (Vec::new(), Vec::new(), Planned::default());
    let mut verdicts = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = Cells::new(&job.sheet, &row.fields);
        let before = known.row(&cells);
        let trace = keys_of(&cells).iter().find_map(|key| planned.get(key));
        let parent = parent(&mut cells, &known, planned, &fresh);
        let fields = before.as_ref().map(|before| before.fields.clone());
        let fields = read(&mut cells, fields, parent, &mut categories, job.act.now);
        let Some(fields) = fields.filter(|_| cells.errors.is_empty()) else {
            verdicts.push(Verdict::failed(cells));
            continue;
        };
        if known.clashes(before.as_ref(), &fields, &mut cells) {
            verdicts.push(Verdict::failed(cells));
            continue;
        }
        let said = said(&fields, &categories);
        verdicts.push(match before {
            Some(before) if before.archived_at.is_some() => {
                let detail = "This product is in the archive.";
                cells.error("name", "product.archived", detail);
                Verdict::failed(cells)
            }
            Some(before) if before.fields == fields => Verdict::already_there(before.id.uuid()),
            Some(before) if !job.upserts() => Verdict::differs(before.id.uuid()),
            Some(before) => {
                let after = before.clone().with(fields, job.act.now);
                let id = after.id.uuid();
                known.add(&after);
                changed.push((before, after));
                Verdict::done(RowOutcome::Updated, id, cells)
            }
            None => match trace {
                Some(trace) if trace.mark == said => Verdict::already_there(trace.id),
                Some(trace) if !job.upserts() => Verdict::differs(trace.id),
                Some(trace) => Verdict::done(RowOutcome::Updated, trace.id, cells),
                None => {
                    let product = Product::new(ProductId::new(), fields, job.act.now);
                    let id = product.id.uuid();
                    fresh.add(keys(&product.fields), Trace { id, mark: said });
                    known.add(&product);
                    made.push(product);
                    Verdict::done(RowOutcome::Created, id, cells)
                }
            },
        });
    }
    if job.applies {
        categories.save(conn, job)?;
        write(conn, job, &made, &changed)?;
        fresh = Planned::default();
    }
    Ok((verdicts, fresh))
}

fn by_reference(text: &str) -> String {
    format!("reference {text}")
}

fn by_sku(text: &str) -> String {
    format!("sku {}", text.to_uppercase())
}

fn by_name(text: &str) -> String {
    format!("name {}", key(text))
}

/// What a row calls its product, the surest first.
fn keys_of(cells: &Cells<'_>) -> Vec<String> {
    let reference = cells.text("external_ref").map(by_reference);
    let sku = cells.text("sku").map(by_sku);
    let name = cells.text("name").map(by_name);
    reference.into_iter().chain(sku).chain(name).collect()
}

/// What a product is called.
fn keys(fields: &ProductFields) -> Vec<String> {
    let reference = fields.external_ref.as_deref().map(by_reference);
    let sku = fields.sku.as_deref().map(by_sku);
    let name = Some(by_name(&fields.name));
    reference.into_iter().chain(sku).chain(name).collect()
}

/// The products that a batch names.
struct Known(HashMap<String, Product>);

impl Known {
    fn read(conn: &mut PgConnection, job: &Job, rows: &[&Row]) -> DbResult<Self> {
        let texts = |field: &str| -> Vec<String> {
            let cells = rows.iter().map(|row| Cells::new(&job.sheet, &row.fields));
            cells
                .filter_map(|cells| cells.text(field).map(str::to_owned))
                .collect()
        };
        let (mut skus, mut names) = (texts("sku"), texts("name"));
        let parents = texts("variant_of");
        skus.extend(parents.iter().cloned());
        names.extend(parents);
        let names: Vec<String> = names.iter().map(|name| key(name)).collect();
        let mut known = Self(HashMap::new());
        for product in products::with_name_keys(conn, &names)? {
            known.add(&product);
        }
        for product in products::queries::with_codes(conn, &texts("external_ref"), &skus)? {
            known.add(&product);
        }
        Ok(known)
    }

    fn add(&mut self, product: &Product) {
        for key in keys(&product.fields) {
            self.0.insert(key, product.clone());
        }
    }

    fn row(&self, cells: &Cells<'_>) -> Option<Product> {
        keys_of(cells)
            .iter()
            .find_map(|key| self.0.get(key))
            .cloned()
    }

    /// Whether another product already has what this one is to be called.
    fn clashes(
        &self,
        before: Option<&Product>,
        fields: &ProductFields,
        cells: &mut Cells<'_>,
    ) -> bool {
        let other = |key: String| {
            let found = self.0.get(&key);
            found.is_some_and(|found| Some(found.id) != before.map(|before| before.id))
        };
        let named = [
            ("name", Some(by_name(&fields.name))),
            ("sku", fields.sku.as_deref().map(by_sku)),
            (
                "external_ref",
                fields.external_ref.as_deref().map(by_reference),
            ),
        ];
        for (field, key) in named {
            if key.is_some_and(other) {
                cells.error(field, "product.taken", "Another product has it.");
                return true;
            }
        }
        false
    }
}

/// The product that the row is a variant of: one that stands above it, or that there is already.
fn parent(
    cells: &mut Cells<'_>,
    known: &Known,
    planned: &Planned,
    fresh: &Planned,
) -> Option<ProductId> {
    let text = cells.text("variant_of")?;
    let keys = [by_sku(text), by_name(text)];
    let found = keys.iter().find_map(|key| known.0.get(key));
    if found.is_some_and(|found| found.fields.parent_id.is_some()) {
        let detail = "This product is a variant itself.";
        cells.error("variant_of", "variant_of.variant", detail);
        return None;
    }
    let trace = || {
        let trace = keys
            .iter()
            .find_map(|key| planned.get(key).or_else(|| fresh.get(key)))?;
        Some(ProductId::from_uuid(trace.id))
    };
    let found = found.map(|found| found.id).or_else(trace);
    if found.is_none() {
        let detail = "No product above this row or in the catalogue is called so.";
        cells.error("variant_of", "variant_of.unknown", detail);
    }
    found
}

/// What a row says, with the category by its name: a check makes none.
fn said(fields: &ProductFields, categories: &Categories) -> u64 {
    let category = fields.category_id.map(|id| categories.name(id));
    let rest = ProductFields {
        category_id: None,
        ..fields.clone()
    };
    mark(&(rest, category))
}

fn write(
    conn: &mut PgConnection,
    job: &Job,
    made: &[Product],
    changed: &[(Product, Product)],
) -> DbResult<()> {
    let mut facts = Vec::with_capacity(made.len() + changed.len());
    products::insert_all(conn, made)?;
    for product in made {
        let id = product.id.uuid();
        facts.push(job.act.fact("crm.product.created.v1", id, 1, None, product));
    }
    for (before, after) in changed {
        products::save(conn, after)?;
        let (id, version) = (after.id.uuid(), after.version);
        facts.push(
            job.act
                .fact("crm.product.changed.v1", id, version, Some(before), after),
        );
    }
    announce_all(conn, &facts)
}

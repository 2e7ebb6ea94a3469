//! Rows that are products: names with a list price. A name is one product however it is spaced.

use std::collections::HashMap;

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce_all;
use nexus_problem::{FieldErrors, optional_text, required_text};

use super::plan::{Planned, Trace, mark};
use super::{Job, Verdict};
use crate::imports::queries::RowOutcome;
use crate::imports::reader::Row;
use crate::imports::sheet::Cells;
use crate::italy::text::key;
use crate::products::{self, Product, ProductId};

/// Decides about each row, then writes all there is to write.
pub fn take_in(
    conn: &mut PgConnection,
    job: &Job,
    rows: &[&Row],
    planned: &Planned,
) -> DbResult<(Vec<Verdict>, Planned)> {
    let names = rows
        .iter()
        .filter_map(|row| Cells::new(&job.sheet, &row.fields).text("name").map(key));
    let keys: Vec<String> = names.collect();
    let known = products::with_name_keys(conn, &keys)?.into_iter();
    let mut known: HashMap<String, Product> = known
        .map(|product| (product.name_key.clone(), product))
        .collect();
    let (mut made, mut changed, mut fresh) = (Vec::new(), Vec::new(), Planned::default());
    let mut verdicts = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = Cells::new(&job.sheet, &row.fields);
        let (before, trace) = match cells.text("name").map(key) {
            Some(name) => (known.get(&name).cloned(), planned.get(&name)),
            None => (None, None),
        };
        let after = read(job, &mut cells, before.clone());
        if !cells.errors.is_empty() {
            verdicts.push(Verdict::failed(cells));
            continue;
        }
        let id = after.id.uuid();
        verdicts.push(match before {
            Some(before) if before.archived_at.is_some() => {
                let detail = "This product is in the archive.";
                cells.error("name", "product.archived", detail);
                Verdict::failed(cells)
            }
            Some(before) if before == after => Verdict::already_there(id),
            Some(_) if !job.upserts() => Verdict::differs(id),
            Some(before) => {
                let after = Product {
                    version: before.version + 1,
                    updated_at: job.act.now,
                    ..after
                };
                known.insert(after.name_key.clone(), after.clone());
                changed.push((before, after));
                Verdict::done(RowOutcome::Updated, id, cells)
            }
            None => match trace {
                Some(trace) if trace.mark == said(&after) => Verdict::already_there(trace.id),
                Some(trace) if !job.upserts() => Verdict::differs(trace.id),
                Some(trace) => Verdict::done(RowOutcome::Updated, trace.id, cells),
                None => {
                    let mark = said(&after);
                    fresh.add([after.name_key.clone()], Trace { id, mark });
                    known.insert(after.name_key.clone(), after.clone());
                    made.push(after);
                    Verdict::done(RowOutcome::Created, id, cells)
                }
            },
        });
    }
    if job.applies {
        write(conn, job, &made, &changed)?;
        fresh = Planned::default();
    }
    Ok((verdicts, fresh))
}

fn said(product: &Product) -> u64 {
    mark(&(&product.name, &product.category, product.list_price_cents))
}

/// The product as the row says it is; what is blank stays as it was.
fn read(job: &Job, cells: &mut Cells<'_>, before: Option<Product>) -> Product {
    let mut errors = FieldErrors::default();
    let name = required_text(
        &mut errors,
        "/name",
        cells.text("name").unwrap_or_default(),
        200,
    );
    let category = optional_text(&mut errors, "/category", cells.text("category"), 100);
    cells.take_errors(errors);
    let list_price_cents = cells.cents("list_price");
    if list_price_cents.is_some_and(i64::is_negative) {
        cells.error("list_price", "number.negative", "Must not be negative.");
    }
    match before {
        Some(before) => Product {
            name,
            category: category.or(before.category),
            list_price_cents: list_price_cents.or(before.list_price_cents),
            ..before
        },
        None => Product {
            id: ProductId::new(),
            version: 1,
            name_key: key(&name),
            name,
            category,
            list_price_cents,
            created_at: job.act.now,
            updated_at: job.act.now,
            archived_at: None,
        },
    }
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

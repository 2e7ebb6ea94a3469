//! An order on paper: the confirmation for the client, the draft of its electronic invoice.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, get, resource};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{ProcessOrders, ReadOrders};
use nexus_db::DbResult;
use nexus_kernel::business_day;
use nexus_problem::{ApiError, ApiResult, FieldErrors, Id};
use nexus_service::App;

use super::error::OrderError;
use super::model::{Order, OrderId};
use super::queries;
use crate::documents::{
    DocumentLine, InvoiceDocument, OrderDocument, Terms, invoice_xml, on_a_thread, order_pdf,
};
use crate::lines;
use crate::lines::queries::Document;
use crate::lines::totals::totals;
use crate::proposals::paper_routes::pdf;
use crate::{clients, company, contacts, parties, proposals, users};
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/orders/{id}/pdf").route(get().to(show_pdf)))
        .service(resource("/api/v1/orders/{id}/invoice.xml").route(get().to(show_invoice)));
}

/// The order's confirmation for the client.
#[utoipa::path(get, path = "/api/v1/orders/{id}/pdf", operation_id = "orders_pdf", tag = "orders",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", content_type = "application/pdf", body = String), (status = 403, description = "None of your roles allows it")))]
async fn show_pdf(
    app: Data<App>,
    who: Can<ReadOrders>,
    Id(id): Id<Order>,
) -> ApiResult<HttpResponse> {
    let document = app
        .db
        .read(move |conn| -> Result<_, OrderError> {
            let viewer = Viewer::of(conn, &who)?;
            let order = queries::find(conn, &viewer, id)?.ok_or(OrderError::NotFound(id))?;
            Ok(confirmation(conn, &order)?)
        })
        .await?;
    let name = document.number.clone();
    let bytes = on_a_thread(move || order_pdf(&document)).await?;
    Ok(pdf(&name, bytes))
}

/// A draft of the electronic invoice; it is not transmitted. What is missing for it is told field by field.
#[utoipa::path(get, path = "/api/v1/orders/{id}/invoice.xml", operation_id = "orders_invoice_xml", tag = "orders",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", content_type = "application/xml", body = String), (status = 403, description = "None of your roles allows it")))]
async fn show_invoice(
    app: Data<App>,
    who: Can<ProcessOrders>,
    Id(id): Id<Order>,
) -> ApiResult<HttpResponse> {
    let now = app.now();
    let xml = app
        .db
        .read(move |conn| -> Result<String, ApiError> {
            let viewer = Viewer::of(conn, &who)?;
            let order = queries::find(conn, &viewer, id)?.ok_or(OrderError::NotFound(id))?;
            let lines = lines_of(conn, order.id)?;
            let client = clients::queries::any(conn, order.client_id)?;
            let document = InvoiceDocument {
                seller: company::queries::find(conn)?.seller(),
                client: client
                    .map(|client| parties::on_paper(&client.fields))
                    .unwrap_or_default(),
                number: order.invoice_number.clone().unwrap_or(order.number.clone()),
                issued_on: business_day(order.invoiced_at.unwrap_or(now)),
                order_number: order.number.clone(),
                ordered_on: business_day(order.created_at),
                client_reference: order.external_ref.clone(),
                payment_terms: order.payment_terms.clone(),
                totals: totals(&lines),
                lines: lines.iter().map(DocumentLine::from).collect(),
            };
            Ok(invoice_xml(&document).map_err(FieldErrors)?)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .content_type("application/xml; charset=utf-8")
        .insert_header(("cache-control", "private, no-store"))
        .body(xml))
}

fn lines_of(conn: &mut PgConnection, id: OrderId) -> DbResult<Vec<lines::model::Line>> {
    lines::queries::of(conn, Document::Order(id.uuid()))
}

fn confirmation(conn: &mut PgConnection, order: &Order) -> DbResult<OrderDocument> {
    let lines = lines_of(conn, order.id)?;
    let client = clients::queries::any(conn, order.client_id)?;
    let contact = match order.contact_id {
        Some(contact) => contacts::queries::of_client(conn, order.client_id)?
            .into_iter()
            .find(|known| known.id == contact),
        None => None,
    };
    let site = match order.site_id {
        Some(site) => parties::site_of(conn, order.client_id, site)?,
        None => None,
    };
    let deliver_to = match (&order.delivery_address, site) {
        (Some(address), _) => address.lines().map(str::to_owned).collect(),
        (None, Some(site)) => parties::envelope(&site),
        (None, None) => Vec::new(),
    };
    let salesperson = match order.owner_id {
        Some(owner) => users::queries::names(conn, &[owner])?.remove(&owner),
        None => None,
    };
    let follows = match order.proposal_id {
        Some(id) => proposals::queries::number(conn, id)?,
        None => None,
    };
    Ok(OrderDocument {
        seller: company::queries::find(conn)?.seller(),
        client: client
            .map(|client| parties::on_paper(&client.fields))
            .unwrap_or_default(),
        number: order.number.clone(),
        issued_on: business_day(order.created_at),
        requested_on: order.requested_on,
        follows,
        client_reference: order.external_ref.clone(),
        terms: Terms {
            payment: order.payment_terms.clone(),
            delivery: order.delivery_terms.clone(),
            notes: order.notes.clone(),
            deliver_to,
            contact: contact.map(|contact| contact.fields.full_name()),
            salesperson,
        },
        totals: totals(&lines),
        lines: lines.iter().map(DocumentLine::from).collect(),
        content_hash: order.content_hash.clone(),
    })
}

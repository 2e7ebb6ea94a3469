//! How a proposal and an order confirmation are laid out.

use nexus_problem::Problem;

use super::draw::{About, pdf};
use super::model::{DocumentLine, OrderDocument, Party, ProposalDocument, Seller, Terms};
use super::sheet::{Align, BOTTOM, Face, HEIGHT, INK, LEFT, MUTED, RIGHT, RULE, Sheet, Style};
use super::table;
use super::wording::{clean, date, euros, nature};
use crate::italy::sdi;
use crate::lines::totals::Totals;

const TITLE: Style = Style::new(Face::Bold, 17.0, INK);
const SELLER: Style = Style::new(Face::Bold, 12.5, INK);
const NAME: Style = Style::new(Face::Bold, 9.6, INK);
const BODY: Style = Style::new(Face::Regular, 8.6, INK);
const STRONG: Style = Style::new(Face::Bold, 8.6, INK);
const LABEL: Style = Style::new(Face::Bold, 7.0, MUTED);
const SMALL: Style = Style::new(Face::Regular, 7.2, MUTED);
const TOTAL: Style = Style::new(Face::Bold, 12.0, INK);

/// The library refused; never the content's fault.
#[derive(Debug, thiserror::Error)]
#[error("the PDF could not be made: {0}")]
pub struct Unprintable(pub String);

impl From<Unprintable> for Problem {
    fn from(error: Unprintable) -> Self {
        tracing::error!(%error, "a document could not be set");
        Self::internal()
    }
}

/// What the two kinds of documents have in common.
struct Paper<'a> {
    title: &'static str,
    number: String,
    /// Below the title: dates and references.
    facts: Vec<(&'static str, String)>,
    seller: &'a Seller,
    client: &'a Party,
    terms: &'a Terms,
    lines: &'a [DocumentLine],
    totals: &'a Totals,
    /// What the client signs for.
    signature: String,
    hash: &'a str,
}

/// The PDF of one version of a proposal.
///
/// # Errors
/// Only if the library fails.
pub fn proposal_pdf(proposal: &ProposalDocument) -> Result<Vec<u8>, Unprintable> {
    let number = format!("{} · versione {}", proposal.number, proposal.version);
    let mut facts = vec![("Data", date(proposal.issued_on))];
    facts.extend(
        proposal
            .valid_until
            .map(|day| ("Valida fino al", date(day))),
    );
    let paper = Paper {
        title: "Proposta commerciale",
        signature: format!(
            "Per accettazione della proposta {}, versione {}",
            proposal.number, proposal.version
        ),
        number,
        facts,
        seller: &proposal.seller,
        client: &proposal.client,
        terms: &proposal.terms,
        lines: &proposal.lines,
        totals: &proposal.totals,
        hash: &proposal.content_hash,
    };
    paper.set(proposal.issued_on)
}

/// The PDF that confirms an order.
///
/// # Errors
/// Only if the library fails.
pub fn order_pdf(order: &OrderDocument) -> Result<Vec<u8>, Unprintable> {
    let mut facts = vec![("Data", date(order.issued_on))];
    facts.extend(
        order
            .requested_on
            .map(|day| ("Consegna richiesta", date(day))),
    );
    facts.extend(order.follows.clone().map(|what| ("Proposta", what)));
    facts.extend(
        order
            .client_reference
            .clone()
            .map(|what| ("Vs. riferimento", what)),
    );
    let paper = Paper {
        title: "Conferma d'ordine",
        signature: format!("Per conferma dell'ordine {}", order.number),
        number: order.number.clone(),
        facts,
        seller: &order.seller,
        client: &order.client,
        terms: &order.terms,
        lines: &order.lines,
        totals: &order.totals,
        hash: &order.content_hash,
    };
    paper.set(order.issued_on)
}

impl Paper<'_> {
    fn set(&self, day: chrono::NaiveDate) -> Result<Vec<u8>, Unprintable> {
        let mut sheet = Sheet::new();
        self.write_head(&mut sheet);
        self.write_parties(&mut sheet);
        table::write(&mut sheet, self.lines, |sheet| {
            self.write_running_head(sheet)
        });
        self.write_totals(&mut sheet);
        self.write_terms(&mut sheet);
        self.write_signature(&mut sheet);
        self.write_feet(&mut sheet);
        let title = format!("{} {}", self.title, self.number);
        let about = About {
            id: format!("{title} {}", self.hash),
            title,
            author: clean(&self.seller.party.name),
            day,
        };
        pdf(&sheet.pages, about)
    }

    /// Who sells on the left, what this is on the right.
    fn write_head(&self, sheet: &mut Sheet) {
        let (top, half) = (sheet.y, (RIGHT - LEFT) * 0.52);
        let party = &self.seller.party;
        let mut y = sheet.write_block(LEFT, top, half, SELLER, &clean(&party.name)) + 2.0;
        for line in seller_lines(self.seller) {
            y = sheet.write_block(LEFT, y, half, SMALL, &clean(&line));
        }
        sheet.write_at(RIGHT, top, Align::Right, TITLE, self.title);
        let mut right = top + TITLE.leading();
        sheet.write_at(RIGHT, right, Align::Right, NAME, &clean(&self.number));
        right += NAME.leading() + 4.0;
        for (label, value) in &self.facts {
            let value = clean(value);
            sheet.write_at(RIGHT, right, Align::Right, STRONG, &value);
            let before = RIGHT - STRONG.width(&value) - 6.0;
            sheet.write_at(before, right, Align::Right, BODY, label);
            right += BODY.leading();
        }
        sheet.y = y.max(right) + 12.0;
        sheet.rule(LEFT, sheet.y, RIGHT - LEFT, RULE);
        sheet.y += 12.0;
    }

    /// Who buys, and where it goes.
    fn write_parties(&self, sheet: &mut Sheet) {
        let (top, half) = (sheet.y, (RIGHT - LEFT) / 2.0 - 12.0);
        sheet.write_at(LEFT, top, Align::Left, LABEL, "CLIENTE");
        let mut y = top + LABEL.leading() + 1.0;
        y = sheet.write_block(LEFT, y, half, NAME, &clean(&self.client.name));
        for line in client_lines(self.client) {
            y = sheet.write_block(LEFT, y, half, BODY, &clean(&line));
        }
        let x = LEFT + (RIGHT - LEFT) / 2.0 + 12.0;
        let mut right = top;
        if !self.terms.deliver_to.is_empty() {
            sheet.write_at(x, right, Align::Left, LABEL, "CONSEGNA");
            right += LABEL.leading() + 1.0;
            for line in &self.terms.deliver_to {
                right = sheet.write_block(x, right, half, BODY, &clean(line));
            }
            right += 5.0;
        }
        for (label, value) in [
            ("ALLA CORTESE ATTENZIONE", &self.terms.contact),
            ("REFERENTE COMMERCIALE", &self.terms.salesperson),
        ] {
            if let Some(value) = value {
                sheet.write_at(x, right, Align::Left, LABEL, label);
                right += LABEL.leading() + 1.0;
                right = sheet.write_block(x, right, half, BODY, &clean(value)) + 5.0;
            }
        }
        sheet.y = y.max(right) + 14.0;
    }

    /// What stands above the table from the second page on.
    fn write_running_head(&self, sheet: &mut Sheet) {
        let what = format!("{} {}", self.title, clean(&self.number));
        let width = SMALL.width(&what);
        sheet.write_at(RIGHT, sheet.y, Align::Right, SMALL, &what);
        let name = SMALL.wrap(&clean(&self.client.name), RIGHT - LEFT - width - 20.0);
        let name = name.into_iter().next().unwrap_or_default();
        sheet.write_at(LEFT, sheet.y, Align::Left, SMALL, &name);
        sheet.y += SMALL.leading() + 6.0;
    }

    /// VAT by rate on the left, what is due on the right; never parted.
    fn write_totals(&self, sheet: &mut Sheet) {
        let totals = self.totals;
        let natures = totals.vat.iter().filter(|row| row.nature.is_some()).count();
        let rows = totals.vat.len() + natures;
        let rows: f32 = (0..rows).map(|_| BODY.leading()).sum();
        self.room(
            sheet,
            20.0 + LABEL.leading() + rows.max(5.0 * BODY.leading() + 12.0),
        );
        let top = sheet.y + 14.0;
        let (rate, base, vat) = (LEFT, LEFT + 150.0, LEFT + 220.0);
        sheet.write_at(rate, top, Align::Left, LABEL, "RIEPILOGO IVA");
        sheet.write_at(base, top, Align::Right, LABEL, "IMPONIBILE");
        sheet.write_at(vat, top, Align::Right, LABEL, "IMPOSTA");
        let mut y = top + LABEL.leading() + 2.0;
        for row in &totals.vat {
            let name = match &row.nature {
                Some(nature) => format!("Natura {nature}"),
                None => format!("Aliquota {}%", row.rate),
            };
            sheet.write_at(rate, y, Align::Left, BODY, &name);
            sheet.write_at(base, y, Align::Right, BODY, &euros(row.base_cents));
            sheet.write_at(vat, y, Align::Right, BODY, &euros(row.vat_cents));
            y += BODY.leading();
            if let Some(code) = &row.nature {
                y = sheet.write_block(rate, y, vat - rate, SMALL, nature(code)) + 1.5;
            }
        }
        let label = RIGHT - 190.0;
        let mut right = top;
        let mut due = vec![("Merce, sconti dedotti", totals.net_cents)];
        if totals.tax_cents != 0 {
            due.push(("Imposta di consumo", totals.tax_cents));
            due.push(("Imponibile", totals.net_cents + totals.tax_cents));
        }
        due.push(("IVA", totals.vat_cents));
        for (name, cents) in due {
            sheet.write_at(label, right, Align::Left, BODY, name);
            sheet.write_at(RIGHT - 2.0, right, Align::Right, BODY, &euros(cents));
            right += BODY.leading();
        }
        right += 3.0;
        sheet.rule(label, right, RIGHT - label, INK);
        right += 6.0;
        sheet.write_at(label, right, Align::Left, TOTAL, "Totale");
        sheet.write_at(
            RIGHT - 2.0,
            right,
            Align::Right,
            TOTAL,
            &euros(totals.total_cents),
        );
        right += TOTAL.leading();
        sheet.y = y.max(right) + 10.0;
    }

    /// Payment, delivery, notes: as long as they are, over pages if need be.
    fn write_terms(&self, sheet: &mut Sheet) {
        let bank = [
            self.seller.bank.clone(),
            self.seller
                .iban
                .as_ref()
                .map(|iban| format!("IBAN {}", grouped(iban))),
        ];
        let bank: Vec<String> = bank.into_iter().flatten().collect();
        let bank = (!bank.is_empty()).then(|| bank.join(" · "));
        for (label, value) in [
            ("PAGAMENTO", &self.terms.payment),
            ("COORDINATE BANCARIE", &bank),
            ("CONSEGNA", &self.terms.delivery),
            ("NOTE", &self.terms.notes),
        ] {
            let Some(value) = value else { continue };
            let lines = BODY.wrap(&clean(value), RIGHT - LEFT - 120.0);
            self.room(sheet, BODY.leading() * 2.0);
            sheet.write_at(LEFT, sheet.y + 0.8, Align::Left, LABEL, label);
            for line in lines {
                self.room(sheet, BODY.leading());
                sheet.write_at(LEFT + 120.0, sheet.y, Align::Left, BODY, &line);
                sheet.y += BODY.leading();
            }
            sheet.y += 5.0;
        }
    }

    /// Where the client signs; never parted.
    fn write_signature(&self, sheet: &mut Sheet) {
        self.room(sheet, 86.0);
        sheet.y += 10.0;
        sheet.write_at(LEFT, sheet.y, Align::Left, STRONG, &clean(&self.signature));
        sheet.y += 46.0;
        let gap = 16.0;
        let width = (RIGHT - LEFT - 2.0 * gap) / 3.0;
        let mut x = LEFT;
        for what in ["Luogo e data", "Nome e cognome", "Timbro e firma"] {
            sheet.rule(x, sheet.y, width, MUTED);
            sheet.write_at(x, sheet.y + 4.0, Align::Left, SMALL, what);
            x += width + gap;
        }
        sheet.y += 24.0;
    }

    /// On every page: whose paper it is, its content's fingerprint, page x of y.
    fn write_feet(&self, sheet: &mut Sheet) {
        let seller = clean(&legal_line(self.seller));
        let pages = sheet.pages.len();
        let whole = Sheet {
            pages: std::mem::take(&mut sheet.pages),
            y: sheet.y,
        };
        for (page, number) in whole.pages.into_iter().zip(1..) {
            sheet.pages.push(page);
            let y = BOTTOM + 18.0;
            sheet.rule(LEFT, y - 6.0, RIGHT - LEFT, RULE);
            let of = format!("Pagina {number} di {pages}");
            sheet.write_at(RIGHT, y, Align::Right, SMALL, &of);
            let width = RIGHT - LEFT - 80.0;
            let next = sheet.write_block(LEFT, y, width, SMALL, &seller);
            let hash = format!("Impronta del contenuto {}", self.hash);
            if !self.hash.is_empty() && next + SMALL.leading() < HEIGHT - 10.0 {
                sheet.write_at(LEFT, next, Align::Left, Style { size: 5.6, ..SMALL }, &hash);
            }
        }
    }

    fn room(&self, sheet: &mut Sheet, height: f32) {
        if !sheet.fits(height) {
            sheet.turn();
            self.write_running_head(sheet);
        }
    }
}

fn seller_lines(seller: &Seller) -> Vec<String> {
    let party = &seller.party;
    let mut lines = vec![party.address_lines().join(" - ")];
    let identity = identity(party);
    lines.push(identity.join(" · "));
    let warehouse = seller.warehouse_code.as_ref();
    lines.extend(warehouse.map(|code| format!("Deposito fiscale {code}")));
    lines.push(joined(&[&party.phone, &party.email]));
    lines.extend(seller.website.clone());
    lines.extend(party.pec.as_ref().map(|pec| format!("PEC {pec}")));
    lines.retain(|line| !line.is_empty());
    lines
}

fn client_lines(client: &Party) -> Vec<String> {
    let mut lines = client.address_lines();
    lines.extend(identity(client));
    let code = client
        .sdi_code
        .as_deref()
        .filter(|code| *code != sdi::NO_CODE);
    let reach = [
        code.map(|code| format!("SDI {code}")),
        client.pec.as_ref().map(|pec| format!("PEC {pec}")),
    ];
    let reach: Vec<String> = reach.into_iter().flatten().collect();
    lines.push(reach.join(" · "));
    lines.retain(|line| !line.is_empty());
    lines
}

/// P.IVA and codice fiscale; one line when they are the same.
fn identity(party: &Party) -> Vec<String> {
    let abroad = Some(&party.vat_country).filter(|country| *country != "IT");
    let country = abroad.map(String::as_str).unwrap_or_default();
    match (&party.vat_number, &party.tax_code) {
        (Some(vat), Some(code)) if vat == code => vec![format!("P.IVA e C.F. {country}{vat}")],
        (vat, code) => {
            let vat = vat.as_ref().map(|vat| format!("P.IVA {country}{vat}"));
            let code = code.as_ref().map(|code| format!("C.F. {code}"));
            vat.into_iter().chain(code).collect()
        }
    }
}

/// What the civil code wants on a company's papers.
fn legal_line(seller: &Seller) -> String {
    let party = &seller.party;
    let rea = seller.rea_office.as_ref().zip(seller.rea_number.as_ref());
    let parts = [
        Some(party.name.clone()).filter(|name| !name.is_empty()),
        party.vat_number.as_ref().map(|vat| format!("P.IVA {vat}")),
        rea.map(|(office, number)| format!("REA {office}-{number}")),
        seller
            .share_capital_cents
            .map(|cents| format!("Cap. soc. {} i.v.", euros(cents))),
        (seller.sole_shareholder == Some(true)).then(|| "Società con socio unico".to_owned()),
        seller.in_liquidation.then(|| "In liquidazione".to_owned()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

fn joined(parts: &[&Option<String>]) -> String {
    let parts: Vec<&str> = parts.iter().filter_map(|part| part.as_deref()).collect();
    parts.join(" · ")
}

/// An IBAN in groups of four.
fn grouped(iban: &str) -> String {
    let plain: Vec<char> = iban.chars().filter(|c| !c.is_whitespace()).collect();
    let groups: Vec<String> = plain
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

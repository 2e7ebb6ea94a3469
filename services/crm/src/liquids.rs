//! Who may be sold liquids (art. 62-quater D.Lgs. 504/1995): shops with a valid ADM authorisation; wholesalers without
//! one of their own; no nicotine over distance to consumers (art. 21 c. 11 D.Lgs. 6/2016). Hardware is free.

use chrono::NaiveDate;
use nexus_problem::FieldErrors;
use rust_decimal::Decimal;

use crate::lines::model::Line;
use crate::sites::model::{Channel, Site};

/// Who buys, and how.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'a> {
    pub lines: &'a [Line],
    /// The shop that is supplied.
    pub site: Option<&'a Site>,
    /// A person without a VAT number.
    pub to_consumer: bool,
    /// Ordered over an e-shop.
    pub at_distance: bool,
    /// The business day.
    pub on: NaiveDate,
}

/// What the law says of a sale.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Never allowed, line by line.
    pub forbidden: FieldErrors,
    /// Not allowed unless somebody answers for it, line by line.
    pub blocked: FieldErrors,
    /// An authorisation that ends soon.
    pub warnings: FieldErrors,
}

/// How many days before an authorisation ends one is warned, the most urgent first.
const WARN_DAYS: [i64; 3] = [30, 60, 90];

/// Judges a sale.
#[must_use]
pub fn judge(sale: &Sale<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    let liquids = || {
        (0_usize..)
            .zip(sale.lines)
            .filter(|(_, line)| is_liquid(line))
    };
    if liquids().next().is_none() {
        return verdict;
    }
    if sale.at_distance && sale.to_consumer {
        for (index, _) in liquids().filter(|(_, line)| has_nicotine(line)) {
            let detail = "Products with nicotine are not sold to consumers over distance.";
            let pointer = format!("/lines/{index}");
            verdict.forbidden.add(pointer, "nicotine.distance", detail);
        }
        return verdict;
    }
    if let Some((code, detail)) = obstacle(sale) {
        for (index, _) in liquids() {
            let pointer = format!("/lines/{index}");
            verdict.blocked.add(pointer, code, detail.clone());
        }
        return verdict;
    }
    if sale
        .site
        .is_some_and(|site| site.channel == Channel::Ecommerce)
    {
        for (index, _) in liquids().filter(|(_, line)| has_nicotine(line)) {
            let detail = "An e-shop cannot sell products with nicotine on to consumers.";
            let pointer = format!("/lines/{index}");
            verdict.blocked.add(pointer, "adm.ecommerce", detail);
        }
    }
    if let Some((code, detail)) = ends_soon(sale) {
        verdict.warnings.add("/site_id", code, detail);
    }
    verdict
}

fn is_liquid(line: &Line) -> bool {
    line.is_liquid || has_nicotine(line)
}

fn has_nicotine(line: &Line) -> bool {
    line.nicotine_mg_ml
        .is_some_and(|strength| strength > Decimal::ZERO)
}

fn needs_authorisation(site: &Site) -> bool {
    matches!(
        site.channel,
        Channel::Tobacconist | Channel::VapeShop | Channel::Pharmacy | Channel::Parapharmacy
    )
}

/// Why liquids cannot be supplied at all.
fn obstacle(sale: &Sale<'_>) -> Option<(&'static str, String)> {
    let Some(site) = sale.site else {
        let detail = "Say which shop gets the liquids: its ADM authorisation counts.";
        return Some(("adm.no_site", detail.to_owned()));
    };
    if site.channel == Channel::Other {
        let detail = "Shops of this kind may not sell liquids.";
        return Some(("adm.channel", detail.to_owned()));
    }
    if !needs_authorisation(site) {
        return None;
    }
    if site.adm.number.is_none() {
        let detail = "The shop has no ADM authorisation on record.";
        return Some(("adm.missing", detail.to_owned()));
    }
    match site.adm.expires_on {
        None => {
            let detail = "It is not on record until when the shop's ADM authorisation is valid.";
            Some(("adm.no_expiry", detail.to_owned()))
        }
        Some(day) if day < sale.on => {
            let detail = format!("The shop's ADM authorisation ended on {day}.");
            Some(("adm.expired", detail))
        }
        Some(_) => None,
    }
}

fn ends_soon(sale: &Sale<'_>) -> Option<(&'static str, String)> {
    let site = sale.site.filter(|site| needs_authorisation(site))?;
    let day = site.adm.expires_on?;
    let left = (day - sale.on).num_days();
    let within = WARN_DAYS.into_iter().find(|days| left <= *days)?;
    let code = match within {
        30 => "adm.ends_in_30",
        60 => "adm.ends_in_60",
        _ => "adm.ends_in_90",
    };
    let detail = format!("The shop's ADM authorisation ends on {day}, in {left} days.");
    Some((code, detail))
}

#[cfg(test)]
mod tests;

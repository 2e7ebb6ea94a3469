use chrono::{DateTime, Utc};

use super::*;
use crate::lines::testing::line;
use crate::sites::model::{Authorisation, SiteFields};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn shop(channel: Channel, number: Option<&str>, expires: Option<&str>) -> Site {
    let now: DateTime<Utc> = "2026-01-01T10:00:00Z".parse().unwrap();
    let adm = Authorisation {
        number: number.map(str::to_owned),
        expires_on: expires.map(day),
        ..Authorisation::default()
    };
    let fields = SiteFields {
        channel,
        adm,
        ..SiteFields::default()
    };
    Site::new(
        crate::sites::model::SiteId::new(),
        nexus_kernel::ClientId::new(),
        fields,
        now,
    )
}

fn liquid(strength: i64) -> Line {
    Line {
        is_liquid: true,
        nicotine_mg_ml: Some(strength.into()),
        ..line("Liquido", 1, 500)
    }
}

fn codes(errors: &FieldErrors) -> Vec<(String, String)> {
    let one = |error: &nexus_problem::FieldError| (error.pointer.clone(), error.code.clone());
    errors.0.iter().map(one).collect()
}

#[test]
fn liquids_need_a_shop_that_may_have_them_and_hardware_does_not() {
    let today = day("2026-11-22");
    let lines = [line("Box", 1, 4000), liquid(3)];
    for (site, code) in [
        (None, Some("adm.no_site")),
        (
            Some(shop(Channel::VapeShop, None, None)),
            Some("adm.missing"),
        ),
        (
            Some(shop(Channel::VapeShop, Some("AB"), None)),
            Some("adm.no_expiry"),
        ),
        (
            Some(shop(Channel::VapeShop, Some("AB"), Some("2026-11-21"))),
            Some("adm.expired"),
        ),
        (
            Some(shop(Channel::VapeShop, Some("AB"), Some("2026-11-22"))),
            None,
        ),
        (
            Some(shop(Channel::Pharmacy, Some("AB"), Some("2027-11-22"))),
            None,
        ),
        (
            Some(shop(Channel::Tobacconist, None, None)),
            Some("adm.missing"),
        ),
        (Some(shop(Channel::Wholesaler, None, None)), None),
        (
            Some(shop(Channel::Other, Some("AB"), Some("2027-11-22"))),
            Some("adm.channel"),
        ),
        (
            Some(shop(Channel::Ecommerce, None, None)),
            Some("adm.ecommerce"),
        ),
    ] {
        let sale = |lines| Sale {
            lines,
            site: site.as_ref(),
            to_consumer: false,
            at_distance: false,
            on: today,
        };
        let told = codes(&judge(&sale(&lines)).blocked);
        let expected: Vec<_> = code
            .iter()
            .map(|code| ("/lines/1".to_owned(), (*code).to_owned()))
            .collect();
        assert_eq!(told, expected, "{site:?}");
        assert_eq!(
            judge(&sale(&lines[..1])),
            Verdict::default(),
            "hardware alone"
        );
    }
}

#[test]
fn a_consumer_gets_no_nicotine_over_distance_and_no_override_helps() {
    let lines = [liquid(0), liquid(9), line("Box", 1, 4000)];
    let sale = Sale {
        lines: &lines,
        site: None,
        to_consumer: true,
        at_distance: true,
        on: day("2026-11-22"),
    };
    let verdict = judge(&sale);
    assert_eq!(
        codes(&verdict.forbidden),
        [("/lines/1".to_owned(), "nicotine.distance".to_owned())]
    );
    assert!(verdict.blocked.0.is_empty());
}

#[test]
fn an_authorisation_that_ends_soon_is_told_90_60_and_30_days_before() {
    let lines = [liquid(3)];
    for (ends, code) in [
        ("2027-02-21", None),
        ("2027-02-20", Some("adm.ends_in_90")),
        ("2027-01-21", Some("adm.ends_in_60")),
        ("2026-12-22", Some("adm.ends_in_30")),
        ("2026-11-22", Some("adm.ends_in_30")),
    ] {
        let site = shop(Channel::VapeShop, Some("AB"), Some(ends));
        let sale = Sale {
            lines: &lines,
            site: Some(&site),
            to_consumer: false,
            at_distance: false,
            on: day("2026-11-22"),
        };
        let told = codes(&judge(&sale).warnings);
        assert_eq!(told.first().map(|(_, code)| code.as_str()), code, "{ends}");
    }
}

//! Where requests go, as data: path prefix → service, what is open, what may be large or slow.

use std::time::Duration;

use hyper::Method;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Auth,
    Crm,
    Visits,
    Analytics,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Auth, Self::Crm, Self::Visits, Self::Analytics];

    pub fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Crm => "crm",
            Self::Visits => "visits",
            Self::Analytics => "analytics",
        }
    }
}

/// Everything below this belongs to a service.
pub const API: &str = "/api/v1/";

/// First path segment below [`API`] → service.
const PREFIXES: [(&str, Service); 39] = [
    ("auth", Service::Auth),
    ("users", Service::Auth),
    ("roles", Service::Auth),
    ("api-keys", Service::Auth),
    ("clients", Service::Crm),
    ("opportunities", Service::Crm),
    ("pipelines", Service::Crm),
    ("interactions", Service::Crm),
    ("contacts", Service::Crm),
    ("sites", Service::Crm),
    ("leads", Service::Crm),
    ("lost-reasons", Service::Crm),
    ("lead-sources", Service::Crm),
    ("campaigns", Service::Crm),
    ("assignment-rules", Service::Crm),
    ("products", Service::Crm),
    ("product-categories", Service::Crm),
    ("price-lists", Service::Crm),
    ("discount-ceilings", Service::Crm),
    ("consumption-taxes", Service::Crm),
    ("proposals", Service::Crm),
    ("orders", Service::Crm),
    ("approval-rules", Service::Crm),
    ("tasks", Service::Crm),
    ("imports", Service::Crm),
    ("comuni", Service::Crm),
    ("company", Service::Crm),
    ("visits", Service::Visits),
    ("visit-rules", Service::Visits),
    ("places", Service::Visits),
    ("coverage", Service::Visits),
    ("availability", Service::Visits),
    ("hotels", Service::Visits),
    ("plans", Service::Visits),
    ("tours", Service::Visits),
    ("report-templates", Service::Visits),
    ("territories", Service::Visits),
    ("calendar", Service::Visits),
    ("analytics", Service::Analytics),
];

/// What needs no token: the ways to get one, and the keys that check one.
const OPEN: [(Method, &str); 9] = [
    (Method::POST, "/api/v1/auth/login"),
    (Method::POST, "/api/v1/auth/register"),
    (Method::POST, "/api/v1/auth/refresh"),
    (Method::POST, "/api/v1/auth/token"),
    (Method::POST, "/api/v1/auth/password/help"),
    (Method::POST, "/api/v1/auth/invitations/check"),
    (Method::POST, "/api/v1/auth/invitations/accept"),
    (Method::GET, "/api/v1/auth/setup"),
    (Method::GET, "/api/v1/auth/jwks.json"),
];

/// A customer's link to an offer: whoever has it needs no account. One more segment names it, and what follows is listed.
const OFFER: &str = "/api/v1/proposals/link/";
const OFFER_OPEN: [(Method, &str); 4] = [
    (Method::GET, ""),
    (Method::GET, "/pdf"),
    (Method::POST, "/accept"),
    (Method::POST, "/refuse"),
];

/// A private calendar feed: whoever has its address needs no account.
const CALENDAR: &str = "/api/v1/calendar/";
const CALENDAR_END: &str = ".ics";

/// The only places where the browser's refresh cookie does anything: a foreign page must not reach them.
const COOKIE_BEARING: [&str; 2] = ["/api/v1/auth/refresh", "/api/v1/auth/logout"];

/// Methods that services may be asked; the value of `Allow` when another one comes.
pub const API_METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
pub const STATIC_METHODS: &str = "GET, HEAD";

/// How much a body may weigh, and how long it may take to arrive.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    pub bytes: u64,
    pub deadline: Duration,
    /// Longest pause between two pieces.
    pub idle: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            bytes: 1024 * 1024,
            deadline: Duration::from_secs(10),
            idle: Duration::from_secs(5),
        }
    }
}

impl BodyLimits {
    /// A name, a reason: what somebody without an account may say.
    pub fn small() -> Self {
        Self {
            bytes: 16 * 1024,
            ..Self::default()
        }
    }

    /// A spreadsheet with a company's whole client list, over a slow line.
    pub fn upload() -> Self {
        Self {
            bytes: 64 * 1024 * 1024,
            deadline: Duration::from_secs(120),
            idle: Duration::from_secs(10),
        }
    }
}

/// Where a request goes and what it needs.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub service: Service,
    /// The prefix, for the log.
    pub name: &'static str,
    pub open: bool,
    pub cookie_bearing: bool,
    pub upload: bool,
    /// Nobody has to have an account, so nobody gets to say much.
    pub offer: bool,
}

/// Finds the service of a canonical path. `None`: no service owns it.
pub fn find(method: &Method, path: &str) -> Option<Route> {
    let rest = path.strip_prefix(API)?;
    let segment = rest.split('/').next()?;
    let (name, service) = *PREFIXES.iter().find(|(prefix, _)| *prefix == segment)?;
    let in_auth = name == "auth";
    let offer = is_offer(method, path);
    Some(Route {
        service,
        name,
        open: offer
            || is_calendar(method, path)
            || (in_auth && OPEN.iter().any(|(m, open)| m == method && *open == path)),
        cookie_bearing: in_auth && COOKIE_BEARING.contains(&path),
        upload: name == "imports" && method == Method::POST && rest == "imports",
        offer,
    })
}

fn is_offer(method: &Method, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(OFFER) else {
        return false;
    };
    let (token, action) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    !token.is_empty()
        && OFFER_OPEN
            .iter()
            .any(|(m, open)| m == method && *open == action)
}

fn is_calendar(method: &Method, path: &str) -> bool {
    let token = path
        .strip_prefix(CALENDAR)
        .and_then(|rest| rest.strip_suffix(CALENDAR_END));
    *method == Method::GET && token.is_some_and(|token| !token.is_empty() && !token.contains('/'))
}

pub fn api_allows(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTS: [(Service, &str); 4] = [
        (
            Service::Auth,
            include_str!("../../services/auth/openapi.json"),
        ),
        (
            Service::Crm,
            include_str!("../../services/crm/openapi.json"),
        ),
        (
            Service::Visits,
            include_str!("../../services/visits/openapi.json"),
        ),
        (
            Service::Analytics,
            include_str!("../../services/analytics/openapi.json"),
        ),
    ];

    #[test]
    fn what_the_services_offer_is_reached_and_nothing_else() {
        let mut used = std::collections::BTreeSet::new();
        for (service, document) in DOCUMENTS {
            let document: serde_json::Value = serde_json::from_str(document).unwrap();
            let paths = document["paths"].as_object().unwrap();
            for (path, operations) in paths.iter().filter(|(path, _)| path.starts_with(API)) {
                used.extend(path[API.len()..].split('/').next().map(str::to_owned));
                for (method, operation) in operations.as_object().unwrap() {
                    let asked = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                    let route = find(&asked, path).unwrap_or_else(|| panic!("{method} {path}"));
                    assert_eq!(route.service, service, "{method} {path}");
                    let needs_token = operation["security"][0]["bearer"].is_array();
                    assert_eq!(route.open, !needs_token, "{method} {path}");
                }
            }
        }
        let prefixes = PREFIXES.map(|(prefix, _)| prefix.to_owned());
        assert_eq!(used, prefixes.into());
    }

    #[test]
    fn prefixes_are_whole_segments() {
        let service = |path| find(&Method::GET, path).map(|route| route.service);
        assert_eq!(service("/api/v1/clients"), Some(Service::Crm));
        assert_eq!(service("/api/v1/clients/1/sites"), Some(Service::Crm));
        assert_eq!(service("/api/v1/users"), Some(Service::Auth));
        for nowhere in [
            "/api/v1/clientsx",
            "/api/v1/Clients",
            "/api/v1/",
            "/api/v1/internal/token",
            "/api/v2/clients",
            "/clients",
        ] {
            assert_eq!(service(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn only_the_listed_operations_are_open() {
        let open = |method, path| find(&method, path).is_some_and(|route| route.open);
        assert!(open(Method::POST, "/api/v1/auth/login"));
        assert!(open(Method::GET, "/api/v1/auth/setup"));
        for (method, path) in [
            (Method::GET, "/api/v1/auth/login"),
            (Method::POST, "/api/v1/auth/login/"),
            (Method::POST, "/api/v1/auth/logout"),
            (Method::GET, "/api/v1/auth/me"),
            (Method::GET, "/api/v1/clients"),
        ] {
            assert!(!open(method.clone(), path), "{method} {path}");
        }
    }

    #[test]
    fn an_offer_is_open_by_its_link_and_nothing_beside_it() {
        let open = |method, path| {
            let route = find(&method, path);
            route.is_some_and(|route| route.open && route.offer)
        };
        assert!(open(Method::GET, "/api/v1/proposals/link/abc"));
        assert!(open(Method::GET, "/api/v1/proposals/link/abc/pdf"));
        assert!(open(Method::POST, "/api/v1/proposals/link/abc/accept"));
        assert!(open(Method::POST, "/api/v1/proposals/link/abc/refuse"));
        for (method, path) in [
            (Method::GET, "/api/v1/proposals/link/"),
            (Method::GET, "/api/v1/proposals/link"),
            (Method::POST, "/api/v1/proposals/link/abc"),
            (Method::GET, "/api/v1/proposals/link/abc/accept"),
            (Method::POST, "/api/v1/proposals/link/abc/accept/x"),
            (Method::DELETE, "/api/v1/proposals/link/abc"),
            (Method::GET, "/api/v1/proposals/abc"),
            (Method::GET, "/api/v1/orders/link/abc"),
        ] {
            assert!(!open(method.clone(), path), "{method} {path}");
        }
    }

    #[test]
    fn a_calendar_is_read_by_its_address_and_nothing_beside_it() {
        let open = |method, path| find(&method, path).is_some_and(|route| route.open);
        assert!(open(Method::GET, "/api/v1/calendar/0f3c.ics"));
        for (method, path) in [
            (Method::GET, "/api/v1/calendar/feed"),
            (Method::POST, "/api/v1/calendar/feed"),
            (Method::DELETE, "/api/v1/calendar/0f3c.ics"),
            (Method::GET, "/api/v1/calendar/.ics"),
            (Method::GET, "/api/v1/calendar/a/b.ics"),
            (Method::GET, "/api/v1/visits/0f3c.ics"),
        ] {
            assert!(!open(method.clone(), path), "{method} {path}");
        }
    }

    #[test]
    fn only_a_new_import_may_be_large() {
        let upload = |method, path| find(&method, path).is_some_and(|route| route.upload);
        assert!(upload(Method::POST, "/api/v1/imports"));
        assert!(!upload(Method::POST, "/api/v1/imports/1/run"));
        assert!(!upload(Method::PATCH, "/api/v1/imports"));
    }
}

//! The invented sales company: who works there, and which part of Italy is whose.

/// One colleague.
pub struct Colleague {
    pub name: &'static str,
    pub email: &'static str,
    pub role: &'static str,
    /// Whom they report to, by place in this list.
    pub manager: Option<usize>,
    pub office: &'static str,
    /// Whose clients they look after; none for people at a desk.
    pub regions: &'static [&'static str],
}

/// The first one is the administrator; managers stand before those who report to them.
pub const COLLEAGUES: [Colleague; 7] = [
    Colleague {
        name: "Giulia Ferrarin",
        email: "giulia@demo.example",
        role: "admin",
        manager: None,
        office: "Sede",
        regions: &[],
    },
    Colleague {
        name: "Marco Bellandini",
        email: "marco@demo.example",
        role: "manager",
        manager: Some(0),
        office: "Sede",
        regions: &[],
    },
    Colleague {
        name: "Sara Contarin",
        email: "sara@demo.example",
        role: "agent",
        manager: Some(1),
        office: "Nord-Ovest",
        regions: &["Piemonte", "Lombardia", "Liguria", "Valle d'Aosta"],
    },
    Colleague {
        name: "Andrea Molinarin",
        email: "andrea@demo.example",
        role: "agent",
        manager: Some(1),
        office: "Nord-Est",
        regions: &["Veneto", "Friuli", "Trentino", "Emilia"],
    },
    Colleague {
        name: "Giorgia Santilli",
        email: "giorgia@demo.example",
        role: "agent",
        manager: Some(1),
        office: "Centro",
        regions: &["Toscana", "Umbria", "Marche", "Lazio", "Abruzzo"],
    },
    Colleague {
        name: "Carmine Ruggerini",
        email: "carmine@demo.example",
        role: "agent",
        manager: Some(1),
        office: "Sud e isole",
        regions: &[
            "Campania",
            "Molise",
            "Puglia",
            "Basilicata",
            "Calabria",
            "Sicilia",
            "Sardegna",
        ],
    },
    Colleague {
        name: "Paola Riccardini",
        email: "paola@demo.example",
        role: "back_office",
        manager: Some(1),
        office: "Sede",
        regions: &[],
    },
];

/// Shops a client may be, how often, and what is special about each.
pub const CHANNELS: [(i64, Channel); 5] = [
    (
        46,
        Channel {
            name: "vape_shop",
            sector: "Sigarette elettroniche",
        },
    ),
    (
        29,
        Channel {
            name: "tobacconist",
            sector: "Tabaccheria",
        },
    ),
    (
        12,
        Channel {
            name: "pharmacy",
            sector: "Farmacia",
        },
    ),
    (
        4,
        Channel {
            name: "parapharmacy",
            sector: "Parafarmacia",
        },
    ),
    (
        9,
        Channel {
            name: "wholesaler",
            sector: "Ingrosso",
        },
    ),
];

pub struct Channel {
    pub name: &'static str,
    pub sector: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_but_the_first_reports_to_somebody_listed_before() {
        for (place, colleague) in COLLEAGUES.iter().enumerate() {
            assert_eq!(colleague.manager.is_none(), place == 0);
            assert!(colleague.manager.is_none_or(|manager| manager < place));
        }
    }
}

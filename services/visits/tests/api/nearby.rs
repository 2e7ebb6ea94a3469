//! Shops that fill a gap.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::{AGENT, NOWHERE, Shop, Visits, a_visit, instant, path};

/// Eleven o'clock in Rome, a Monday.
fn monday_noon() -> DateTime<Utc> {
    instant("2026-11-23T10:00:00Z")
}

fn found(nearby: &Value) -> Vec<Uuid> {
    let items = nearby["items"].as_array().unwrap().iter();
    items
        .map(|item| item["place_id"].as_str().unwrap().parse().unwrap())
        .collect()
}

#[actix_web::test]
async fn shops_around_are_open_near_enough_and_sorted_by_urgency_for_the_way() {
    let visits = Visits::start_with(NOWHERE, monday_noon);
    let anna = visits.agent();
    let shop = |name, at| Shop::of(&anna, name, at);
    let near = visits.shop(&shop("Vicino", (45.071, 7.681)));
    let urgent = visits.shop(&Shop {
        last_visit_on: Some("2026-06-01"),
        ..shop("Urgente", (45.09, 7.70))
    });
    let seen = visits.shop(&Shop {
        last_visit_on: Some("2026-11-20"),
        ..shop("Appena visto", (45.0705, 7.6805))
    });
    visits.shop(&Shop {
        hours: json!({"mon": [["15:30", "19:30"]]}),
        ..shop("Chiuso", (45.072, 7.682))
    });
    visits.shop(&shop("Milano", (45.46, 9.19)));
    visits.shop(&Shop {
        lifecycle: "lost",
        ..shop("Perso", (45.073, 7.683))
    });
    let bruno = visits.user("Bruno", None, AGENT);
    visits.shop(&Shop::of(&bruno, "Di Bruno", (45.071, 7.6815)));
    let planned = visits.shop(&shop("In programma", (45.074, 7.684)));
    a_visit(&anna, planned, "2026-11-25", json!({})).await;

    let url = "/api/v1/places/nearby?lat=45.07&lng=7.68";
    let nearby = anna.get(&format!("{url}&minutes=60")).await.expect(200);
    assert_eq!(found(&nearby), [urgent, near, seen], "{nearby:#}");
    let first = &nearby["items"][0];
    assert!(first["urgency"].as_f64().unwrap() > 5.0 && first["standing"] == "overdue");
    assert!(
        (4..15).contains(&first["detour_minutes"].as_i64().unwrap()),
        "{first:#}"
    );
    let begins: DateTime<Utc> = first["begins_at"].as_str().unwrap().parse().unwrap();
    assert!(begins > monday_noon());
    // With less time to spare only what is next door remains; the visit itself takes half an hour.
    let short = anna.get(&format!("{url}&minutes=34")).await.expect(200);
    assert_eq!(found(&short), [near, seen], "{short:#}");
    assert_eq!(
        anna.get(&format!("{url}&limit=1")).await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for (bad, pointer) in [
        ("lat=91&lng=7", "lat"),
        ("lat=45&lng=7&minutes=0", "minutes"),
        ("lat=45&lng=7&limit=99", "limit"),
    ] {
        anna.get(&format!("/api/v1/places/nearby?{bad}"))
            .await
            .invalid(&[pointer]);
    }
}

#[actix_web::test]
async fn shops_on_the_way_of_a_tour_fit_into_what_is_left_of_it() {
    let visits = Visits::start_with(NOWHERE, monday_noon);
    let anna = visits.agent();
    let open = json!({"mon": [["08:00", "20:00"]]});
    let shop = |name, lat, lng| Shop {
        hours: open.clone(),
        ..Shop::of(&anna, name, (lat, lng))
    };
    let mut ids = Vec::new();
    for (name, lat) in [("Primo", 45.10), ("Secondo", 45.20)] {
        let place = visits.shop(&shop(name, lat, 7.68));
        ids.push(a_visit(&anna, place, "2026-11-23", json!({})).await["id"].clone());
    }
    let tour = anna
        .post(
            "/api/v1/tours",
            json!({"day": "2026-11-23", "visit_ids": ids}),
        )
        .await
        .expect(201);
    let between = visits.shop(&shop("In mezzo", 45.15, 7.681));
    let beside = visits.shop(&shop("A lato", 45.15, 7.75));
    let far = visits.shop(&shop("Lontano", 45.15, 8.3));
    let url = format!("{}/nearby", path("tours", &tour));
    let nearby = anna.get(&format!("{url}?minutes=25")).await.expect(200);
    assert_eq!(found(&nearby), [between, beside], "{nearby:#}");
    assert_eq!(nearby["items"][0]["position"], 1);
    assert!(!found(&nearby).contains(&far));
    // It is put there, and the tour grows by what was said.
    let first = &nearby["items"][0];
    let put = json!({"place_id": between, "position": first["position"]});
    let longer = anna
        .post(&format!("{}/stops", path("tours", &tour)), put)
        .await
        .expect(200);
    let more =
        longer["travel_seconds"].as_i64().unwrap() - tour["travel_seconds"].as_i64().unwrap();
    assert_eq!((more + 30) / 60, first["detour_minutes"].as_i64().unwrap());
    // Once it is planned it fills no gap any more.
    let nearby = anna.get(&format!("{url}?minutes=25")).await.expect(200);
    assert_eq!(found(&nearby), [beside]);
}

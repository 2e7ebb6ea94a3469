use super::*;

fn users(count: usize) -> Vec<UserId> {
    (0..count).map(|_| UserId::new()).collect()
}

#[test]
fn turns_go_round() {
    let team = users(3);
    assert_eq!(next_in_turn(&team, None), Some(team[0]));
    assert_eq!(next_in_turn(&team, Some(team[0])), Some(team[1]));
    assert_eq!(next_in_turn(&team, Some(team[2])), Some(team[0]));
    assert_eq!(next_in_turn(&team, Some(UserId::new())), Some(team[0]));
    assert_eq!(next_in_turn(&[], None), None);
}

#[test]
fn the_least_busy_gets_it_and_equals_take_turns() {
    let team = users(3);
    let loads = |of: [i64; 3]| -> Loads { team.iter().copied().zip(of).collect() };
    for (of, last, expected) in [
        ([2, 1, 3], None, 1),
        ([1, 1, 1], None, 0),
        ([1, 1, 1], Some(team[0]), 1),
        ([1, 1, 1], Some(team[2]), 0),
        ([0, 5, 0], Some(team[0]), 2),
    ] {
        assert_eq!(
            least_busy(&team, &loads(of), last),
            Some(team[expected]),
            "{of:?}"
        );
    }
    assert_eq!(least_busy(&team, &Loads::new(), None), Some(team[0]));
    assert_eq!(least_busy(&[], &Loads::new(), None), None);
}

fn member(territories: &[&str], base: Option<&str>) -> Member {
    Member {
        user_id: UserId::new(),
        territories: territories.iter().map(|text| (*text).to_owned()).collect(),
        base_istat_code: base.map(str::to_owned),
    }
}

fn lead(cap: &str, city: &str, province: &str) -> LeadFields {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    LeadFields {
        cap: text(cap),
        city: text(city),
        province: text(province),
        ..LeadFields::default()
    }
}

#[test]
fn the_closest_territory_wins_then_the_nearest_base() {
    // Torino and its province, the city itself, Lombardy from Milano, and somebody in Catania.
    let team = [
        member(&["TO", "CN"], None),
        member(&["101"], None),
        member(&[], Some("015146")),
        member(&[], Some("087015")),
    ];
    for (what, lead, expected) in [
        ("in the city", lead("10121", "Torino", "TO"), vec![1]),
        ("in the province", lead("10064", "Pinerolo", "TO"), vec![0]),
        ("only a CAP", lead("12100", "", ""), vec![0]),
        ("nearer to Milano", lead("", "Bergamo", "BG"), vec![2]),
        ("nearer to Catania", lead("98122", "", ""), vec![3]),
        ("nowhere", lead("", "", ""), vec![]),
    ] {
        let found = in_territory(&team, &Place::of(&lead));
        let expected: Vec<UserId> = expected
            .into_iter()
            .map(|at: usize| team[at].user_id)
            .collect();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn a_shared_territory_leaves_several() {
    let team = [
        member(&["TO"], None),
        member(&["TO"], None),
        member(&["MI"], None),
    ];
    assert_eq!(
        in_territory(&team, &Place::of(&lead("", "Torino", "TO"))).len(),
        2
    );
}

#[test]
fn a_rule_is_for_its_source_and_provinces() {
    let source = SourceId::new();
    let rule = RuleFields {
        source_id: Some(source),
        provinces: vec!["TO".to_owned(), "FC".to_owned()],
        ..RuleFields::default()
    };
    let fits = |lead: LeadFields| rule.fits(&lead, &Place::of(&lead));
    let of_source = |lead: LeadFields| LeadFields {
        source_id: Some(source),
        ..lead
    };
    assert!(fits(of_source(lead("", "Torino", "TO"))));
    assert!(fits(of_source(lead("10121", "", ""))));
    assert!(fits(of_source(lead("", "", "FO"))));
    assert!(!fits(of_source(lead("", "Milano", "MI"))));
    assert!(!fits(of_source(lead("", "", ""))));
    assert!(!fits(lead("", "Torino", "TO")));
}

#[test]
fn what_is_wrong_with_a_rule_is_told_by_place() {
    let user = UserId::new();
    let wrong = RuleFields {
        provinces: vec!["Torino".to_owned(), "XX".to_owned()],
        members: Members(vec![
            Member {
                user_id: user,
                territories: vec!["torino".to_owned(), "101234".to_owned()],
                base_istat_code: Some("1".to_owned()),
            },
            Member {
                user_id: user,
                territories: Vec::new(),
                base_istat_code: None,
            },
        ]),
        ..RuleFields::default()
    };
    let told: Vec<_> = wrong
        .review()
        .unwrap_err()
        .0
        .into_iter()
        .map(|error| error.pointer)
        .collect();
    assert_eq!(
        told,
        [
            "/name",
            "/provinces/1",
            "/members/0/territories/1",
            "/members/0/base_istat_code",
            "/members"
        ]
    );
}

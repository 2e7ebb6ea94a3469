DROP TABLE rebuilds, changes, parked_events, count_deltas, counts, tours, visits, visit_rules, place_wishes, sites, tasks,
    activities, leads, offers, order_products, orders, forecasts, passages, deal_versions, deals, clients, stages, labels,
    user_reports, users;

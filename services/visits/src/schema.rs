//! The tables of this service. The shared ones (outbox, events, users, …) are declared where they are used.

diesel::table! {
    absences (id) {
        id -> Uuid,
        agent_id -> Uuid,
        from_day -> Date,
        until_day -> Date,
        reason -> Text,
        note -> Nullable<Text>,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    calendar_feeds (agent_id) {
        agent_id -> Uuid,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    check_ins (id) {
        id -> Uuid,
        visit_id -> Uuid,
        agent_id -> Uuid,
        at -> Timestamptz,
        lat -> Nullable<Double>,
        lng -> Nullable<Double>,
        accuracy_m -> Nullable<Integer>,
        distance_m -> Nullable<Integer>,
        inside -> Nullable<Bool>,
        corrects -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    clients (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        class -> Nullable<Text>,
        lifecycle -> Text,
        owner_id -> Nullable<Uuid>,
        archived -> Bool,
        orders -> BigInt,
        first_order_on -> Nullable<Date>,
        last_order_on -> Nullable<Date>,
    }
}

diesel::table! {
    closed_days (agent_id, day) {
        agent_id -> Uuid,
        day -> Date,
        id -> Uuid,
        version -> BigInt,
        figures -> Jsonb,
    }
}

diesel::table! {
    counted_orders (id) {
        id -> Uuid,
        client_id -> Nullable<Uuid>,
        ordered_on -> Nullable<Date>,
        total_cents -> BigInt,
    }
}

diesel::table! {
    deals (id) {
        id -> Uuid,
        version -> BigInt,
        client_id -> Uuid,
        stage_id -> Uuid,
        amount_cents -> BigInt,
        expected_close_on -> Nullable<Date>,
    }
}

diesel::table! {
    local_holidays (province, city_key, month, day) {
        province -> Text,
        city_key -> Text,
        city -> Text,
        month -> SmallInt,
        day -> SmallInt,
        name -> Text,
    }
}

diesel::table! {
    mirror_rebuilds (id) {
        id -> SmallInt,
        status -> Text,
        detail -> Nullable<Text>,
        applied -> BigInt,
        expected -> BigInt,
        started_at -> Timestamptz,
        noted_at -> Timestamptz,
    }
}

diesel::table! {
    nights (agent_id, night) {
        agent_id -> Uuid,
        night -> Date,
        stay_id -> Uuid,
    }
}

diesel::table! {
    offers (id) {
        id -> Uuid,
        version -> BigInt,
        client_id -> Uuid,
        valid_until -> Date,
        total_cents -> BigInt,
    }
}

diesel::table! {
    place_changes (id) {
        id -> Uuid,
        place_id -> Uuid,
        from_day -> Date,
        until_day -> Date,
        windows -> Jsonb,
        note -> Nullable<Text>,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    places (id) {
        id -> Uuid,
        version -> BigInt,
        site_version -> BigInt,
        client_id -> Uuid,
        client_name -> Text,
        name -> Text,
        search_text -> Text,
        class -> Nullable<Text>,
        lifecycle -> Text,
        owner_id -> Nullable<Uuid>,
        street -> Nullable<Text>,
        cap -> Nullable<Text>,
        city -> Nullable<Text>,
        province -> Nullable<Text>,
        lat -> Nullable<Double>,
        lng -> Nullable<Double>,
        opening_hours -> Jsonb,
        site_archived -> Bool,
        archived -> Bool,
        known_since -> Date,
        own_cadence_days -> Nullable<Integer>,
        own_visit_minutes -> Nullable<Integer>,
        cadence_days -> Integer,
        last_visit_on -> Nullable<Date>,
        due_on -> Date,
        territory_id -> Nullable<Uuid>,
        geo_source -> Nullable<Text>,
    }
}

diesel::table! {
    plans (id) {
        id -> Uuid,
        version -> BigInt,
        status -> Text,
        request -> Jsonb,
        progress -> SmallInt,
        outcome -> Nullable<Jsonb>,
        problem -> Nullable<Jsonb>,
        claimed_by -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        unowned -> Bool,
        agent_days -> Integer,
    }
}

diesel::table! {
    report_template_versions (template_id, version) {
        template_id -> Uuid,
        version -> BigInt,
        name -> Text,
        questions -> Jsonb,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    report_templates (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        classes -> Array<Text>,
        position -> Integer,
        questions -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    stages (id) {
        id -> Uuid,
        probability -> Integer,
    }
}

diesel::table! {
    stays (id) {
        id -> Uuid,
        agent_id -> Uuid,
        from_day -> Date,
        until_day -> Date,
        label -> Text,
        lat -> Double,
        lng -> Double,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    stops (tour_id, position) {
        tour_id -> Uuid,
        position -> Integer,
        visit_id -> Uuid,
        arrives_at -> Timestamptz,
        waiting_seconds -> Integer,
        leaves_at -> Timestamptz,
        leg_seconds -> Integer,
        leg_meters -> Integer,
        pinned -> Bool,
        reasons -> Jsonb,
        outside -> Bool,
    }
}

diesel::table! {
    territories (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        areas -> Array<Text>,
        agent_ids -> Array<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tours (id) {
        id -> Uuid,
        version -> BigInt,
        agent_id -> Uuid,
        day -> Date,
        plan_id -> Nullable<Uuid>,
        start_place -> Jsonb,
        end_place -> Jsonb,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        travel_seconds -> Integer,
        distance_m -> Integer,
        waiting_seconds -> Integer,
        created_by -> Uuid,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        lunch_at -> Nullable<Timestamptz>,
        late -> Bool,
        times_from -> Text,
    }
}

diesel::table! {
    visit_photos (id) {
        id -> Uuid,
        visit_id -> Uuid,
        question_id -> Nullable<Text>,
        content_type -> Text,
        width -> Integer,
        height -> Integer,
        size_bytes -> Integer,
        sent_sha256 -> Bytea,
        bytes -> Bytea,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    visit_rules (id) {
        id -> SmallInt,
        version -> BigInt,
        body -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    visits (id) {
        id -> Uuid,
        version -> BigInt,
        place_id -> Uuid,
        client_id -> Uuid,
        agent_id -> Uuid,
        status -> Text,
        day -> Date,
        until_day -> Nullable<Date>,
        planned_on -> Date,
        fixed_at -> Nullable<Timestamptz>,
        leeway_minutes -> Integer,
        expected_at -> Nullable<Timestamptz>,
        minutes -> Integer,
        subject -> Nullable<Text>,
        outcome -> Nullable<Text>,
        note -> Nullable<Text>,
        products -> Jsonb,
        next_step -> Nullable<Jsonb>,
        answers -> Nullable<Jsonb>,
        reason -> Nullable<Text>,
        started_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        tour_id -> Nullable<Uuid>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    working_hours (agent_id) {
        agent_id -> Uuid,
        version -> BigInt,
        body -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    clients,
    deals,
    offers,
    places,
    stages,
    stops,
    territories,
    tours,
    visits
);

//! The tables of this service. The shared ones (outbox, events, …) are declared where they are used.

diesel::table! {
    approval_rules (single) {
        single -> Bool,
        version -> BigInt,
        max_amount_cents -> Nullable<BigInt>,
        min_margin_percent -> Nullable<Numeric>,
        discount -> Bool,
        credit -> Bool,
        updated_at -> Timestamptz,
        updated_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    assignment_rules (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        method -> Text,
        members -> Jsonb,
        source_id -> Nullable<Uuid>,
        campaign_id -> Nullable<Uuid>,
        provinces -> Array<Text>,
        position -> Integer,
        active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    assignment_turns (rule_id) {
        rule_id -> Uuid,
        last_user_id -> Nullable<Uuid>,
        given -> BigInt,
    }
}

diesel::table! {
    campaigns (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        kind -> Text,
        source_id -> Nullable<Uuid>,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        place -> Nullable<Text>,
        cost_cents -> Nullable<BigInt>,
        notes -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    clients (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        kind -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        vat_country -> Text,
        vat_number -> Nullable<Text>,
        tax_code -> Nullable<Text>,
        sdi_code -> Nullable<Text>,
        pec -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        website -> Nullable<Text>,
        street -> Nullable<Text>,
        street_number -> Nullable<Text>,
        cap -> Nullable<Text>,
        city -> Nullable<Text>,
        province -> Nullable<Text>,
        country -> Text,
        lifecycle -> Text,
        class -> Nullable<Text>,
        sector -> Nullable<Text>,
        employees -> Nullable<Integer>,
        annual_revenue_cents -> Nullable<BigInt>,
        founded_year -> Nullable<Integer>,
        parent_id -> Nullable<Uuid>,
        owner_id -> Nullable<Uuid>,
        notes -> Nullable<Text>,
        external_ref -> Nullable<Text>,
        price_list_id -> Nullable<Uuid>,
        search_text -> Text,
        name_key -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        credit_limit_cents -> Nullable<BigInt>,
        payment_terms -> Nullable<Text>,
        source_id -> Nullable<Uuid>,
        campaign_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    consents (id) {
        id -> Uuid,
        version -> BigInt,
        contact_id -> Nullable<Uuid>,
        lead_id -> Nullable<Uuid>,
        channel -> Text,
        status -> Text,
        at -> Timestamptz,
        source -> Text,
        note -> Nullable<Text>,
        recorded_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    company (single) {
        single -> Bool,
        version -> BigInt,
        name -> Text,
        vat_number -> Nullable<Text>,
        tax_code -> Nullable<Text>,
        tax_regime -> Text,
        street -> Nullable<Text>,
        street_number -> Nullable<Text>,
        cap -> Nullable<Text>,
        city -> Nullable<Text>,
        province -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        pec -> Nullable<Text>,
        website -> Nullable<Text>,
        rea_office -> Nullable<Text>,
        rea_number -> Nullable<Text>,
        share_capital_cents -> Nullable<BigInt>,
        sole_shareholder -> Nullable<Bool>,
        in_liquidation -> Bool,
        warehouse_code -> Nullable<Text>,
        bank -> Nullable<Text>,
        iban -> Nullable<Text>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    contacts (id) {
        id -> Uuid,
        version -> BigInt,
        client_id -> Uuid,
        site_id -> Nullable<Uuid>,
        first_name -> Text,
        last_name -> Nullable<Text>,
        role -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        mobile -> Nullable<Text>,
        notes -> Nullable<Text>,
        active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        do_not_call -> Bool,
        do_not_email -> Bool,
    }
}

diesel::table! {
    consumption_taxes (class, valid_from) {
        class -> Text,
        valid_from -> Date,
        rate_per_ml -> Numeric,
    }
}

diesel::table! {
    discount_ceilings (role) {
        role -> Text,
        max_percent -> Numeric,
    }
}

diesel::table! {
    import_chunks (import_id, number) {
        import_id -> Uuid,
        number -> Integer,
        bytes -> Bytea,
    }
}

diesel::table! {
    import_parents (import_id, line) {
        import_id -> Uuid,
        line -> BigInt,
        client_id -> Uuid,
        parent_name -> Text,
        fields -> Jsonb,
    }
}

diesel::table! {
    import_rows (import_id, line) {
        import_id -> Uuid,
        line -> BigInt,
        outcome -> Text,
        record_id -> Nullable<Uuid>,
        problems -> Jsonb,
        fields -> Jsonb,
        warned -> Bool,
    }
}

diesel::table! {
    imports (id) {
        id -> Uuid,
        version -> BigInt,
        kind -> Text,
        filename -> Text,
        status -> Text,
        encoding -> Text,
        separator -> Text,
        source_columns -> Jsonb,
        mapping -> Jsonb,
        options -> Jsonb,
        facts -> Jsonb,
        rows_total -> BigInt,
        rows_done -> BigInt,
        created_count -> BigInt,
        updated_count -> BigInt,
        skipped_count -> BigInt,
        failed_count -> BigInt,
        warned_count -> BigInt,
        error -> Nullable<Text>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        started_by -> Nullable<Uuid>,
        rights -> Jsonb,
        phase -> Text,
        read_offset -> BigInt,
        read_line -> BigInt,
        claimed_by -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    interactions (id) {
        id -> Uuid,
        client_id -> Nullable<Uuid>,
        opportunity_id -> Nullable<Uuid>,
        contact_id -> Nullable<Uuid>,
        site_id -> Nullable<Uuid>,
        kind -> Text,
        direction -> Nullable<Text>,
        subject -> Nullable<Text>,
        body -> Nullable<Text>,
        details -> Nullable<Jsonb>,
        duration_minutes -> Nullable<Integer>,
        occurred_at -> Timestamptz,
        actor_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        lead_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    lead_sources (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        position -> Integer,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    leads (id) {
        id -> Uuid,
        version -> BigInt,
        status -> Text,
        company_name -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        vat_number -> Nullable<Text>,
        tax_code -> Nullable<Text>,
        street -> Nullable<Text>,
        street_number -> Nullable<Text>,
        cap -> Nullable<Text>,
        city -> Nullable<Text>,
        province -> Nullable<Text>,
        source_id -> Nullable<Uuid>,
        campaign_id -> Nullable<Uuid>,
        interest -> Nullable<Text>,
        notes -> Nullable<Text>,
        owner_id -> Nullable<Uuid>,
        external_ref -> Nullable<Text>,
        due_at -> Timestamptz,
        contacted_at -> Nullable<Timestamptz>,
        qualified_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        lost_reason_id -> Nullable<Uuid>,
        lost_note -> Nullable<Text>,
        client_id -> Nullable<Uuid>,
        contact_id -> Nullable<Uuid>,
        opportunity_id -> Nullable<Uuid>,
        do_not_call -> Bool,
        do_not_email -> Bool,
        name -> Text,
        name_key -> Text,
        search_text -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    lines (id) {
        id -> Uuid,
        proposal_version_id -> Nullable<Uuid>,
        order_id -> Nullable<Uuid>,
        position -> Integer,
        product_id -> Nullable<Uuid>,
        sku -> Nullable<Text>,
        description -> Text,
        adm_code -> Nullable<Text>,
        is_liquid -> Bool,
        volume_ml -> Nullable<Numeric>,
        nicotine_mg_ml -> Nullable<Numeric>,
        unit -> Text,
        quantity -> Numeric,
        list_price -> Nullable<Numeric>,
        price_source -> Text,
        unit_price -> Numeric,
        discount_percent -> Numeric,
        unit_tax -> Numeric,
        vat_rate -> SmallInt,
        vat_nature -> Nullable<Text>,
        net_cents -> BigInt,
        tax_cents -> BigInt,
        unit_cost -> Nullable<Numeric>,
    }
}

diesel::table! {
    lost_reasons (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        position -> Integer,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    opportunities (id) {
        id -> Uuid,
        version -> BigInt,
        client_id -> Nullable<Uuid>,
        owner_id -> Nullable<Uuid>,
        pipeline_id -> Uuid,
        stage_id -> Uuid,
        status -> Text,
        name -> Text,
        amount_cents -> BigInt,
        currency -> Text,
        product_id -> Nullable<Uuid>,
        expected_close_on -> Nullable<Date>,
        opened_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        stage_entered_at -> Timestamptz,
        lost_reason_id -> Nullable<Uuid>,
        lost_note -> Nullable<Text>,
        next_step -> Nullable<Text>,
        next_step_on -> Nullable<Date>,
        source -> Nullable<Text>,
        notes -> Nullable<Text>,
        external_ref -> Nullable<Text>,
        search_text -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        source_id -> Nullable<Uuid>,
        campaign_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    order_steps (id) {
        id -> Uuid,
        order_id -> Uuid,
        step -> Text,
        from_status -> Nullable<Text>,
        to_status -> Text,
        actor_id -> Nullable<Uuid>,
        at -> Timestamptz,
        note -> Nullable<Text>,
        content_hash -> Text,
        total_cents -> BigInt,
    }
}

diesel::table! {
    orders (id) {
        id -> Uuid,
        version -> BigInt,
        year -> SmallInt,
        serial -> Integer,
        number -> Text,
        channel -> Text,
        status -> Text,
        client_id -> Uuid,
        owner_id -> Nullable<Uuid>,
        generated_from -> Nullable<Uuid>,
        proposal_id -> Nullable<Uuid>,
        opportunity_id -> Nullable<Uuid>,
        site_id -> Nullable<Uuid>,
        contact_id -> Nullable<Uuid>,
        payment_terms -> Nullable<Text>,
        delivery_terms -> Nullable<Text>,
        delivery_address -> Nullable<Text>,
        requested_on -> Nullable<Date>,
        notes -> Nullable<Text>,
        external_ref -> Nullable<Text>,
        net_cents -> BigInt,
        tax_cents -> BigInt,
        vat_cents -> BigInt,
        total_cents -> BigInt,
        content_hash -> Text,
        written_by -> Nullable<Uuid>,
        approval_needed -> Jsonb,
        approved_hash -> Nullable<Text>,
        approved_by -> Nullable<Uuid>,
        approved_at -> Nullable<Timestamptz>,
        refused_hash -> Nullable<Text>,
        refused_by -> Nullable<Uuid>,
        refused_at -> Nullable<Timestamptz>,
        refused_reason -> Nullable<Text>,
        override_hash -> Nullable<Text>,
        override_by -> Nullable<Uuid>,
        override_at -> Nullable<Timestamptz>,
        override_reason -> Nullable<Text>,
        processed_at -> Nullable<Timestamptz>,
        shipped_at -> Nullable<Timestamptz>,
        tracking -> Nullable<Text>,
        delivered_at -> Nullable<Timestamptz>,
        invoiced_at -> Nullable<Timestamptz>,
        invoice_number -> Nullable<Text>,
        paid_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        cancel_reason -> Nullable<Text>,
        search_text -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    pipelines (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        is_default -> Bool,
        sequential -> Bool,
        team_lead_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    price_lists (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        parent_id -> Nullable<Uuid>,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
        discount_percent -> Nullable<Numeric>,
        currency -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    prices (price_list_id, product_id, min_quantity, valid_from) {
        price_list_id -> Uuid,
        product_id -> Uuid,
        min_quantity -> Numeric,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        unit_price -> Nullable<Numeric>,
        discount_percent -> Nullable<Numeric>,
    }
}

diesel::table! {
    product_categories (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        parent_id -> Nullable<Uuid>,
        position -> Integer,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    product_words (word) {
        word -> Text,
    }
}

diesel::table! {
    products (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        name_key -> Text,
        list_price_cents -> Nullable<BigInt>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
        sku -> Nullable<Text>,
        category_id -> Nullable<Uuid>,
        parent_id -> Nullable<Uuid>,
        variant_label -> Nullable<Text>,
        kind -> Text,
        volume_ml -> Nullable<Numeric>,
        nicotine_mg_ml -> Nullable<Numeric>,
        adm_code -> Nullable<Text>,
        tax_stamp -> Bool,
        unit -> Text,
        vat_rate -> SmallInt,
        vat_nature -> Nullable<Text>,
        list_price -> Nullable<Numeric>,
        unit_cost -> Nullable<Numeric>,
        external_ref -> Nullable<Text>,
        search_text -> Text,
    }
}

diesel::table! {
    sheets (name) {
        name -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    proposal_papers (version_id) {
        version_id -> Uuid,
        document -> Jsonb,
        pdf -> Bytea,
        sha256 -> Text,
    }
}

diesel::table! {
    proposal_versions (id) {
        id -> Uuid,
        proposal_id -> Uuid,
        number -> Integer,
        status -> Text,
        site_id -> Nullable<Uuid>,
        contact_id -> Nullable<Uuid>,
        valid_until -> Date,
        payment_terms -> Nullable<Text>,
        delivery_terms -> Nullable<Text>,
        notes -> Nullable<Text>,
        net_cents -> BigInt,
        tax_cents -> BigInt,
        vat_cents -> BigInt,
        total_cents -> BigInt,
        content_hash -> Text,
        written_by -> Nullable<Uuid>,
        needs_approval -> Jsonb,
        requested_hash -> Nullable<Text>,
        approved_hash -> Nullable<Text>,
        approved_by -> Nullable<Uuid>,
        approved_at -> Nullable<Timestamptz>,
        rejected_hash -> Nullable<Text>,
        rejected_by -> Nullable<Uuid>,
        rejected_at -> Nullable<Timestamptz>,
        rejected_reason -> Nullable<Text>,
        sent_at -> Nullable<Timestamptz>,
        sent_by -> Nullable<Uuid>,
        sent_to -> Nullable<Text>,
        link_expires_at -> Nullable<Timestamptz>,
        viewed_at -> Nullable<Timestamptz>,
        answered_at -> Nullable<Timestamptz>,
        answered_by -> Nullable<Text>,
        answered_role -> Nullable<Text>,
        answered_via -> Nullable<Text>,
        answered_from -> Nullable<Text>,
        answer_note -> Nullable<Text>,
        pdf_sha256 -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    proposals (id) {
        id -> Uuid,
        version -> BigInt,
        year -> SmallInt,
        serial -> Integer,
        number -> Text,
        client_id -> Uuid,
        opportunity_id -> Nullable<Uuid>,
        owner_id -> Nullable<Uuid>,
        status -> Text,
        current_version -> Integer,
        valid_until -> Date,
        total_cents -> BigInt,
        waits_for_approval -> Bool,
        search_text -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sites (id) {
        id -> Uuid,
        version -> BigInt,
        client_id -> Uuid,
        name -> Text,
        channel -> Text,
        street -> Nullable<Text>,
        street_number -> Nullable<Text>,
        cap -> Nullable<Text>,
        city -> Nullable<Text>,
        province -> Nullable<Text>,
        country -> Text,
        istat_code -> Nullable<Text>,
        lat -> Nullable<Double>,
        lng -> Nullable<Double>,
        geo_source -> Nullable<Text>,
        opening_hours -> Jsonb,
        adm_number -> Nullable<Text>,
        adm_office -> Nullable<Text>,
        adm_issued_on -> Nullable<Date>,
        adm_expires_on -> Nullable<Date>,
        adm_ordinal -> Nullable<Text>,
        adm_holder -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    stage_moves (id) {
        id -> Uuid,
        opportunity_id -> Uuid,
        from_stage_id -> Nullable<Uuid>,
        to_stage_id -> Uuid,
        moved_by -> Nullable<Uuid>,
        moved_at -> Timestamptz,
        seconds_in_from -> Nullable<BigInt>,
    }
}

diesel::table! {
    stages (id) {
        id -> Uuid,
        pipeline_id -> Uuid,
        name -> Text,
        position -> Integer,
        probability -> Integer,
        outcome -> Text,
        stale_after_days -> Nullable<Integer>,
        required_fields -> Array<Text>,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tasks (id) {
        id -> Uuid,
        version -> BigInt,
        title -> Text,
        notes -> Nullable<Text>,
        priority -> Text,
        due_at -> Timestamptz,
        late_at -> Timestamptz,
        assignee_id -> Uuid,
        status -> Text,
        record_kind -> Nullable<Text>,
        record_id -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        outcome -> Nullable<Text>,
        closed_at -> Nullable<Timestamptz>,
        closed_by -> Nullable<Uuid>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    approval_rules,
    assignment_rules,
    assignment_turns,
    campaigns,
    clients,
    consents,
    contacts,
    import_chunks,
    import_rows,
    imports,
    interactions,
    lead_sources,
    leads,
    lines,
    lost_reasons,
    opportunities,
    order_steps,
    orders,
    pipelines,
    price_lists,
    prices,
    product_categories,
    products,
    proposal_papers,
    proposal_versions,
    proposals,
    sites,
    stage_moves,
    stages,
    tasks
);

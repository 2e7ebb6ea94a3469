diesel::table! {
    dashboards (id) {
        id -> Uuid,
        version -> Int8,
        owner_id -> Uuid,
        name -> Text,
        shared -> Bool,
        tiles -> Jsonb,
        filter -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    targets (id) {
        id -> Uuid,
        version -> Int8,
        owner_id -> Uuid,
        month -> Date,
        measure -> Text,
        value -> Int8,
        updated_by -> Uuid,
        updated_at -> Timestamptz,
    }
}

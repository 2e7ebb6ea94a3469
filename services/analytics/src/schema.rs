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
    digests (id) {
        id -> Uuid,
        version -> Int8,
        owner_id -> Uuid,
        board_id -> Nullable<Uuid>,
        rhythm -> Text,
        tiles -> Jsonb,
        filter -> Jsonb,
        due_at -> Timestamptz,
        letter_id -> Nullable<Uuid>,
        held_until -> Nullable<Timestamptz>,
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

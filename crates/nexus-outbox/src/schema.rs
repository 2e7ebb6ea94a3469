diesel::table! {
    outbox (seq) {
        seq -> BigInt,
        id -> Uuid,
        kind -> Text,
        subject_id -> Uuid,
        actor_id -> Nullable<Uuid>,
        at -> Timestamptz,
        payload -> Jsonb,
        version -> BigInt,
    }
}

diesel::table! {
    events (position) {
        position -> BigInt,
        seq -> BigInt,
        id -> Uuid,
        kind -> Text,
        subject_id -> Uuid,
        actor_id -> Nullable<Uuid>,
        at -> Timestamptz,
        payload -> Jsonb,
        version -> BigInt,
        hash -> Bytea,
    }
}

diesel::table! {
    inbox_positions (source) {
        source -> Text,
        position -> BigInt,
    }
}

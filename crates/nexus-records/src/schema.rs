diesel::table! {
    user_reports (manager_id, user_id) {
        manager_id -> Uuid,
        user_id -> Uuid,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        name -> Text,
        name_key -> Text,
        status -> Text,
        manager_id -> Nullable<Uuid>,
        version -> Int8,
        roles -> Array<Text>,
    }
}

// In the form that diesel writes.

diesel::table! {
    roles (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        permissions -> Array<Text>,
        built_in -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        version -> BigInt,
        name -> Text,
        name_folded -> Text,
        email -> Nullable<Text>,
        status -> Text,
        manager_id -> Nullable<Uuid>,
        office -> Nullable<Text>,
        locale -> Text,
        access_version -> BigInt,
        access_changed_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        last_login_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    user_roles (user_id, role_id) {
        user_id -> Uuid,
        role_id -> Uuid,
    }
}

diesel::table! {
    passwords (user_id) {
        user_id -> Uuid,
        hash -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        parent -> Nullable<Bytea>,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Bytea,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    mails (invitation_id) {
        invitation_id -> Uuid,
        kind -> Text,
        tries -> Integer,
        due_at -> Timestamptz,
    }
}

diesel::table! {
    letters (id) {
        id -> Uuid,
        user_id -> Uuid,
        service -> Text,
        subject -> Text,
        text -> Text,
        path -> Text,
        tries -> Integer,
        created_at -> Timestamptz,
        due_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    tries (key) {
        key -> Bytea,
        failed -> Integer,
        last_at -> Timestamptz,
        locked_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        name -> Text,
        user_id -> Uuid,
        secret_hash -> Bytea,
        created_by -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        public_key -> Bytea,
        sealed_key -> Bytea,
        created_at -> Timestamptz,
        signs_from -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    security_log (id) {
        id -> Uuid,
        at -> Timestamptz,
        kind -> Text,
        user_id -> Nullable<Uuid>,
        actor_id -> Nullable<Uuid>,
        ip -> Nullable<Text>,
    }
}

diesel::joinable!(user_roles -> users (user_id));
diesel::joinable!(user_roles -> roles (role_id));
diesel::joinable!(passwords -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(invitations -> users (user_id));
diesel::joinable!(mails -> invitations (invitation_id));

diesel::allow_tables_to_appear_in_same_query!(
    roles,
    users,
    user_roles,
    passwords,
    sessions,
    refresh_tokens,
    invitations,
    mails,
);

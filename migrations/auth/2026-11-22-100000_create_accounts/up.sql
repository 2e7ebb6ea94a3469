-- Events: crates/nexus-outbox.
CREATE TABLE outbox (
  seq        bigserial   PRIMARY KEY,
  id         uuid        NOT NULL,
  kind       text        NOT NULL,
  subject_id uuid        NOT NULL,
  actor_id   uuid,
  at         timestamptz NOT NULL,
  payload    jsonb       NOT NULL,
  version    bigint      NOT NULL
);

CREATE TABLE events (
  position   bigint      PRIMARY KEY,
  seq        bigint      NOT NULL,
  id         uuid        NOT NULL CONSTRAINT events_id_key UNIQUE,
  kind       text        NOT NULL,
  subject_id uuid        NOT NULL,
  actor_id   uuid,
  at         timestamptz NOT NULL,
  payload    jsonb       NOT NULL,
  version    bigint      NOT NULL,
  hash       bytea       NOT NULL
);
CREATE INDEX events_subject_id_idx ON events (subject_id, position);

CREATE TABLE inbox_positions (
  source   text   PRIMARY KEY,
  position bigint NOT NULL
);

-- Answers kept for repeated requests: crates/nexus-service.
CREATE TABLE idempotency_keys (
  actor_id   uuid        NOT NULL,
  key        text        NOT NULL,
  route      text        NOT NULL,
  body_hash  bytea       NOT NULL,
  status     smallint    NOT NULL,
  version    bigint,
  location   text,
  body       text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

CREATE TABLE roles (
  id          uuid        PRIMARY KEY,
  version     bigint      NOT NULL,
  name        text        NOT NULL CONSTRAINT roles_name_key UNIQUE,
  permissions text[]      NOT NULL,
  built_in    boolean     NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);

INSERT INTO roles (id, version, name, permissions, built_in, created_at, updated_at)
SELECT id::uuid, 1, name, string_to_array(permissions, ' '), true, now(), now()
FROM (VALUES
  ('00000000-0000-7000-8000-000000000001', 'admin',
   'users:read:all users:manage:all roles:manage:all keys:manage:all clients:read:all clients:write:all '
   'opportunities:read:all opportunities:write:all pipelines:manage:all interactions:write:all imports:run:all'),
  ('00000000-0000-7000-8000-000000000002', 'manager',
   'users:read:team clients:read:team clients:write:team opportunities:read:team opportunities:write:team '
   'interactions:write:team imports:run:team'),
  ('00000000-0000-7000-8000-000000000003', 'agent',
   'users:read:own clients:read:own clients:write:own opportunities:read:own opportunities:write:own '
   'interactions:write:own'),
  ('00000000-0000-7000-8000-000000000004', 'back_office',
   'users:read:all clients:read:all clients:write:all opportunities:read:all interactions:write:all '
   'imports:run:all'),
  ('00000000-0000-7000-8000-000000000005', 'viewer',
   'users:read:team clients:read:team opportunities:read:team')
) AS built_in (id, name, permissions);

CREATE TABLE users (
  id                uuid        PRIMARY KEY,
  version           bigint      NOT NULL,
  name              text        NOT NULL,
  -- Lower case, without accents: for search, order and import.
  name_folded       text        NOT NULL,
  -- Lower case.
  email             text        CONSTRAINT users_email_key UNIQUE,
  status            text        NOT NULL
                    CONSTRAINT users_status_check CHECK (status IN ('active', 'invited', 'imported', 'waiting', 'disabled')),
  manager_id        uuid        CONSTRAINT users_manager_id_fkey REFERENCES users (id),
  office            text,
  locale            text        NOT NULL,
  -- Tokens of an older one are refused.
  access_version    bigint      NOT NULL,
  access_changed_at timestamptz NOT NULL,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL,
  last_login_at     timestamptz,
  CONSTRAINT users_manager_id_check CHECK (manager_id <> id)
);
CREATE INDEX users_name_folded_idx ON users (name_folded, id);
CREATE INDEX users_manager_id_idx ON users (manager_id);
CREATE INDEX users_access_changed_at_idx ON users (access_changed_at);

CREATE TABLE user_roles (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role_id uuid NOT NULL CONSTRAINT user_roles_role_id_fkey REFERENCES roles (id),
  PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_role_id_idx ON user_roles (role_id);

CREATE TABLE passwords (
  user_id    uuid        PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  -- argon2id, as a PHC string.
  hash       text        NOT NULL,
  changed_at timestamptz NOT NULL
);

CREATE TABLE sessions (
  id           uuid        PRIMARY KEY,
  user_id      uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  -- Whatever happens, it ends then.
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  end_reason   text,
  ip           text,
  user_agent   text
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id, ended_at);
CREATE INDEX sessions_ended_at_idx ON sessions (ended_at);
CREATE INDEX sessions_last_used_at_idx ON sessions (last_used_at);

CREATE TABLE refresh_tokens (
  -- SHA-256 of the token, which is nowhere stored.
  hash       bytea       PRIMARY KEY,
  session_id uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  parent     bytea       CONSTRAINT refresh_tokens_parent_key UNIQUE,
  created_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX refresh_tokens_session_id_idx ON refresh_tokens (session_id);

CREATE TABLE invitations (
  id         uuid        PRIMARY KEY,
  user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash bytea       NOT NULL CONSTRAINT invitations_token_hash_key UNIQUE,
  created_by uuid,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX invitations_user_id_idx ON invitations (user_id);

CREATE TABLE tries (
  -- A keyed hash of what is tried from where: no address and no e-mail stands here.
  key          bytea       PRIMARY KEY,
  failed       integer     NOT NULL,
  last_at      timestamptz NOT NULL,
  locked_until timestamptz
);
CREATE INDEX tries_last_at_idx ON tries (last_at);

CREATE TABLE signing_keys (
  kid        text        PRIMARY KEY,
  public_key bytea       NOT NULL,
  -- AES-256-GCM: nonce, ciphertext, tag.
  sealed_key bytea       NOT NULL,
  created_at timestamptz NOT NULL,
  signs_from timestamptz NOT NULL,
  -- Published until then; null while it signs or will sign.
  expires_at timestamptz
);

CREATE TABLE security_log (
  id       uuid        PRIMARY KEY,
  at       timestamptz NOT NULL,
  kind     text        NOT NULL,
  user_id  uuid,
  actor_id uuid,
  ip       text
);
CREATE INDEX security_log_at_idx ON security_log (at, id);
CREATE INDEX security_log_user_id_idx ON security_log (user_id, at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER security_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON security_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

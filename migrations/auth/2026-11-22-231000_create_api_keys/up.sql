-- What another program proves itself with. A key acts as a user of its own, with that user's roles.
CREATE TABLE api_keys (
  -- Also the session that its tokens name.
  id           uuid        PRIMARY KEY,
  name         text        NOT NULL,
  user_id      uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  -- SHA-256 of the secret, which is nowhere stored.
  secret_hash  bytea       NOT NULL CONSTRAINT api_keys_secret_hash_key UNIQUE,
  created_by   uuid        NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
CREATE INDEX api_keys_user_id_idx ON api_keys (user_id);
CREATE INDEX api_keys_revoked_at_idx ON api_keys (revoked_at);

-- Letters that other services write to our users. What one says is forgotten when it is over; that it was, is kept for a
-- while, so that the same letter told again is not sent again.
CREATE TABLE letters (
  id         uuid        PRIMARY KEY,
  user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  service    text        NOT NULL,
  subject    text        NOT NULL,
  text       text        NOT NULL,
  path       text        NOT NULL,
  tries      integer     NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  -- Missing: it is over.
  due_at     timestamptz
);
CREATE INDEX letters_due_at_idx ON letters (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX letters_created_at_idx ON letters (created_at);

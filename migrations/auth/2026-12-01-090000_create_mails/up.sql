-- Letters still to be sent, each with the link of an invitation. The link's token is derived when it is written: none is kept here.
CREATE TABLE mails (
  invitation_id uuid        PRIMARY KEY REFERENCES invitations (id) ON DELETE CASCADE,
  kind          text        NOT NULL CONSTRAINT mails_kind_check CHECK (kind IN ('invitation', 'new_password')),
  tries         integer     NOT NULL DEFAULT 0,
  due_at        timestamptz NOT NULL
);
CREATE INDEX mails_due_at_idx ON mails (due_at);

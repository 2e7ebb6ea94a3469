-- Pictures of a visit, without what the camera wrote into them.
CREATE TABLE visit_photos (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits,
    question_id text,
    content_type text NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png', 'image/webp')),
    width integer NOT NULL,
    height integer NOT NULL,
    size_bytes integer NOT NULL,
    -- Of what was sent, to know it again.
    sent_sha256 bytea NOT NULL,
    bytes bytea NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL
);
ALTER TABLE visit_photos ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX visit_photos_visit ON visit_photos (visit_id, created_at, id);

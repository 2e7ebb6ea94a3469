-- What a report asks. Every version is kept: a report names the one it answered.
CREATE TABLE report_templates (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    -- For clients of these classes; for all when empty.
    classes text[] NOT NULL,
    position integer NOT NULL,
    questions jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE TABLE report_template_versions (
    template_id uuid NOT NULL REFERENCES report_templates,
    version bigint NOT NULL,
    name text NOT NULL,
    questions jsonb NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (template_id, version)
);
CREATE TRIGGER report_template_versions_stay BEFORE UPDATE OR DELETE ON report_template_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Which days' figures are to be computed anew. Written by whatever changes a visit or a tour, in its own transaction; rows are only
-- added and taken, so that nobody waits for anybody.
CREATE TABLE stale_days (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id uuid NOT NULL,
    day date NOT NULL
);
CREATE INDEX stale_days_day ON stale_days (day, agent_id);

CREATE FUNCTION note_visit_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO stale_days (agent_id, day)
            SELECT OLD.agent_id, day FROM (SELECT OLD.day UNION SELECT OLD.planned_on) d (day);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO stale_days (agent_id, day)
            SELECT NEW.agent_id, day FROM (SELECT NEW.day UNION SELECT NEW.planned_on) d (day)
            WHERE TG_OP = 'INSERT' OR (NEW.agent_id, day) NOT IN ((OLD.agent_id, OLD.day), (OLD.agent_id, OLD.planned_on));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER visits_note_days AFTER INSERT OR UPDATE OR DELETE ON visits
    FOR EACH ROW EXECUTE FUNCTION note_visit_days();

CREATE FUNCTION note_tour_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO stale_days (agent_id, day) VALUES (OLD.agent_id, OLD.day);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO stale_days (agent_id, day) VALUES (NEW.agent_id, NEW.day);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tours_note_days AFTER INSERT OR UPDATE OR DELETE ON tours
    FOR EACH ROW EXECUTE FUNCTION note_tour_days();

-- The figures of days that are over, as they were last told.
CREATE TABLE closed_days (
    agent_id uuid NOT NULL,
    day date NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    figures jsonb NOT NULL,
    PRIMARY KEY (agent_id, day)
);

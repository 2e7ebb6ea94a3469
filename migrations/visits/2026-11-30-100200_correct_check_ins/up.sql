-- A check-in that was wrong is corrected by another row. Only a position may be forgotten.
ALTER TABLE check_ins
    -- Within the company's radius of the shop; stays when the position is forgotten.
    ADD COLUMN inside boolean,
    ADD COLUMN corrects uuid REFERENCES check_ins,
    ADD COLUMN reason text,
    ADD COLUMN created_by uuid,
    ADD COLUMN created_at timestamptz,
    ADD CONSTRAINT check_ins_corrects_once UNIQUE (corrects);
UPDATE check_ins SET created_by = agent_id, created_at = at;
ALTER TABLE check_ins ALTER COLUMN created_by SET NOT NULL, ALTER COLUMN created_at SET NOT NULL;

CREATE FUNCTION keep_check_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.lat IS NULL AND NEW.accuracy_m IS NULL AND NEW.distance_m IS NULL
        AND (NEW.id, NEW.visit_id, NEW.agent_id, NEW.at, NEW.created_by, NEW.created_at)
            = (OLD.id, OLD.visit_id, OLD.agent_id, OLD.at, OLD.created_by, OLD.created_at)
        AND (NEW.inside, NEW.corrects, NEW.reason) IS NOT DISTINCT FROM (OLD.inside, OLD.corrects, OLD.reason) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a check-in stays; only its position is forgotten';
END $$;
CREATE TRIGGER check_ins_stay BEFORE UPDATE OR DELETE ON check_ins
    FOR EACH ROW EXECUTE FUNCTION keep_check_in();

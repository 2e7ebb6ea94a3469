-- A visit may be made on any day of a stretch; an appointment may begin a little earlier or later; what was planned for a day
-- stays known when the visit is made on another; a report keeps what was asked and answered.
ALTER TABLE visits
    ADD COLUMN until_day date,
    ADD COLUMN leeway_minutes integer NOT NULL DEFAULT 0 CHECK (leeway_minutes BETWEEN 0 AND 120),
    ADD COLUMN planned_on date,
    ADD COLUMN answers jsonb,
    ADD CONSTRAINT visits_until_day CHECK (until_day IS NULL OR (until_day >= day AND fixed_at IS NULL) OR status <> 'planned');
UPDATE visits SET planned_on = day;
ALTER TABLE visits ALTER COLUMN planned_on SET NOT NULL;
CREATE INDEX visits_agent_planned_on ON visits (agent_id, planned_on);
CREATE INDEX visits_planned_on ON visits (planned_on);

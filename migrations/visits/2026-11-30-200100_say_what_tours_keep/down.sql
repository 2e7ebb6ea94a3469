ALTER TABLE plans DROP COLUMN agent_days, DROP COLUMN unowned;
ALTER TABLE stops DROP COLUMN outside;
ALTER TABLE tours DROP COLUMN late, DROP COLUMN lunch_at;

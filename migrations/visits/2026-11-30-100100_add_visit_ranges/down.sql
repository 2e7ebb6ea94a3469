ALTER TABLE visits DROP COLUMN until_day, DROP COLUMN leeway_minutes, DROP COLUMN planned_on, DROP COLUMN answers;

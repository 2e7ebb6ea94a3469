ALTER TABLE tours DROP COLUMN times_from;

ALTER TABLE places DROP COLUMN territory_id;
DROP TABLE territories;

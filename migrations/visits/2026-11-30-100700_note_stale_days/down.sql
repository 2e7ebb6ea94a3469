DROP TABLE closed_days;
DROP TRIGGER tours_note_days ON tours;
DROP TRIGGER visits_note_days ON visits;
DROP FUNCTION note_tour_days;
DROP FUNCTION note_visit_days;
DROP TABLE stale_days;

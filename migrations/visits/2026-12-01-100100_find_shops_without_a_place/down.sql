DROP INDEX places_nowhere;

-- Few, and the map says how many.
CREATE INDEX places_nowhere ON places (owner_id) WHERE lat IS NULL AND NOT archived;

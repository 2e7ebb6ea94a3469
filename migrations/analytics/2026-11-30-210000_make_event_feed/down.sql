DROP TABLE idempotency_keys;
DROP TABLE inbox_positions;
DROP TABLE events;
DROP FUNCTION refuse_change();
DROP TABLE outbox;

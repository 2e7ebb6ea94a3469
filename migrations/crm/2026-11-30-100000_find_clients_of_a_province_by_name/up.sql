-- A province's clients by name: without it, a page of a small province is a walk through everybody's names, or a sort of a big one's.
CREATE INDEX clients_province_name ON clients (province, name_key, id) WHERE archived_at IS NULL;

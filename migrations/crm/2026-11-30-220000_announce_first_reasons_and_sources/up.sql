-- Whoever follows the feed learns what the reasons and sources are called that were there before anybody changed one.
INSERT INTO outbox (id, kind, subject_id, actor_id, at, payload, version)
SELECT gen_random_uuid(), told.kind, told.id, NULL, now(),
       jsonb_build_object('before', NULL, 'record', told.record - 'name_key'), told.version
FROM (SELECT 'crm.lost_reason.created.v1' AS kind, id, version, to_jsonb(r) AS record FROM lost_reasons r
      UNION ALL SELECT 'crm.lead_source.created.v1', id, version, to_jsonb(s) FROM lead_sources s) told
WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.subject_id = told.id)
  AND NOT EXISTS (SELECT FROM events e WHERE e.subject_id = told.id);

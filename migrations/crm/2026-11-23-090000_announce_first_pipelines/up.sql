-- Whoever follows the feed learns of pipelines that were there before anybody changed one.
INSERT INTO outbox (id, kind, subject_id, actor_id, at, payload, version)
SELECT gen_random_uuid(), 'crm.pipeline.created.v1', p.id, NULL, now(),
       jsonb_build_object('before', NULL, 'record', to_jsonb(p) || jsonb_build_object('stages',
           (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.position) FROM stages s WHERE s.pipeline_id = p.id))),
       p.version
FROM pipelines p
WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.subject_id = p.id)
  AND NOT EXISTS (SELECT FROM events e WHERE e.subject_id = p.id);

-- What the built-in roles may do with figures, dashboards and targets.
UPDATE roles SET version = version + 1, updated_at = now(),
    permissions = roles.permissions || string_to_array(added.permissions, ' ')
FROM (VALUES
  ('00000000-0000-7000-8000-000000000001', 'analytics:read:all analytics:share:all analytics:manage:all targets:write:all'),
  ('00000000-0000-7000-8000-000000000002', 'analytics:read:team analytics:share:all targets:write:team'),
  ('00000000-0000-7000-8000-000000000003', 'analytics:read:own'),
  ('00000000-0000-7000-8000-000000000004', 'analytics:read:all'),
  ('00000000-0000-7000-8000-000000000005', 'analytics:read:team')
) AS added (id, permissions)
WHERE roles.id = added.id::uuid;

-- What the built-in roles may do with visits and tours.
UPDATE roles SET version = version + 1, updated_at = now(),
    permissions = roles.permissions || string_to_array(added.permissions, ' ')
FROM (VALUES
  ('00000000-0000-7000-8000-000000000001', 'visits:read:all visits:write:all visits:plan:all visits:manage:all'),
  ('00000000-0000-7000-8000-000000000002', 'visits:read:team visits:write:team visits:plan:team'),
  ('00000000-0000-7000-8000-000000000003', 'visits:read:own visits:write:own visits:plan:own'),
  ('00000000-0000-7000-8000-000000000004', 'visits:read:all'),
  ('00000000-0000-7000-8000-000000000005', 'visits:read:team')
) AS added (id, permissions)
WHERE roles.id = added.id::uuid;

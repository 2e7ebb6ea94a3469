-- What the built-in roles may do with leads, tasks, products, proposals and orders.
UPDATE roles SET version = version + 1, updated_at = now(),
    permissions = roles.permissions || string_to_array(added.permissions, ' ')
FROM (VALUES
  ('00000000-0000-7000-8000-000000000001',
   'leads:read:all leads:write:all leads:assign:all tasks:read:all tasks:write:all products:manage:all '
   'costs:read:all proposals:read:all proposals:write:all orders:read:all orders:write:all '
   'orders:approve:all orders:process:all'),
  ('00000000-0000-7000-8000-000000000002',
   'leads:read:team leads:write:team leads:assign:team tasks:read:team tasks:write:team costs:read:all '
   'proposals:read:team proposals:write:team orders:read:team orders:write:team orders:approve:team'),
  ('00000000-0000-7000-8000-000000000003',
   'leads:read:own leads:write:own tasks:read:own tasks:write:own proposals:read:own proposals:write:own '
   'orders:read:own orders:write:own'),
  ('00000000-0000-7000-8000-000000000004',
   'leads:read:all leads:write:all tasks:read:own tasks:write:own products:manage:all proposals:read:all '
   'orders:read:all orders:write:all orders:process:all'),
  ('00000000-0000-7000-8000-000000000005',
   'leads:read:team tasks:read:team proposals:read:team orders:read:team')
) AS added (id, permissions)
WHERE roles.id = added.id::uuid;

import { expect, test } from 'vitest';
import { catalog, matrixOf, permissionsOf } from './matrix';

test('permissions survive the table', () => {
  const held = ['clients:read:own', 'orders:approve:team'];
  const names = catalog(['orders:approve:all', 'clients:read:all', 'clients:write:all']);
  expect(names).toEqual(['clients:read', 'clients:write', 'orders:approve']);
  const matrix = matrixOf(held, names);
  expect(matrix).toEqual({
    'clients:read': 'own',
    'clients:write': '',
    'orders:approve': 'team',
  });
  expect(permissionsOf(matrix)).toEqual(held);
});

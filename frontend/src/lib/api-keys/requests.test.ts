import { expect, test } from 'vitest';
import { stateOf, type ApiKey } from './requests';

const key = (more: Partial<ApiKey>) =>
  ({ expires_at: '2027-01-01T00:00:00Z', revoked_at: null, ...more }) as ApiKey;

test('a key is good until it ends or is revoked', () => {
  const now = new Date('2026-12-31T00:00:00Z');
  expect(stateOf(key({}), now)).toBe('good');
  expect(stateOf(key({ expires_at: '2026-12-31T00:00:00Z' }), now)).toBe('expired');
  expect(stateOf(key({ revoked_at: '2026-12-01T00:00:00Z' }), now)).toBe('revoked');
});

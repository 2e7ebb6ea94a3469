import { describe, expect, it } from 'vitest';
import { digestOf, type Digest } from './digests';

const digests = [
  { id: 'd1', board_id: 'b1', rhythm: 'mondays' },
  { id: 'd2', board_id: null, rhythm: 'months' },
] as Digest[];

describe('the digest of a dashboard', () => {
  it('is its own, and the usual one has the one without a dashboard', () => {
    expect(digestOf(digests, 'b1')?.id).toBe('d1');
    expect(digestOf(digests, undefined)?.id).toBe('d2');
    expect(digestOf(digests, 'b2')).toBeUndefined();
    expect(digestOf([digests[0]!], undefined)).toBeUndefined();
  });
});

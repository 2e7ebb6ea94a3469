import { describe, expect, it, vi } from 'vitest';
import { notice, onTrouble } from '$lib/api/trouble';
import { Parts } from './parts.svelte';

describe('parts of the system', () => {
  it('are asked until all is well again', async () => {
    const seen: string[][] = [];
    const answers = [['crm'], ['crm', 'visits'], []];
    const read = vi.fn(async () => answers.shift() ?? []);
    const parts = new Parts(read, async () => {
      seen.push(parts.down);
    });
    await Promise.all([parts.look(), parts.look()]);
    expect(seen).toEqual([['crm'], ['crm', 'visits']]);
    expect(parts.down).toEqual([]);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('are not accused when nothing answers at all', async () => {
    const parts = new Parts(
      () => Promise.reject(new TypeError('fetch failed')),
      async () => {},
    );
    await parts.look();
    expect(parts.down).toEqual([]);
  });
});

describe('trouble', () => {
  it('is an answer that the gateway gives for a part that is not there', () => {
    const heard = vi.fn();
    const end = onTrouble(heard);
    for (const status of [200, 404, 422, 500, 502, 503, 504]) notice(status);
    expect(heard).toHaveBeenCalledTimes(3);
    end();
    notice(503);
    expect(heard).toHaveBeenCalledTimes(3);
  });
});

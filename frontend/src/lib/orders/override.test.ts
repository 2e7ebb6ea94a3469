import { describe, expect, it } from 'vitest';
import { isBlocked } from './override.svelte';

const fields = (...codes: string[]) => ({
  fields: codes.map((code, at) => ({ pointer: `/lines/${at}`, code, detail: '' })),
});

describe('what somebody may answer for', () => {
  it('is the authorisation alone', () => {
    expect(isBlocked(fields('adm.expired', 'adm.expired'))).toBe(true);
    expect(isBlocked(fields('adm.no_site'))).toBe(true);
    expect(isBlocked(fields('adm.expired', 'number.negative'))).toBe(false);
    expect(isBlocked(fields('nicotine.distance'))).toBe(false);
    expect(isBlocked(fields())).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { changed, conflicts } from './merge';

describe('changes of a record', () => {
  it('are the fields that differ, null where emptied', () => {
    expect(
      changed<Record<string, unknown>>(
        { name: 'A', city: 'Roma', cap: null },
        { name: 'B', city: undefined, cap: undefined },
      ),
    ).toEqual({ name: 'B', city: null });
  });
});

describe('conflicts with what somebody else saved', () => {
  const before = { name: 'A', city: 'Roma', phone: '1' };

  it('are fields both changed, differently', () => {
    expect(conflicts(before, { name: 'B' }, { ...before, name: 'C' })).toEqual(['name']);
  });

  it('are none when we changed different fields, or the same way', () => {
    expect(conflicts(before, { name: 'B' }, { ...before, city: 'Bari' })).toEqual([]);
    expect(conflicts(before, { name: 'B' }, { ...before, name: 'B' })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { bodyOf, draftOf, faultsOf } from './draft';
import type { Visit } from './requests';

const fresh = (start = {}) => draftOf(undefined, { agentId: 'sara', ...start }, '2026-12-04');

describe('a new appointment', () => {
  it('is proposed for the next working day', () => {
    expect(fresh()).toMatchObject({ kind: 'fixed', day: '2026-12-07', time: '10:00' });
    expect(fresh({ day: '2026-12-10' })).toMatchObject({ kind: 'day', day: '2026-12-10' });
    expect(fresh({ day: '2026-12-10', time: '15:30' })).toMatchObject({
      kind: 'fixed',
      time: '15:30',
    });
  });

  it('is at a time, on a day, or within days; never two of these', () => {
    const draft = { ...fresh(), leeway: '15', minutes: '45', subject: ' Campioni ' };
    expect(bodyOf(draft)).toEqual({
      day: '2026-12-07',
      fixed_at: '2026-12-07T09:00:00.000Z',
      until_day: null,
      leeway_minutes: 15,
      minutes: 45,
      agent_id: 'sara',
      subject: 'Campioni',
    });
    expect(bodyOf({ ...draft, kind: 'day' })).toMatchObject({ fixed_at: null, until_day: null });
    expect(bodyOf({ ...draft, kind: 'range' })).toMatchObject({
      fixed_at: null,
      leeway_minutes: null,
      until_day: '2026-12-14',
    });
    expect(bodyOf({ ...draft, minutes: '' })).not.toHaveProperty('minutes');
  });

  it.each([
    [{}, true, {}],
    [{}, false, { place_id: 'required' }],
    [{ day: '' }, true, { day: 'required' }],
    [{ time: '' }, true, { fixed_at: 'required' }],
    [{ kind: 'day', time: '' } as const, true, {}],
    [{ kind: 'range', until: '2026-12-07' } as const, true, { until_day: 'until_day.order' }],
    [{ kind: 'range', until: '' } as const, true, { until_day: 'required' }],
  ])('%o is checked', (changes, placed, faults) => {
    expect(faultsOf({ ...fresh(), ...changes }, placed)).toEqual(faults);
  });

  it('shows what a visit is', () => {
    const visit = {
      day: '2026-12-10',
      fixed_at: '2026-12-10T14:30:00Z',
      leeway_minutes: 30,
      minutes: 20,
      agent_id: 'sara',
      subject: null,
    } as Visit;
    const draft = draftOf(visit, { agentId: '' });
    expect(draft).toMatchObject({ kind: 'fixed', time: '15:30', leeway: '30', minutes: '20' });
    const ranged = draftOf({ ...visit, fixed_at: null, until_day: '2026-12-15' }, { agentId: '' });
    expect(ranged).toMatchObject({ kind: 'range', until: '2026-12-15' });
  });
});

import { describe, expect, it } from 'vitest';
import { asked, changed, filtersOf, recordsPath, withFilters } from './filters';
import { monthsOf, periodOf, wholeMonth } from './periods';

const TODAY = '2026-11-30';
const at = (query: string) => new URL(`http://nexus/analytics${query}`);

describe('periods', () => {
  it.each([
    ['this_month', '2026-03-10', '2026-03-01', '2026-03-10'],
    ['last_month', '2026-03-31', '2026-02-01', '2026-02-28'],
    ['last_month', '2026-01-05', '2025-12-01', '2025-12-31'],
    ['this_quarter', '2026-05-17', '2026-04-01', '2026-05-17'],
    ['last_quarter', '2026-02-01', '2025-10-01', '2025-12-31'],
    ['this_year', '2026-02-01', '2026-01-01', '2026-02-01'],
    ['last_year', '2024-02-29', '2023-01-01', '2023-12-31'],
    ['last_7', '2026-03-03', '2026-02-25', '2026-03-03'],
    ['last_365', '2026-03-01', '2025-03-02', '2026-03-01'],
  ] as const)('%s on %s', (preset, today, from, until) => {
    expect(periodOf(preset, today)).toEqual({ from, until });
  });

  it('know whole months', () => {
    expect(wholeMonth({ from: '2024-02-01', until: '2024-02-29' })).toBe('2024-02-01');
    expect(wholeMonth({ from: '2024-02-01', until: '2024-02-28' })).toBeUndefined();
    expect(wholeMonth({ from: '2024-02-02', until: '2024-02-29' })).toBeUndefined();
    expect(monthsOf({ from: '2025-11-20', until: '2026-01-01' })).toEqual([
      '2025-11-01',
      '2025-12-01',
      '2026-01-01',
    ]);
  });
});

describe('the filter in the address', () => {
  it('is this month until somebody says otherwise', () => {
    expect(asked(filtersOf(at(''), TODAY))).toEqual({
      from: '2026-11-01',
      until: TODAY,
      compare: 'previous',
    });
  });

  it('reads what it wrote', () => {
    const url = at('?board=b1');
    const path = withFilters(url, TODAY, {
      period: 'last_month',
      compare: 'year',
      team_id: 't1',
      province: 'TO',
    });
    expect(path).toBe('/analytics?board=b1&period=last_month&compare=year&team_id=t1&province=TO');
    expect(asked(filtersOf(new URL(path, url), TODAY))).toEqual({
      from: '2026-10-01',
      until: '2026-10-31',
      compare: 'year',
      team_id: 't1',
      province: 'TO',
    });
    expect(
      withFilters(new URL(path, url), TODAY, {
        period: 'this_month',
        compare: 'previous',
        team_id: '',
        province: '',
      }),
    ).toBe('/analytics?board=b1');
  });

  it.each([
    '?from=2026-13-01&until=2026-12-01',
    '?from=2026-10-02&until=2026-10-01',
    '?period=ever',
    '?from=x',
  ])('takes %s for no period at all', (query) =>
    expect(filtersOf(at(query), TODAY).period).toBe('this_month'),
  );

  it('is of an agent or of a team, never of both', () => {
    const both = filtersOf(at('?agent_id=a&team_id=t'), TODAY);
    expect([both.agent_id, both.team_id]).toEqual(['a', '']);
    expect(changed(both, { team_id: 't' }, TODAY)).toMatchObject({ agent_id: '', team_id: 't' });
  });

  it('keeps its two ends in order', () => {
    const filters = filtersOf(at('?from=2026-10-01&until=2026-10-31'), TODAY);
    expect(changed(filters, { from: '2026-11-05' }, TODAY)).toMatchObject({
      period: 'custom',
      from: '2026-11-05',
      until: '2026-11-05',
    });
    expect(changed(filters, { until: '2026-09-05' }, TODAY)).toMatchObject({ from: '2026-09-05' });
  });
});

describe('the records behind a figure', () => {
  const filters = filtersOf(at('?period=last_month&team_id=t1'), TODAY);

  it('are those of the same filter', () => {
    expect(recordsPath(filters, { measure: 'lost_reason', key: 'r1' })).toBe(
      '/analytics/records?measure=lost_reason&key=r1&period=last_month&team_id=t1',
    );
    // A reason that nobody gave is a key too.
    expect(recordsPath(filters, { measure: 'lost_reason', key: '' })).toContain('&key=&');
  });

  it('may be those that have none of something', () =>
    expect(recordsPath(filters, { measure: 'won', without: 'source_id' })).toBe(
      '/analytics/records?measure=won&without=source_id&period=last_month&team_id=t1',
    ));

  it('may be of one agent and of one step alone', () => {
    const days = { from: '2026-10-05', until: '2026-10-11' };
    expect(recordsPath(filters, { measure: 'won', days, only: { agent_id: 'a1' } })).toBe(
      '/analytics/records?measure=won&from=2026-10-05&until=2026-10-11&agent_id=a1',
    );
  });
});

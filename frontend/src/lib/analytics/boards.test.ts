import { describe, expect, it } from 'vitest';
import { keptFilter, openingParams, type Board } from './boards';
import { filtersOf } from './filters';

const TODAY = '2026-11-30';
const at = (query: string) => filtersOf(new URL(`http://x/analytics${query}`), TODAY);
const board = (query: string) => ({ id: 'b1', filter: keptFilter(at(query)) }) as Board;
const opened = (query: string) => openingParams(board(query)).toString();

describe('a dashboard', () => {
  it('keeps a period by its name, so that it moves on with the days', () => {
    expect(keptFilter(at('?period=last_month'))).toMatchObject({ period: 'last_month' });
    expect(keptFilter(at('?period=last_month'))).not.toHaveProperty('from');
    expect(opened('?period=last_month&team_id=t1')).toBe('board=b1&period=last_month&team_id=t1');
  });

  it('keeps days that somebody chose as they are', () => {
    expect(keptFilter(at('?from=2026-10-01&until=2026-10-09'))).not.toHaveProperty('period');
    expect(opened('?from=2026-10-01&until=2026-10-09')).toBe(
      'board=b1&from=2026-10-01&until=2026-10-09',
    );
  });

  it('opens with this month when that was kept, or nothing', () => {
    expect(opened('')).toBe('board=b1');
    expect(openingParams({ id: 'b1', filter: {} } as Board).toString()).toBe('board=b1');
  });
});

import { describe, expect, it } from 'vitest';
import { filtersOf, isFiltered, queryOf, withFilters } from './filters';

const url = (query: string) => new URL(`http://x/visits/list${query}`);

describe('the list of visits', () => {
  it('has its view in the URL', () => {
    const filters = filtersOf(url('?status=done&agent=sara&from=2026-12-01&sort=day'));
    expect(queryOf(filters)).toEqual({
      status: 'done',
      agent_id: 'sara',
      from: '2026-12-01',
      sort: 'day',
      limit: 50,
    });
    expect(isFiltered(filters)).toBe(true);
  });

  it('does not ask for what nobody understands', () => {
    const filters = filtersOf(url('?status=gone&from=ieri&sort=name'));
    expect(queryOf(filters)).toEqual({ sort: '-day', limit: 50 });
    expect(isFiltered(filtersOf(url('?sort=day')))).toBe(false);
  });

  it('leaves the usual out of the URL', () => {
    expect(withFilters(url('?status=done&sort=day'), { status: '', sort: '-day' })).toBe(
      '/visits/list',
    );
    expect(withFilters(url('?status=done'), { place: 'p' })).toBe(
      '/visits/list?status=done&place=p',
    );
  });
});

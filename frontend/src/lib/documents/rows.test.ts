import { describe, expect, it } from 'vitest';
import { filtersOf, isFiltered, queryOf, withFilters } from './rows';

const url = (query: string) => new URL(`http://nexus/orders${query}`);

describe('filters of documents', () => {
  it('live in the address', () => {
    const filters = filtersOf(url('?q=rossi&status=shipped&mine=true'));
    expect(filters).toEqual({ q: 'rossi', status: 'shipped', mine: true });
    expect(isFiltered(filters)).toBe(true);
    expect(isFiltered(filtersOf(url('')))).toBe(false);
    expect(withFilters(url('?q=rossi&mine=true'), { q: '', status: 'approved' })).toBe(
      '/orders?mine=true&status=approved',
    );
    expect(withFilters(url('?mine=true'), { mine: false })).toBe('/orders');
  });

  it('ask only for what the server knows', () => {
    const known = ['approved', 'shipped'] as const;
    expect(queryOf(filtersOf(url('?status=eaten&mine=true&q=a')), known, 'me')).toEqual({
      q: 'a',
      owner_id: 'me',
    });
    expect(queryOf(filtersOf(url('?status=shipped')), known)).toEqual({ status: 'shipped' });
  });
});

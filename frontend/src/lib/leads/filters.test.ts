import { expect, test } from 'vitest';
import { filtersOf, isFiltered, shared, withFilters } from './filters';

const url = (query: string) => new URL(`http://x/leads${query}`);

test('the address holds the view, and what is usual is left out of it', () => {
  const filters = filtersOf(url('?view=board&status=new&sort=junk&late=true'));
  expect(filters).toMatchObject({
    view: 'board',
    status: 'new',
    sort: '-updated_at',
    late: 'true',
  });
  expect(withFilters(url('?view=board&q=x'), { view: 'list', q: '' })).toBe('/leads');
  expect(withFilters(url(''), { status: 'lost', sort: '-updated_at' })).toBe('/leads?status=lost');
});

test('view and sort are no filters', () => {
  expect(isFiltered(filtersOf(url('?view=board&sort=name')))).toBe(false);
  expect(isFiltered(filtersOf(url('?campaign_id=1')))).toBe(true);
  expect(shared(filtersOf(url('?campaign_id=1&status=new')))).toEqual({ campaign_id: '1' });
});

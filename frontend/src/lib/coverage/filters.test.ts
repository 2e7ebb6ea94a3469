import { expect, test } from 'vitest';
import { asked, behind, filtersOf, isFiltered, unfiltered, withFilters } from './filters';

const url = (query = '') => new URL(`https://crm.example/visits/coverage${query}`);

test('the URL holds the view, and what is as usual is not in it', () => {
  const shown = filtersOf(url('?view=map&by=province&standing=overdue&class=A'));
  expect(shown).toMatchObject({ view: 'map', by: 'province', standing: 'overdue', class: 'A' });
  expect(isFiltered(shown)).toBe(true);
  expect(asked(shown)).toEqual({ class: 'A', standing: 'overdue' });
  expect(withFilters(url('?view=map&class=A'), { view: 'figures', class: '' })).toBe(
    '/visits/coverage',
  );
  expect(unfiltered(url('?view=list&q=x&province=TO'))).toBe('/visits/coverage?view=list');
});

test('what nobody can mean is as usual', () => {
  expect(filtersOf(url('?view=x&by=y&colours=z&standing=fine'))).toMatchObject({
    view: 'figures',
    by: 'agent',
    colours: 'urgency',
    standing: '',
  });
});

test('a line of the figures leads to its shops', () => {
  expect(behind('agent', 'u1')).toEqual({ owner_id: 'u1' });
  expect(behind('class', 'A')).toEqual({ class: 'A' });
  expect(behind('province', 'TO')).toEqual({ province: 'TO' });
  expect(behind('territory', 't1')).toEqual({ territory_id: 't1' });
});

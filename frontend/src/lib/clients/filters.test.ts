import { describe, expect, it } from 'vitest';
import { filtersOf, isFiltered, withFilters } from './filters';

const at = (query: string) => new URL(`https://nexus.test/clients${query}`);

describe('the view in the URL', () => {
  it('is read back as it was written', () => {
    const path = withFilters(at(''), { q: 'bar è', province: 'MI', sort: '-updated_at' });
    expect(filtersOf(new URL(path, 'https://nexus.test'))).toMatchObject({
      q: 'bar è',
      province: 'MI',
      sort: '-updated_at',
    });
  });

  it('leaves out what is empty or usual', () => {
    expect(withFilters(at('?q=x&class=A'), { q: '', class: '', sort: 'name' })).toBe('/clients');
  });

  it('ignores a sort it does not know', () => {
    expect(filtersOf(at('?sort=password')).sort).toBe('name');
  });

  it('knows when it narrows the list', () => {
    expect(isFiltered(filtersOf(at('?sort=-name')))).toBe(false);
    expect(isFiltered(filtersOf(at('?archived=true')))).toBe(true);
  });
});

import { expect, test } from 'vitest';
import { changesTo, draftOf, filledIn } from './draft';
import type { Lead } from './requests';

test('a new lead says only what was filled in', () => {
  const draft = { ...draftOf(), company_name: ' Svapo ', phone: '', notes: '  ' };
  expect(filledIn(draft)).toEqual({ company_name: 'Svapo' });
});

test('a change names what differs, and clears what was emptied', () => {
  const lead = { company_name: 'Svapo', phone: '+39011', email: null } as unknown as Lead;
  const draft = { ...draftOf(lead), phone: '', notes: 'x' };
  expect(changesTo(lead, draft)).toEqual({ phone: null, notes: 'x' });
});

import { describe, expect, it } from 'vitest';
import { bodyOf, draftOf, TEXTS, type TextName } from './draft';
import type { Company } from './requests';

const nothing = Object.fromEntries(TEXTS.map((name) => [name, null])) as Record<TextName, null>;
const company: Company = {
  ...nothing,
  version: 3,
  updated_at: '2026-11-22T10:00:00Z',
  name: 'Fumo Lento S.r.l.',
  tax_regime: 'RF01',
  in_liquidation: false,
  share_capital_cents: 1_000_050,
  sole_shareholder: null,
  iban: 'IT60X0542811101000000123456',
};

describe('the company form', () => {
  it('gives back what it was given', () => {
    const body = bodyOf(draftOf(company));
    expect(body).toMatchObject({
      name: company.name,
      share_capital_cents: 1_000_050,
      sole_shareholder: null,
      iban: company.iban,
      pec: null,
    });
  });

  it('clears what was emptied and reads amounts as people write them', () => {
    const draft = { ...draftOf(company), iban: ' ', share_capital: '10.000,50 €' };
    expect(bodyOf(draft)).toMatchObject({ iban: null, share_capital_cents: 1_000_050 });
    expect(bodyOf({ ...draft, share_capital: 'x' }).share_capital_cents).toBeNaN();
  });
});

import { describe, expect, it } from 'vitest';
import { bodyOf, draftOf, faultsOf, filledIn } from './draft';

const draft = (changes = {}) => ({ ...draftOf(), name: 'Bar Roma', ...changes });
const codes = (changes: object) => faultsOf(draft(changes)).map((fault) => fault.code);

describe('a client being typed', () => {
  it('is sent with codes normalised and empty fields null', () => {
    const body = bodyOf(
      draft({ vat_number: 'IT 0074-3110157', tax_code: ' rssmra80a01h501u ', province: 'rm' }),
    );
    expect(body).toMatchObject({
      vat_number: '00743110157',
      tax_code: 'RSSMRA80A01H501U',
      province: 'RM',
      pec: null,
      employees: null,
    });
  });

  it('is created with nothing but what was filled in', () => {
    expect(Object.keys(filledIn(bodyOf(draft()))).sort()).toEqual([
      'country',
      'kind',
      'lifecycle',
      'name',
    ]);
  });

  it('needs no more than a name', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ name: ' ' })).toEqual(['name.required']);
  });

  it('is checked as the server checks it', () => {
    expect(codes({ vat_number: '00743110158' })).toEqual(['vat_number.check_digit']);
    expect(codes({ vat_number: '12345678903' })).toEqual([]);
    expect(codes({ vat_number: 'DE123456789', country: 'DE' })).toEqual([]);
    expect(codes({ sdi_code: 'XXXXXXX' })).toEqual(['sdi_code.foreign']);
    expect(codes({ annual_revenue_cents: 'tanto' })).toEqual(['amount.format']);
  });
});

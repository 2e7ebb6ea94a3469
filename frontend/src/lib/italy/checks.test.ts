import { describe, expect, it } from 'vitest';
import {
  capFault,
  emailFault,
  provinceFault,
  sdiCodeFault,
  taxCodeFault,
  vatFault,
} from './checks';

describe('P.IVA', () => {
  it.each([
    '00743110157',
    '12345670546',
    '12345670017',
    '12345671007',
    '12345671213',
    '76543219992',
    'IT 00743110157',
    '0074-3110:157',
  ])('accepts %s', (vat) => expect(vatFault(vat)).toBeNull());

  it.each([
    ['00743110158', 'check_digit'],
    ['00000000000', 'company'],
    ['12345678903', 'office'],
    ['12345671015', 'office'],
    ['1234567', 'length'],
    ['0074311015A', 'digits'],
  ])('refuses %s: %s', (vat, fault) => expect(vatFault(vat)).toBe(fault));
});

describe('codice fiscale', () => {
  it.each([
    'RCCMNL83S18D969H',
    'CNTCHR83T41D969D',
    'MRTMTT91D08F205J',
    'RSSMRA85T10A562S',
    'RSSMRA80A01H501U',
    'RSSMRA80A01H50MM',
    'RSSMRA80A01H5LMX',
    'RSSMRAULALMHRLMD',
    '00743110157',
    '12345678903',
    'rssmra80a01h501u',
  ])('accepts %s', (code) => expect(taxCodeFault(code)).toBeNull());

  it.each([
    ['RSSMRA80A01H501V', 'check_letter'],
    ['RSSMRAULALMHRLMA', 'check_letter'],
    ['RSSMRA80A01', 'format'],
    ['00743110158', 'check_digit'],
  ])('refuses %s: %s', (code, fault) => expect(taxCodeFault(code)).toBe(fault));

  it('refuses a date that never was', () => {
    // 30 February, with the check letter that belongs to it.
    const wrong = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) =>
      taxCodeFault(`RSSMRA80B30H501${letter}`),
    );
    expect(wrong.filter((fault) => fault === 'birth_date')).toHaveLength(1);
    expect(wrong).not.toContain(null);
  });
});

describe('other identity fields', () => {
  it('checks the SDI code', () => {
    expect(sdiCodeFault('0000000')).toBeNull();
    expect(sdiCodeFault('UFY9MH')).toBeNull();
    expect(sdiCodeFault('XXXXXXX')).toBe('foreign');
    expect(sdiCodeFault('XXXXXXX', 'DE')).toBeNull();
    expect(sdiCodeFault('12345')).toBe('format');
  });

  it('checks addresses', () => {
    expect(emailFault('acme@pec.it')).toBeNull();
    expect(emailFault('acme@pec')).toBe('format');
    expect(capFault('00184')).toBeNull();
    expect(capFault('184')).toBe('format');
    expect(provinceFault('rm')).toBeNull();
    expect(provinceFault('ROM')).toBe('format');
  });
});

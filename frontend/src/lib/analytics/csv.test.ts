import { expect, it } from 'vitest';
import { csvOf } from './csv';

it.each([
  ['plain', 'plain'],
  ['a;b', '"a;b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['-cmd', "'-cmd"],
  ['@x;y', '"\'@x;y"'],
  [12.5, '12,5'],
  [-3, '-3'],
])('%j is written as %j', (value, written) => {
  expect(csvOf(['H'], [[value]])).toBe(`\uFEFFH\r\n${written}\r\n`);
});

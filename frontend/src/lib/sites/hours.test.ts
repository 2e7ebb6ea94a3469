import { expect, test } from 'vitest';
import { hoursPatch, hoursText, readHours } from './hours';

test('hours are read however a shop writes them', () => {
  const split = [
    ['09:00', '12:30'],
    ['15:30', '19:30'],
  ];
  for (const text of [
    '9-12:30, 15:30-19:30',
    '09:00–12:30,15.30–19.30',
    '9 - 12.30 e 15.30 - 19.30',
    '9-12.30/15.30-19.30',
  ]) {
    expect(readHours(text), text).toEqual(split);
  }
  expect(readHours('')).toEqual([]);
  expect(readHours('8-24')).toEqual([['08:00', '24:00']]);
  expect(readHours(hoursText(split))).toEqual(split);
});

test('what no shop can have is refused', () => {
  for (const text of ['9', 'chiuso', '12-9', '9-12, 11-13', '9:75-12', '9-25', '9-9']) {
    expect(readHours(text), text).toBeUndefined();
  }
});

test('a patch names every day, closed ones cleared', () => {
  const texts = { mon: '9-12', tue: '', wed: '', thu: '', fri: '', sat: '', sun: '' };
  expect(hoursPatch(texts)).toEqual({
    mon: [['09:00', '12:00']],
    tue: null,
    wed: null,
    thu: null,
    fri: null,
    sat: null,
    sun: null,
  });
});

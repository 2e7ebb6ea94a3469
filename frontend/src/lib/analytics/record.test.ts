import { expect, it } from 'vitest';
import { recordPath, worthOf } from './record';

it.each([
  ['opportunity', null, '/opportunities/r'],
  ['order', 'c', '/orders/r'],
  ['lead', null, '/leads/r'],
  ['client', 'r', '/clients/r'],
  ['site', 'c', '/clients/c'],
  ['interaction', 'c', '/clients/c'],
  ['interaction', null, undefined],
  ['visit', 'c', '/visits/r'],
  ['tour', null, '/visits/tours/r'],
  ['task', null, '/tasks'],
  ['task', 'c', '/clients/c'],
  ['something_new', null, undefined],
])('a %s of client %s is at %s', (kind, client_id, path) => {
  expect(recordPath({ kind, id: 'r', client_id })).toBe(path);
});

it('money, days, minutes and metres are told apart', () => {
  const worths = ['won', 'close_days', 'visit_done', 'tour', 'tour_stops', 'lead', 'task_late'];
  expect(worths.map(worthOf)).toEqual([
    'money',
    'days',
    'minutes',
    'distance',
    'travel',
    'none',
    'none',
  ]);
});

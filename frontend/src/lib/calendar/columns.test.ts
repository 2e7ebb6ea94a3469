import { expect, test } from 'vitest';
import { agentsIn, columnsOf, initials } from './columns';
import type { Entry } from './entries';

const entry = (id: string, day: string, agent: string, name = agent) =>
  ({ id, day, agent, visit: { agent_name: name } }) as Entry;
const entries = [
  entry('1', '2026-12-01', 'a'),
  entry('2', '2026-12-01', 'b'),
  entry('3', '2026-12-02', 'a'),
];
const shape = (days: string[], agents: string[]) =>
  columnsOf(days, agents, entries).map(({ key, agent, entries }) => [
    key,
    agent,
    entries.map(({ id }) => id).join(),
  ]);

test('a day of several agents has them side by side, a week its days', () => {
  expect(shape(['2026-12-01'], ['a', 'b'])).toEqual([
    ['2026-12-01 a', 'a', '1'],
    ['2026-12-01 b', 'b', '2'],
  ]);
  expect(shape(['2026-12-01', '2026-12-02'], ['a', 'b'])).toEqual([
    ['2026-12-01', '', '1,2'],
    ['2026-12-02', '', '3'],
  ]);
  expect(shape(['2026-12-01'], ['a'])).toEqual([['2026-12-01', 'a', '1,2']]);
});

test('agents are named once, by name', () => {
  const found = agentsIn([
    entry('1', 'd', 'z', 'Anna'),
    entry('2', 'd', 'b', 'Bea'),
    entry('3', 'd', 'z', 'Anna'),
  ]);
  expect(found.map(({ name }) => name)).toEqual(['Anna', 'Bea']);
  expect(initials('Sara Maria Contarin')).toBe('SC');
  expect(initials('Sara')).toBe('S');
});

import type { Dashboard } from './requests';

/** Numbers that describe and do not count. */
const DESCRIBES = ['position', 'probability', 'target'];
const FRAME = ['change', 'as_of', 'period', 'previous_period'];

/** Whether nothing at all has been counted: a new company, or a month in which nothing has happened yet. */
export function isBare(dashboard: Partial<Dashboard>): boolean {
  return !says(
    Object.fromEntries(Object.entries(dashboard).filter(([name]) => !FRAME.includes(name))),
  );
}

/** Any count or sum that is not zero, however deep. */
function says(value: unknown): boolean {
  if (typeof value === 'number') return value !== 0;
  if (!value || typeof value !== 'object') return false;
  return Object.entries(value).some(([name, one]) => !DESCRIBES.includes(name) && says(one));
}

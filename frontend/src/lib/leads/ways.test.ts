import { describe, expect, it } from 'vitest';
import { wayInto } from './ways';

describe('the way of a lead over the board', () => {
  it('leads on, and by what each column means', () => {
    expect(wayInto('new', 'contacted')).toBe('contact');
    expect(wayInto('new', 'qualified')).toBe('qualify');
    expect(wayInto('contacted', 'qualified')).toBe('qualify');
    expect(wayInto('qualified', 'converted')).toBe('convert');
    expect(wayInto('new', 'lost')).toBe('lose');
    expect(wayInto('new', 'new')).toBe('stay');
  });

  it('never leads back, but a lost one is worked again', () => {
    expect(wayInto('qualified', 'contacted')).toBe('blocked');
    expect(wayInto('contacted', 'new')).toBe('blocked');
    expect(wayInto('converted', 'lost')).toBe('blocked');
    expect(wayInto('lost', 'converted')).toBe('blocked');
    expect(wayInto('lost', 'new')).toBe('reopen');
  });
});

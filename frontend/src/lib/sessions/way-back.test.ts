import { describe, expect, it } from 'vitest';
import { signInPath, wayBack } from './way-back';

const at = (path: string) => new URL(path, 'https://nexus.test');

describe('the way back after signing in', () => {
  it('leads to the page that was asked for', () => {
    const login = signInPath(at('/clients?q=rossi&class=A'));
    expect(wayBack(at(login))).toBe('/clients?q=rossi&class=A');
  });

  it.each(['https://evil.test', '//evil.test', '/\\evil.test', 'javascript:alert(1)'])(
    'never leads away: %s',
    (next) => expect(wayBack(at(`/login?next=${encodeURIComponent(next)}`))).toBe('/'),
  );
});

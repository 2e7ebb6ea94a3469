import { describe, expect, it, vi } from 'vitest';
import { Credentials } from './credentials';

const later = Math.floor(Date.now() / 1000) + 600;

function token(name: string, exp = later) {
  const claims = btoa(JSON.stringify({ exp, perm: ['clients:read:own'], name }));
  return `h.${claims}.s`;
}

function session(name: string, exp = later) {
  const user = { id: '1', name } as never;
  return { access_token: token(name, exp), token_type: 'Bearer', expires_in: 600, user };
}

function json(body: unknown, status = 200) {
  return new Response(JSON.stringify(body), { status });
}

/** A server that refuses the token `old` and renews to `new`. */
function server(refresh = () => json(session('new'))) {
  return vi.fn(async (input: Request | string) => {
    if (typeof input === 'string') return refresh();
    const authorization = input.headers.get('Authorization');
    return authorization === `Bearer ${token('new')}`
      ? json({ body: await input.text() })
      : json({}, 401);
  });
}

function requestsOf(send: ReturnType<typeof server>) {
  return send.mock.calls.map(([input]) => (typeof input === 'string' ? 'refresh' : 'request'));
}

const alone = (work: () => Promise<Response>) => work();
const request = () => new Request('http://nexus.test/x', { method: 'POST', body: 'sent' });

describe('credentials', () => {
  it('renews a refused token once and sends the same body again', async () => {
    const send = server();
    const credentials = new Credentials(send, alone);
    credentials.accept(session('old'));
    const response = await credentials.fetch(request());
    expect(await response.json()).toEqual({ body: 'sent' });
    expect(requestsOf(send)).toEqual(['request', 'refresh', 'request']);
  });

  it('renews once for requests refused at the same time', async () => {
    const send = server();
    const credentials = new Credentials(send, alone);
    credentials.accept(session('old'));
    const responses = await Promise.all([1, 2, 3].map(() => credentials.fetch(request())));
    expect(responses.map((response) => response.status)).toEqual([200, 200, 200]);
    expect(requestsOf(send).filter((kind) => kind === 'refresh')).toHaveLength(1);
  });

  it('renews a token about to end before using it', async () => {
    const send = server();
    const credentials = new Credentials(send, alone);
    credentials.accept(session('old', Math.floor(Date.now() / 1000) + 5));
    await credentials.fetch(request());
    expect(requestsOf(send)).toEqual(['refresh', 'request']);
  });

  it('answers the 401 and forgets the session when it cannot be renewed', async () => {
    const send = server(() => json({ type: '/problems/session-ended' }, 401));
    const credentials = new Credentials(send, alone);
    credentials.accept(session('old'));
    const changes: unknown[] = [];
    credentials.onChange = (answer) => changes.push(answer);
    expect((await credentials.fetch(request())).status).toBe(401);
    expect(changes).toEqual([null]);
    expect(credentials.permissions).toEqual([]);
  });

  it('keeps the session when the server cannot be reached', async () => {
    const send = server(() => json({}, 503));
    const credentials = new Credentials(send, alone);
    credentials.accept(session('old'));
    await expect(credentials.fetch(request())).rejects.toMatchObject({ status: 503 });
    expect(credentials.permissions).toEqual(['clients:read:own']);
  });

  it('does not try to renew a request sent without a token', async () => {
    const send = server();
    await new Credentials(send, alone).fetch(request());
    expect(requestsOf(send)).toEqual(['request']);
  });

  it('lets a sign-out win over a renewal under way', async () => {
    let answer = (_: Response) => {};
    const send = vi.fn(() => new Promise<Response>((resolve) => (answer = resolve)));
    const credentials = new Credentials(send, alone);
    credentials.accept(session('old'));
    const renewal = credentials.renew();
    await vi.waitFor(() => expect(send).toHaveBeenCalled());
    credentials.forget();
    answer(json(session('new')));
    await renewal;
    expect(credentials.permissions).toEqual([]);
  });
});

import createClient from 'openapi-fetch';
import type { components, paths } from './schema';
import { Credentials } from './credentials';
import { Problem } from './problem';
import { notice } from './trouble';

export type Schemas = components['schemas'];

export const credentials = new Credentials();
export const api = createClient<paths>({ baseUrl: '', fetch: credentials.fetch });

/** The data of a successful answer; anything else is thrown as a {@link Problem}. */
export async function ask<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call.catch((thrown) => {
    const problem = Problem.from(thrown);
    notice(problem.status);
    throw problem;
  });
  notice(response.status);
  if (!response.ok) {
    throw new Problem(response.status, typeof error === 'object' && error ? error : {});
  }
  return data as T;
}

/** The precondition of a change: nobody else has changed the record since. */
export function ifMatch(record: { version: number }) {
  return { 'If-Match': `"${record.version}"` };
}

/** A key that lets a POST be sent again without doing its work twice. */
export function once(key: string) {
  return { headers: { 'Idempotency-Key': key } };
}

/** A UUIDv7: records get their id here, so that a repeated create finds itself. */
export function newId(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(now / 2 ** 16));
  view.setUint16(4, now % 2 ** 16);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

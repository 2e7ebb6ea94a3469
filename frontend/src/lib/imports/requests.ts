import { api, ask, credentials, ifMatch, type Schemas } from '$lib/api/client';
import { Problem } from '$lib/api/problem';

export type Import = Schemas['ImportView'];
export type Options = Import['options'];
export type Kind = Import['kind'];
export type Row = Schemas['ImportRow'];

/** In the order in which files refer to each other. */
export const KINDS: Kind[] = ['products', 'users', 'clients', 'opportunities', 'leads'];

const one = (id: string) => ({ params: { path: { id } } });

export function uploadImport(kind: Kind, file: File): Promise<Import> {
  const form = new FormData();
  form.append('kind', kind);
  form.append('file', file);
  return ask(
    api.POST('/api/v1/imports', {
      body: form as unknown as { file: string; kind: Kind },
      bodySerializer: (body) => body as unknown as FormData,
    }),
  );
}

export function pageOfImports(cursor?: string) {
  const query = { limit: 20, ...(cursor ? { cursor } : {}) };
  return ask(api.GET('/api/v1/imports', { params: { query } }));
}

export function readImport(id: string): Promise<Import> {
  return ask(api.GET('/api/v1/imports/{id}', one(id)));
}

export function changeImport(found: Import, body: Schemas['ImportChanges']): Promise<Import> {
  const params = { path: { id: found.id }, header: ifMatch(found) };
  return ask(api.PATCH('/api/v1/imports/{id}', { params, body }));
}

export async function checkImport(id: string): Promise<void> {
  await ask(api.POST('/api/v1/imports/{id}/check', one(id)));
}

export async function runImport(id: string): Promise<void> {
  await ask(api.POST('/api/v1/imports/{id}/run', one(id)));
}

export async function removeImport(found: Import): Promise<void> {
  const params = { path: { id: found.id }, header: ifMatch(found) };
  await ask(api.DELETE('/api/v1/imports/{id}', { params }));
}

/** A page of the rows that ended one way; the line in the file stands for an id. */
export async function pageOfRows(
  id: string,
  outcome: 'failed' | 'warned' | 'skipped',
  cursor?: string,
) {
  const query = { outcome, limit: 50, ...(cursor ? { cursor } : {}) } as const;
  const params = { path: { id }, query };
  const page = await ask(api.GET('/api/v1/imports/{id}/rows', { params }));
  return { ...page, items: page.items.map((row) => ({ ...row, id: String(row.line) })) };
}

/** The report needs the access token, so it is read here and handed over as a file. */
export async function downloadReport(found: Import): Promise<void> {
  const request = new Request(`/api/v1/imports/${found.id}/report.csv`);
  const response = await credentials.fetch(request);
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = found.filename.replace(/(\.csv)?$/i, '-report.csv');
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

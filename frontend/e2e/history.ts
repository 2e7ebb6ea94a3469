import { expect, type APIRequestContext } from '@playwright/test';
import { admin } from './people';

/** A deal that began and ended before today, as an old system knows it. */
export interface OldDeal {
  name: string;
  client: string;
  /** An outcome, or a place among the pipeline's open stages. */
  stage: 'won' | 'lost' | number;
  euro: number;
  openedOn: string;
  closedOn?: string;
  reason?: string;
}

interface Stage {
  id: string;
  name: string;
  outcome: 'open' | 'won' | 'lost';
}

interface Pipeline {
  id: string;
  stages: Stage[];
}

interface Import {
  version: number;
  status: string;
  counts: unknown;
  error?: string | null;
}

/** Brings old deals in through an import, all of one owner: they keep their own days. Says into which pipeline. */
export async function bringHistory(
  request: APIRequestContext,
  owner: string,
  deals: OldDeal[],
): Promise<{ pipeline: string }> {
  const { email, password } = admin;
  const login = await request.post('/api/v1/auth/login', { data: { email, password } });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async <T>(method: string, path: string, more: object = {}): Promise<T> => {
    const answer = await request.fetch(`/api/v1${path}`, { method, headers, ...more });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBeTruthy();
    return (await answer.json().catch(() => undefined)) as T;
  };

  const { items } = await ask<{ items: Pipeline[] }>('GET', '/pipelines');
  const pipeline = items.find(({ stages }) => open(stages).length > 3) ?? items[0]!;
  const buffer = Buffer.from(csv(deals, pipeline.stages));
  const file = { name: 'storico.csv', mimeType: 'text/csv', buffer };
  const { id } = await ask<{ id: string }>('POST', '/imports', {
    multipart: { kind: 'opportunities', file },
  });
  const until = async (status: string) => {
    await expect
      .poll(async () => (await ask<Import>('GET', `/imports/${id}`)).status, { timeout: 60_000 })
      .toBe(status);
  };
  await until('ready');
  // The file's stages were guessed for whichever pipeline comes first.
  const stage_mapping = Object.fromEntries(pipeline.stages.map(({ name, id }) => [name, id]));
  const options = {
    pipeline_id: pipeline.id,
    stage_mapping,
    owner_id: owner,
    create_missing_clients: true,
  };
  await ask('PATCH', `/imports/${id}`, {
    data: { options },
    headers: { ...headers, 'If-Match': '*' },
  });
  await ask('POST', `/imports/${id}/check`);
  await until('checked');
  await ask('POST', `/imports/${id}/run`);
  await until('done');
  return { pipeline: pipeline.id };
}

const open = (stages: Stage[]) => stages.filter(({ outcome }) => outcome === 'open');

function csv(deals: OldDeal[], stages: Stage[]): string {
  const named = (stage: OldDeal['stage']) =>
    typeof stage === 'number'
      ? open(stages)[stage]?.name
      : stages.find(({ outcome }) => outcome === stage)?.name;
  const lines = deals.map(({ name, client, stage, euro, openedOn, closedOn, reason }) =>
    [name, client, named(stage), euro, openedOn, closedOn ?? '', reason ?? ''].join(';'),
  );
  const heads = 'name;client;stage;amount;opened on;closed on;lost reason';
  return [heads, ...lines].join('\n');
}

import { api, ask, once, type Schemas } from '$lib/api/client';

export type Interaction = Schemas['InteractionView'];
export type NewInteraction = Schemas['NewInteraction'];

export const KINDS = ['note', 'call', 'meeting', 'visit', 'email'] as const;
export type Kind = (typeof KINDS)[number];

/** Whose story it is. */
export type About = { client_id: string } | { opportunity_id: string } | { lead_id: string };

export function pageOfInteractions(about: About, kind: string, cursor?: string) {
  const query = { ...about, limit: 30, ...(kind ? { kind } : {}), ...(cursor ? { cursor } : {}) };
  return ask(api.GET('/api/v1/interactions', { params: { query } }));
}

export function createInteraction(body: NewInteraction & { id: string }): Promise<Interaction> {
  return ask(api.POST('/api/v1/interactions', { body, ...once(body.id) }));
}

/** Who and what a details object of the system's entries tells about. */
export interface Details {
  opportunity_id?: string;
  opportunity_name?: string;
  from_name?: string;
  to_name?: string;
  reason?: string;
  owner_name?: string;
  lead_name?: string;
  rule?: string;
}

export function detailsOf(entry: Interaction): Details {
  return typeof entry.details === 'object' && entry.details !== null ? entry.details : {};
}

import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';

export type Plan = Schemas['Plan'];
export type PlanOutcome = Schemas['PlanOutcome'];
export type PlannedTour = PlanOutcome['tours'][number];
export type PlannedStop = PlannedTour['stops'][number];
export type LeftOut = PlanOutcome['left_out'][number];
export type DayOff = PlanOutcome['days_off'][number];
export type Remedy = NonNullable<LeftOut['remedies']>[number];
export type TourDraft = Schemas['TourDraft'];
export type PlanLine = Schemas['PlanLine'];
export type Accepted = Schemas['Accepted'];

/** What to plan. */
export interface Wanted {
  from: string;
  until: string;
  agent_ids: string[];
  not_due: boolean;
}

const WAIT_S = 15;

/** `id` is chosen once per press: sent twice, it is one plan. */
export function startPlan(id: string, wanted: Wanted): Promise<Plan> {
  const body = { id, ...wanted } as Schemas['NewPlan'];
  return ask(api.POST('/api/v1/plans', { body, ...once(id) }));
}

/** How far it is; with `wait` the answer comes when it is made, or after some seconds. */
export function readPlan(id: string, wait = false): Promise<Plan> {
  const params = { path: { id }, query: wait ? { wait: WAIT_S } : {} };
  return ask(api.GET('/api/v1/plans/{id}', { params }));
}

export function cancelPlan(id: string): Promise<Plan> {
  const params = { path: { id } };
  return ask(api.POST('/api/v1/plans/{id}/cancel', { params, ...once(newId()) }));
}

/** These tours are to have these stops; their times follow. */
export function changePlan(plan: Plan, tours: TourDraft[]): Promise<Plan> {
  const params = { path: { id: plan.id }, header: ifMatch(plan) };
  return ask(api.PATCH('/api/v1/plans/{id}', { params, body: { tours } }));
}

/** One's own last plans, the newest first. */
export async function lastPlans(): Promise<PlanLine[]> {
  return (await ask(api.GET('/api/v1/plans'))).items;
}

/** Takes these days into the diary, all or none of them; the others can be accepted later. */
export function acceptPlan(plan: Plan, days: string[]): Promise<Accepted> {
  const params = { path: { id: plan.id }, header: { ...ifMatch(plan), ...once(newId()).headers } };
  return ask(
    api.POST('/api/v1/plans/{id}/accept', { params, body: { days } as Schemas['PlanAcceptance'] }),
  );
}

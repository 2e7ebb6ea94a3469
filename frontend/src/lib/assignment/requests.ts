import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';

export type Rule = Schemas['AssignmentRule'];
export type RuleBody = Partial<Schemas['RuleFields']>;
export type Method = Rule['method'];
export const METHODS: Method[] = ['round_robin', 'least_busy', 'territory'];

export async function readRules(): Promise<Rule[]> {
  return (await ask(api.GET('/api/v1/assignment-rules'))).items;
}

export function createRule(id: string, fields: RuleBody): Promise<Rule> {
  const body = { id, ...fields } as Schemas['NewAssignmentRule'];
  return ask(api.POST('/api/v1/assignment-rules', { body, ...once(id) }));
}

export function changeRule(rule: Rule, fields: RuleBody): Promise<Rule> {
  const params = { path: { id: rule.id }, header: ifMatch(rule) };
  return ask(
    api.PATCH('/api/v1/assignment-rules/{id}', { params, body: fields as Schemas['RuleFields'] }),
  );
}

export function archiveRule(rule: Rule): Promise<unknown> {
  const params = { path: { id: rule.id }, header: ifMatch(rule) };
  return ask(api.DELETE('/api/v1/assignment-rules/{id}', { params }));
}

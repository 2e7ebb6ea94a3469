import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Task = Schemas['TaskView'];
export type TaskDay = Schemas['TaskDay'];
export type TaskBody = Partial<Schemas['NewTask']>;
export type RecordKind = NonNullable<Task['record_kind']>;
export type Priority = NonNullable<Task['priority']>;
export const PRIORITIES: Priority[] = ['low', 'normal', 'high'];

/** What a task is about. */
export interface Subject {
  record_kind: RecordKind;
  record_id: string;
}

type Query = NonNullable<paths['/api/v1/tasks']['get']['parameters']['query']>;
const seen = (task: { id: string; version: number }) => ({
  params: { path: { id: task.id } },
  headers: ifMatch(task),
});

export function pageOfTasks(query: Query) {
  return ask(api.GET('/api/v1/tasks', { params: { query } }));
}

export function readDay(assigneeId?: string): Promise<TaskDay> {
  const query = assigneeId ? { assignee_id: assigneeId } : {};
  return ask(api.GET('/api/v1/tasks/day', { params: { query } }));
}

export function createTask(task: TaskBody & { id: string }): Promise<Task> {
  return ask(api.POST('/api/v1/tasks', { body: task as Schemas['NewTask'], ...once(task.id) }));
}

export function changeTask(
  task: { id: string; version: number },
  changes: TaskBody,
): Promise<Task> {
  const params = { path: { id: task.id }, header: ifMatch(task) };
  const body = changes as Schemas['TaskPatch'];
  return ask(api.PATCH('/api/v1/tasks/{id}', { params, body }));
}

export function finishTask(task: { id: string; version: number }, note: string): Promise<Task> {
  const body = note.trim() ? { note: note.trim() } : {};
  return ask(api.POST('/api/v1/tasks/{id}/done', { ...seen(task), body }));
}

export function cancelTask(task: { id: string; version: number }): Promise<Task> {
  return ask(api.POST('/api/v1/tasks/{id}/cancel', seen(task)));
}

export function reopenTask(task: { id: string; version: number }): Promise<Task> {
  return ask(api.POST('/api/v1/tasks/{id}/reopen', seen(task)));
}

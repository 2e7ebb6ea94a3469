import { api, ask, type Schemas } from '$lib/api/client';

export type Feed = Schemas['CalendarFeed'];

export function readFeed(): Promise<Feed> {
  return ask(api.GET('/api/v1/calendar/feed'));
}

/** A new address; the one before, if there was one, leads nowhere from now on. */
export function makeFeed(): Promise<Feed> {
  return ask(api.POST('/api/v1/calendar/feed'));
}

export function revokeFeed(): Promise<unknown> {
  return ask(api.DELETE('/api/v1/calendar/feed'));
}

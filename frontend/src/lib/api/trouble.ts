type Listener = () => void;

const listeners = new Set<Listener>();
const GATEWAY_GAVE_UP = [502, 503, 504];

/** Told of every answer: one that says a part of the system is not there wakes whoever listens. */
export function notice(status: number): void {
  if (GATEWAY_GAVE_UP.includes(status)) for (const listener of listeners) listener();
}

/** Calls back whenever a part of the system did not answer. Returns what ends it. */
export function onTrouble(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

import type { components } from './schema';

export type FieldProblem = Partial<Pick<components['schemas']['FieldError'], 'code'>> &
  Omit<components['schemas']['FieldError'], 'code'>;

interface ProblemBody {
  type?: string;
  title?: string;
  detail?: string | null;
  errors?: FieldProblem[] | null;
  current?: unknown;
  trace_id?: string | null;
}

/** An answer that is not a success, or no answer at all (status 0). */
export class Problem extends Error {
  /** The last part of the problem's `type`, e.g. `stale`; `offline` when nothing answered. */
  readonly slug: string;
  readonly status: number;
  readonly detail: string;
  readonly fields: FieldProblem[];
  /** The record as it is now, when the answer was 412. */
  readonly current: unknown;
  readonly traceId: string | null;

  constructor(status: number, body: ProblemBody = {}) {
    super(body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.slug = body.type?.split('/').pop() || slugOf(status);
    this.detail = body.detail ?? '';
    this.fields = body.errors ?? [];
    this.current = body.current;
    this.traceId = body.trace_id ?? null;
  }

  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    // fetch rejects with a TypeError when no answer came.
    if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message)) {
      return new Problem(0);
    }
    console.error(thrown);
    return new Problem(500, { type: 'internal' });
  }
}

function slugOf(status: number): string {
  switch (status) {
    case 0:
      return 'offline';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 412:
      return 'stale';
    case 429:
      return 'too-many-requests';
    case 502:
    case 503:
    case 504:
      return 'unavailable';
    default:
      return 'internal';
  }
}

/** The field problems by their field's path without the leading slash, e.g. `vat_number`. */
export function byField(problems: FieldProblem[]): Record<string, FieldProblem> {
  return Object.fromEntries(problems.map((problem) => [problem.pointer.slice(1), problem]));
}

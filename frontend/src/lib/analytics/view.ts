import { recordsPath, type Behind, type Filters } from './filters';
import type { Dashboard } from './requests';

/** What a tile is shown in. */
export interface View {
  filters: Filters;
  dashboard: Dashboard;
  /** The records behind a figure. */
  behind: (what: Behind) => string;
}

export function viewOf(filters: Filters, dashboard: Dashboard): View {
  return { filters, dashboard, behind: (what) => recordsPath(filters, what) };
}

import type { LeadStatus } from './requests';

/** What takes a lead from one column of the board to another. */
export type Way = 'stay' | 'contact' | 'qualify' | 'convert' | 'lose' | 'reopen' | 'blocked';

const OPEN: LeadStatus[] = ['new', 'contacted', 'qualified'];

/** A lead goes on, never back; a lost one is worked again where it was. */
export function wayInto(from: LeadStatus, to: LeadStatus): Way {
  if (from === to) return 'stay';
  if (from === 'lost') return OPEN.includes(to) ? 'reopen' : 'blocked';
  if (!OPEN.includes(from)) return 'blocked';
  if (to === 'lost') return 'lose';
  if (to === 'converted') return 'convert';
  if (OPEN.indexOf(to) < OPEN.indexOf(from)) return 'blocked';
  return to === 'contacted' ? 'contact' : 'qualify';
}

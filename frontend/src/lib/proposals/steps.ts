import type { Proposal } from './requests';

/** What can be done with a proposal. */
export type Step =
  'send' | 'request' | 'accept' | 'refuse' | 'withdraw' | 'edit' | 'archive' | 'duplicate' | 'pdf';

type Standing = Pick<Proposal, 'status' | 'sent_version' | 'archived_at'> & {
  content: Pick<
    Proposal['content'],
    'status' | 'needs_approval' | 'approved_hash' | 'content_hash' | 'waiting'
  >;
};

/** Somebody has to look before it can be sent. */
export const isHeld = ({ content }: Pick<Standing, 'content'>) =>
  content.needs_approval.length > 0 && content.approved_hash !== content.content_hash;

/** What is open to whoever may write it; the server has the last word. */
export function stepsOf(proposal: Standing): Step[] {
  if (proposal.archived_at) return ['duplicate'];
  const steps: Step[] = ['duplicate'];
  const { content } = proposal;
  if (content.status === 'draft') {
    if (!isHeld(proposal)) steps.push('send');
    else if (!content.waiting) steps.push('request');
    if (!proposal.sent_version) steps.push('archive');
  } else if (
    content.status === 'sent' ||
    content.status === 'refused' ||
    content.status === 'expired'
  ) {
    steps.push('edit');
  }
  if (proposal.sent_version && proposal.status !== 'accepted') {
    steps.push('accept', 'refuse', 'withdraw');
  }
  return steps;
}

import { describe, expect, it } from 'vitest';
import { stepsOf } from './steps';

const content = {
  status: 'draft' as const,
  needs_approval: [] as { code: string; detail: string }[],
  approved_hash: null as string | null,
  content_hash: 'a',
  waiting: false,
};
const draft = { status: 'draft' as const, sent_version: null, archived_at: null, content };
const held = { ...content, needs_approval: [{ code: 'amount', detail: '' }] };

describe('the steps of a proposal', () => {
  it('a draft is sent or put away', () => {
    expect(stepsOf(draft)).toEqual(['duplicate', 'send', 'archive']);
  });

  it('one beyond a limit asks first, once, and a yes holds for its content alone', () => {
    expect(stepsOf({ ...draft, content: held })).toContain('request');
    expect(stepsOf({ ...draft, content: { ...held, waiting: true } })).not.toContain('request');
    expect(stepsOf({ ...draft, content: { ...held, approved_hash: 'a' } })).toContain('send');
    expect(stepsOf({ ...draft, content: { ...held, approved_hash: 'b' } })).not.toContain('send');
  });

  it('what the client has is answered, taken back, or followed by a version', () => {
    const sent = { ...draft, status: 'sent' as const, sent_version: 1 };
    const steps = stepsOf({ ...sent, content: { ...content, status: 'sent' as const } });
    expect(steps).toEqual(['duplicate', 'edit', 'accept', 'refuse', 'withdraw']);
    // The next draft is being written while the client still has the version before.
    expect(stepsOf({ ...sent, status: 'draft' })).toEqual([
      'duplicate',
      'send',
      'accept',
      'refuse',
      'withdraw',
    ]);
  });

  it('an answer stands', () => {
    const accepted = { ...draft, status: 'accepted' as const, sent_version: 1 };
    expect(stepsOf({ ...accepted, content: { ...content, status: 'accepted' as const } })).toEqual([
      'duplicate',
    ]);
  });
});

interface Amount {
  count: number;
  cents: number;
}

interface Funnel {
  began: Amount;
  won: Amount;
  steps: { stage_id: string; name: string; reached: Amount }[];
}

export interface FunnelLine {
  /** A stage's id, `began` or `won`. */
  key: string;
  name: string;
  count: number;
  cents: number;
  /** Of all that began. */
  share: number | null;
  /** Of those before. */
  conversion: number | null;
  /** Lost on the way to the next line. */
  dropped: number;
  droppedShare: number | null;
}

/** From the beginning to what was won; a first stage that all are in is the beginning itself. */
export function funnelRows(funnel: Funnel, names: { began: string; won: string }): FunnelLine[] {
  const { began, won, steps } = funnel;
  const allInFirst = steps[0]?.reached.count === began.count;
  const lines = [
    ...(allInFirst ? [] : [{ key: 'began', name: names.began, amount: began }]),
    ...steps.map(({ stage_id, name, reached }) => ({ key: stage_id, name, amount: reached })),
    { key: 'won', name: names.won, amount: won },
  ];
  const part = (of: number, whole: number) => (whole > 0 ? of / whole : null);
  return lines.map(({ key, name, amount }, at) => {
    const next = lines[at + 1]?.amount.count ?? amount.count;
    const before = lines[at - 1]?.amount.count;
    return {
      key,
      name,
      ...amount,
      share: part(amount.count, began.count),
      conversion: before === undefined ? null : part(amount.count, before),
      dropped: amount.count - next,
      droppedShare: part(amount.count - next, amount.count),
    };
  });
}

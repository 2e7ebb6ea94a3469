import { t } from '$lib/i18n/index.svelte';
import { labelOfId } from './labels.svelte';
import type { Dashboard } from './requests';
import type { TileName } from './tiles';

/** The tiles that know what a measure's key is called. */
export function tilesNaming(measure: string): TileName[] {
  if (['open', 'open_since', 'expected', 'forecast'].includes(measure)) return ['pipeline'];
  if (measure === 'funnel') return ['funnel'];
  if (measure === 'stage_days') return ['stage_times'];
  if (measure === 'lost_reason') return ['lost_reasons'];
  if (measure === 'ordered_product') return ['products'];
  return [];
}

/** What a measure's key is called: a stage, a reason, a status. */
export function keyName(measure: string, key: string, dashboard?: Dashboard): string | undefined {
  const words = t().analytics;
  switch (measure) {
    case 'activity':
      return words.kinds[key];
    case 'lead_status':
      return words.leadStatus[key];
    case 'phase':
    case 'phase_entered':
      return words.phase[key];
    case 'segment':
      return words.segment[key];
    case 'churn':
      return words.risk[key];
    case 'lost_reason':
      if (key === '') return words.noReason;
      return reasonName(key, dashboard) || labelOfId(key);
    case 'ordered_product':
      return dashboard?.products?.lines.find((one) => one.key === key)?.name ?? undefined;
    default:
      return stages(dashboard).find((one) => one.stage_id === key)?.name;
  }
}

const stages = (dashboard?: Dashboard) => [
  ...(dashboard?.pipeline?.pipelines.flatMap((one) => one.stages) ?? []),
  ...(dashboard?.funnel?.pipelines.flatMap((one) => one.steps) ?? []),
  ...(dashboard?.stage_times?.stages ?? []),
];

const reasonName = (key: string, dashboard?: Dashboard) =>
  dashboard?.lost_reasons?.reasons.find((one) => one.reason_id === key)?.name;

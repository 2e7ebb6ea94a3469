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
      if (key === FREE_TEXT) return words.records.without.product_id;
      return dashboard?.products?.lines.find((one) => one.key === key)?.name ?? undefined;
    case 'funnel':
      return funnelName(key, dashboard);
    default:
      return stages(dashboard).find((one) => one.stage_id === key)?.name;
  }
}

/** What was ordered freely stands under a product of zeros. */
export const FREE_TEXT = '00000000-0000-0000-0000-000000000000';

/** A stage, a pipeline, or `{pipeline}:won`. */
function funnelName(key: string, dashboard?: Dashboard): string | undefined {
  const [id, won] = key.split(':');
  const pipeline = dashboard?.funnel?.pipelines.find(({ pipeline_id }) => pipeline_id === id);
  const name = pipeline?.name ?? stages(dashboard).find(({ stage_id }) => stage_id === id)?.name;
  return won ? [name, t().analytics.wonAll].filter(Boolean).join(', ') : name;
}

const stages = (dashboard?: Dashboard) => [
  ...(dashboard?.pipeline?.pipelines.flatMap((one) => one.stages) ?? []),
  ...(dashboard?.funnel?.pipelines.flatMap((one) => one.steps) ?? []),
  ...(dashboard?.stage_times?.stages ?? []),
];

const reasonName = (key: string, dashboard?: Dashboard) =>
  dashboard?.lost_reasons?.reasons.find((one) => one.reason_id === key)?.name;

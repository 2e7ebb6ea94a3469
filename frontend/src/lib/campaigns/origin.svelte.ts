import { Remote } from '$lib/api/remote.svelte';
import { readCampaigns, readSources, type Campaign, type Source } from './requests';

const sources = new Remote<Source[]>();
const campaigns = new Remote<Campaign[]>();
let asked = false;

/** Sources and campaigns, for choices; read once, and again after somebody changed them. */
export const origins = {
  get sources(): Source[] {
    ask();
    return sources.value ?? [];
  },
  get campaigns(): Campaign[] {
    ask();
    return campaigns.value ?? [];
  },
  refresh() {
    asked = true;
    void sources.load(readSources);
    void campaigns.load(readCampaigns);
  },
};

function ask() {
  if (!asked) origins.refresh();
}

const KEY = 'nexus.lead_origin';

export interface Origin {
  source_id: string;
  campaign_id: string;
}

/** Where the last lead entered on this device came from: at a fair, the next one comes from there too. */
export function lastOrigin(): Origin {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Origin>;
    return { source_id: kept.source_id ?? '', campaign_id: kept.campaign_id ?? '' };
  } catch {
    return { source_id: '', campaign_id: '' };
  }
}

export function keepOrigin(origin: Origin): void {
  const { source_id, campaign_id } = origin;
  sessionStorage.setItem(KEY, JSON.stringify({ source_id, campaign_id }));
}

import { readCampaigns, readSources, type Campaign, type Source } from './requests';

let sources = $state.raw<Source[]>([]);
let campaigns = $state.raw<Campaign[]>([]);
let asked = false;

/** Sources and campaigns, for choices; read once, and again after somebody changed them. Empty until they have come. */
export const origins = {
  get sources(): Source[] {
    ask();
    return sources;
  },
  get campaigns(): Campaign[] {
    ask();
    return campaigns;
  },
  refresh() {
    asked = true;
    void load();
  },
};

function ask() {
  if (!asked) origins.refresh();
}

async function load() {
  try {
    [sources, campaigns] = await Promise.all([readSources(), readCampaigns()]);
  } catch {
    asked = false;
  }
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

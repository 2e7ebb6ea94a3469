-- Sums of everybody beside those of each owner, by day where it was by month: the service counts everything anew, and
-- answers no figures until it has.
ALTER TABLE changes ADD COLUMN recount boolean NOT NULL DEFAULT false;
UPDATE changes SET recount = EXISTS (SELECT FROM counts) OR EXISTS (SELECT FROM count_deltas);

CREATE INDEX deals_since ON deals (((stage_entered_at AT TIME ZONE 'Europe/Rome')::date))
    WHERE status = 'open' AND NOT archived;
CREATE INDEX deals_province_closed ON deals (province, closed_on) WHERE closed_on IS NOT NULL;
CREATE INDEX deals_product_closed ON deals (product_id, closed_on) WHERE closed_on IS NOT NULL;
CREATE INDEX deals_source_closed ON deals (source_id, closed_on) WHERE closed_on IS NOT NULL;

-- What filters ask of a deal stands beside what is derived of it, which is derived anew with every change of the deal
-- and of its client.
ALTER TABLE passages ADD COLUMN owner_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN province text NOT NULL DEFAULT '', ADD COLUMN product_id uuid, ADD COLUMN source_id uuid;
UPDATE passages p SET owner_id = d.owner_id, province = d.province, product_id = d.product_id, source_id = d.source_id
FROM deals d WHERE d.id = p.deal_id;
CREATE INDEX passages_owner ON passages (owner_id, left_on);
CREATE INDEX passages_province ON passages (province, left_on);
CREATE INDEX passages_product ON passages (product_id, left_on);
CREATE INDEX passages_source ON passages (source_id, left_on);
ALTER TABLE forecasts ADD COLUMN owner_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN province text NOT NULL DEFAULT '', ADD COLUMN product_id uuid, ADD COLUMN source_id uuid;
UPDATE forecasts f SET owner_id = d.owner_id, province = d.province, product_id = d.product_id, source_id = d.source_id
FROM deals d WHERE d.id = f.deal_id;

-- Who entered a phase in a period, and what people did, by kind.
CREATE INDEX clients_created ON clients (created_on);
CREATE INDEX clients_considered ON clients (considered_on);
CREATE INDEX clients_decided ON clients (decided_on) WHERE decided_on IS NOT NULL;
CREATE INDEX clients_activated ON clients (activated_on) WHERE activated_on IS NOT NULL;
CREATE INDEX clients_retained ON clients (retained_on) WHERE retained_on IS NOT NULL;
CREATE INDEX clients_loyal ON clients (loyal_on) WHERE loyal_on IS NOT NULL;
DROP INDEX activities_owner;
CREATE INDEX activities_owner ON activities (owner_id, day) INCLUDE (kind);

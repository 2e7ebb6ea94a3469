DELETE FROM lost_reasons WHERE id IN ('019aab00-0000-7000-8000-000000000041', '019aab00-0000-7000-8000-000000000042');
DROP TABLE tasks;
DROP TABLE consents;
DROP TABLE assignment_turns;
DROP TABLE assignment_rules;
DROP TRIGGER interactions_stay ON interactions;
ALTER TABLE interactions DROP COLUMN lead_id;
CREATE TRIGGER interactions_stay BEFORE UPDATE ON interactions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TABLE leads;
DROP INDEX clients_tax_code, clients_email, clients_phone, clients_cap, contacts_email, contacts_phone, contacts_mobile;
ALTER TABLE contacts DROP COLUMN do_not_call, DROP COLUMN do_not_email;
ALTER TABLE opportunities DROP COLUMN source_id, DROP COLUMN campaign_id;
ALTER TABLE clients DROP COLUMN source_id, DROP COLUMN campaign_id;
DROP TABLE campaigns;
DROP TABLE lead_sources;

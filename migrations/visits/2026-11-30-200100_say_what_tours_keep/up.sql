-- What a tour cannot keep is said, not hidden: stops outside their hours, a day that ends too late; and when the break is.
ALTER TABLE tours
    ADD COLUMN lunch_at timestamptz,
    ADD COLUMN late boolean NOT NULL DEFAULT false;
ALTER TABLE stops ADD COLUMN outside boolean NOT NULL DEFAULT false;

-- Whoever sees the shops without an owner may plan them; and how much work a plan is, so that a day does not wait behind a month.
ALTER TABLE plans
    ADD COLUMN unowned boolean NOT NULL DEFAULT false,
    ADD COLUMN agent_days integer NOT NULL DEFAULT 1;

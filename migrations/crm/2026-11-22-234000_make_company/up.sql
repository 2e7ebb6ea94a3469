-- Who we are, on paper and on invoices: one row.
CREATE TABLE company (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    version bigint NOT NULL,
    name text NOT NULL,
    vat_number text,
    tax_code text,
    tax_regime text NOT NULL,
    street text,
    street_number text,
    cap text,
    city text,
    province text,
    phone text,
    email text,
    pec text,
    website text,
    rea_office text,
    rea_number text,
    share_capital_cents bigint CHECK (share_capital_cents >= 0),
    sole_shareholder boolean,
    in_liquidation boolean NOT NULL,
    warehouse_code text,
    bank text,
    iban text,
    updated_at timestamptz NOT NULL
);
INSERT INTO company (version, name, tax_regime, in_liquidation, updated_at) VALUES (1, '', 'RF01', false, now());

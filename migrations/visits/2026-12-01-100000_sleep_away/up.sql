-- Nights away from home: the day before ends there, the day after begins there.
CREATE TABLE stays (
    id uuid PRIMARY KEY,
    agent_id uuid NOT NULL,
    from_day date NOT NULL,
    -- The morning on which they leave.
    until_day date NOT NULL CHECK (until_day > from_day AND until_day - from_day <= 60),
    label text NOT NULL,
    lat double precision NOT NULL,
    lng double precision NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX stays_agent ON stays (agent_id, until_day);
CREATE INDEX stays_recent ON stays (created_at DESC);

-- Nobody sleeps in two places.
CREATE TABLE nights (
    agent_id uuid NOT NULL,
    night date NOT NULL,
    stay_id uuid NOT NULL REFERENCES stays ON DELETE CASCADE,
    PRIMARY KEY (agent_id, night)
);
CREATE INDEX nights_stay ON nights (stay_id);

-- The sums of a few owners over many days: with the owner behind the day, each owner would cost a walk through all of them.
CREATE INDEX counts_owner ON counts (measure, slice, owner_id, day) WHERE slice < 10;

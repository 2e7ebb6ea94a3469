-- Whether a tour's times are the road engine's, or estimated.
ALTER TABLE tours ADD COLUMN times_from text NOT NULL DEFAULT 'estimate' CHECK (times_from IN ('roads', 'estimate', 'fallback'));

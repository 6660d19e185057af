-- How often a call was lost on its way and sent again.
ALTER TABLE answers ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0;

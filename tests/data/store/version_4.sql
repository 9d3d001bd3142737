-- What the fourth version added: patience that hosts ask for.
ALTER TABLE feeds ADD COLUMN held_until_at INTEGER NOT NULL DEFAULT 0;

-- What the second version added: stories.
ALTER TABLE items ADD COLUMN story INTEGER;
CREATE INDEX items_by_story ON items(story, seen_at) WHERE story IS NOT NULL;

-- What the fifth version changed: fewer indexes of items, merged later.
ALTER TABLE revisions ADD COLUMN url_key INTEGER;
DROP INDEX revisions_by_url;
CREATE INDEX revisions_by_url_key ON revisions(url_key) WHERE url_key IS NOT NULL;
DROP INDEX items_by_url;
DROP INDEX items_by_url_key;
CREATE INDEX items_by_url_key ON items(url_key, feed) WHERE url_key IS NOT NULL;
DROP INDEX items_by_title_key;
DROP INDEX items_by_head_key;
CREATE INDEX items_by_head_key ON items(feed, head_key, id, title_key) WHERE head_key IS NOT NULL;
DROP INDEX seen_by_age;
DROP INDEX seen_by_item;
INSERT INTO items_text (items_text, rank) VALUES ('automerge', 16);
INSERT INTO items_text (items_text, rank) VALUES ('crisismerge', 32);

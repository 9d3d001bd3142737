-- The store as the first version made it.
CREATE TABLE facts ( name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE feeds ( row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, outlet TEXT, url TEXT, etag
    TEXT, modified TEXT, body_hash INTEGER, title TEXT, first_success_at INTEGER, last_success_at
    INTEGER, last_new_at INTEGER, last_item_at INTEGER);
CREATE TABLE items ( id INTEGER PRIMARY KEY AUTOINCREMENT, feed INTEGER NOT NULL REFERENCES
    feeds(row), key INTEGER NOT NULL, guid TEXT, url TEXT, title TEXT, summary TEXT, content TEXT,
    language TEXT, published_at INTEGER, seen_at INTEGER NOT NULL);
CREATE INDEX items_by_feed ON items(feed);
CREATE INDEX items_by_key ON items(feed, key);
CREATE TABLE seen ( feed INTEGER NOT NULL, key INTEGER NOT NULL, revision INTEGER NOT NULL, seen_at
    INTEGER NOT NULL, PRIMARY KEY (feed, key)) WITHOUT ROWID;
CREATE INDEX seen_by_age ON seen(feed, seen_at);
CREATE TABLE mentions ( item INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE, number INTEGER
    NOT NULL, entity TEXT NOT NULL, name TEXT, field INTEGER, offset INTEGER, length INTEGER,
    accepted_by TEXT, PRIMARY KEY (item, number)) WITHOUT ROWID;
CREATE INDEX mentions_by_entity ON mentions(entity, item);
CREATE TABLE alerts ( seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT
    NULL, level INTEGER NOT NULL, feed INTEGER REFERENCES feeds(row), item INTEGER REFERENCES
    items(id), at INTEGER NOT NULL, json TEXT NOT NULL);
CREATE INDEX alerts_by_item ON alerts(item);
CREATE INDEX alerts_by_feed ON alerts(feed);
CREATE TABLE alert_keys ( kind TEXT NOT NULL, value TEXT NOT NULL, alert INTEGER NOT NULL REFERENCES
    alerts(seq) ON DELETE CASCADE, PRIMARY KEY (kind, value, alert)) WITHOUT ROWID;
CREATE INDEX alert_keys_by_alert ON alert_keys(alert);
CREATE TABLE deliveries ( id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, alert INTEGER
    NOT NULL REFERENCES alerts(seq) ON DELETE CASCADE, state INTEGER NOT NULL DEFAULT 0, attempts
    INTEGER NOT NULL DEFAULT 0, step INTEGER NOT NULL DEFAULT 0, early INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL, done_at INTEGER, status INTEGER, error TEXT);
CREATE INDEX deliveries_by_alert ON deliveries(alert);
CREATE INDEX deliveries_due ON deliveries(sink, next_at, id) WHERE state = 0;
CREATE INDEX deliveries_early ON deliveries(sink, id) WHERE state = 0 AND early = 0;
CREATE INDEX deliveries_of_log ON deliveries(sink, alert);
CREATE VIRTUAL TABLE items_text USING fts5( title, summary, content, content = 'items',
    content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO facts VALUES ('commit', 0);
INSERT INTO facts VALUES ('indexed', 0);
INSERT INTO facts VALUES ('store', lower(hex(randomblob(4))));

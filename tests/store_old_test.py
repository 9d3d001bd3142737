#!/usr/bin/env python3
"""A store of an older version is brought up to date: nothing is lost, nothing
told twice, and what was known is recognised under its other names."""
import email.utils
import os
import re
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for

RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Desk</title>%s</channel></rss>'


def item(title, guid, link=None):
    return "<item><title>%s</title><guid isPermaLink='false'>%s</guid>%s<pubDate>%s</pubDate></item>" % (
        title, guid, "<link>%s</link>" % link if link else "", email.utils.formatdate(time.time()))


def statements(version):
    with open(os.path.join(harness.SRCDIR, "tests", "data", "store", "version_%d.sql" % version), encoding="utf-8") as file:
        return file.read()


def make_old(path, version):
    """Writes the store anew in the shape that an old version gave it, with what fits of its rows."""
    old = sqlite3.connect(path + ".old", isolation_level=None)
    for number in range(1, version + 1):
        old.executescript(statements(number))
    old.execute("ATTACH ? AS now", (path,))
    old.execute("BEGIN")
    tables = re.findall(r"CREATE TABLE (\w+)", statements(1))
    for table in tables:
        columns = [row[1] for row in old.execute("PRAGMA main.table_info(%s)" % table)]
        known = [row[1] for row in old.execute("PRAGMA now.table_info(%s)" % table)]
        shared = ", ".join(column for column in columns if column in known)
        names = "WHERE name IN ('commit', 'store')" if table == "facts" else ""
        old.execute("INSERT OR REPLACE INTO main.%s (%s) SELECT %s FROM now.%s %s" % (table, shared, shared, table, names))
    if 2 < version < 5:  # keys were others then
        old.execute("UPDATE main.items SET url_key = id")
    old.execute("PRAGMA main.user_version = %d" % version)
    old.execute("COMMIT")
    old.close()
    for ending in ("-wal", "-shm"):
        if os.path.exists(path + ending):
            os.unlink(path + ending)
    os.replace(path + ".old", path)


class Stage:
    def __init__(self):
        self.server = harness.FeedServer()
        self.shown = [item("Nothing of note happened in the harbour", "0")]
        self.put()
        self.daemon = harness.Daemon({
            "defaults": {"interval": "200ms"}, "desk": {"listen": "127.0.0.1:0"}, "fetchers": 1,
            "network": {"allow": ["127.0.0.0/8"]}, "entities": [{"id": "macron", "names": ["Macron"]}],
            "feeds": [{"id": "desk", "url": self.server.url("/desk")}],
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}]})
        self.store = self.daemon.path("state", "wirewatch.db")
        self.daemon.start()
        self.polled()

    def put(self):
        self.server.put("/desk", RSS % "".join(self.shown))

    def polled(self):
        """Waits until the document put last was read: until a request that begins after the next one."""
        before = len(self.server.requests("/desk"))
        self.server.requests("/desk", after=before, wait=2, seconds=20)

    def show(self, *items):
        self.shown = list(items) + self.shown
        self.put()
        self.polled()

    def told(self):
        """Titles of the item alerts, in order."""
        return [alert["item"]["title"] for alert in self.daemon.log_alerts() if alert["type"] == "item"]

    def restart_with(self, version):
        check(self.daemon.stop() == 0, "exit status")
        make_old(self.store, version)
        self.daemon.start()
        self.polled()

    def clear(self):
        self.daemon.clear()
        self.server.stop()


def version_of(path):
    store = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    version = store.execute("PRAGMA user_version").fetchone()[0]
    store.close()
    return version


def old_store_goes_on(version):
    stage = Stage()
    try:
        stage.show(item("Macron speaks in Lyon", "lyon", "https://desk.example/lyon"))
        stage.show(item("Macron meets farmers in Metz", "metz", "https://desk.example/metz"))
        expected = ["Macron speaks in Lyon", "Macron meets farmers in Metz"]
        check(stage.told() == expected, "told %s" % stage.told())
        last = stage.daemon.log_alerts()[-1]["seq"]

        stage.restart_with(version)
        check(stage.told() == expected, "told again: %s" % stage.told())
        check(version_of("%s.v%d" % (stage.store, version)) == version, "no copy of the old store")
        wait_for(lambda: len(stage.daemon.api("/api/v1/items?text=farmers")[1]["items"]) == 1, "the old item in a search")
        alerts = stage.daemon.api("/api/v1/alerts?type=item")[1]["alerts"]
        check(sorted(alert["item"]["title"] for alert in alerts) == sorted(expected), "alerts %s" % alerts)

        stage.show(item("Macron visits schools in Nice", "nice"))
        expected.append("Macron visits schools in Nice")
        check(stage.told() == expected, "told %s" % stage.told())
        check(stage.daemon.log_alerts()[-1]["seq"] > last, "a number was given twice")

        # Known under another guid, and edited under its own.
        stage.show(item("Macron speaks in Lyon", "other", "https://desk.example/other"))
        stage.shown[-3] = item("Macron meets angry farmers in Metz", "metz", "https://desk.example/metz")
        stage.put()
        stage.polled()
        check(stage.told() == expected, "told twice: %s" % stage.told()[len(expected):])
        found = stage.daemon.api("/api/v1/items?text=Lyon")[1]["items"]
        check(len(found) == 1, "%d items of one" % len(found))
    finally:
        stage.clear()


def store_of_version_1_goes_on():
    old_store_goes_on(1)


def store_of_version_2_goes_on():
    old_store_goes_on(2)


def store_of_version_3_goes_on():
    old_store_goes_on(3)


def store_of_version_4_goes_on():
    old_store_goes_on(4)


def store_of_version_5_goes_on():
    old_store_goes_on(5)


def store_of_version_6_goes_on():
    old_store_goes_on(6)


tap = harness.Tap()
harness.need_programs(tap)
tap.run(store_of_version_1_goes_on)
tap.run(store_of_version_2_goes_on)
tap.run(store_of_version_3_goes_on)
tap.run(store_of_version_4_goes_on)
tap.run(store_of_version_5_goes_on)
tap.run(store_of_version_6_goes_on)
tap.done()

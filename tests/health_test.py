#!/usr/bin/env python3
"""Feeds that are down, gone or silent: told once an episode, in the log and
the API, also over a restart."""
import datetime
import email.utils
import itertools
import json
import os
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for
from servers import WebServer

RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>%s</channel></rss>'
ITEM = "<item><title>Report %d</title><guid>r%d</guid><pubDate>%s</pubDate></item>"
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "man", "alert.schema.json")


def document(count, first_hours_ago, last_hours_ago, base=0):
    step = (first_hours_ago - last_hours_ago) / max(count - 1, 1)
    return RSS % "".join(ITEM % (base + i, base + i, email.utils.formatdate(
        time.time() - (first_hours_ago - i * step) * 3600)) for i in range(count))


def date(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Stage:
    def __init__(self):
        self.server = harness.FeedServer()
        self.busy = harness.FeedServer()
        self.server.put("/wire.xml", document(3, 2, 0.1))
        self.config = {
            "defaults": {"interval": "200ms", "down_after": "1s"},
            "feeds": [
                {"id": "wire", "url": self.server.url("/wire.xml")},
                {"id": "lost", "url": self.server.url("/lost.xml")},
                {"id": "busy", "url": "http://localhost:%d/status/429" % self.busy.port},
                {"id": "gone", "url": self.server.url("/status/410")},
            ],
            "entities": [{"id": "macron", "names": ["Macron"]}],
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
            "network": {"allow": ["127.0.0.0/8"]},
            "desk": {"listen": "127.0.0.1:0"},
        }
        self.daemon = harness.Daemon(self.config)
        self.daemon.start()

    def told(self, feed):
        return [alert["type"] for alert in self.daemon.log_alerts()
                if alert["type"].startswith("feed.") and alert["feed"]["id"] == feed]

    def fetches(self, feed):
        return self.daemon.api("/api/v1/feeds/" + feed)[1].get("fetches", 0)

    def health(self, feed):
        return self.daemon.api("/api/v1/feeds/" + feed)[1].get("health")

    def stop(self):
        self.daemon.stop()
        self.daemon.clear()
        self.server.stop()
        self.busy.stop()


def a_feed_that_cannot_be_read_is_told_once(stage):
    wait_for(lambda: stage.told("lost") == ["feed.down"], "feed.down", 20)
    wait_for(lambda: stage.health("lost") == "down", "the API")
    check(stage.told("wire") == [], "a good feed was told of")
    check(stage.health("wire") == "up", "health of a good feed")


def a_feed_that_is_gone_is_polled_no_more(stage):
    wait_for(lambda: stage.told("gone") == ["feed.down"], "feed.down")
    wait_for(lambda: stage.health("gone") == "gone", "the API")
    alert = [a for a in stage.daemon.log_alerts() if a.get("feed", {}).get("id") == "gone"][0]
    check("410" in alert["reason"]["text"], "reason: %s" % alert["reason"]["text"])
    check(stage.daemon.api("/api/v1/feeds/gone")[1]["fetches"] == 1, "polled again")
    listed = stage.daemon.cli("feeds", "--state", "gone").stdout.splitlines()
    check(len(listed) == 2 and "polled no more" in listed[1], "feeds: %s" % listed)
    shown = stage.daemon.cli("status").stdout
    check(" 1 gone" in shown, "status: %s" % shown)


def a_busy_host_is_spared_by_all_its_feeds(stage):
    wait_for(lambda: stage.fetches("busy") == 1, "a 429")
    stage.daemon.configure(dict(stage.config, feeds=[*stage.config["feeds"], {
        "id": "near", "url": "http://LocalHost:%d/wire.xml" % stage.server.port}]))
    stage.daemon.cli("reload")
    polls = stage.fetches("wire")
    wait_for(lambda: stage.fetches("wire") >= polls + 4, "polls of another host")
    check(stage.fetches("near") == 0, "a feed of a host that asked for patience was polled")
    stage.daemon.configure(stage.config)
    stage.daemon.cli("reload")


def alerts_of_feeds_are_as_the_schema_says(stage):
    with open(SCHEMA) as file:
        schema = json.load(file)
    for alert in stage.daemon.log_alerts():
        harness.check_schema(alert, schema)


def an_episode_outlives_a_restart(stage):
    wait_for(lambda: stage.fetches("busy") == 1, "a poll")
    stage.daemon.stop()
    stage.daemon.start()
    wait_for(lambda: stage.daemon.api("/api/v1/feeds/lost")[1].get("failures", 0) >= 4, "failures", 20)
    check(stage.told("lost") == ["feed.down"], "told %s" % stage.told("lost"))
    check(stage.told("gone") == ["feed.down"], "told %s" % stage.told("gone"))
    check(stage.health("lost") == "down", "health %s" % stage.health("lost"))
    check(stage.health("gone") == "gone", "health %s" % stage.health("gone"))
    check(stage.fetches("gone") == 0, "a feed that is gone was polled again")
    check(stage.fetches("busy") == 0, "a host that asked for patience was polled")


def a_feed_that_was_gone_is_tried_by_hand_or_elsewhere(stage):
    stage.daemon.cli("poll", "gone")
    wait_for(lambda: stage.fetches("gone") == 1, "a poll by hand")
    check(stage.told("gone") == ["feed.down"], "told %s" % stage.told("gone"))
    config = dict(stage.config, feeds=[
        dict(feed, url=stage.server.url("/wire.xml")) if feed["id"] == "gone" else feed
        for feed in stage.config["feeds"]])
    stage.daemon.configure(config)
    stage.daemon.cli("reload")
    wait_for(lambda: stage.fetches("gone") >= 3, "polls at its new address", 20)
    wait_for(lambda: stage.health("gone") == "up", "the API")


def a_feed_that_is_back_is_told(stage):
    stage.server.put("/lost.xml", document(3, 2, 0.1))
    stage.daemon.cli("poll", "lost")
    wait_for(lambda: stage.told("lost") == ["feed.down", "feed.recovered"], "feed.recovered", 20)
    wait_for(lambda: stage.health("lost") == "up", "the API")


def a_window_that_rolled_over_is_told(stage):
    check(stage.told("wire") == [], "told %s" % stage.told("wire"))
    stage.server.put("/wire.xml", document(3, 2, 0.1, base=100))
    wait_for(lambda: stage.told("wire") == ["feed.gap"], "feed.gap", 20)
    check(stage.health("wire") == "up", "health of a feed with a gap")
    stage.server.put("/wire.xml", document(3, 2, 0.1, base=200))
    wait_for(lambda: stage.daemon.api("/api/v1/feeds/wire")[1]["gaps"] == 2, "another gap")
    polls = stage.fetches("wire")
    wait_for(lambda: stage.fetches("wire") >= polls + 2, "polls")
    check(stage.told("wire") == ["feed.gap"], "told %s" % stage.told("wire"))


def a_feed_without_a_window_is_not_polled_sooner_for_ever(stage):
    bases = itertools.count(1000, 10)
    server = WebServer({"/any": lambda request: (200, {}, document(3, 2, 0.1, next(bases)).encode())})
    stage.daemon.configure(dict(stage.config, feeds=[*stage.config["feeds"], {
        "id": "any", "url": server.url("/any"), "interval": "1h"}]))
    stage.daemon.cli("reload")
    waits = []
    for polls in (1, 2, 3, 4):
        wait_for(lambda: stage.fetches("any") == polls, "a poll")
        feed = stage.daemon.api("/api/v1/feeds/any")[1]
        waits.append((date(feed["next_fetch"]) - date(feed["last_fetch"])).total_seconds())
        stage.daemon.cli("poll", "any")
    check(waits[1] < 1000 < 3000 < waits[2], "waits: %s" % waits)
    check(3000 < waits[3], "waits: %s" % waits)
    check(stage.told("any") == ["feed.gap"], "told %s" % stage.told("any"))
    stage.daemon.configure(stage.config)
    stage.daemon.cli("reload")
    server.end()


def what_a_document_asks_for_outlives_a_restart(stage):
    days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    skips = "<skipDays>%s</skipDays>" % "".join("<day>%s</day>" % day for day in days)
    stage.server.put("/rare.xml", RSS % (skips + ITEM % (1, 1, email.utils.formatdate(time.time()))))
    stage.daemon.configure(dict(stage.config, feeds=[*stage.config["feeds"], {
        "id": "rare", "url": stage.server.url("/rare.xml"), "interval": {"min": "1s", "max": "1h"}}]))
    stage.daemon.cli("reload")

    def wait_for_poll(status):
        wait_for(lambda: stage.daemon.api("/api/v1/feeds/rare")[1].get("http_status") == status, "a poll", 20)
        feed = stage.daemon.api("/api/v1/feeds/rare")[1]
        return (date(feed["next_fetch"]) - date(feed["last_fetch"])).total_seconds()

    first = wait_for_poll(200)
    check(first > 3000, "wait: %s" % first)
    stage.daemon.stop()
    stage.daemon.start()
    second = wait_for_poll(304)
    check(second > 3000, "wait after a restart: %s" % second)
    stage.daemon.stop()
    stage.daemon.configure(stage.config)
    stage.daemon.start()


def a_feed_that_falls_silent_is_told_until_it_publishes(stage):
    # forty items in ten hours, and then none for a day, as the store has it after a restart
    stage.server.put("/press.xml", document(40, 34, 24))
    stage.daemon.configure(dict(stage.config, feeds=[*stage.config["feeds"], {
        "id": "press", "url": stage.server.url("/press.xml")}]))
    stage.daemon.cli("reload")
    wait_for(lambda: stage.fetches("press") >= 2, "polls", 20)
    check(stage.told("press") == [], "told %s" % stage.told("press"))
    stage.daemon.stop()
    with sqlite3.connect(stage.daemon.path("state", "wirewatch.db")) as store:
        store.execute("UPDATE feeds SET last_new_at = ? WHERE id = 'press'", (int(time.time() - 24 * 3600) * 10**6,))
    store.close()
    stage.daemon.start()
    wait_for(lambda: stage.told("press") == ["feed.silent"], "feed.silent", 20)
    wait_for(lambda: stage.health("press") == "silent", "the API")
    listed = stage.daemon.cli("feeds", "--state", "silent").stdout.splitlines()
    check(len(listed) == 2 and "silent: nothing new for 24 h" in listed[1], "feeds: %s" % listed)
    polls = stage.fetches("press")
    wait_for(lambda: stage.fetches("press") >= polls + 3, "further polls", 20)
    check(stage.told("press") == ["feed.silent"], "told %s" % stage.told("press"))
    stage.server.put("/press.xml", document(41, 34, 0))
    wait_for(lambda: stage.told("press") == ["feed.silent", "feed.recovered"], "feed.recovered", 20)
    wait_for(lambda: stage.health("press") == "up", "the API")


def main():
    tap = harness.Tap()
    harness.need_programs(tap)
    stage = Stage()
    try:
        for test in (a_feed_that_cannot_be_read_is_told_once, a_feed_that_is_gone_is_polled_no_more,
                     a_busy_host_is_spared_by_all_its_feeds, alerts_of_feeds_are_as_the_schema_says,
                     an_episode_outlives_a_restart, a_feed_that_was_gone_is_tried_by_hand_or_elsewhere,
                     a_feed_that_is_back_is_told, a_window_that_rolled_over_is_told,
                     a_feed_without_a_window_is_not_polled_sooner_for_ever,
                     what_a_document_asks_for_outlives_a_restart,
                     a_feed_that_falls_silent_is_told_until_it_publishes):
            tap.run(test, stage, on_failure=stage.daemon.diagnostics)
    finally:
        stage.stop()
    tap.done()


main()

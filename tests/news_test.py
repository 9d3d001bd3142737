#!/usr/bin/env python3
"""What is news, end to end: feeds that misbehave on each poll bring no alert
twice and lose no item; edits, re-publications and old items say what they
are."""
import email.utils
import html
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for

POLLS = 20
TOWNS = ["Besancon", "Annecy", "Roubaix", "Perpignan", "Limoges", "Angers", "Nancy", "Metz", "Amiens", "Dijon", "Tours",
         "Calais", "Vannes", "Colmar", "Nimes", "Pau", "Brest", "Arras", "Niort", "Albi", "Laval", "Chartres", "Auch",
         "Bourges", "Vichy", "Menton", "Sete", "Agen"]
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title>%s</channel></rss>'
ENTITIES = [{"id": "macron", "names": ["Macron"]}, {"id": "shoigu", "names": ["Shoigu"]},
            {"id": "school", "names": ["school"], "require": ["shoigu"]}]


def element(name, value):
    return "" if value is None else "<%s>%s</%s>" % (name, html.escape(value), name)


def item(title, summary="", guid=None, link=None, hours_ago=0.0):
    date = email.utils.formatdate(time.time() - hours_ago * 3600)
    return "<item>%s%s%s%s%s</item>" % (element("title", title), element("link", link), element("guid", guid),
                                        element("pubDate", date), element("description", summary))


def speech(town, edited=False):
    """Items that differ by a name alone."""
    title = "Macron speaks to voters in %s about the price of bread" % town
    summary = "He came to %s in the morning and left at noon." % town
    return (title.replace("voters", "bakers") if edited else title), summary


class Misbehaving:
    """A feed whose document is made anew for each poll; a town joins every few polls."""

    def __init__(self, name, make, window=len(TOWNS), every=4, start=8):
        self.name, self.make, self.window, self.every, self.start = name, make, window, every, start

    def towns(self, poll):
        """Those shown so far, the newest first."""
        return TOWNS[:self.start + poll // self.every][::-1]

    def document(self, poll):
        shown = self.towns(poll)[:self.window]
        return RSS % (self.name, "".join(self.make(shown, poll)))


def flip_guid(towns, poll):
    return [item(*speech(town), guid="%s-%d" % (town, poll), link="https://flip.example/" + town) for town in towns]


def flip_link(towns, poll):
    return [item(*speech(town), link="https://flip.example/s%d/%s" % (poll, town)) for town in towns]


def flip_both(towns, poll):
    return [item(*speech(town), guid="%s-%d" % (town, poll), link="https://flip.example/s%d/%s" % (poll, town))
            for town in towns]


def reorder(towns, poll):
    return random.Random(poll).sample([item(*speech(town), guid=town) for town in towns], len(towns))


def flap(towns, poll):
    return [item(*speech(town, edited=poll % 2), guid=town, link="https://flap.example/" + town) for town in towns]


def no_guid(towns, poll):
    return [item(*speech(town)) for town in towns]


def dup_guid(towns, poll):
    return [item(*speech(town), guid="article") for town in towns]


def dup_both(towns, poll):
    return [item(*speech(town), guid="article", link="https://dup.example/news") for town in towns]


FEEDS = [Misbehaving("flip-guid", flip_guid), Misbehaving("flip-link", flip_link), Misbehaving("flip-both", flip_both),
         Misbehaving("reorder", reorder), Misbehaving("flap", flap),
         Misbehaving("no-guid", no_guid, window=5, every=1, start=5),
         Misbehaving("dup-guid", dup_guid, window=5, every=1, start=5),
         Misbehaving("dup-both", dup_both, window=5, every=1, start=5)]


class Stage:
    def __init__(self):
        self.server = harness.FeedServer()
        names = [feed.name for feed in FEEDS] + ["desk", "edits", "flood", "crowd", "gap"]
        for name in names:
            self.put(name, [item("Nothing of note happened in the harbour", guid="0", hours_ago=48)])
        self.daemon = harness.Daemon({
            "defaults": {"interval": "200ms"}, "desk": {"listen": "127.0.0.1:0"}, "fetchers": 1,
            "network": {"allow": ["127.0.0.0/8"]}, "entities": ENTITIES,
            "feeds": [{"id": name, "url": self.server.url("/" + name)} for name in names],
            "rules": [{"id": "watch", "entities": ["macron"], "feeds": ["edits", "crowd"], "edits": True, "level": "urgent"},
                      {"id": "also", "entities": ["macron"], "feeds": ["edits"], "edits": True},
                      {"id": "once", "entities": ["macron", "shoigu"]}],
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}]})

    def put(self, name, items):
        self.server.put("/" + name, RSS % (name, "".join(items)))

    def polled(self, names):
        """Waits until the documents put last were read: until a request that begins after the next one."""
        before = {name: len(self.server.requests("/" + name)) for name in names}
        for name in names:
            self.server.requests("/" + name, after=before[name], wait=2, seconds=20)

    def show(self, name, *items):
        self.put(name, items)
        self.polled([name])

    def alerts(self, feed):
        return [alert for alert in self.daemon.log_alerts()
                if alert["type"] in ("item", "story.edited") and alert["item"]["feed"] == feed]

    def items(self, text):
        return self.daemon.api("/api/v1/items?feed=desk&text=" + text)[1]["items"]

    def clear(self):
        self.daemon.clear()
        self.server.stop()


def nothing_is_told_twice_or_lost(stage):
    """feeds that misbehave for 20 polls: each item alerts once"""
    stage.daemon.start()
    names = [feed.name for feed in FEEDS]
    stage.polled(names)
    for poll in range(POLLS):
        for feed in FEEDS:
            stage.server.put("/" + feed.name, feed.document(poll))
        stage.polled(names)
    wrong = []
    for feed in FEEDS:
        told = [alert["item"]["title"].split(" in ")[1].split(" about ")[0] for alert in stage.alerts(feed.name)]
        expected = feed.towns(POLLS - 1)
        print("# %s: %d items, %d alerts" % (feed.name, len(expected), len(told)))
        if sorted(told) != sorted(expected):
            twice = {town for town in told if told.count(town) > 1}
            wrong.append("%s: twice %s, lost %s" % (feed.name, twice, set(expected) - set(told)))
    check(not wrong, "; ".join(wrong))


def why_new(stage, feed):
    return stage.alerts(feed)[-1]["reason"]["why_new"]


def an_old_item_is_kept_quietly(stage):
    stage.polled(["desk"])
    late = item("Macron spoke in Lille", "A week ago.", guid="late", hours_ago=24 * 7)
    new = item("Macron speaks in Lyon", "Just now.", guid="new")
    stage.show("desk", new, late)
    check(len(stage.alerts("desk")) == 1, "%d alerts" % len(stage.alerts("desk")))
    check(why_new(stage, "desk").startswith("new in feed desk: published just now"), why_new(stage, "desk"))
    wait_for(lambda: len(stage.items("Lille")) == 1, "the old item in the store")


def the_reason_names_rules_and_places(stage):
    """each entity and the fields that mention it, once"""
    stage.show("desk", item("Macron, says Macron, is late", "Macron and Shoigu are to meet.", guid="places"))
    text = stage.alerts("desk")[-1]["reason"]["text"]
    check(text == "rule once: Macron in title, Macron in summary, Shoigu in summary", text)


def a_copy_is_no_news(stage):
    """an item again with another id, link and date alerts no more"""
    before = len(stage.alerts("desk"))
    stage.show("desk", item("Macron speaks in Lyon", "Just now.", guid="other", link="https://desk.example/other"))
    stage.show("desk", item("Macron SPEAKS in  Lyon!", "Just now.", guid="more", hours_ago=-1))
    check(len(stage.alerts("desk")) == before, "%d alerts" % (len(stage.alerts("desk")) - before))
    wait_for(lambda: len(stage.items("Lyon")) == 1, "one item in the store")


def another_figure_is_another_item(stage):
    before = len(stage.alerts("desk"))
    stage.show("desk", item("Macron mourns 12 people killed in fire", "He spoke in Lyon.", guid="12"))
    stage.show("desk", item("Macron mourns 15 people killed in fire", "He spoke in Lyon.", guid="15"))
    check(len(stage.alerts("desk")) == before + 2, "%d alerts" % (len(stage.alerts("desk")) - before))


def an_edit_alerts_where_a_rule_asks(stage):
    """an edit alerts only by rules with `edits: true`"""
    for feed in ("desk", "edits"):
        stage.show(feed, item("Macron mourns 12 killed", "He spoke in Lyon.", guid="fire"))
    check(len(stage.alerts("edits")) == 1, "no alert")
    check(stage.alerts("edits")[0]["rules"] == ["watch", "also", "once"], "rules")
    check(stage.alerts("edits")[0]["level"] == "urgent", "not the highest level")
    before = len(stage.alerts("desk"))
    for feed in ("desk", "edits"):
        stage.show(feed, item("Macron mourns 17 killed", "He spoke in Lyon.", guid="fire"))
    check(len(stage.alerts("desk")) == before, why_new(stage, "desk"))
    alert = stage.alerts("edits")[-1]
    check(len(stage.alerts("edits")) == 2 and alert["type"] == "story.edited", "alert %s" % alert)
    check({"watch", "also"} <= set(alert["rules"]) and alert["level"] == "urgent", "alert %s" % alert)
    check(why_new(stage, "edits") == "edit of item %d; title changed: Macron mourns [-12-] {+17+} killed"
          % alert["item"]["id"], why_new(stage, "edits"))
    check(alert["story"]["id"] == stage.alerts("edits")[0]["story"]["id"], "story %s" % alert["story"])


def an_edit_with_a_new_name_alerts(stage):
    """an edit that brings a mention alerts in any case, once"""
    before = len(stage.alerts("desk"))
    stage.show("desk", item("Macron mourns 17 killed", "He spoke to Shoigu in Lyon.", guid="fire"))
    check(len(stage.alerts("desk")) == before + 1, "%d alerts" % (len(stage.alerts("desk")) - before))
    check(why_new(stage, "desk").endswith("; summary changed: He spoke {+to Shoigu+} in Lyon.; mentions now Shoigu"),
          why_new(stage, "desk"))
    stage.show("desk", item("Macron mourns 17 killed", "He called Shoigu from Lyon.", guid="fire"))
    check(len(stage.alerts("desk")) == before + 1, why_new(stage, "desk"))


def a_flood_is_told_in_a_digest(stage):
    """50 items at a time: 30 alerts, one digest for 20, all are kept"""
    _, before = stage.daemon.api("/api/v1/items?feed=flood&limit=100")
    stage.show("flood", *[item("Macron visits school %d" % n, "With %d pupils." % n, guid=str(n)) for n in range(50)])
    alerts = stage.alerts("flood")
    check(len(alerts) == 30, "%d alerts" % len(alerts))
    alerts = [alert for alert in stage.daemon.log_alerts() if alert["type"] == "digest"]
    check(len(alerts) == 1, "%d digests" % len(alerts))
    check(alerts[0]["reason"]["digest"] == 20 and alerts[0]["story"] is None, "digest %s" % alerts[0])
    named = [entity["id"] for entity in alerts[0]["entities"]]  # a school counts only beside Shoigu
    check(alerts[0]["rules"] == ["once"] and named == ["macron"], "digest %s" % alerts[0])
    check(alerts[0]["reason"]["text"].startswith("20 items, rule once: Macron visits school "), alerts[0]["reason"]["text"])
    with open(os.path.join(harness.SRCDIR, "man", "alert.schema.json"), encoding="utf-8") as file:
        harness.check_schema(alerts[0], json.load(file))
    _, answer = stage.daemon.api("/api/v1/items?feed=flood&limit=100")
    check(len(answer["items"]) == len(before["items"]) + 50, "%d items" % len(answer["items"]))
    _, answer = stage.daemon.api("/api/v1/alerts?type=digest")
    check(len(answer["alerts"]) == 1, "no digest in the API")


def items_without_rules_are_no_flood(stage):
    """40 items that meet no rule leave room for one that does"""
    quiet = [item("The harbour opens pier %d" % n, "It took %d years." % n, guid="q%d" % n) for n in range(40)]
    stage.show("crowd", *quiet, item("Macron opens a pier", "It took a year.", guid="pier"))
    check(len(stage.alerts("crowd")) == 1, "%d alerts" % len(stage.alerts("crowd")))


def a_flood_of_edits_is_told_in_a_digest(stage):
    """56 edits at a time: 30 alerts, the rest in a digest"""
    def digests():
        return [alert for alert in stage.daemon.log_alerts() if alert["type"] == "digest"]
    for start in (0, 14):
        stage.show("crowd", *[item("Macron visits %s and says %d words" % (town, n), "In %s." % town, guid=town + str(n))
                              for n in range(2) for town in TOWNS[start:start + 14]])
    before, told = len(digests()), len(stage.alerts("crowd"))
    stage.show("crowd", *[item("Macron visits %s and says %d words" % (town, n + 7), "In %s." % town, guid=town + str(n))
                          for n in range(2) for town in TOWNS])
    check(len(stage.alerts("crowd")) == told + 30, "%d alerts" % (len(stage.alerts("crowd")) - told))
    check(len(digests()) == before + 1, "%d digests" % (len(digests()) - before))
    check(digests()[-1]["reason"]["digest"] == 2 * len(TOWNS) - 30, "digest %s" % digests()[-1])


def a_gap_is_seen_and_filled(stage):
    """a window that rolled over is counted, and the archive read back to a known item"""
    def page(names, older=None):
        link = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="prev-archive" href="%s"/>' % stage.server.url(older)
        items = [item("Macron writes chapter %s" % name, "It is about %s." % name, guid=name) for name in names]
        return RSS % ("gap", (link if older else "") + "".join(items))
    stage.server.put("/gap", page(["Alpha", "Beta"]))
    stage.polled(["gap"])
    feed = stage.daemon.api("/api/v1/feeds/gap")[1]
    check(feed["gaps"] == 1 and feed["last_gap"], "feed %s" % feed)  # the harbour is gone
    stage.server.put("/gap-1", page(["Epsilon", "Delta"], "/gap-2"))
    stage.server.put("/gap-2", page(["Gamma", "Beta"], "/gap-3"))
    stage.server.put("/gap-3", page(["Alpha"]))
    stage.server.put("/gap", page(["Eta", "Zeta"], "/gap-1"))
    wait_for(lambda: len(stage.alerts("gap")) == 7, "all alerts")
    stage.polled(["gap"])
    told = sorted(alert["item"]["title"].split()[-1] for alert in stage.alerts("gap"))
    check(told == ["Alpha", "Beta", "Delta", "Epsilon", "Eta", "Gamma", "Zeta"], "told %s" % told)
    check(stage.server.requests("/gap-3") == [], "it went on beyond a known item")
    check(len(stage.server.requests("/gap-1")) == 1, "pages were read again")
    feed = stage.daemon.api("/api/v1/feeds/gap")[1]
    check(feed["gaps"] == 2, "feed %s" % feed)
    check(stage.daemon.api("/api/v1/status")[1]["items"]["gaps"] >= 2, "status")
    row = next(line for line in stage.daemon.cli("feeds").stdout.splitlines() if " gap " in line)
    check("items may be lost: window rolled over 2 times, last " in row, row)
    check(" gaps where some may be lost" in stage.daemon.cli("status").stdout, "wirewatch status")
    check('wirewatch_items_gap_total{feed="gap"} 2' in stage.daemon.api("/metrics")[1], "metrics")
    check(any("feed gap: gap closed on page 2" in line for line in stage.daemon.lines), "no word in the log")


def main():
    tap = harness.Tap()
    harness.need_programs(tap)
    stage = Stage()
    try:
        for test in (nothing_is_told_twice_or_lost, an_old_item_is_kept_quietly,
                     the_reason_names_rules_and_places, a_copy_is_no_news,
                     another_figure_is_another_item, an_edit_alerts_where_a_rule_asks,
                     an_edit_with_a_new_name_alerts, a_flood_is_told_in_a_digest,
                     items_without_rules_are_no_flood, a_flood_of_edits_is_told_in_a_digest,
                     a_gap_is_seen_and_filled):
            tap.run(test, stage, on_failure=stage.daemon.diagnostics)
    finally:
        stage.clear()
    tap.done()


main()

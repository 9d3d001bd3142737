#!/usr/bin/env python3
"""Entities in the running daemon: packs, regular expressions, near, exclude,
require, rules by field; a reload that swaps them while polls go on."""
import json
import os
import sys
from xml.sax.saxutils import escape

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for

PACK = """entities:
  - id: macron
    type: person
    names: {en: [Macron], ru: [Макрон]}
    exclude: [Macron Software]
  - id: moscow
    names: {en: Moscow, ru: Москва}
"""
ENTITIES = [
    {"pack": "people.yaml"},
    {"id": "pipeline", "names": [{"regex": "(?i)nord.?stream.?(2|ii)"}]},
    {"id": "jordan", "names": ["Jordan"],
     "near": {"words": ["king", "Amman"], "within": 3}},
    {"id": "crocus", "names": ["Crocus"], "require": ["moscow"]},
]
RULES = [
    {"id": "headline", "entities": ["macron"], "in": ["title"],
     "level": "urgent"},
    {"id": "either", "level": "flash",
     "any": [{"words": ["explosion"], "in": ["summary"]},
             {"all": [{"entities": ["jordan"]}, {"words": ["summit"]}],
              "not": {"words": ["basketball"]}}]},
]
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>%s</channel></rss>'
ITEM = "<item><title>%s</title><description>%s</description><guid>%s</guid></item>"


class Stage:
    def __init__(self):
        self.server = harness.FeedServer()
        self.items = []
        self.put()
        self.daemon = harness.Daemon("")
        self.daemon.write("people.yaml", PACK)
        self.configure(ENTITIES)
        self.daemon.start()
        self.server.requests("/wire.xml", wait=2)

    def configure(self, entities):
        self.daemon.configure({
            "defaults": {"interval": "200ms"},
            "feeds": [{"id": "wire", "url": self.server.url("/wire.xml")}],
            "entities": entities,
            "rules": RULES,
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
            "network": {"allow": ["127.0.0.0/8"]},
            "desk": {"listen": "127.0.0.1:0"},
            "fetchers": 2,
        })

    def put(self):
        self.server.put("/wire.xml", RSS % "".join(self.items))

    def publish(self, *items):
        """Adds (title, summary) pairs and waits until all are in the store;
        returns {title: (entities, rules, level)} of those told."""
        for title, summary in items:
            self.items.insert(0, ITEM % (
                escape(title), escape(summary), "g%d" % len(self.items)))
        self.items[0:0] = [ITEM % ("Macron sentinel %d" % len(self.items), "",
                                   "s%d" % len(self.items))]
        last = "Macron sentinel %d" % (len(self.items) - 1)
        self.put()
        wait_for(lambda: last in self.told(), "the item after them")
        told = self.told()
        return {title: told.get(title) for title, _ in items}

    def told(self):
        return {alert["item"]["title"]:
                (sorted(e["id"] for e in alert["entities"]),
                 sorted(alert["rules"]), alert["level"])
                for alert in self.daemon.log_alerts()
                if alert["type"] == "item"}

    def fetchers(self):
        return sorted(pid for pid, _ in self.daemon.roles("fetcher"))

    def stop(self):
        self.daemon.stop()
        self.daemon.clear()
        self.server.stop()


def expect(told, expected):
    for title, what in expected.items():
        check(told[title] == what,
              "%s: %s, not %s" % (title, told[title], what))


def names_of_a_pack_are_found(stage):
    expect(stage.publish(("Письмо Макрону", ""), ("Nothing at all", "")),
           {"Письмо Макрону": (["macron"], ["headline"], "urgent"),
            "Nothing at all": None})


def regexes_and_near_words_count(stage):
    expect(stage.publish(("Pipeline", "the NordStream-II leak"),
                         ("Amman is far, Michael Jordan scored", ""),
                         ("Summit", "with the king of Jordan")),
           {"Pipeline": (["pipeline"], ["pipeline"], "routine"),
            "Amman is far, Michael Jordan scored": None,
            "Summit": (["jordan"], ["either"], "flash")})


def excluded_phrases_and_missing_companions_hide(stage):
    expect(stage.publish(("Macron Software sued", ""),
                         ("Crocus fields bloom", ""),
                         ("Crocus", "a hall near Moscow")),
           {"Macron Software sued": None,
            "Crocus fields bloom": None,
            "Crocus": (["crocus", "moscow"], ["crocus", "moscow"], "routine")})


def rules_look_where_they_are_told(stage):
    expect(stage.publish(
        ("Late news", "Macron resigned"),
        ("explosion in title", "nothing"),
        ("Fire", "after an explosion"),
        ("A summit", "of the king of Jordan"),
        ("Summit basketball", "the king of Jordan")),
           {"Late news": None,
            "explosion in title": None,
            "Fire": ([], ["either"], "flash"),
            "A summit": (["jordan"], ["either"], "flash"),
            "Summit basketball": None})


def open_to_write(fifo):
    """None while nobody reads it."""
    try:
        fd = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
    os.set_blocking(fd, True)
    return open(fd, "w", encoding="utf-8")


def polls_go_on_while_names_are_swapped(stage):
    """polls go on while a configuration is read, and the new names count"""
    before = stage.fetchers()
    asked = len(stage.server.requests("/wire.xml"))
    fifo = stage.daemon.path("etc", "slow.yaml")
    os.mkfifo(fifo)
    stage.configure(ENTITIES + [{"pack": "slow.yaml"}])
    stage.daemon.process.send_signal(harness.signal.SIGHUP)
    stage.daemon.wait_notify("RELOADING=1")
    # The loader waits for the pack; polls do not.
    asked += len(stage.server.requests("/wire.xml", after=asked, wait=5))
    expect(stage.publish(("Lavrov with the old names", "")),
           {"Lavrov with the old names": None})
    with wait_for(lambda: open_to_write(fifo), "the loader to read") as pack:
        json.dump({"entities": [{"id": "lavrov", "names": ["Lavrov"]}] + [
            {"id": "e%d" % i, "names": ["Name%dov" % i]}
            for i in range(5000)]}, pack)
    stage.daemon.wait_notify("READY=1")
    expect(stage.publish(("Lavrov with the new names", ""),
                         ("Привет, Name4999ov", "")),
           {"Lavrov with the new names": (["lavrov"], ["lavrov"], "routine"),
            "Привет, Name4999ov": (["e4999"], ["e4999"], "routine")})
    check(stage.fetchers() == before, "fetchers were restarted")
    os.unlink(fifo)


def names_that_went_are_not_found(stage):
    stage.configure(ENTITIES)
    check(stage.daemon.cli("reload").returncode == 0, "reload")
    expect(stage.publish(("Lavrov once more", "")),
           {"Lavrov once more": None})


def main():
    tap = harness.Tap()
    harness.need_programs(tap)
    stage = Stage()
    try:
        for test in (
            names_of_a_pack_are_found,
            regexes_and_near_words_count,
            excluded_phrases_and_missing_companions_hide,
            rules_look_where_they_are_told,
            polls_go_on_while_names_are_swapped,
            names_that_went_are_not_found,
        ):
            tap.run(test, stage, on_failure=stage.daemon.diagnostics)
    finally:
        stage.stop()
    tap.done()


main()

#!/usr/bin/env python3
"""Alerts follow stories: what is pushed to a webhook that takes the types it
gets by default, and what the log keeps beside it."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))
import harness
from harness import check, wait_for
from outlets import ENTITIES, Outlet
from story_stream import stream

UNRELATED = 2000
COPIES = 30

MISSION = [
    ("Macron: Paris ready to work with all countries that terrorism threatens",
     "The French president denied any role of Paris in the assault on the Crocus City Hall and said the call between "
     "defence ministers Sebastien Lecornu and Sergey Shoigu had been his idea"),
    ("Macron denies French role in Crocus City Hall attack",
     "President Emmanuel Macron brushed aside words of Sergey Shoigu, who told Sebastien Lecornu in a call that he "
     "hoped French services had no part in the assault near Moscow"),
    ("Макрон отверг причастность Франции к нападению на «Крокус Сити Холл»",
     "Президент Эммануэль Макрон заявил, что разговор Себастьена Лекорню и Сергея Шойгу состоялся по инициативе "
     "Парижа"),
]
WIRE = ("Macron and Shoigu speak by telephone for an hour",
        "The French president and the Russian minister talked about air traffic over the Baltic for an hour on "
        "Monday, their offices said, and agreed to let experts meet in Geneva before the end of the month")
TALKS = ["Macron opens talks on Baltic air traffic in Geneva",
         "Macron opens Geneva talks about air traffic over the Baltic",
         "Baltic air traffic: Macron opens the talks in Geneva",
         "In Geneva Macron opens talks on the air traffic of the Baltic"]
RULES = [{"id": "flash-crocus", "entities": ["crocus-city-hall"], "level": "flash"}]


class Stage:
    """Outlets, a daemon that polls them each second, a webhook and a log."""

    def __init__(self, outlets, **config):
        self.server = harness.FeedServer()
        self.receiver = harness.Receiver()
        self.outlets = [Outlet(name, "/feed-%d" % i, form="atom" if i % 2 else "rss", window=3000)
                        for i, name in enumerate(outlets)]
        for outlet in self.outlets:
            outlet.add("An old item of " + outlet.name, hours_ago=100)
            outlet.serve(self.server)
        feeds = [{"id": outlet.path[1:], "outlet": outlet.name, "url": self.server.url(outlet.path)}
                 for outlet in self.outlets]
        self.daemon = harness.Daemon({
            "defaults": {"interval": "1s"}, "desk": {"listen": "127.0.0.1:0"}, "fetchers": 1,
            "network": {"allow": ["127.0.0.0/8"]}, "feeds": feeds, "entities": ENTITIES,
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"},
                      {"id": "desk", "type": "webhook", "url": self.receiver.url}], **config})
        self.daemon.start()
        for outlet in self.outlets:
            self.server.requests(outlet.path, wait=1)

    def publish(self, index, title, summary="", **more):
        outlet = self.outlets[index]
        url = outlet.add(title, summary, **more)
        outlet.serve(self.server)
        return url

    def item(self, url):
        """The item's alert in the log, waited for."""
        return wait_for(lambda: [a for a in self.daemon.log_alerts() if a["type"] == "item" and a["item"]["url"] == url],
                        "the alert of " + url)[0]

    def tell(self, index, title, summary="", **more):
        """Publishes an item; its alert, once it and its story's were made."""
        return self.item(self.publish(index, title, summary, **more))

    def story(self, alert):
        """Alerts of the story in the log, but those of items."""
        return [a for a in self.daemon.log_alerts() if a["type"] != "item" and a["story"]["id"] == alert["story"]["id"]]

    def pushed(self):
        return [json.loads(hook["body"]) for hook in list(self.receiver.taken)]

    def pushes_of(self, url, wait=0):
        """Types of what the webhook got about the item."""
        def look():
            found = [b["type"] for b in self.pushed() if b["data"]["item"]["url"] == url]
            return found if len(found) >= wait else None
        return wait_for(look, "%d webhooks of %s" % (wait, url)) if wait else look()

    def settle(self):
        """Waits for another poll of all feeds, and until all that the log has
        for the webhook was pushed."""
        polls = [len(self.server.requests(outlet.path)) for outlet in self.outlets]
        for outlet, polled in zip(self.outlets, polls):
            self.server.requests(outlet.path, after=polled, wait=2)
        wait_for(lambda: len(self.pushed()) >= sum(a["type"] != "item" for a in self.daemon.log_alerts()),
                 "the webhook to have all")

    def check_shape(self):
        with open(os.path.join(harness.SRCDIR, "man", "alert.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        for alert in self.daemon.log_alerts():
            harness.check_schema(alert, schema)

    def clear(self):
        self.daemon.clear()
        self.server.stop()
        self.receiver.stop()


def types(alerts):
    return [alert["type"] for alert in alerts]


def mission_is_one_story_among_unrelated_items(stages):
    """three outlets, two languages, 2,000 unrelated items: one story.new"""
    stage = stages(["Courier of the East", "Western Post", "Northern Herald"], stories={"grown": [2, 3]})
    unrelated = list(stream(UNRELATED, 24, 5))
    told = []
    for index, (title, summary) in enumerate(MISSION):
        for number, item in enumerate(unrelated[index::3]):
            stage.outlets[(index + number) % 3].add(item["title"], item["summary"])
        for outlet in stage.outlets:
            outlet.serve(stage.server)
        told.append(stage.tell(index, title, summary))
    stage.settle()
    wait_for(lambda: stage.daemon.api("/api/v1/status")[1]["items"]["new"] >= UNRELATED + 3, "all unrelated items")
    check(len({alert["story"]["id"] for alert in told}) == 1, "more than one story")
    last = told[-1]["story"]
    check(last["items"] == 3 and last["outlets"] == 3, "story %s" % last)
    alerts = stage.story(told[0])
    check(types(alerts).count("story.new") == 1, "alerts %s" % types(alerts))
    grown = [a for a in alerts if a["type"] == "story.grown"]
    check([a["story"]["outlets"] for a in grown] == [2, 3], "grown %s" % [a["story"] for a in grown])
    check(grown[-1]["reason"]["text"].startswith("third outlet: Northern Herald (+"), grown[-1]["reason"]["text"])
    check("after Courier of the East, Western Post (+" in grown[-1]["reason"]["text"], grown[-1]["reason"]["text"])
    check(sorted(grown[-1]["rules"]) == ["crocus-city-hall", "lecornu", "macron", "shoigu"], grown[-1]["rules"])
    check([b["type"] for b in stage.pushed()].count("story.new") == 1, "pushes")
    check(not any(b["type"] == "item" for b in stage.pushed()), "an item was pushed")
    stage.check_shape()


def thirty_copies_of_a_wire_are_one_story(stages):
    """30 outlets carry the same wire within 10 s: one story, few alerts"""
    stage = stages(["Outlet %d" % i for i in range(COPIES)])
    urls = [stage.publish(i, *WIRE) for i in range(COPIES)]
    told = [stage.item(url) for url in urls]
    stage.settle()
    check(len({alert["story"]["id"] for alert in told}) == 1, "more than one story")
    check(max(alert["story"]["outlets"] for alert in told) == COPIES, "outlets")
    check(max(alert["story"]["independent"] for alert in told) == 1, "copies count as texts of their own")
    check([b["type"] for b in stage.pushed()] == ["story.new"] + 5 * ["story.grown"], "pushes %s" % stage.pushed())
    check([b["data"]["story"]["outlets"] for b in stage.pushed()] == [1, 2, 3, 5, 10, 20], "milestones")
    held = [a["reason"]["held"] for a in told if a["reason"]["held"]]
    check(len(held) == COPIES - 6, "%d held back" % len(held))
    check(" is told, and this adds nothing" in held[0], held[0])
    metrics = stage.daemon.api("/metrics")[1]
    check('wirewatch_alerts_suppressed_total{reason="told"} %d\n' % (COPIES - 6) in metrics, "metrics")
    check('wirewatch_alerts_total{type="story.grown",level="routine"} 5\n' in metrics, "metrics")


def news_in_a_told_story_is_an_update(stages):
    """a new entity and rule, then quiet: each is told once"""
    stage = stages(["TASS", "RT"], rules=RULES, stories={"grown": "off", "quiet": "4s"})
    first = stage.tell(0, TALKS[0])
    second = stage.tell(1, TALKS[1])
    check(second["story"]["id"] == first["story"]["id"], "two stories")
    check(types(stage.story(first)) == ["story.new"], "alerts %s" % types(stage.story(first)))
    third = stage.tell(0, TALKS[2], "They speak of the Crocus City Hall, too")
    update = stage.story(first)[-1]
    check(update["type"] == "story.update" and update["level"] == "flash", "alert %s" % update)
    check(update["rules"] == ["macron", "flash-crocus"], "rules %s" % update["rules"])
    check(update["reason"]["new_rules"] == ["flash-crocus"], "new %s" % update["reason"])
    check(update["reason"]["new_entities"] == ["crocus-city-hall"], "new %s" % update["reason"])
    check(update["reason"]["text"].startswith("new in the story: Crocus City Hall, rule flash-crocus, level flash"),
          update["reason"]["text"])
    lines = wait_for(lambda: stage.daemon.cli("search", "speak").stdout.splitlines(), "its words in the index")
    check(len(lines) == 2 and TALKS[2] in lines[0] and
          lines[1].startswith("         story %s: new in the story: " % first["story"]["id"]) and
          lines[1].endswith(" “%s”" % TALKS[0]), "search: %s" % lines)
    check([e["id"] for e in update["entities"]] == ["macron", "crocus-city-hall"], "entities")
    check(third["reason"]["held"] is None, "held %s" % third["reason"])
    count = len(stage.story(first))
    fourth = stage.tell(1, TALKS[3], "Crocus City Hall is on the agenda")
    check(len(stage.story(first)) == count, "told twice: %s" % stage.story(first)[-1]["reason"])
    check("is told" in fourth["reason"]["held"], "held %s" % fourth["reason"])
    stage.daemon.stop()  # quiet lasts over a restart
    stage.daemon.start()
    stage.server.requests(stage.outlets[0].path, after=len(stage.server.requests(stage.outlets[0].path)), wait=5)
    stage.tell(0, TALKS[1] + " again")
    update = stage.story(first)[-1]
    check(update["type"] == "story.update" and "s of quiet" in update["reason"]["text"], update["reason"]["text"])
    check([e["id"] for e in update["entities"]] == ["macron", "crocus-city-hall"], "those of the story are missing")
    stage.settle()
    stage.check_shape()


def edit_of_a_told_item_is_told_as_such(stages):
    """story.edited: a told item that brings a name, or changes where a rule asks"""
    stage = stages(["TASS"], rules=[{"id": "watch", "entities": ["crocus-city-hall"], "edits": True}])
    told = stage.tell(0, TALKS[0], "He is to stay for a day")
    stage.publish(0, "A wreath is laid in Krasnogorsk", "Officials came to the Crocus City Hall with 12 wreaths")
    wreath = stage.item(stage.outlets[0].items[0]["url"])

    def edit(number, summary):
        count = len(stage.pushed())
        stage.outlets[0].items[number]["summary"] = summary
        stage.outlets[0].serve(stage.server)
        return wait_for(lambda: len(stage.pushed()) > count and stage.pushed()[-1], "a webhook of the edit")

    edited = edit(1, "He is to stay for a day and will meet Shoigu")
    check(edited["type"] == "story.edited", "type %s" % edited["type"])
    check(edited["data"]["item"]["id"] == told["item"]["id"], "another item")
    check(edited["data"]["reason"]["new_entities"] == ["shoigu"], "reason %s" % edited["data"]["reason"])
    check(edited["data"]["reason"]["text"].startswith("an item that was told has changed; new in the story: "),
          edited["data"]["reason"]["text"])
    edited = edit(0, "Officials came to the Crocus City Hall with 15 wreaths")
    check(edited["data"]["item"]["id"] == wreath["item"]["id"] and edited["data"]["rules"] == ["watch"], edited["data"])
    for key in ("why_new", "text"):
        check("[-12-] {+15+}" in edited["data"]["reason"][key], edited["data"]["reason"][key])
    count = len(stage.pushed())
    stage.outlets[0].items[1]["summary"] = "He is to stay for a day, or two, and will meet Shoigu"
    stage.outlets[0].serve(stage.server)
    stage.settle()
    check(len(stage.pushed()) == count, "an edit that no rule asked for was told")
    stage.check_shape()


def rule_with_stories_off_pushes_each_item(stages):
    """stories: off pushes each item, to the sinks that take story.new"""
    stage = stages(["TASS", "RT"], rules=[{"id": "all", "entities": ["macron"], "stories": "off", "edits": True,
                                           "level": "urgent"}])
    alerts = [stage.tell(i % 2, TALKS[i]) for i in range(4)]
    for alert in alerts:
        check(stage.pushes_of(alert["item"]["url"], wait=1) == ["item"], "pushes")
        check(alert["reason"]["held"] is None, "held %s" % alert["reason"])
    check(stage.story(alerts[0]) == [], "a story alert")
    stage.outlets[1].items[0]["summary"] = "They last for a day"
    stage.outlets[1].serve(stage.server)
    check(stage.pushes_of(alerts[3]["item"]["url"], wait=2) == ["item", "story.edited"], "pushes")
    edited = stage.pushed()[-1]["data"]
    check(edited["rules"] == ["all"] and edited["level"] == "urgent", "edit %s" % edited)


def min_outlets_waits_for_independent_outlets(stages):
    """min_outlets: copies of a wire count once"""
    stage = stages(["TASS", "RT", "Copy", "Own"],
                   rules=[{"id": "quorum", "entities": ["macron", "shoigu"], "min_outlets": 2}],
                   stories={"grown": "off"})
    told = [stage.tell(i, *WIRE) for i in range(2)]
    told.append(stage.tell(2, "Shoigu, Macron on the telephone for one hour", WIRE[1]))
    check([a["story"]["independent"] for a in told] == [1, 1, 1], "independent %s" % [a["story"] for a in told])
    check(stage.story(told[0]) == [], "told too early")
    check(told[2]["reason"]["held"].startswith("rule quorum waits for 2 outlets"), told[2]["reason"]["held"])
    wait_for(lambda: 'wirewatch_alerts_suppressed_total{reason="min_outlets"} 3\n' in stage.daemon.api("/metrics")[1],
             "the metrics")
    last = stage.tell(3, "Macron and Shoigu speak of Baltic air traffic by telephone",
                      "Experts of both are to meet in Geneva this month, the president's office in Paris said after the "
                      "hour that Macron and Shoigu spent on the line")
    check(last["story"]["id"] == told[0]["story"]["id"], "another story")
    check(types(stage.story(last)) == ["story.new"], "alerts %s" % stage.story(last))
    reason = stage.story(last)[0]["reason"]["text"]
    check("4 outlets (2 with a text of their own): TASS, RT (+" in reason, reason)


def kill_repeats_no_story(stages):
    """kill -9 of the engine and of all: what was told is not told again"""
    stage = stages(["TASS", "RT", "Post", "Herald"], stories={"grown": [2, 4]})
    first = stage.tell(0, TALKS[0])
    stage.daemon.kill_role("engine")
    second = stage.tell(1, TALKS[1])
    stage.daemon.kill_all()
    stage.daemon.start()
    stage.tell(2, TALKS[2])
    stage.publish(3, TALKS[3])
    stage.daemon.kill_role("engine")
    stage.item(stage.outlets[3].items[0]["url"])
    stage.settle()
    check(second["story"]["id"] == first["story"]["id"], "two stories")
    alerts = stage.story(first)
    check(types(alerts).count("story.new") == 1, "alerts %s" % types(alerts))
    grown = [a["story"]["outlets"] for a in alerts if a["type"] == "story.grown"]
    check(grown == [2, 4], "grown at %s" % grown)


def main():
    tap = harness.Tap()
    harness.need_programs(tap)
    for test in (mission_is_one_story_among_unrelated_items, thirty_copies_of_a_wire_are_one_story,
                 news_in_a_told_story_is_an_update, edit_of_a_told_item_is_told_as_such,
                 rule_with_stories_off_pushes_each_item,
                 min_outlets_waits_for_independent_outlets, kill_repeats_no_story):
        stages = []

        def stage(outlets, **config):
            stages.append(Stage(outlets, **config))
            return stages[-1]
        try:
            tap.run(test, stage, on_failure=lambda: "\n".join(s.daemon.diagnostics() for s in stages))
        finally:
            for made in stages:
                made.clear()
    tap.done()


main()

#!/usr/bin/env python3
"""Stories end to end: what three outlets tell of one event, in two languages,
is one story, also after a restart; another event is another story."""
import json
import os
import sys
from datetime import datetime

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for
from outlets import ENTITIES, Outlet

ITEMS = [
    (0, "Macron: Paris ready to work with all countries that terrorism threatens",
     "The French president denied any role of Paris in the assault on the Crocus City Hall and said the call between "
     "defence ministers Sebastien Lecornu and Sergey Shoigu had been his idea"),
    (1, "Macron denies French role in Crocus City Hall attack",
     "President Emmanuel Macron brushed aside words of Sergey Shoigu, who told Sebastien Lecornu in a call that he "
     "hoped French services had no part in the assault near Moscow"),
    (2, "Макрон отверг причастность Франции к нападению на «Крокус Сити Холл»",
     "Президент Эммануэль Макрон заявил, что разговор Себастьена Лекорню и Сергея Шойгу состоялся по инициативе "
     "Парижа"),
]
LATER = (1, "Macron again denies a French role in the Crocus City Hall attack",
         "President Emmanuel Macron spoke of Sergey Shoigu and Sebastien Lecornu once more")
OTHER = (0, "Macron opens a museum of clocks in Besancon", "The president praised watchmakers of the Jura")


class Stage:
    def __init__(self):
        self.outlets = [Outlet("Courier of the East", "/a"), Outlet("Western Post", "/b", form="atom"),
                        Outlet("Северный вестник", "/c", charset="windows-1251")]
        for outlet in self.outlets:
            outlet.add("An old item of " + outlet.name, hours_ago=100)
        self.server = harness.FeedServer()
        for outlet in self.outlets:
            outlet.serve(self.server)
        feeds = [{"id": outlet.path[1:], "outlet": outlet.name, "url": self.server.url(outlet.path)}
                 for outlet in self.outlets]
        self.daemon = harness.Daemon({
            "defaults": {"interval": "1s"}, "desk": {"listen": "127.0.0.1:0"}, "fetchers": 1,
            "network": {"allow": ["127.0.0.0/8"]}, "feeds": feeds, "entities": ENTITIES,
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}]})

    def story_of(self, index, title, summary):
        """Publishes an item; its alert's story."""
        outlet = self.outlets[index]
        url = outlet.add(title, summary)
        outlet.serve(self.server)
        alert = wait_for(lambda: [a for a in self.daemon.log_alerts() if a["item"]["url"] == url],
                         "the alert of " + url)[0]
        with open(os.path.join(harness.SRCDIR, "man", "alert.schema.json"), encoding="utf-8") as file:
            harness.check_schema(alert, json.load(file))
        return alert["story"]

    def polled(self):
        for outlet in self.outlets:
            self.server.requests(outlet.path, wait=2)

    def clear(self):
        self.daemon.clear()
        self.server.stop()


def three_outlets_tell_one_story(stage):
    stage.daemon.start()
    stage.polled()
    stories = [stage.story_of(*item) for item in ITEMS]
    check(len({story["id"] for story in stories}) == 1, "stories %s" % stories)
    last = stories[-1]
    names = [outlet.name for outlet in stage.outlets]
    check(last["items"] == 3 and last["outlets"] == 3, "story %s" % last)
    check(last["outlet_names"] == names, "outlets %s" % last["outlet_names"])
    check(last["headline"] == ITEMS[0][1], "headline %s" % last["headline"])
    check(last["first_seen"] == stories[0]["first_seen"], "first seen %s" % last["first_seen"])
    _, story = stage.daemon.api("/api/v1/stories/%s" % last["id"])
    times = [datetime.fromisoformat(item["at"][:-1]) for item in story["timeline"]]
    for item, at in zip(story["timeline"], times):
        minutes = (at - times[0]).total_seconds() / 60
        check(abs(item["minutes"] - minutes) < 0.001, "minutes %s, not %s" % (item["minutes"], minutes))
    stage.story = last


def another_event_is_another_story(stage):
    story = stage.story_of(*OTHER)
    check(story["id"] != stage.story["id"], "one story")
    check(story["items"] == 1 and story["outlets"] == 1, "story %s" % story)


def restart_forgets_no_story(stage):
    check(stage.daemon.stop() == 0, "exit status")
    stage.daemon.start()
    story = stage.story_of(*LATER)
    check(story["id"] == stage.story["id"], "another story %s" % story)
    check(story["items"] == 4 and story["outlets"] == 3, "story %s" % story)
    check(story["headline"] == ITEMS[0][1], "headline %s" % story["headline"])
    check(story["first_seen"] == stage.story["first_seen"], "first seen %s" % story["first_seen"])


def items_of_the_api_have_their_story(stage):
    _, answer = stage.daemon.api("/api/v1/items?limit=500")
    mine = [item["id"] for item in answer["items"] if item["story"] == stage.story["id"]]
    check(len(mine) == 4, "%d items" % len(mine))
    status, answer = stage.daemon.api("/api/v1/items?story=" + stage.story["id"])
    check(status == 200, "status %s" % status)
    check([item["id"] for item in answer["items"]] == mine, "other items of the story")


def main():
    tap = harness.Tap()
    harness.need_programs(tap)
    stage = Stage()
    try:
        for test in (three_outlets_tell_one_story, another_event_is_another_story, restart_forgets_no_story,
                     items_of_the_api_have_their_story):
            tap.run(test, stage, on_failure=stage.daemon.diagnostics)
    finally:
        stage.clear()
    tap.done()


main()

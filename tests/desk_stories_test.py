"""Stories over the desk's API and on the command line."""

import json
import re
import subprocess

import harness
from harness import Tap, check, need_programs, same
from stage import STAGE, Stage


def run(stage, *words):
    return subprocess.run(
        [harness.WIREWATCH, *words], env=dict(stage.env, TZ="UTC"), text=True,
        capture_output=True, timeout=60 * harness.SLOW, stdin=subprocess.DEVNULL,
    )


def without_dates(text):
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "DATE", text)
    return re.sub(r"next (now|in \d+ s)", "next NOW", text)


def tell_the_story(stage):
    """Story 1: four items of three outlets; story 4: one nobody was told of."""
    stage.cue("join", 0, 1, 12, "Macron visits Kyiv", "Macron", "urgent")
    stage.cue("join", 1, 2, 8, "Макрон прибыл в Киев", "Макрон", "")
    stage.cue("join", 1, 3, 3, "Macron in \x1b[31mKyiv\u202e", "Macron", "routine")
    stage.cue("join", 0, 2, 1, "Weather", "", "")
    stage.cue("join", 1, 1, 0, "Macron leaves Kyiv", "Macron", "flash")


def stories_are_listed_newest_first(stage):
    stories = stage.get("/api/v1/stories")[1]["stories"]
    same([story["id"] for story in stories], ["4", "1"], "ids")
    same(stories[0]["level"], None, "level of what was not told")
    same(stories[0]["lead_minutes"], None, "lead of one outlet")
    story = stories[1]
    same((story["headline"], story["level"], story["items"], story["outlets"]),
         ("Macron visits Kyiv", "flash", 4, 3), "the told one")
    same(story["outlet_names"], ["Outlet 1", "Outlet 2", "Outlet 3"], "by time")
    same((story["first_outlet"], story["lead_minutes"]), ("Outlet 1", 4.0), "first")
    same(story["entities"], [{"id": "entity", "name": "entity", "items": 4}],
         "entities")


def filters_choose_stories(stage):
    for query, ids in (
        ("told=1", ["1"]), ("outlets=2", ["1"]), ("outlets=9", []),
        ("level=flash", ["1"]), ("outlet=Outlet+2", ["4", "1"]),
        ("outlet=OUTLET+2", ["4", "1"]),
        ("entity=nobody", []), ("text=weather", ["4"]), ("since=1h", ["4", "1"]),
        ("until=2001-01-01T00:00:00Z", []), ("before=4", ["1"]), ("after=1", ["4"]),
    ):
        status, page = stage.get("/api/v1/stories?" + query)
        same((status, [story["id"] for story in page["stories"]]), (200, ids), query)
    page = stage.get("/api/v1/stories?limit=1&since=1h")[1]
    same(page["next"], "/api/v1/stories?limit=1&since=1h&before=4", "next")
    same(stage.get(page["next"])[1]["stories"][0]["id"], "1", "the next page")


def a_story_is_a_timeline(stage):
    story = stage.get("/api/v1/stories/1")[1]
    same([(item["outlet"], item["minutes"]) for item in story["timeline"]],
         [("Outlet 1", 0.0), ("Outlet 2", 4.0), ("Outlet 3", 9.0),
          ("Outlet 1", 12.0)], "items by time")
    same([(row["outlet"], row["minutes"], row["items"]) for row in story["coverage"]],
         [("Outlet 1", 0.0, 2), ("Outlet 2", 4.0, 1), ("Outlet 3", 9.0, 1)],
         "coverage")
    mention = story["timeline"][1]["mentions"][0]
    same((mention["field"], mention["offset"], mention["length"]), ("title", 0, 12),
         "a mention, in bytes")
    same([(alert["seq"], alert["level"], alert["rules"]) for alert in story["alerts"]],
         [(1, "urgent", ["politics"]), (2, "routine", ["politics"]),
          (3, "flash", ["politics"])], "alerts")
    delivery = story["alerts"][0]["deliveries"][0]
    same((delivery["sink"], delivery["state"]), ("log", "waiting"), "delivery")


def hostile_ids_and_parameters_are_refused(stage):
    for id_ in ("0", "99", "-1", "x", "1x", "%31%00", "1%20OR%201=1", "+1", "01",
                "9223372036854775807", "18446744073709551617", "9" * 5000, "1/items"):
        same(stage.get("/api/v1/stories/" + id_)[0], 404, id_)
    for query in ("level=high", "limit=0", "limit=1001", "told=maybe", "outlets=-1",
                  "since=soon", "q=x", "text=", "entity=" + "a" * 5000, "text=%zz",
                  "told=1&told=1", "outlets=18446744073709551615"):
        status, answer = stage.get("/api/v1/stories?" + query)
        same(status, 400, query)
        check(answer["error"], query)
    same(stage.get("/api/v1/stories?text=%22+OR+NOT+*+(&outlets=9223372036854775807")
         [0], 200, "words of a query language are words")
    same(stage.post("/api/v1/stories/1")[0], 405, "POST")


STORIES = """\
STORY  FIRST                LEVEL  OUTLETS  ITEMS  FIRST BY   LEAD  HEADLINE
    4  DATE  -            1      1  Outlet 2         Weather
    1  DATE  flash        3      4  Outlet 1  4 min  Macron visits Kyiv
"""

STORY = """\
Macron visits Kyiv
story     1, flash
carried   4 items of 3 outlets: Outlet 1, Outlet 2, Outlet 3
first by  Outlet 1, 4 min ahead of Outlet 2
entities  entity (4)

DATE      +0 s  Outlet 1  Macron visits Kyiv
                                https://news.example/1
                                Macron in title
DATE    +4 min  Outlet 2  Макрон прибыл в Киев
                                https://news.example/2
                                Макрон in title
DATE    +9 min  Outlet 3  Macron in [31mKyiv
                                https://news.example/3
                                Macron in title
DATE   +12 min  Outlet 1  Macron leaves Kyiv
                                https://news.example/5
                                Macron in title

ALERTED              ALERT  TYPE  LEVEL    RULES     WENT TO
DATE      1  item  urgent   politics  log (waiting, next NOW)
DATE      2  item  routine  politics  log (waiting, next NOW)
DATE      3  item  flash    politics  log (waiting, next NOW)
"""


def same_lines(got, want, what):
    got, want = without_dates(got).splitlines(), want.splitlines()
    for one, other in zip(got, want):
        same(one, other, what)
    same(len(got), len(want), what + ": lines")


def the_command_line_lists_stories(stage):
    done = run(stage, "stories")
    same((done.returncode, done.stderr), (0, ""), "exit status")
    same_lines(done.stdout, STORIES, "stories")
    done = run(stage, "stories", "--told", "--since", "6h", "--json", "-n", "5")
    same([json.loads(line)["id"] for line in done.stdout.splitlines()], ["1"], "JSON")
    done = run(stage, "stories", "-n", "1")
    check("the newest 1; --limit shows more" in done.stderr, done.stderr)
    same(run(stage, "stories", "--entity", "nobody").returncode, 1, "none")
    same(run(stage, "stories", "--level", "high").returncode, 2, "bad input")
    same(run(stage, "stories", "--wat").returncode, 64, "usage")


def the_command_line_tells_a_story(stage):
    done = run(stage, "story", "1")
    same((done.returncode, done.stderr), (0, ""), "exit status")
    same_lines(done.stdout, STORY, "story")
    same(json.loads(run(stage, "story", "1", "--json").stdout)["id"], "1", "JSON")
    done = run(stage, "story", "no/such story")
    same(done.returncode, 1, "no story")
    check('no story "no/such story"' in done.stderr, done.stderr)
    for words in (("story",), ("story", "1", "2"), ("story", "--told", "1")):
        same(run(stage, *words).returncode, 64, " ".join(words))


def main():
    tap = Tap()
    need_programs(tap, STAGE, harness.WIREWATCH)
    stage = Stage()
    tell_the_story(stage)
    for test in (
        stories_are_listed_newest_first,
        filters_choose_stories,
        a_story_is_a_timeline,
        hostile_ids_and_parameters_are_refused,
        the_command_line_lists_stories,
        the_command_line_tells_a_story,
    ):
        tap.run(test, stage)
    stage.clear()
    tap.done()


main()

#!/usr/bin/env python3
"""wirewatch group: JSON Lines of items in, their stories out. Made-up streams
get the stories that the recipe's reference gave them
(tests/data/story/expected.json)."""
import hashlib
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import SRCDIR, WIREWATCH, Tap, check, need_programs

sys.path.insert(0, os.path.join(SRCDIR, "bench"))
from story_stream import stream

# The same event told by three outlets, in sentences of the project's own.
MISSION = [
    {"id": "a", "feed": "tass-en", "language": "en",
     "title": "Macron: Paris ready to work with all countries that terrorism threatens",
     "summary": "The French president denied any role of Paris in the assault on the Crocus City Hall and said the "
                "call between defence ministers Sebastien Lecornu and Sergey Shoigu had been his idea"},
    {"id": "b", "feed": "rt-en", "language": "en",
     "title": "Macron denies French role in Crocus City Hall attack",
     "summary": "President Emmanuel Macron brushed aside words of Sergey Shoigu, who told Sebastien Lecornu in a call "
                "that he hoped French services had no part in the assault near Moscow"},
    {"id": "c", "feed": "tass-ru", "language": "ru",
     "title": "Макрон отверг причастность Франции к нападению на «Крокус Сити Холл»",
     "summary": "Президент Эммануэль Макрон заявил, что разговор Себастьена Лекорню и Сергея Шойгу состоялся по "
                "инициативе Парижа"},
]


def group(data):
    if not isinstance(data, bytes):
        data = b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in data)
    return subprocess.run([WIREWATCH, "group"], input=data, capture_output=True, timeout=120)


def stories(items):
    result = group(items)
    check(result.returncode == 0, "exit status %d: %s" % (result.returncode, result.stderr.decode()))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    check([a["id"] for a in answers] == [i["id"] for i in items], "other ids than those of the items")
    check(all(list(a) == ["id", "story"] for a in answers), "other keys than id and story")
    return [a["story"] for a in answers]


def stream_agrees(case):
    items = list(stream(case["items"], case["hours"], case["seed"]))
    digest = hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()
    check(digest == case["sha256"], "this Python makes another stream of the same seed")
    got = stories(items)
    same = sum(a == b for a, b in zip(got, case["stories"]))
    check(same >= .995 * len(items), "%d of %d items agree" % (same, len(items)))


def mission_is_one_story_among_unrelated_items():
    items = list(stream(2000, 24, 77))
    for item, place in zip(MISSION, (700, 1100, 1500)):
        items.insert(place, dict(item, date_published=items[place]["date_published"]))
    got = stories(items)
    mine = [story for story, item in zip(got, items) if item["id"] in "abc"]
    check(len(set(mine)) == 1, "stories %s" % mine)
    check(got.count(mine[0]) == 3, "%d items in the story" % got.count(mine[0]))
    check(len({i["feed"] for i, s in zip(items, got) if s == mine[0]}) == 3, "not three outlets")


def item(number, title, hours=0, **more):
    return dict({"id": number, "title": title, "language": "en",
                 "date_published": "2024-04-%02dT%02d:00:00Z" % (4 + hours // 24, hours % 24)}, **more)


def copies_join_and_other_events_stay_apart():
    got = stories([item(1, "Ministers meet in Geneva over the grain corridor"),
                   item(2, "Ministers meet in Geneva over the grain corridor - Outlet"),
                   item(3, "UPDATE 1-Ministers meet in Geneva over the grain corridor"),
                   item(4, "Late goal decides the northern derby"),
                   item(5, "Volcano on the eastern island erupts again")])
    check(len(set(got[:3])) == 1 and len(set(got)) == 3, "stories %s" % got)


def story_ends_after_72_hours():
    title = "Ministers meet in Geneva over the grain corridor"
    got = stories([item(1, title), item(2, title, 72), item(3, title, 145)])
    check(got[0] == got[1] != got[2], "stories %s" % got)


def line_is_answered_before_the_next_is_sent():
    process = subprocess.Popen([WIREWATCH, "group"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for number in range(3):
        process.stdin.write(json.dumps(item(number, "Title %d" % number)).encode() + b"\n")
        process.stdin.flush()
        check(json.loads(process.stdout.readline())["id"] == number, "another id")
    process.stdin.close()
    check(process.wait(10) == 0, "exit status")
    process.stdout.close()


def fails(data, message, answered=0):
    result = group(data)
    check(result.returncode == 2, "exit status %d" % result.returncode)
    check(message in result.stderr, result.stderr.decode("utf-8", "replace"))
    check(result.stdout.count(b"\n") == answered, "%d lines answered" % result.stdout.count(b"\n"))


def wrong_line_is_told_by_its_number():
    good = b'{"id":"a","title":"t"}\n\n'
    fails(good + b"{\n", b"line 3: invalid JSON", 1)
    fails(good + b"[1]\n", b"line 3: not a JSON object", 1)
    fails(b'{"title":"t"}', b"line 1: id is missing")
    fails(b'{"id":{},"title":"t"}', b"line 1: id is missing, or no string or integer")
    fails(good + b'{"id":1,"title":7}\n' + good, b"line 3: title is not a string", 1)
    fails(good + b'{"id":1,"date_published":"soon"}', b"line 3: date_published is no date: soon", 1)
    fails(b'{"id":"\xff"}', b"line 1: invalid JSON")
    fails(b"[" * 100000, b"line 1: invalid JSON")


def odd_lines_are_taken():
    check(group(b"").stdout == b"", "an answer to nothing")
    result = group(b'\r\n{"id":"x\\u0000y\\ud83d\\ude00","title":null}\r\n \n{"id":-5,"summary":"s","date_published":'
                   b'"2024-04-04T10:00:00.5+03:00"}')
    check(result.returncode == 0, result.stderr.decode())
    check([json.loads(line)["id"] for line in result.stdout.splitlines()] == ["x\0y\U0001f600", -5], "ids")


def quick_and_full_reading_agree():
    """Escapes, space, and a member that only a full parser reads change nothing."""
    items = list(stream(400, 20, 5))
    plain = group(b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in items)).stdout
    check(plain.count(b"\n") == 400, "%d lines answered" % plain.count(b"\n"))
    for change in (lambda item: json.dumps(item), lambda item: json.dumps(item, separators=(" ,\t", " : ")),
                   lambda item: json.dumps({"tags": ["a", {"b": 1.5}], **item}),
                   lambda item: '{"title":"x","text":null,"n":-1,"t":true,' + json.dumps(item)[1:]):
        check(group("".join(change(item) + "\n" for item in items).encode()).stdout == plain, change(items[0]))


def only_json_is_taken():
    good = '{"id":1,"title":"%s"}'
    for escape in ("\\n", "\\/", "\\u00e9", "\\ud83d\\ude00"):
        check(group((good % escape).encode()).returncode == 0, escape)
    for text in ("\\x", "\\u12g4", "\\ud83d", "\\ude00", "\t", "\\"):
        fails((good % text).encode(), b"line 1: invalid JSON")
    for line in ('{"id":01}', '{"id":1,}', '{"id":1}}', '{"id":1 "title":""}', '{"id":1,"x":nul}', '{"id":-}', '{"id":1', '{"id"'):
        fails(line.encode(), b"line 1: invalid JSON")
    fails(b'{"id":1.0}', b"line 1: id is missing, or no string or integer")
    ids = "".join('{"id":%s}\n' % id for id in ('"a\\"b\\\\"', "-0", "999999999999999999", "9223372036854775807"))
    check([json.loads(line)["id"] for line in group(ids.encode()).stdout.splitlines()]
          == ['a"b\\', 0, 999999999999999999, 9223372036854775807], "ids")


def large_line_is_taken():
    check(stories([item(1, "a b " * 500000, text="c d " * 500000), item(2, "e")]) == [0, 1], "stories")


def usage_is_64():
    result = subprocess.run([WIREWATCH, "group", "x"], stdin=subprocess.DEVNULL, capture_output=True)
    check(result.returncode == 64, "exit status %d" % result.returncode)


def main():
    tap = Tap()
    need_programs(tap, WIREWATCH)
    with open(os.path.join(SRCDIR, "tests", "data", "story", "expected.json"), encoding="utf-8") as file:
        for case in json.load(file):
            test = lambda: stream_agrees(case)
            test.__doc__ = "stories of stream %(seed)d are those of the reference" % case
            tap.run(test)
    for test in (mission_is_one_story_among_unrelated_items, copies_join_and_other_events_stay_apart,
                 story_ends_after_72_hours, line_is_answered_before_the_next_is_sent,
                 wrong_line_is_told_by_its_number, odd_lines_are_taken, quick_and_full_reading_agree, only_json_is_taken,
                 large_line_is_taken, usage_is_64):
        tap.run(test)
    tap.done()


main()

#!/usr/bin/env python3
"""The main job end to end: three outlets publish, and one alert for each item
is in the rolling log, syslog, the webhook, `wirewatch tail` and the live
events, each within two seconds; a webhook that is away loses none."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for
from outlets import ENTITIES, RULES, three_outlets

SECRET = "whsec_d2lyZXdhdGNoIGVuZCB0byBlbmQgdGVzdA=="
DEADLINE_S = 2.0  # from publication to every place

tap = harness.Tap()


class Mission:
    """The running daemon with all that listens to it."""

    def __init__(self):
        self.outlets = three_outlets()
        self.server = harness.FeedServer()
        for outlet in self.outlets:
            outlet.serve(self.server)
        self.receiver = harness.Receiver(SECRET)
        self.no_syslog = harness.Syslog.missing()
        self.syslog = None if self.no_syslog else harness.Syslog()
        command = self.syslog.command if self.syslog else ()
        self.tail = self.events = None
        self.daemon = harness.Daemon(self.config(), command=command)
        self.daemon.write("hook.key", SECRET + "\n")
        os.chmod(self.daemon.path("etc", "hook.key"), 0o600)

    def config(self):
        sinks = [
            {
                "id": "desk",
                "type": "webhook",
                "url": self.receiver.url,
                "secret_file": "hook.key",
                "types": ["item"],
            },
            {"id": "log", "type": "log", "path": "alerts.jsonl"},
        ]
        if self.syslog:
            sinks.append(
                {
                    "id": "syslog",
                    "type": "syslog",
                    "facility": "local4",
                    "types": ["item"],
                }
            )
        return {
            "defaults": {"interval": "1s"},
            "desk": {"listen": "127.0.0.1:0"},
            "network": {"allow": ["127.0.0.0/8"]},
            "fetchers": 2,
            "feeds": [
                {
                    "id": outlet.path[1:],
                    "outlet": outlet.name,
                    "url": self.server.url(outlet.path),
                }
                for outlet in self.outlets
            ],
            "entities": ENTITIES,
            "rules": RULES,
            "sinks": sinks,
        }

    def alerts_of(self, url):
        return [
            alert
            for alert in self.daemon.log_alerts()
            if alert["type"] == "item" and alert["item"]["url"] == url
        ]

    def hooks_of(self, url):
        return [
            hook
            for hook in list(self.receiver.taken)
            if json.loads(hook["body"])["data"]["item"]["url"] == url
        ]

    def clear(self):
        for reader in (self.tail, self.events):
            if reader is not None:
                reader.stop()
        self.daemon.clear()
        self.server.stop()
        self.receiver.stop()
        if self.syslog:
            self.syslog.stop()


def first_poll_is_quiet(mission):
    mission.daemon.start()
    mission.tail = mission.daemon.cli_start("tail", "-f", "--json")
    mission.events = mission.daemon.events()
    for outlet in mission.outlets:
        polls = mission.server.requests(outlet.path, wait=2)
        check(len(polls) >= 2, "%s was not polled twice" % outlet.name)
    check(mission.daemon.log_alerts() == [], "the log is not empty")
    check(mission.receiver.attempts == [], "the webhook was called")


def is_item(line, url):
    return '"type":"item"' in line and url in line


def publish(mission, index, title, summary, content):
    """One new item; returns its address and the time of its publication."""
    outlet = mission.outlets[index]
    url = outlet.add(title, summary, content)
    outlet.serve(mission.server)
    return url, time.monotonic()


def load_schema():
    path = os.path.join(harness.SRCDIR, "man", "alert.schema.json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def check_alert(alert, entities, rules, level):
    harness.check_schema(alert, load_schema())
    check(alert["type"] == "item", "type is %s" % alert["type"])
    named = sorted(entity["id"] for entity in alert["entities"])
    check(named == sorted(entities), "entities are %s" % named)
    check(
        sorted(alert["rules"]) == sorted(rules), "rules are %s" % alert["rules"]
    )
    check(alert["level"] == level, "level is %s" % alert["level"])


def check_mentions(alert):
    """Offsets are bytes of the field's text as the alert has it."""
    for entity in alert["entities"]:
        check(entity["mentions"], "%s has no mention" % entity["id"])
        for mention in entity["mentions"]:
            text = alert["item"].get(mention["field"])
            if text is None:
                continue
            start, length = mention["offset"], mention["length"]
            found = text.encode()[start:start + length].decode()
            check(
                found == mention["text"],
                "mention %r, but the text has %r" % (mention["text"], found),
            )


def told_everywhere(mission, url, published, word):
    """Waits until every place tells the item; returns the alert."""

    def left():
        return max(0.05, DEADLINE_S - (time.monotonic() - published))

    hook = wait_for(
        lambda: mission.hooks_of(url), "the webhook of " + url, left()
    )[0]
    alert = wait_for(
        lambda: mission.alerts_of(url), "the log line of " + url, left()
    )[0]
    body = json.loads(hook["body"])
    check(body["data"] == alert, "webhook and log differ")
    check(body["type"] == alert["type"], "the webhook's type differs")
    check(
        body["timestamp"] == alert["times"]["alerted"],
        "the webhook's timestamp is not the alert's",
    )
    tailed = mission.tail.wait_line(
        lambda line: is_item(line, url), "`wirewatch tail` of " + url, left()
    )
    check(json.loads(tailed) == alert, "tail differs from the log")
    event = mission.events.wait_line(
        lambda line: line.startswith("data:") and is_item(line, url),
        "the live event of " + url,
        left(),
    )
    check(json.loads(event[5:]) == alert, "the live event differs")
    if mission.syslog:
        line = wait_for(
            lambda: [x for x in mission.syslog.lines() if url in x],
            "the syslog line of " + url,
            left(),
        )[0]
        check(line.startswith("local4."), "syslog line: " + line)
        check(word in line, "no %s in syslog line: %s" % (word, line))
        check(alert["level"] in line, "no level in syslog line: " + line)
    return alert


def told_once(mission, url):
    check(len(mission.alerts_of(url)) == 1, "more than one line in the log")
    check(len(mission.hooks_of(url)) == 1, "more than one webhook")
    check(
        sum(is_item(line, url) for line in mission.tail.lines) == 1,
        "more than one line of tail",
    )
    if mission.syslog:
        count = sum(url in line for line in mission.syslog.lines())
        check(count == 1, "%d syslog lines" % count)


def rss_item_in_english_is_told_everywhere(mission):
    url, published = publish(
        mission,
        0,
        "Macron says the Crocus City Hall gunmen had also looked at France",
        "The president spoke of Crocus City Hall after a cabinet meeting.",
        "He asked his ministers to share what they know; Shoigu was called"
        " on the same day, and a crisis group was set up.",
    )
    alert = told_everywhere(mission, url, published, "Macron")
    check_alert(
        alert,
        ["macron", "crocus-city-hall", "shoigu"],
        ["crocus", "macron", "shoigu"],
        "urgent",
    )
    check_mentions(alert)
    check(alert["item"]["outlet"] == mission.outlets[0].name, "outlet differs")


def atom_entry_in_english_is_told_everywhere(mission):
    url, published = publish(
        mission,
        1,
        "Macron offers Moscow a joint inquiry",
        "Paris wants to work on the case with others.",
        "The attack on Crocus City Hall was raised in a call between the"
        " ministers; Sergey Shoigu took part.",
    )
    alert = told_everywhere(mission, url, published, "Macron")
    check_alert(
        alert,
        ["macron", "crocus-city-hall", "shoigu"],
        ["macron", "shoigu"],
        "routine",
    )
    check_mentions(alert)


def rss_item_in_windows_1251_is_told_everywhere(mission):
    url, published = publish(
        mission,
        2,
        "ШОЙГУ ответил на звонок из Парижа",
        "Разговор длился час.",
        "Стороны говорили о борьбе с террором.",
    )
    alert = told_everywhere(mission, url, published, "ШОЙГУ")
    check_alert(alert, ["shoigu"], ["shoigu"], "routine")
    check_mentions(alert)


def each_item_was_told_once(mission):
    """each item was told once, and later polls repeat nothing"""
    polls = [
        len(mission.server.requests(outlet.path)) for outlet in mission.outlets
    ]
    for outlet, polled in zip(mission.outlets, polls):
        mission.server.requests(outlet.path, after=polled, wait=2)
        told_once(mission, outlet.items[0]["url"])
    check(mission.receiver.forged == 0, "a signature was not genuine")


def edit_of_a_told_item_is_no_new_item(mission):
    outlet = mission.outlets[0]
    before = len(mission.daemon.log_alerts())
    outlet.items[0]["title"] += " (updated)"
    outlet.serve(mission.server)
    polled = len(mission.server.requests(outlet.path))
    mission.server.requests(outlet.path, after=polled, wait=2)
    items = [
        alert
        for alert in mission.daemon.log_alerts()[before:]
        if alert["type"] == "item"
    ]
    check(items == [], "an edit was told as a new item")


def webhook_down_for_20_items_loses_none(mission):
    """a webhook that is away for 20 items gets each once it is back"""
    mission.receiver.status = 503
    attempts = len(mission.receiver.attempts)
    urls = []
    for number in range(20):
        outlet = mission.outlets[number % 3]
        urls.append(outlet.add("Macron, statement number %d" % number))
        outlet.serve(mission.server)
    wait_for(
        lambda: all(mission.alerts_of(url) for url in urls),
        "20 lines in the log",
        20,
    )
    wait_for(
        lambda: len(mission.receiver.attempts) > attempts,
        "an attempt at the webhook",
    )
    check(not any(map(mission.hooks_of, urls)), "one was taken while down")
    mission.receiver.status = 200
    wait_for(
        lambda: all(mission.hooks_of(url) for url in urls),
        "20 webhooks once it is back",
        60,
    )
    check(
        all(len(mission.hooks_of(url)) == 1 for url in urls),
        "a webhook was taken twice",
    )
    by_url = {}
    for hook in mission.receiver.attempts:
        url = json.loads(hook["body"])["data"]["item"]["url"]
        by_url.setdefault(url, set()).add(hook["headers"]["webhook-id"])
    check(
        all(len(by_url[url]) == 1 for url in urls),
        "the webhook-id changed between attempts",
    )


def term_ends_everything_cleanly(mission):
    roles = mission.daemon.roles()
    check(len(roles) >= 5, "roles: %s" % roles)
    check(mission.daemon.stop() == 0, "the exit status is not 0")
    check(
        not any(harness.is_running(pid) for pid, _ in roles),
        "a role outlived the daemon",
    )


def main():
    harness.need_programs(tap)
    mission = Mission()
    try:
        tests = [
            first_poll_is_quiet,
            rss_item_in_english_is_told_everywhere,
            atom_entry_in_english_is_told_everywhere,
            rss_item_in_windows_1251_is_told_everywhere,
            each_item_was_told_once,
            edit_of_a_told_item_is_no_new_item,
            webhook_down_for_20_items_loses_none,
            term_ends_everything_cleanly,
        ]
        for test in tests:
            passed = tap.run(
                test, mission, on_failure=mission.daemon.diagnostics
            )
            if not passed and test is first_poll_is_quiet:
                break
        if mission.no_syslog:
            tap.skip("syslog carries each alert", mission.no_syslog)
    finally:
        mission.clear()
    tap.done()


main()

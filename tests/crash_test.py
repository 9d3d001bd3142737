#!/usr/bin/env python3
"""kill -9 of roles and of the whole daemon at random points under load: no
alert is lost, the log has each once, and a webhook is repeated only with the
id that it had before.

ROUNDS (default 5) kills are made; `make check-crash` makes 50. SEED repeats a
run.
"""

import collections
import json
import os
import random
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for
from outlets import ENTITIES, Outlet

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SEED = int(os.environ.get("SEED", random.randrange(10**6)))
SECRET = "crash test secret"
VICTIMS = ["engine", "courier", "fetcher", "all"]
PUBLISH_EVERY_S = 0.1
OUTLETS = 6
RESTART_S = 2.0  # a role that died is back within

tap = harness.Tap()


class Load(threading.Thread):
    """Publishes items, one feed after the other, until told to stop."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server = server
        self.outlets = [
            Outlet(
                "Outlet %d" % number,
                "/feed-%d" % number,
                form="atom" if number % 2 else "rss",
            )
            for number in range(OUTLETS)
        ]
        for outlet in self.outlets:
            outlet.add("Nothing new", hours_ago=48)
            outlet.serve(server)
        self.urls = []
        self.stopping = threading.Event()

    def run(self):
        number = 0
        while not self.stopping.wait(PUBLISH_EVERY_S):
            outlet = self.outlets[number % OUTLETS]
            number += 1
            self.urls.append(
                outlet.add("Macron and Shoigu, report %d" % number)
            )
            outlet.serve(self.server)

    def stop(self):
        self.stopping.set()
        self.join()


class Crash:
    def __init__(self):
        self.random = random.Random(SEED)
        self.server = harness.FeedServer()
        self.load = Load(self.server)
        self.receiver = harness.Receiver(SECRET)
        self.daemon = harness.Daemon(self.config())
        self.daemon.write("hook.key", SECRET)
        os.chmod(self.daemon.path("etc", "hook.key"), 0o600)

    def config(self):
        return {
            "defaults": {"interval": "1s"},
            "desk": {"listen": "127.0.0.1:0"},
            "network": {"allow": ["127.0.0.0/8"]},
            "fetchers": 2,
            "feeds": [
                {"id": outlet.path[1:], "url": self.server.url(outlet.path)}
                for outlet in self.load.outlets
            ],
            "entities": ENTITIES,
            "sinks": [
                {
                    "id": "log",
                    "type": "log",
                    "path": "alerts.jsonl",
                    "types": ["item"],
                },
                {
                    "id": "desk",
                    "type": "webhook",
                    "url": self.receiver.url,
                    "secret_file": "hook.key",
                    "types": ["item"],
                },
            ],
        }

    def kill(self, victim):
        if victim == "all":
            self.daemon.kill_all()
            self.daemon.start()
            return
        which = self.random.randrange(2)
        killed = self.daemon.kill_role(victim, which)
        if killed is None:
            return  # not back yet from an earlier kill
        count = 2 if victim == "fetcher" else 1
        wait_for(
            lambda: killed not in (pids := [
                pid for pid, _ in self.daemon.roles(victim)
            ]) and len(pids) == count,
            "the %s to be back" % victim,
            30,
        )

    def logged(self):
        return collections.Counter(
            alert["item"]["url"] for alert in self.daemon.log_alerts()
        )

    def takings(self):
        return collections.Counter(
            json.loads(hook["body"])["data"]["item"]["url"]
            for hook in list(self.receiver.taken)
        )

    def taken(self):
        return set(self.takings())

    def clear(self):
        self.load.stopping.set()
        self.daemon.clear()
        self.server.stop()
        self.receiver.stop()


def daemon_comes_back_from_every_kill(crash):
    """the daemon comes back from every kill -9 under load"""
    crash.daemon.start()
    for outlet in crash.load.outlets:
        crash.server.requests(outlet.path, wait=1)
    wait_for(
        lambda: crash.daemon.api("/readyz")[0] == 200, "the first polls", 20
    )
    crash.load.start()
    victims = [VICTIMS[number % len(VICTIMS)] for number in range(ROUNDS)]
    crash.random.shuffle(victims)
    for victim in victims:
        seen = len(crash.receiver.taken)
        # At a random point of the way of an item: some alerts after the last
        # kill, and a random while into the next second.
        wait_for(
            lambda: len(crash.receiver.taken) > seen,
            "alerts between kills",
            60,
        )
        crash.load.stopping.wait(crash.random.random())
        crash.kill(victim)
    crash.load.stop()


def no_alert_is_lost(crash):
    published = set(crash.load.urls)
    check(len(published) > ROUNDS, "too little was published")
    wait_for(
        lambda: published <= set(crash.logged()),
        "all %d in the log" % len(published),
        60,
    )
    wait_for(
        lambda: published <= crash.taken(),
        "all %d at the webhook" % len(published),
        90,
    )


def log_has_each_alert_once_and_whole(crash):
    alerts = crash.daemon.log_alerts()  # parses each line
    twice = [url for url, count in crash.logged().items() if count > 1]
    check(not twice, "twice in the log: %s" % twice[:5])
    numbers = [alert["seq"] for alert in alerts]
    check(
        all(b > a for a, b in zip(numbers, numbers[1:])),
        "seq does not grow: %s" % numbers,
    )
    with open(crash.daemon.path("logs", "alerts.jsonl"), "rb") as file:
        check(file.read().endswith(b"\n"), "a torn line at the end")


def repeated_webhooks_keep_their_id(crash):
    ids = collections.defaultdict(set)
    for hook in crash.receiver.attempts:
        alert = json.loads(hook["body"])["data"]
        ids[alert["id"]].add(hook["headers"]["webhook-id"])
    check(
        all(len(own) == 1 for own in ids.values()), "an alert with two ids"
    )
    owners = collections.Counter(next(iter(own)) for own in ids.values())
    check(max(owners.values()) == 1, "two alerts with one id")
    logged = {alert["id"] for alert in crash.daemon.log_alerts()}
    check(set(ids) <= logged, "a webhook of an alert that is not in the log")
    check(crash.receiver.forged == 0, "a signature was not genuine")
    repeated = len(crash.receiver.taken) - len(ids)
    print(
        "# %d kills, %d alerts, %d webhooks repeated"
        % (ROUNDS, len(logged), repeated)
    )
    most = max(crash.takings().values())
    check(most <= 1 + ROUNDS, "an alert came %d times" % most)


def nothing_is_repeated_without_a_kill(crash):
    quiet = set()
    for number, outlet in enumerate(crash.load.outlets):
        quiet.add(outlet.add("Macron and Shoigu, quiet report %d" % number))
        outlet.serve(crash.server)
        wait_for(lambda: quiet <= crash.taken(), "the alert", 30)
    takings = crash.takings()
    check(all(takings[url] == 1 for url in quiet), str(takings))


def main():
    harness.need_programs(tap)
    print("# SEED=%d" % SEED)
    crash = Crash()
    try:
        for test in (
            daemon_comes_back_from_every_kill,
            no_alert_is_lost,
            log_has_each_alert_once_and_whole,
            repeated_webhooks_keep_their_id,
            nothing_is_repeated_without_a_kill,
        ):
            if not tap.run(
                test, crash, on_failure=crash.daemon.diagnostics
            ):
                break
    finally:
        crash.clear()
    tap.done()


main()

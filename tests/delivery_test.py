#!/usr/bin/env python3
"""Webhooks to receivers of every kind, good and bad, at once: nobody holds the
good one up, nothing is lost, and each answer has the meaning that Standard
Webhooks gives it. Beside them a log that cannot be written for now."""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check, wait_for
from outlets import ENTITIES, Outlet

OLD_SECRET = "whsec_b2xkIHNlY3JldCBvZiB0aGUgZGVzaw=="
NEW_SECRET = "the new secret of the desk"
TIMEOUT_S = 2  # of each sink

tap = harness.Tap()

REFUSED = 2  # messages, for good

# What each sink's receiver answers; after the last it answers 200.
RECEIVERS = {
    "good": "ok",
    "hang": "hang*3",
    "drip": "drip*2",
    "lostack": "lostack",
    "gone": "410*9",
    "moved": "302",
    "busy": "429:2",
    "big": "big",
    "junk": "junk",
    "reset": "rst",
    "refuses": "400*%d" % REFUSED,
}


class Desk:
    def __init__(self):
        self.server = harness.FeedServer("-H")
        self.outlet = Outlet("The Outlet", "/outlet")
        self.outlet.add("Old news", hours_ago=30)
        self.outlet.serve(self.server)
        for name, answers in RECEIVERS.items():
            self.server.program_hook(name, answers)
        self.daemon = harness.Daemon(self.config())
        self.daemon.write("hook.key", OLD_SECRET + "\n" + NEW_SECRET + "\n")
        os.chmod(self.daemon.path("etc", "hook.key"), 0o600)
        self.urls = []

    def config(self):
        sinks = [
            {
                "id": name,
                "type": "webhook",
                "url": self.server.url("/hook/" + name),
                "secret_file": "hook.key",
                "timeout": "%ds" % TIMEOUT_S,
                "types": ["item"],
            }
            for name in RECEIVERS
        ]
        sinks.append(
            {
                "id": "inside",
                "type": "webhook",
                "url": "http://127.0.0.2:%d/hook/inside" % self.server.port,
                "types": ["item"],
            }
        )
        return {
            "defaults": {"interval": "1s"},
            "desk": {"listen": "127.0.0.1:0"},
            "network": {"allow": ["127.0.0.1/32"]},
            "fetchers": 1,
            "feeds": [{"id": "outlet", "url": self.server.url("/outlet")}],
            "entities": ENTITIES,
            "sinks": sinks
            + [
                {"id": "log", "type": "log", "path": "alerts.jsonl"},
                {"id": "late", "type": "log", "path": "late/alerts.jsonl"},
            ],
        }

    def publish(self, count):
        for _ in range(count):
            self.urls.append(
                self.outlet.add("Macron, report %d" % len(self.urls))
            )
        self.outlet.serve(self.server)

    def wait_hooks(self, name, count, seconds=10.0):
        """The webhooks that a receiver got, at least count of them."""
        hooks = self.server.hooks(name, wait=count, seconds=seconds)
        check(
            len(hooks) >= count,
            "%s got %d webhooks, not %d" % (name, len(hooks), count),
        )
        return hooks

    def wait_all(self, name, seconds):
        """Waits until a receiver got every alert."""
        wait_for(
            lambda: set(self.urls) <= {url_of(x) for x in self.server.hooks(name)},
            "all alerts at " + name,
            seconds,
            every=0.1,
        )

    def clear(self):
        self.daemon.clear()
        self.server.stop()


def url_of(hook):
    return json.loads(hook["body"])["data"]["item"]["url"]


def id_of(hook):
    headers = {key.lower(): value for key, value in hook["headers"].items()}
    return headers["webhook-id"]


def bad_receivers_hold_no_good_one_up(desk):
    desk.daemon.start()
    desk.server.requests("/outlet", wait=2)
    desk.publish(3)
    hooks = desk.wait_hooks("good", 3)
    hung = desk.wait_hooks("hang", 2)
    check(hooks[2]["at"] < hung[1]["at"], "it waited for one that hung")
    # One document holds the newest first; alerts come oldest first or not,
    # but each once.
    check({url_of(x) for x in hooks} == set(desk.urls), "not each once")


def both_secrets_sign(desk):
    for hook in desk.server.hooks("good"):
        for secret in (OLD_SECRET, NEW_SECRET):
            check(harness.webhook_is_genuine(hook, secret), "not genuine")
        check(
            not harness.webhook_is_genuine(hook, "another secret"),
            "any secret will do",
        )


def lost_answer_repeats_the_same_id(desk):
    hooks = desk.wait_hooks("lostack", 4, 15)
    repeated = [x for x in hooks if id_of(x) == id_of(hooks[0])]
    check(len(repeated) == 2, "%d deliveries of one id" % len(repeated))
    check(repeated[0]["body"] == repeated[1]["body"], "the body changed")
    desk.wait_all("lostack", 15)


def gone_receiver_is_left_alone(desk):
    wait_for(
        lambda: any("DISABLED" in line for line in desk.daemon.lines),
        "a loud line about the sink",
    )
    before = len(desk.server.hooks("gone"))
    desk.publish(1)
    desk.wait_hooks("good", len(desk.urls))
    check(
        len(desk.server.hooks("gone")) == before, "it was called once more"
    )


def wish_to_wait_is_granted(desk):
    """Retry-After is granted to the second"""
    hooks = desk.wait_hooks("busy", 2, 15)
    pause = hooks[1]["at"] - hooks[0]["at"]
    check(pause >= 1.9, "paused %.2f s" % pause)
    desk.wait_all("busy", 15)


def refused_message_is_dead(desk):
    """a message that is refused with 400 is not sent again"""
    desk.wait_hooks("refuses", len(desk.urls))
    ids = [id_of(x) for x in desk.server.hooks("refuses")]
    check(len(ids) == len(set(ids)), "a message was repeated")
    refused = "sink refuses: delivery"
    wait_for(
        lambda: sum(refused in line for line in desk.daemon.lines) == REFUSED,
        "a line for each that was refused",
    )


def redirect_is_not_followed_but_tried_again(desk):
    desk.wait_all("moved", 20)
    ids = [id_of(x) for x in desk.server.hooks("moved")]
    check(len(ids) == len(desk.urls) + 1, "%d requests" % len(ids))


def broken_answers_lose_nothing(desk):
    for name in ("big", "junk", "reset", "drip", "hang"):
        desk.wait_all(name, 60)


def log_without_a_folder_is_told_of_once_and_catches_up(desk):
    def state():
        sinks = desk.daemon.api("/api/v1/status")[1]["sinks"]
        return next(sink for sink in sinks if sink["id"] == "late")

    def said(words):
        return sum(
            "/late/alerts.jsonl: " + words in line for line in desk.daemon.lines
        )

    before = state()["failed"]
    wait_for(lambda: state()["failed"] > before + 1, "two more seconds")
    check(state()["state"] == "retrying", state())
    check(state()["error"] == "No such file or directory", state())
    check(said("No such file or directory") == 1, "not said once")
    os.mkdir(desk.daemon.path("logs", "late"))
    wait_for(lambda: state()["state"] == "up", "the log to be written")
    late = desk.daemon.log_alerts("late/alerts.jsonl")
    check(late == desk.daemon.log_alerts(), "not what the other log has")
    check(said("written again") == 1, "the good news, once")


def private_address_is_not_called_unless_listed(desk):
    check(desk.server.hooks("inside") == [], "127.0.0.2 was called")
    wait_for(
        lambda: any(
            "inside" in line and "network.allow" in line
            for line in desk.daemon.lines
        ),
        "a line that says why",
    )


def secrets_stay_in_the_courier(desk):
    text = "\n".join(desk.daemon.lines)
    for secret in (OLD_SECRET, NEW_SECRET):
        check(secret not in text, "a secret in the diagnostics")
        for path in ("/api/v1/status", "/api/v1/alerts", "/metrics"):
            _, answer = desk.daemon.api(path)
            check(secret not in str(answer), "a secret in " + path)
    if os.geteuid() != 0:
        return
    for pid, role in desk.daemon.roles():
        if role == "courier":
            # This shows that the search finds what is there.
            check(memory_holds(pid, NEW_SECRET.encode()), "not even there")
            continue
        for secret in (OLD_SECRET, NEW_SECRET):
            check(
                not memory_holds(pid, secret.encode()),
                "a secret in the memory of %s" % role,
            )


def memory_holds(pid, bytes_):
    """Whether a process has the bytes in memory that it can read."""
    with open("/proc/%d/maps" % pid) as maps, open(
        "/proc/%d/mem" % pid, "rb", 0
    ) as memory:
        for line in maps:
            words = line.split()
            if not words[1].startswith("rw"):
                continue
            start, end = (int(x, 16) for x in words[0].split("-"))
            if end - start > 1 << 30:
                continue  # reserved by a sanitizer
            try:
                memory.seek(start)
                if bytes_ in memory.read(end - start):
                    return True
            except (OSError, ValueError):
                continue
    return False


def main():
    harness.need_programs(tap)
    desk = Desk()
    try:
        for test in (
            bad_receivers_hold_no_good_one_up,
            both_secrets_sign,
            lost_answer_repeats_the_same_id,
            gone_receiver_is_left_alone,
            wish_to_wait_is_granted,
            refused_message_is_dead,
            redirect_is_not_followed_but_tried_again,
            broken_answers_lose_nothing,
            log_without_a_folder_is_told_of_once_and_catches_up,
            private_address_is_not_called_unless_listed,
            secrets_stay_in_the_courier,
        ):
            passed = tap.run(test, desk, on_failure=desk.daemon.diagnostics)
            if not passed and test is bad_receivers_hold_no_good_one_up:
                break
    finally:
        desk.clear()
    tap.done()


main()

#!/usr/bin/env python3
"""How long news takes: publication -> webhook received.

Publishes COUNT items (default 1,000) on FEEDS feeds (default 20) at a steady
rate, and prints p50 and p99 of the delay beside the poll interval. A poll
interval of T makes a mean wait of T/2 that no daemon can avoid; so the delay
from the feed being fetched with the item in it to the webhook is told too.

usage: bench/delay.py [COUNT [INTERVAL_S [FEEDS]]]    (needs a build; BUILDDIR)
"""

import calendar
import json
import os
import sys
import threading
import time

sys.path.insert(
    0,
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"),
)
import harness
from outlets import ENTITIES, Outlet

SECRET = "delay benchmark secret"


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def configuration(server, receiver, outlets, interval_s):
    return {
        "defaults": {"interval": "%gs" % interval_s},
        "desk": {"listen": "127.0.0.1:0"},
        "network": {"allow": ["127.0.0.0/8"], "host_spacing": "0"},
        "feeds": [
            {"id": outlet.path[1:], "url": server.url(outlet.path)}
            for outlet in outlets
        ],
        "entities": ENTITIES,
        "sinks": [
            {"id": "log", "type": "log", "path": "alerts.jsonl"},
            {
                "id": "desk",
                "type": "webhook",
                "url": receiver.url,
                "secret_file": "hook.key",
            },
        ],
    }


def publish_all(server, outlets, count, every_s):
    """Returns {address of the item: time of its publication}."""
    published = {}
    pause = threading.Event()
    begun = time.monotonic()
    for number in range(count):
        pause.wait(max(0, begun + number * every_s - time.monotonic()))
        outlet = outlets[number % len(outlets)]
        url = outlet.add("Macron, report %d" % number)
        outlet.serve(server)
        published[url] = time.time()
    return published


def received_times(receiver):
    times = {}
    for hook in list(receiver.taken):
        url = json.loads(hook["body"])["data"]["item"]["url"]
        times.setdefault(url, hook["at"])
    return times


def seen_delays(receiver):
    """Seconds from the item being seen (times.seen) to the webhook."""
    delays = []
    for hook in list(receiver.taken):
        seen = json.loads(hook["body"])["data"]["times"]["seen"]
        whole, fraction = seen.rstrip("Z").split(".")
        at = time.strptime(whole, "%Y-%m-%dT%H:%M:%S")
        epoch = calendar.timegm(at) + float("0." + fraction)
        delays.append(hook["at"] - epoch)
    return delays


def report(name, delays):
    print(
        "%-28s p50 %7.1f ms   p99 %7.1f ms   max %7.1f ms"
        % (
            name,
            1000 * percentile(delays, 0.50),
            1000 * percentile(delays, 0.99),
            1000 * max(delays),
        )
    )


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    interval_s = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    feeds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    server = harness.FeedServer("-q")
    outlets = [
        Outlet("Outlet %d" % number, "/feed-%d" % number, window=50)
        for number in range(feeds)
    ]
    for outlet in outlets:
        for hours in range(30, 60):
            outlet.add("Older news", "A summary.", "Text. " * 40, hours)
        outlet.serve(server)
    receiver = harness.Receiver(SECRET)
    daemon = harness.Daemon(
        configuration(server, receiver, outlets, interval_s)
    )
    daemon.write("hook.key", SECRET)
    os.chmod(daemon.path("etc", "hook.key"), 0o600)
    try:
        daemon.start()
        harness.wait_for(
            lambda: daemon.api("/readyz")[0] == 200, "the first polls", 60
        )
        published = publish_all(server, outlets, count, 0.04)
        harness.wait_for(
            lambda: len(received_times(receiver)) >= count,
            "all webhooks",
            60,
        )
        received = received_times(receiver)
        print(
            "%d publications on %d feeds, poll interval %g s"
            % (count, feeds, interval_s)
        )
        report(
            "published -> webhook",
            [received[url] - at for url, at in published.items()],
        )
        report("seen -> webhook", seen_delays(receiver))
        print(
            "%-28s p50 %7.1f ms   p99 %7.1f ms"
            % ("(waiting for the poll alone)", 500 * interval_s, 990 * interval_s)
        )
    finally:
        daemon.clear()
        server.stop()
        receiver.stop()


main()

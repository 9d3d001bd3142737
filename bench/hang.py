#!/usr/bin/env python3
"""Half of all feeds hang at once: how late are the others, what does it cost,
how soon are all back?

    BUILDDIR=build bench/hang.py [-n FEEDS] [-i INTERVAL_S] [-r ROUNDS] [-a]

Every feed has a host of its own on loopback. After a warm-up the odd feeds (-a:
all, as when the network is down) take requests and say nothing for ROUNDS
intervals, then answer again. Prints one JSON object; gaps are times between
two polls of a feed, in intervals."""
import argparse
import asyncio
import time

import outage
from outage import Server


async def measure(daemon, options):
    interval = options.interval
    hanging = range(options.feeds) if options.all else range(1, options.feeds, 2)
    healthy = [feed for feed in range(options.feeds) if feed not in hanging]
    held = [0]
    await asyncio.sleep(max(3 * interval, options.feeds / 50))
    calm = time.monotonic() - 2 * interval
    watch = outage.Watch(daemon)
    Server.hanging, began = hanging, time.monotonic()
    await watch.until(began + options.rounds * interval, lambda: held.append(len(Server.held)))
    Server.hanging, healed = (), time.monotonic()
    answered = Server.release()
    back, ended = await outage.wait_back(hanging, healed, interval)
    back.update((feed, 0) for feed in answered)
    return {
        "feeds": options.feeds, "interval_s": interval,
        **outage.spread(outage.gaps(healthy, calm, began, interval), "before_gap_%s"),
        **outage.spread(outage.gaps(healthy, began + interval, healed, interval), "others_gap_%s"),
        **watch.figures(), "held_most": max(held),
        **outage.spread(sorted(back.values()), "back_%s_s", 1),
        "peak_to_mean": round(outage.peak(outage.all_polls(), healed, ended) * interval / options.feeds, 2),
        "feed_alerts": sum(alert["type"].startswith("feed.") for alert in daemon.log_alerts()),
        "log": [line for line in daemon.lines if " network: " in line],
        "log_lines": len(daemon.lines),
    }


def main():
    parser = argparse.ArgumentParser()
    outage.add_options(parser)
    parser.add_argument("-r", dest="rounds", type=float, default=4)
    parser.add_argument("-a", dest="all", action="store_true")
    options = parser.parse_args()
    asyncio.run(outage.run(
        options, measure, lambda number, port: "http://%s:%d/%d" % (outage.address(number), port, number)))


main()

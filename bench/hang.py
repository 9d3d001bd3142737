#!/usr/bin/env python3
"""Half of all feeds hang at once: how late are the others, what does it cost,
how soon are all back?

    BUILDDIR=build bench/hang.py [-n FEEDS] [-i INTERVAL_S] [-r ROUNDS]

Every feed has a host of its own on loopback. After a warm-up the odd feeds
take requests and say nothing for ROUNDS intervals, then answer again. Prints
one JSON object; gaps are times between two polls of a feed, in intervals."""
import argparse
import asyncio
import json
import os
import resource
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "tests"))
import harness

BODY = (b'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title><item><title>Nothing new</title>'
        b'<guid>1</guid></item></channel></rss>')
ANSWER = (b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n"
          % len(BODY)) + BODY
UNCHANGED = b"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"


class Server(asyncio.Protocol):
    """Answers at once, or, for odd feeds while `hanging`, never."""
    polls, hanging, held = {}, False, set()

    def connection_made(self, transport):
        self.transport, self.data = transport, b""

    def connection_lost(self, error):
        self.held.discard(self)

    def data_received(self, data):
        self.data += data
        while b"\r\n\r\n" in self.data:
            head, self.data = self.data.split(b"\r\n\r\n", 1)
            feed = int(head.split(b" ", 2)[1][1:])
            Server.polls.setdefault(feed, []).append(time.monotonic())
            if Server.hanging and feed % 2:
                self.held.add(self)
                return
            self.transport.write(UNCHANGED if b"If-None-Match" in head else ANSWER)


def usage(daemon):
    """Threads and resident bytes of all roles."""
    threads = rss = 0
    for role in [daemon.process.pid, *harness.children_of(daemon.process.pid)]:
        try:
            with open("/proc/%d/status" % role) as file:
                status = dict(line.split(":", 1) for line in file)
        except OSError:
            continue
        threads += int(status["Threads"])
        rss += int(status["VmRSS"].split()[0]) * 1024
    return threads, rss


def gaps(feeds, since, until, interval):
    """Sorted gaps of these feeds that lie in a stretch of time, whose borders count as polls."""
    found = []
    for feed in feeds:
        last = None
        for at in Server.polls.get(feed, []):
            if last is not None and since <= at < until:
                found.append((at - last) / interval)
            last = at
        if last is not None and last < until:
            found.append((until - last) / interval)
    return sorted(found) or [0.0]


def per_second(since, until):
    counts = {}
    for polls in Server.polls.values():
        for at in polls:
            if since <= at < until:
                counts[int(at - since)] = counts.get(int(at - since), 0) + 1
    return max(counts.values(), default=0)


async def measure(daemon, options):
    interval = options.interval
    healthy, odd = range(0, options.feeds, 2), range(1, options.feeds, 2)
    await asyncio.sleep(max(3 * interval, options.feeds / 50))
    threads, rss = usage(daemon)
    Server.hanging, began = True, time.monotonic()
    most_rss = most_threads = most_held = 0
    while time.monotonic() < began + options.rounds * interval:
        now_threads, now_rss = usage(daemon)
        most_threads, most_rss = max(most_threads, now_threads), max(most_rss, now_rss)
        most_held = max(most_held, len(Server.held))
        await asyncio.sleep(0.5)
    Server.hanging, healed = False, time.monotonic()
    for held in list(Server.held):
        held.transport.write(ANSWER)
    Server.held.clear()
    limit = healed + max(60, 2 * interval)
    while any(Server.polls.get(feed, [0])[-1] < healed for feed in odd) and time.monotonic() < limit:
        await asyncio.sleep(0.1)
    ended = time.monotonic()
    back = sorted(min([at for at in Server.polls.get(feed, []) if at > healed] or [ended]) - healed for feed in odd)
    others = gaps(healthy, began + interval, healed, interval)
    return {
        "feeds": options.feeds, "interval_s": interval,
        "others_gap_p50": round(others[len(others) // 2], 2), "others_gap_p99": round(others[len(others) * 99 // 100], 2),
        "others_gap_max": round(others[-1], 2),
        "threads": most_threads, "more_mb": round((most_rss - rss) / 2**20, 1), "held_most": most_held,
        "back_p50_s": round(back[len(back) // 2], 1), "back_p99_s": round(back[len(back) * 99 // 100], 1), "back_max_s": round(back[-1], 1),
        "peak_to_mean": round(per_second(healed, ended) * interval / options.feeds, 2),
    }


async def run(options):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "0.0.0.0", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    config = {
        "defaults": {"interval": "%dms" % (options.interval * 1000)},
        "feeds": [{"id": "f%d" % i, "url": "http://127.%d.%d.%d:%d/%d" % (
            1 + i // 62500, 1 + i // 250 % 250, 1 + i % 250, port, i)} for i in range(options.feeds)],
        "entities": [{"id": "macron", "names": ["Macron"]}],
        "network": {"allow": ["127.0.0.0/8"], "max_connections": options.connections},
        "desk": {"listen": "off"}, "fetchers": options.fetchers,
    }
    daemon = harness.Daemon(config)
    try:
        await loop.run_in_executor(None, daemon.start)
        return await measure(daemon, options)
    finally:
        await loop.run_in_executor(None, daemon.stop)
        daemon.clear()
        server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", dest="feeds", type=int, default=10000)
    parser.add_argument("-i", dest="interval", type=float, default=60)
    parser.add_argument("-r", dest="rounds", type=float, default=4)
    parser.add_argument("-c", dest="connections", type=int, default=512)
    parser.add_argument("-f", dest="fetchers", type=int, default=2)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(json.dumps(asyncio.run(run(parser.parse_args())), indent=1))


main()

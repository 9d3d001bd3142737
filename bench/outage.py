"""What the benchmarks of outages share: a server for thousands of feeds that
notes when each is polled, and the daemon beside it."""
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
    """Answers at once, or, for feeds that are `hanging`, never."""
    polls, hanging, held = {}, (), set()

    @classmethod
    def release(cls):
        """Answers those that wait still; returns their feeds."""
        for held in cls.held:
            held.transport.write(ANSWER)
        feeds = {held.feed for held in cls.held}
        cls.held.clear()
        return feeds

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
            if Server.hanging and feed in Server.hanging:
                self.feed = feed
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


def address(number):
    """A host of its own for each feed."""
    return "127.%d.%d.%d" % (1 + number // 62500, 1 + number // 250 % 250, 1 + number % 250)


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


def peak(times, since, until):
    """The most of these that fall into one second."""
    counts = {}
    for at in times:
        if since <= at < until:
            counts[int(at - since)] = counts.get(int(at - since), 0) + 1
    return max(counts.values(), default=0)


def all_polls():
    return (at for polls in Server.polls.values() for at in polls)


def spread(values, name, digits=2):
    """Of sorted values: the middle, the 99th of 100, the last."""
    return {name % "p50": round(values[len(values) // 2], digits),
            name % "p99": round(values[len(values) * 99 // 100], digits),
            name % "max": round(values[-1], digits)}


class Watch:
    """Threads and memory of the daemon: what they were, and the most since."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.threads, self.before = usage(daemon)
        self.rss = self.before

    async def until(self, end, each=lambda: None):
        while time.monotonic() < end:
            threads, rss = usage(self.daemon)
            self.threads, self.rss = max(self.threads, threads), max(self.rss, rss)
            each()
            await asyncio.sleep(0.5)

    def figures(self):
        return {"threads": self.threads, "more_mb": round((self.rss - self.before) / 2**20, 1)}


async def wait_back(feeds, healed, interval):
    """Waits until each was polled again; how long that took, and until when."""
    limit = healed + max(60, 2 * interval)
    while any(Server.polls.get(feed, [0])[-1] < healed for feed in feeds) and time.monotonic() < limit:
        await asyncio.sleep(0.1)
    ended = time.monotonic()
    return {feed: min([at for at in Server.polls.get(feed, []) if at > healed] or [ended]) - healed
            for feed in feeds}, ended


async def run(options, measure, url, network=None):
    """Starts the daemon with so many feeds, whose addresses url(number, port)
    makes, and prints what measure(daemon, options) finds."""
    loop = asyncio.get_running_loop()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = await loop.create_server(Server, "0.0.0.0", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    daemon = harness.Daemon({
        "defaults": {"interval": "%dms" % (options.interval * 1000)},
        "feeds": [{"id": "f%d" % i, "url": url(i, port)} for i in range(options.feeds)],
        "entities": [{"id": "macron", "names": ["Macron"]}],
        "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
        "network": {"allow": ["127.0.0.0/8"], "max_connections": options.connections, **(network or {})},
        "desk": {"listen": "off"}, "fetchers": options.fetchers,
    })
    try:
        await loop.run_in_executor(None, daemon.start)
        print(json.dumps(await measure(daemon, options), indent=1))
    finally:
        await loop.run_in_executor(None, daemon.stop)
        daemon.clear()
        server.close()


def add_options(parser):
    parser.add_argument("-n", dest="feeds", type=int, default=10000)
    parser.add_argument("-i", dest="interval", type=float, default=60)
    parser.add_argument("-c", dest="connections", type=int, default=512)
    parser.add_argument("-f", dest="fetchers", type=int, default=2)

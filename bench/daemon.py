#!/usr/bin/env python3
"""What polling costs the whole daemon, beside libcurl alone and the peers.

  make bench-daemon     all lines but the last     (or BUILDDIR=build
  make bench-scale      1,000 to 100,000 feeds      python3 bench/daemon.py LINE)

All of a line runs in one go against the same feed server on loopback. Ours is
the CPU time of all roles together, from /proc, over a window after the start;
the ratio is what to trust. The peers sfeed and newsboat are left out when they
are not installed.
"""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(
    0,
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"),
)
import harness

HERE = os.path.dirname(os.path.abspath(__file__))
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
WINDOW_S = float(os.environ.get("WINDOW", "20"))
SCALE_S = float(os.environ.get("SCALE_S", "300"))  # interval at 100,000
SCALE = [
    int(count)
    for count in os.environ.get("SCALE", "1000 10000 100000").split()
]
ENTITIES = [{"id": "ministers", "names": ["Ministers", "Министры"]}]


# ---- measuring --------------------------------------------------------------


def host_address(number):
    """As curl_poll has it."""
    return "127.%d.%d.%d" % (
        1 + number // 62500, number // 250 % 250, 1 + number % 250
    )


class Feeds:
    """The feed server with feeds of a folder, spread over so many hosts."""

    def __init__(self, folder, count, *options, hosts=1, tls=None):
        arguments = ["-q", "-n", str(count), *options]
        arguments += ["-d", folder] if folder else []
        arguments += ["-H"] if hosts > 1 else []
        if tls:
            arguments += ["-k", tls[0], "-c", tls[1]]
        self.count, self.hosts, self.tls = count, hosts, tls
        self.process = subprocess.Popen(
            [harness.FEEDSERVER, *arguments], stdout=subprocess.PIPE, text=True
        )
        ports = self.process.stdout.readline().split()
        self.control = harness.FeedServer.__new__(harness.FeedServer)
        self.control.process, self.control.port = self.process, int(ports[0])
        self.port = int(ports[-1])
        self.base = "%s://127.0.0.1:%d" % ("https" if tls else "http", self.port)

    def url(self, number):
        host = host_address(number % self.hosts) if self.hosts > 1 else "127.0.0.1"
        return "%s://%s:%d/f/%d.xml" % (
            "https" if self.tls else "http", host, self.port, number
        )

    def stats(self):
        return json.loads(self.control.request("GET", "/control/stats"))

    def reset(self):
        self.control.request("POST", "/control/reset")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def configuration(feeds, interval_s, **more):
    config = {
        "defaults": {"interval": "%gs" % interval_s},
        "desk": {"listen": "127.0.0.1:0"},
        "network": {"allow": ["127.0.0.0/8"], "host_spacing": "0"},
        "feeds": [
            {"id": "f%d" % number, "url": feeds.url(number)}
            for number in range(feeds.count)
        ],
        "entities": ENTITIES,
        "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
    }
    config.update(more)
    return config


def cpu_s(daemon):
    """User and system time of the parent and its roles so far."""
    total = 0
    for pid in [daemon.process.pid, *(pid for pid, _ in daemon.roles())]:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) * TICK_S
    return total


def memory_mb(daemon):
    """Proportional set sizes by role."""
    sizes = {}
    for pid, role in [(daemon.process.pid, "parent"), *daemon.roles()]:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            kb = next(int(l.split()[1]) for l in file if l.startswith("Pss:"))
        sizes[role] = sizes.get(role, 0) + kb / 1024
    return sizes


def settle(daemon):
    """Waits for the work of the start to be over: the search index has nearly
    caught up, then three seconds of the same load."""

    def is_indexed():
        (behind,) = store.execute(
            "SELECT (SELECT max(id) FROM items) - value FROM facts"
            " WHERE name = 'indexed'"
        ).fetchone()
        return behind is None or behind < 5000

    def is_calm():
        before = cpu_s(daemon)
        time.sleep(1)
        calm.append(cpu_s(daemon) - before)
        return len(calm) > 3 and max(calm[-3:]) < 1.2 * min(calm[-3:]) + 0.05

    calm = []
    path = daemon.path("state", "wirewatch.db")
    with contextlib.closing(sqlite3.connect(path)) as store:
        harness.wait_for(is_indexed, "the search index", 300, every=0.5)
    harness.wait_for(is_calm, "a steady load", 120)


def poll_cost(feeds, interval_s, window_s=WINDOW_S, rounds=2, **config):
    """CPU microseconds a poll of the whole daemon once `rounds` rounds are
    over, and how many polls that is the mean of."""
    daemon = harness.Daemon(configuration(feeds, interval_s, **config))
    try:
        daemon.start(seconds=120)
        harness.wait_for(
            lambda: feeds.stats()["requests"] >= rounds * feeds.count,
            "the first rounds",
            120 + 3 * rounds * interval_s,
            every=0.2,
        )
        settle(daemon)
        polls, cpu = feeds.stats()["requests"], cpu_s(daemon)
        time.sleep(window_s)
        polls, cpu = feeds.stats()["requests"] - polls, cpu_s(daemon) - cpu
        daemon.stop(60)
        return cpu / polls * 1e6, polls
    finally:
        daemon.clear()


def curl_cost(feeds, *options, rounds=5):
    """The same of libcurl alone, the mean of the rounds after the first."""
    run = subprocess.run(
        [
            os.path.join(harness.BUILDDIR, "bench", "curl_poll"),
            "-b", feeds.base, "-n", str(feeds.count), "-R", str(rounds),
            *options,
        ],
        stdout=subprocess.PIPE, text=True, check=True,
    )
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return statistics.mean(line["cpu_us"] for line in lines[1:])


def tell(what, ours, peer, limit):
    print(
        "%-46s %9.1f us %9.1f us  %6.3fx (aim %.3fx)%s"
        % (
            what, ours, peer, ours / peer, limit,
            "" if ours / peer <= limit else "  MISSED",
        ),
        flush=True,
    )


def make_feeds(folder, count, kb, *more):
    subprocess.run(
        [
            sys.executable, os.path.join(HERE, "gen_feeds.py"), "feeds",
            folder, str(count), "--min-kb", str(kb), "--max-kb", str(kb), *more,
        ],
        check=True, stdout=subprocess.DEVNULL,
    )
    return folder


def make_certificate(scratch, hosts):
    """For all hosts."""
    names = "subjectAltName=" + ",".join("IP:" + host for host in hosts)
    key, cert = (os.path.join(scratch, n) for n in ("key.pem", "cert.pem"))
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            "/CN=bench", "-addext", names, "-keyout",
            key, "-out", cert,
        ],
        check=True, stderr=subprocess.DEVNULL,
    )
    return key, cert


# ---- the lines --------------------------------------------------------------


# libcurl polls as fast as it can. A daemon that waits in between pays for each
# wake-up, its own and the server's, and for caches gone cold; so the first load
# of these lines keeps it as busy as libcurl, the others show what pauses cost.


def tell_loads(what, feeds_at, loads, limit, peer_at, *curl_options, **config):
    """feeds_at(count) makes a server with so many feeds; of loads, each is
    (feeds, interval in seconds), of peer_at (feeds, rounds). libcurl runs
    before and after, for the machine is not the same from minute to minute."""

    def peer_cost():
        feeds, rounds = peer_at
        with feeds_at(feeds) as server:
            return curl_cost(server, *curl_options, rounds=rounds)

    for count, interval_s in loads:
        before = peer_cost()
        with feeds_at(count) as feeds:
            ours, polls = poll_cost(feeds, interval_s, **config)
        peer = (before + peer_cost()) / 2
        tell("%s, %d a second" % (what, polls / WINDOW_S), ours, peer, limit)


def unchanged(scratch):
    """304 over 1,000 hosts, connections kept alive."""
    tell_loads(
        "304, 1,000 hosts, kept alive",
        lambda count: Feeds(None, count, hosts=1000),
        ((20000, 1), (5000, 1), (1000, 1)), 1.6, (1000, 60),
        "-c", "100", "-z", "-e", "-H", "-M", "64", "-T", "-1",
    )


def one_new(scratch):
    """84 KB in gzip with one new item at each poll, libcurl's too."""
    folder = make_feeds(os.path.join(scratch, "84"), 50, 84)
    tell_loads(
        "84 KB gzip, one new item, stored",
        lambda count: Feeds(folder, count, "-a", hosts=count),
        ((1000, 1), (200, 2)), 1.3, (1000, 5), "-c", "50", "-z", "-H",
    )


def same_body(scratch):
    """84 KB in gzip, unchanged, from a server without validators."""
    folder = make_feeds(os.path.join(scratch, "84"), 50, 84)
    tell_loads(
        "84 KB gzip, unchanged, no validators",
        lambda count: Feeds(folder, count, "-N", "-V", hosts=min(count, 1000)),
        ((2000, 1), (500, 2)), 0.25, (1000, 5), "-c", "50", "-z", "-H",
    )


def many_hosts(scratch):
    """10,000 hosts kept alive, beside a single multi handle."""
    with Feeds(None, 10000, hosts=10000) as feeds:
        ours, _ = poll_cost(feeds, 2)
        peer = curl_cost(feeds, "-c", "100", "-z", "-e", "-H", rounds=3)
    tell("304, 10,000 hosts, beside a single multi", ours, peer, 0.125)


def new_tls(scratch):
    """A new verified TLS connection for each poll."""
    folder = make_feeds(os.path.join(scratch, "84"), 50, 84)
    key, cert = make_certificate(
        scratch, [host_address(number) for number in range(300)]
    )
    network = {"allow": ["127.0.0.0/8"], "host_spacing": "0", "ca_file": cert}
    tell_loads(
        "new verified TLS connection, 304",
        lambda count: Feeds(folder, count, "-C", hosts=300, tls=(key, cert)),
        ((1000, 1), (300, 2)), 1.2, (300, 7),
        "-c", "20", "-A", cert, "-e", "-F", "-H", network=network,
    )


def children_cpu(run):
    """CPU seconds of the processes that run() starts and waits for."""
    before = os.times()
    run()
    after = os.times()
    return (
        after.children_user + after.children_system
        - before.children_user - before.children_system
    )


def sfeed(scratch):
    """A refresh of 1,000 known feeds, plain 200, beside sfeed_update."""
    if shutil.which("sfeed_update") is None:
        print("sfeed_update is not installed: left out")
        return
    folder = make_feeds(os.path.join(scratch, "84"), 50, 84)
    with Feeds(folder, 1000, "-N", "-V", "-G", hosts=1000) as feeds:
        ours, _ = poll_cost(feeds, 4)
        rc = os.path.join(scratch, "sfeedrc")
        with open(rc, "w") as file:
            file.write('sfeedpath="%s/sfeed"\nmaxjobs=4\nfeeds() {\n' % scratch)
            for number in range(feeds.count):
                file.write("feed 'f%d' '%s'\n" % (number, feeds.url(number)))
            file.write("}\n")

        def update():
            subprocess.run(
                ["sfeed_update", rc], check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )

        update()
        peer = children_cpu(update) / feeds.count * 1e6
    tell("known feed, plain 200, beside sfeed_update", ours, peer, 1 / 25)


def newsboat(scratch):
    """The first refresh of 1,000 feeds with 48 new items each."""
    if shutil.which("newsboat") is None:
        print("newsboat is not installed: left out")
        return
    folder = os.path.join(scratch, "48")
    make_items(folder, 50, 48)
    with Feeds(folder, 1000, hosts=1000) as feeds:
        daemon = harness.Daemon(configuration(feeds, 3600))
        try:
            ours = children_cpu(
                lambda: subprocess.run(
                    [harness.WIREWATCHD, "-f", "--once"],
                    env=daemon.environment(), check=True,
                    stderr=subprocess.DEVNULL,
                )
            )
        finally:
            daemon.clear()
        home = os.path.join(scratch, "newsboat")
        os.makedirs(home)
        with open(os.path.join(home, "urls"), "w") as file:
            file.writelines(
                feeds.url(number) + "\n" for number in range(feeds.count)
            )
        open(os.path.join(home, "config"), "w").close()
        peer = children_cpu(
            lambda: subprocess.run(
                [
                    "newsboat", "-x", "reload",
                    "-u", os.path.join(home, "urls"),
                    "-c", os.path.join(home, "cache.db"),
                    "-C", os.path.join(home, "config"),
                ],
                check=True, stdout=subprocess.DEVNULL,
            )
        )
    ours, peer = ours / feeds.count * 1e6, peer / feeds.count * 1e6
    tell("first refresh, 48 items, beside newsboat", ours, peer, 1 / 12)
    limit = refresh_limit(folder, feeds.count, os.path.join(scratch, "limit"))
    print(
        "  libdeflate, libxml2 and SQLite alone: %.1f us; ours is %.2fx of it,"
        " it is %.3fx of newsboat's" % (limit, ours / limit, limit / peer)
    )


def refresh_limit(folder, count, path):
    """What that costs the libraries alone, without HTTP and matching."""
    run = subprocess.run(
        [
            os.path.join(harness.BUILDDIR, "bench", "refresh_limit"),
            folder, str(count), path,
        ],
        stdout=subprocess.PIPE, text=True, check=True,
    )
    return json.loads(run.stdout)["cpu_us"]


def make_items(folder, count, items):
    """Feeds of the generator, cut to so many items."""
    make_feeds(folder, count, 84)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            document = file.read()
        tag = b"entry" if b"</entry>" in document else b"item"
        end = b"</%s>\n" % tag
        head, *rest = document.split(end)
        tail = rest.pop()
        parts = ([head] + rest)[:items]
        with open(path, "wb") as file:
            file.write(end.join(parts) + end + tail)


def delay(scratch):
    """Served -> webhook at 500 polls and 50 publications a second, beside a
    GET, an fdatasync and a POST done by hand."""
    names = os.path.join(scratch, "names")
    with open(names, "w") as file:
        file.write("Ministers\n")
    with Feeds(
        None, 1000, "-r", "50", "-e", names, "-u", hosts=1000
    ) as feeds:
        hook = "http://127.0.0.1:%d/hook/desk" % feeds.port
        sinks = [
            {"id": "log", "type": "log", "path": "alerts.jsonl"},
            {
                "id": "desk", "type": "webhook", "url": hook,
                "types": ["item"], "secret_file": "hook.key",
            },
        ]
        daemon = harness.Daemon(configuration(feeds, 2, sinks=sinks))
        daemon.write("hook.key", "delay benchmark secret")
        os.chmod(daemon.path("etc", "hook.key"), 0o600)
        try:
            daemon.start()
            harness.wait_for(
                lambda: feeds.stats()["requests"] >= 2000, "the first polls", 60
            )
            feeds.control.put(
                "/hand.xml", feeds.control.request("GET", "/f/0.xml")
            )
            feeds.control.request("POST", "/control/go")
            hand, syncs = by_hand(feeds, daemon.path("state", "by-hand"))
            ours = feeds.stats()["serve_hook"]
            daemon.stop(60)
        finally:
            daemon.clear()
    print("served -> webhook, %d publications" % ours["n"])
    print(
        "  p50 %7.2f ms; by hand %7.2f ms               %6.2fx (aim 3x)"
        % (ours["p50"], hand, ours["p50"] / hand)
    )
    print(
        "  p99 %7.2f ms; fdatasync p99 %7.2f ms         %6.2fx (aim 3x)"
        % (ours["p99"], syncs, ours["p99"] / syncs)
    )


def by_hand(feeds, path):
    """Milliseconds: p50 of GET + fdatasync + POST, p99 of fdatasync; as often
    as news comes, and over the same time, so that both meet the same disk. What
    it gets is a copy: a feed's news is served when it is asked for by hand."""
    whole, syncs = [], []
    pause, end = threading.Event(), time.monotonic() + WINDOW_S
    link = socket.create_connection(("127.0.0.1", feeds.port))
    get = b"GET /hand.xml HTTP/1.1\r\nHost: x\r\n\r\n"
    post = (
        b"POST /hook/hand HTTP/1.1\r\nHost: x\r\nContent-Length: 1024\r\n\r\n"
        + b"x" * 1024
    )
    with open(path, "wb") as file:
        while time.monotonic() < end:
            pause.wait(1 / 50)
            begun = time.monotonic()
            exchange(link, get)
            file.write(b"x" * 4096)
            file.flush()
            at = time.monotonic()
            os.fdatasync(file.fileno())
            syncs.append(time.monotonic() - at)
            exchange(link, post)
            whole.append(time.monotonic() - begun)
    link.close()
    whole.sort()
    syncs.sort()
    return whole[len(whole) // 2] * 1e3, syncs[len(syncs) * 99 // 100] * 1e3


def exchange(link, request):
    link.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += link.recv(65536)
    head, body = answer.split(b"\r\n\r\n", 1)
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += link.recv(65536)


# ---- 1,000 to 100,000 feeds -------------------------------------------------


def scale(scratch):
    """The same 333 polls a second by 1,000, 10,000 and 100,000 feeds, each at
    a host of its own, a twentieth of the polls with news. "Opened" are the
    connections, "news" the answers other than 304 of a poll.

    Feeds that are asked every few seconds keep their connections; those that
    are asked every five minutes cannot, for servers hang up by then, and open a
    new one for each poll. How the number of feeds alone counts is told by the
    fewest of them without kept connections."""
    print(
        "%8s %9s %9s %7s %6s %10s %9s %9s %9s %9s"
        % ("feeds", "interval", "polls", "opened", "news", "us a poll",
           "wait p50", "wait max", "memory", "a feed")
    )
    kept = scale_line(SCALE[0])
    fresh = scale_line(SCALE[0], beside=kept, idle_connections=0)
    most = kept
    for count in SCALE[1:]:
        most = scale_line(count, beside=kept)
    what = "CPU a poll, %d beside %d feeds" % (SCALE[-1], SCALE[0])
    print("%s: %.2fx (aim 1.30x)" % (what, most["cpu_us"] / kept["cpu_us"]))
    print(
        "%s without kept connections: %.2fx"
        % (what, most["cpu_us"] / fresh["cpu_us"])
    )
    with Feeds(None, 1000, hosts=1000) as feeds:
        alone = [
            curl_cost(
                feeds, "-c", "5", "-z", "-e", "-H", "-M", "64", "-T", "-1",
                *more, rounds=40,
            )
            for more in ((), ("-F",))
        ]
    print(
        "a new connection: %.1f us; by libcurl alone %.1f us"
        % (fresh["cpu_us"] - kept["cpu_us"], alone[1] - alone[0])
    )


def scale_line(count, beside=None, **network):
    """Measures and prints a row; beside: that of the fewest feeds."""
    interval_s = SCALE_S * count / 100_000
    rate = count / interval_s / 20
    with Feeds(None, count, "-r", "%g" % rate, "-u", hosts=count) as feeds:
        row = scale_row(feeds, interval_s, network)
    memory = sum(row["memory"].values())
    more = ""
    if count > SCALE[0]:
        more = "%6.1f KB" % (
            (memory - sum(beside["memory"].values())) * 1024
            / (count - SCALE[0])
        )
    print(
        "%8d %7.0f s %9d %7.2f %6.3f %10.1f %8.3fx %8.3fx %6.0f MB %9s"
        % (
            count, interval_s, row["polls"], row["opened"], row["news"],
            row["cpu_us"],
            row["wait"]["p50"] / 1e3 / interval_s,
            row["wait"]["max"] / 1e3 / interval_s,
            memory, more,
        )
    )
    print(
        "         " + ", ".join(
            "%s %.0f MB" % (role, mb)
            for role, mb in sorted(row["memory"].items())
        )
        + "; asked %d feeds; started in %.1f s; %d published, %d stored"
        % (row["asked"], row["started_s"], row["published"], row["items"]),
        flush=True,
    )
    return row


def scale_row(feeds, interval_s, network):
    """Of a window that begins when each feed has been asked once more since
    news began to come: before, fewer polls bring some."""
    config = configuration(feeds, interval_s)
    config["network"].update(network)
    daemon = harness.Daemon(config)
    window_s = max(2 * interval_s, 60)
    try:
        begun = time.monotonic()
        daemon.start(seconds=180)
        started_s = time.monotonic() - begun
        harness.wait_for(
            lambda: feeds.stats()["asked"] >= feeds.count,
            "the first round", 120 + 2 * interval_s, every=1,
        )
        feeds.control.request("POST", "/control/go")
        feeds.reset()
        harness.wait_for(
            lambda: feeds.stats()["requests"] >= feeds.count,
            "the second round", 120 + 2 * interval_s, every=1,
        )
        feeds.reset()
        cpu = cpu_s(daemon)
        time.sleep(window_s)
        stats, cpu = feeds.stats(), cpu_s(daemon) - cpu
        status, text = daemon.api("/metrics")
        items = [
            float(line.split()[-1]) for line in text.splitlines()
            if line.startswith("wirewatch_items_new_total")
        ]
        polls = max(1, stats["requests"])
        row = {
            "polls": stats["requests"],
            "opened": stats["accepted"] / polls,
            "news": stats["ok"] / polls,
            "cpu_us": cpu / polls * 1e6,
            "wait": stats["wait"],
            "asked": stats["asked"],
            "published": stats["published"],
            "items": sum(items),
            "memory": memory_mb(daemon),
            "started_s": started_s,
        }
        daemon.stop(60)
        return row
    finally:
        daemon.clear()


LINES = {
    line.__name__.replace("_", "-"): line
    for line in (
        unchanged, one_new, same_body, many_hosts, new_tls, sfeed, newsboat,
        delay, scale,
    )
}


def main():
    chosen = sys.argv[1:] or [name for name in LINES if name != "scale"]
    unknown = [name for name in chosen if name not in LINES]
    if unknown:
        sys.exit("no such line: %s (there are: %s)" % (
            ", ".join(unknown), ", ".join(LINES)))
    for name in chosen:
        scratch = tempfile.mkdtemp(prefix="wirewatch-bench-")
        try:
            LINES[name](scratch)
        finally:
            shutil.rmtree(scratch)


main()

#!/usr/bin/env python3
"""What a poll costs the fetcher, beside libcurl alone doing as much.

  make bench-fetch            (or BUILDDIR=build python3 bench/fetch.py)

Both poll the same feed server on loopback in the same run; the figure is CPU
time a poll, the ratio is what to trust. The fetcher is the real process with
its sandbox, and the messages to the engine are in its figure.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILDDIR", ".")
HERE = os.path.dirname(os.path.abspath(__file__))
FEED_KB = 84


def program(name):
    return os.path.join(BUILD, "bench", name)


class Server:
    """A feed server with the feeds of a folder."""

    def __init__(self, folder, feeds, *arguments):
        self.process = subprocess.Popen(
            [program("feedserver"), "-q", "-H", "-d", folder, "-n",
             str(feeds), *arguments],
            stdout=subprocess.PIPE, text=True)
        ports = self.process.stdout.readline().split()
        self.url = "http://127.0.0.1:" + ports[0]
        self.tls_url = ("https://127.0.0.1:" + ports[1]
                        if len(ports) > 1 else None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def rounds_of(name, arguments):
    """Runs a poller; returns what it tells of each round."""
    run = subprocess.run([program(name), *map(str, arguments)],
                         stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def poll(name, arguments):
    """CPU microseconds a poll, the best of the rounds after the first, which
    opens connections and learns validators."""
    return min(r["cpu_us"] for r in rounds_of(name, arguments)[1:])


def compare(*runs, times=3):
    """The best of each of the runs (program, arguments), taken in turn so
    that a busy moment of the machine hits all alike."""
    best = [float("inf")] * len(runs)
    for _ in range(times):
        for i, (name, arguments) in enumerate(runs):
            best[i] = min(best[i], poll(name, arguments))
    return best


def tell(what, ours, peer, limit):
    ratio = ours / peer
    print("%-44s %8.1f us %8.1f us  %5.2fx  (aim %.2fx)%s"
          % (what, ours, peer, ratio, limit,
             "" if ratio <= limit else "  MISSED"), flush=True)


def make_certificate(folder):
    key, cert = (os.path.join(folder, n) for n in ("key.pem", "cert.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
         key, "-out", cert],
        check=True, stderr=subprocess.DEVNULL)
    return key, cert


def unchanged(folder):
    """304 over 1,000 hosts, connections kept alive."""
    with Server(folder, 1000) as server:
        common = ("-b", server.url, "-n", 1000, "-c", 100, "-R", 5, "-H", "-e")
        ours, peer = compare(
            ("fetch_poll", (*common, "-C", 2000)),
            ("curl_poll", (*common, "-z", "-M", 64, "-T", -1)))
    tell("304, 1,000 hosts, kept alive", ours, peer, 1.6)


def one_new(folder):
    """A gzip feed: all its items known, unchanged, all new."""
    with Server(folder, 300, "-N", "-V") as server:
        common = ("-b", server.url, "-n", 300, "-c", 50, "-R", 3)
        peer, known, same, new = compare(
            ("curl_poll", (*common, "-z")),
            ("fetch_poll", (*common, "-s")),
            ("fetch_poll", (*common, "-u")),
            ("fetch_poll", common))
    tell("%d KB gzip, items known, parsed" % FEED_KB, known, peer, 1.3)
    tell("%d KB gzip, body unchanged, no validators" % FEED_KB, same, peer,
         0.25)
    tell("%d KB gzip, every item new" % FEED_KB, new, peer, 5)


def many_hosts(folder):
    """10,000 hosts kept alive; the peer has a single multi handle."""
    with Server(folder, 10000) as server:
        common = ("-b", server.url, "-n", 10000, "-c", 100, "-R", 3, "-H",
                  "-e")
        ours, peer = compare(("fetch_poll", (*common, "-C", 10500)),
                             ("curl_poll", (*common, "-z")), times=1)
    tell("304, 10,000 hosts, beside a single multi", ours, peer, 0.125)


def new_tls(folder, scratch):
    """A new verified TLS connection for each poll."""
    key, cert = make_certificate(scratch)
    with Server(folder, 500, "-C", "-k", key, "-c", cert) as server:
        common = ("-b", server.tls_url, "-n", 500, "-c", 20, "-R", 3, "-A",
                  cert, "-e")
        ours, peer = compare(("fetch_poll", common),
                             ("curl_poll", (*common, "-F")))
    tell("new verified TLS connection, 304", ours, peer, 1.2)


def idle_memory(folder):
    """What a fetcher holds for each further feed at a host of its own, between
    polls and beyond the idle connections, whose number has its own limit."""
    few, many = 1000, 6000
    with Server(folder, many) as server:
        used = [rounds_of("fetch_poll", (
            "-b", server.url, "-n", count, "-c", 50, "-R", 2, "-H", "-e",
            "-C", 256))[-1]["memory_kb"] for count in (few, many)]
    each = (used[1] - used[0]) * 1024 / (many - few)
    print("%-44s %8.0f bytes            (aim 1024)%s"
          % ("memory for an idle feed", each,
             "" if each <= 1024 else "  MISSED"), flush=True)


def main():
    scratch = tempfile.mkdtemp(prefix="wirewatch-bench-")
    folder = os.path.join(scratch, "feeds")
    try:
        subprocess.run(
            [sys.executable, os.path.join(HERE, "gen_feeds.py"), "feeds",
             folder, "50", "--min-kb", str(FEED_KB), "--max-kb",
             str(FEED_KB)], check=True, stdout=subprocess.DEVNULL)
        print("%-44s %11s %11s" % ("CPU a poll", "fetcher", "libcurl"))
        unchanged(folder)
        one_new(folder)
        new_tls(folder, scratch)
        many_hosts(folder)
        idle_memory(folder)
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()

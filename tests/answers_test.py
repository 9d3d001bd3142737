#!/usr/bin/env python3
"""Answers of rarer kinds: parts of a feed (226, RFC 3229), large ones that
stream, encodings nobody asked for, old TLS."""
import os
import random
import ssl
import sys
import tempfile
import zlib

from harness import Daemon, Tap, check, need_programs, wait_for
from servers import WebServer, make_certificate


def feed(*numbers, extra=""):
    items = "".join(
        "<item><guid isPermaLink='false'>g%d</guid><title>Item %d</title>"
        "<description>%s</description></item>" % (n, n, extra)
        for n in numbers)
    return ("<?xml version='1.0' encoding='utf-8'?>\n<rss version='2.0'>"
            "<channel><title>Wire</title>%s</channel></rss>" % items).encode()


class DeltaFeed:
    """Sends what is newer than the version that the client has."""

    def __init__(self):
        self.newest = 2
        self.whole_only = False
        self.answered = []

    def __call__(self, request):
        asked = request.headers.get("If-None-Match")
        etag = '"v%d"' % self.newest
        known = int(asked.strip('"v')) if asked else 0
        delta = "feed" in request.headers.get("A-IM", "")
        headers = {"ETag": etag, "Content-Type": "application/rss+xml"}
        if asked == etag:
            status, body = 304, b""
        elif asked and delta and not self.whole_only:
            status = 226
            headers["IM"] = "feed"
            body = feed(*range(known + 1, self.newest + 1))
        else:
            status, body = 200, feed(*range(1, self.newest + 1))
        self.answered.append((status, asked))
        return status, headers, body

    def wait(self, status, asked):
        wait_for(lambda: (status, asked) in self.answered,
                 "%d for %s in %s" % (status, asked, self.answered[-3:]))


def state_of(daemon, feed_id):
    return daemon.api("/api/v1/feeds/" + feed_id)[1]


def parts_of_a_feed_bring_what_is_new(daemon, delta):
    delta.wait(200, None)
    delta.wait(304, '"v2"')
    delta.newest = 3
    delta.wait(226, '"v2"')
    delta.wait(304, '"v3"')  # the part's validator stands for the whole
    delta.newest = 5
    delta.wait(226, '"v3"')
    wait_for(lambda: state_of(daemon, "delta")["new_items"] == 5, "5 items")
    state = state_of(daemon, "delta")
    check(state["state"] == "up" and state["error"] is None, state)


def whole_feed_after_parts_is_known(daemon, delta):
    delta.whole_only = True
    delta.newest = 6
    delta.wait(200, '"v5"')
    wait_for(lambda: state_of(daemon, "delta")["new_items"] == 6, "6 items")
    check(state_of(daemon, "delta")["edits"] == 0, "edits")


def answer_over_2_mib_streams(daemon):
    wait_for(lambda: state_of(daemon, "large").get("new_items") == 50,
             "50 items")
    state = state_of(daemon, "large")
    check(state["state"] == "up" and state["bytes"] > 2 << 20, state)


def part_of_a_document_is_read_and_told(server, daemon):
    def told(words):
        state = state_of(daemon, "cut")
        return state if words in (state.get("error") or "") else None

    state = wait_for(lambda: told("its end is missing"), "the problem")
    check(state["state"] == "up" and state["new_items"] == 2, state)
    fetches = state["fetches"]
    wait_for(lambda: state_of(daemon, "cut")["fetches"] > fetches + 2, "polls")
    check(told("its end is missing"), "as long as it is so")
    lines = [line for line in daemon.lines if "feed cut: read in part" in line]
    check(len(lines) == 1, lines)
    check("its end is missing" in daemon.cli("feeds", "cut").stdout, "feeds")
    server.answers["/cut"] = lambda _: (200, {}, feed(*range(1, 1100)))
    state = wait_for(lambda: told("only the first 1000 items"), "the cap")
    check(state["new_items"] == 1000, state)
    server.answers["/cut"] = lambda _: (200, {}, feed(1, 2))
    wait_for(lambda: state_of(daemon, "cut")["error"] is None, "no problem")


def encodings_not_asked_for_are_refused(server, daemon):
    check(server.headers("/br")["Accept-Encoding"] == "gzip",
          server.headers("/br")["Accept-Encoding"])
    for name in ("br", "twice"):
        state = wait_for(lambda: state_of(daemon, name)
                         if state_of(daemon, name)["state"] == "failing"
                         else None, name)
        check("not asked for" in state["error"], state)


def redirect_with_a_long_page_is_followed(server, daemon):
    # of scripts that go on after they have told where to go
    wait_for(lambda: state_of(daemon, "moved")["fetches"], "an answer")
    state = state_of(daemon, "moved")
    check(state["state"] == "up" and state["new_items"] == 1, state)


def old_tls_is_refused(daemon):
    state = wait_for(lambda: state_of(daemon, "old")
                     if state_of(daemon, "old")["state"] == "failing"
                     else None, "refusal")
    check(state["outcome"] == "tls" and "older than 1.2" in state["error"],
          state)


def gzip(data):
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def large_feed():
    """50 items of letters that hardly shrink; each has its own, for what
    repeats would be packed away."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    items = b"".join(
        feed(n, extra="".join(random.Random(n).choices(letters, k=80000)))
        .partition(b"<title>Wire</title>")[2].partition(b"</channel>")[0]
        for n in range(50))
    return gzip(feed().replace(b"</channel>", items + b"</channel>"))


def main():
    tap = Tap()
    need_programs(tap)
    delta, server = DeltaFeed(), WebServer()
    large = large_feed()
    check(len(large) > 2 << 20, "the large feed has %d bytes" % len(large))
    rss = {"Content-Type": "application/rss+xml"}
    server.answers.update({
        "/delta": delta,
        "/large": lambda _: (200, {**rss, "Content-Encoding": "gzip"}, large),
        "/cut": lambda _: (200, rss, feed(1, 2)[:-30]),
        "/moved": lambda _: (302, {"Location": "/there"}, b"x" * 1000000),
        "/br": lambda _: (200, {**rss, "Content-Encoding": "br"}, b"\x0b\x02"),
        "/twice": lambda _: (200, {**rss, "Content-Encoding": "gzip, gzip"},
                             gzip(gzip(feed(1)))),
    })
    with tempfile.TemporaryDirectory() as folder:
        pem = os.path.join(folder, "server.pem")
        make_certificate(pem)
        old = WebServer(certificate=pem, newest=ssl.TLSVersion.TLSv1_1)
        daemon = Daemon({
            "defaults": {"interval": "100ms"},
            "desk": {"listen": "127.0.0.1:0"},
            "network": {"allow": ["127.0.0.0/8"], "ca_file": pem + ".cert"},
            "feeds": [{"id": name, "url": server.url("/" + name)}
                      for name in ("delta", "br", "twice", "cut", "moved")] +
                     [{"id": "large", "url": server.url("/large"),
                       "interval": "5s"},
                      {"id": "old", "url": old.url("/old")}]})
        try:
            daemon.start()
            tap.run(parts_of_a_feed_bring_what_is_new, daemon, delta)
            tap.run(whole_feed_after_parts_is_known, daemon, delta)
            tap.run(answer_over_2_mib_streams, daemon)
            tap.run(part_of_a_document_is_read_and_told, server, daemon)
            tap.run(encodings_not_asked_for_are_refused, server, daemon)
            tap.run(redirect_with_a_long_page_is_followed, server, daemon)
            tap.run(old_tls_is_refused, daemon)
        finally:
            daemon.clear()
            server.end()
            old.end()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())

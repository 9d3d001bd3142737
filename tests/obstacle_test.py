#!/usr/bin/env python3
"""Answers that are no feeds: bot walls, consent pages, empty answers, pages
that name feeds. Told for what they are, and never taken for "no news"."""
import gzip
import os
import subprocess
import sys

from harness import Daemon, Tap, WIREWATCH, check, need_programs, wait_for
from servers import FEED, WebServer

HTML = {"Content-Type": "text/html"}
PAGE = (b'<!DOCTYPE html><html><head><title>The Outlet</title>'
        b'<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        b'<link rel="alternate" type="application/atom+xml" href="/a.xml">'
        b'</head><body><noscript>Please enable JavaScript</noscript></body>'
        b'</html>')
CHALLENGE = (b'<!DOCTYPE html><html><head><title>Just a moment...</title>'
             b'</head><body><script>window._cf_chl_opt={}</script></body>'
             b'</html>')
WALLS = {
    "cloudflare": (lambda _: (403, {"Server": "cloudflare",
                                    "cf-mitigated": "challenge", **HTML},
                              CHALLENGE), "(Cloudflare)"),
    "challenge-200": (lambda _: (200, HTML, CHALLENGE), "(Cloudflare)"),
    "ddos-guard": (lambda _: (403, {"Server": "ddos-guard", **HTML}, b""),
                   "(DDoS-Guard)"),
    "plain": (lambda _: (403, {"Content-Encoding": "gzip", **HTML},
                         gzip.compress(CHALLENGE)), "(Cloudflare)"),
    "imperva": (lambda _: (403, HTML, b'<html><iframe src="/_Incapsula_'
                           b'Resource?x=1"></iframe></html>'), "(Imperva)"),
    "script": (lambda _: (200, HTML, b"<html><script>document.cookie='a';"
                          b"location.reload()</script></html>"),
               "JavaScript"),
    "consent": (lambda _: (200, HTML, "<html lang=ru><p>Мы используем файлы"
                           " cookie</p><button>Принять</button>".encode()),
                "a consent page"),
    "portal": (lambda _: (511, HTML, b"<html>Log in</html>"),
               "captive portal"),
}


def fetch(url, folder):
    config = os.path.join(folder, "etc", "wirewatch.yaml")
    return subprocess.run([WIREWATCH, "fetch", "-c", config, url],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)


def state_of(daemon, feed):
    return daemon.api("/api/v1/feeds/" + feed)[1]


def wait_state(daemon, feed, **wanted):
    def look():
        state = state_of(daemon, feed)
        return state if all(state.get(k) == v
                            for k, v in wanted.items()) else None
    return wait_for(look, "%s of %s" % (wanted, feed))


def walls_are_named_and_count_as_failures(server, daemon):
    for name, (answer, _) in WALLS.items():
        server.answers["/" + name] = answer
    for name, (_, word) in WALLS.items():
        state = wait_state(daemon, name, outcome="blocked", state="failing")
        check(word in state["error"], state["error"])
        check(state["failures"] > 0 and state["last_success"] is not None,
              state)
        check(state["new_items"] == 1, "what it had stays: %s" % state)
    listed = daemon.cli("feeds")
    check("bot wall (DDoS-Guard)" in listed.stdout, listed.stdout)
    check("bot wall (DDoS-Guard)" in daemon.diagnostics(), "the log")


def status_names_them_with_advice(server, daemon):
    shown = daemon.cli("status").stdout
    check("%d blocked; see wirewatch feeds --state" % len(WALLS) in shown,
          shown)
    check("bot wall (DDoS-Guard)" in shown and "official address" in shown,
          shown)
    status = daemon.api("/api/v1/status")[1]
    check(status["feeds"]["blocked"] == len(WALLS), status["feeds"])
    listed = daemon.cli("feeds", "--state", "blocked", "--json").stdout
    check(len(listed.splitlines()) == len(WALLS), listed)


def feed_behind_a_wall_comes_back(server, daemon):
    for name in WALLS:
        del server.answers["/" + name]
    for name in WALLS:
        state = wait_state(daemon, name, state="up")
        check(state["new_items"] == 1, "known items are not new: %s" % state)


def page_of_another_site_is_told_as_one(server, daemon):
    there = server.url("/login", "localhost")
    server.answers["/login"] = lambda _: (
        200, HTML, b"<html><title>Hotel</title>Room number?</html>")
    server.answers["/portal"] = lambda _: (302, {"Location": there}, b"")
    state = wait_state(daemon, "portal", outcome="blocked")
    check("another site, localhost," in state["error"]
          and "captive portal" in state["error"], state["error"])
    server.answers["/portal"] = lambda _: (
        302, {"Location": "http://10.1.1.1/login"}, b"")
    state = wait_state(daemon, "portal", outcome="refused")
    check(state["error"].startswith("redirected to 10.1.1.1: address is"),
          state["error"])
    del server.answers["/portal"]
    wait_state(daemon, "portal", state="up")


def empty_answer_is_a_failure(server, daemon):
    server.answers["/cloudflare"] = lambda _: (200, HTML, b"")
    state = wait_state(daemon, "cloudflare", state="failing")
    check(state["outcome"] == "not_a_feed" and "empty" in state["error"]
          and "another official address" in state["error"], state)
    result = fetch(server.url("/cloudflare"), daemon.folder)
    check(result.returncode == 2 and "an empty answer" in result.stderr
          and "another official address" in result.stderr, result.stderr)


def other_page_is_told_with_advice(server, daemon):
    server.answers["/cloudflare"] = lambda _: (
        200, HTML, "<html><title>Страница не найдена</title>404".encode())
    state = wait_state(daemon, "cloudflare", outcome="not_a_feed")
    check('HTML page ("Страница не найдена")' in state["error"]
          and "look at it in a browser" in state["error"], state)
    result = fetch(server.url("/cloudflare"), daemon.folder)
    check(result.returncode == 2 and "advice: an HTML page" in result.stderr,
          result.stderr)
    del server.answers["/cloudflare"]
    wait_state(daemon, "cloudflare", state="up")


def odd_answer_is_told_as_what_it_is(server, daemon):
    for status, words in ((206, "HTTP 206 Partial Content"), (300, "HTTP 300 Multiple Choices")):
        server.answers["/cloudflare"] = lambda _: (
            status, {"Content-Type": "text/xml"}, FEED)
        state = wait_state(daemon, "cloudflare", http_status=status)
        check(state["outcome"] == "http" and words in state["error"], state)
        result = fetch(server.url("/cloudflare"), daemon.folder)
        check(result.returncode == 1 and words in result.stderr
              and "HTML" not in result.stderr, result.stderr)
    del server.answers["/cloudflare"]
    wait_state(daemon, "cloudflare", state="up")


def page_is_answered_with_the_feeds_it_names(server, daemon):
    server.answers["/page"] = lambda _: (200, HTML, PAGE)
    result = fetch(server.url("/page"), daemon.folder)
    check(result.returncode == 2 and not result.stdout, result)
    lines = result.stderr.splitlines()
    for path in ("/rss.xml", "/a.xml"):
        check("feed: " + server.url(path) in lines, result.stderr)
    state = wait_state(daemon, "page", outcome="not_a_feed")
    check(server.url("/rss.xml") in state["error"], state["error"])


def fetch_gives_advice(server, daemon):
    for name, (answer, word) in WALLS.items():
        server.answers["/wall"] = answer
        result = fetch(server.url("/wall"), daemon.folder)
        check(result.returncode in (1, 2) and not result.stdout, result)
        check("blocked: " in result.stderr and word in result.stderr,
              result.stderr)


def main():
    tap = Tap()
    need_programs(tap)
    server = WebServer()
    daemon = Daemon({
        "defaults": {"interval": "100ms"},
        "desk": {"listen": "127.0.0.1:0"},
        "network": {"allow": ["127.0.0.0/8"]},
        "feeds": [{"id": name, "url": server.url("/" + name)}
                  for name in [*WALLS, "page"]]})
    try:
        daemon.start()
        for name in WALLS:
            wait_state(daemon, name, state="up", new_items=1)
        tap.run(walls_are_named_and_count_as_failures, server, daemon)
        tap.run(status_names_them_with_advice, server, daemon)
        tap.run(feed_behind_a_wall_comes_back, server, daemon)
        tap.run(page_of_another_site_is_told_as_one, server, daemon)
        tap.run(other_page_is_told_with_advice, server, daemon)
        tap.run(empty_answer_is_a_failure, server, daemon)
        tap.run(odd_answer_is_told_as_what_it_is, server, daemon)
        tap.run(page_is_answered_with_the_feeds_it_names, server, daemon)
        tap.run(fetch_gives_advice, server, daemon)
    finally:
        daemon.clear()
        server.end()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())

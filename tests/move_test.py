#!/usr/bin/env python3
"""Feeds that move for good: followed at once, adopted when it lasts, never to
another domain; all that over restarts of the daemon."""
import sqlite3
import sys

from harness import Daemon, Tap, check, need_programs, wait_for
from servers import NameServer, WebServer

DAY_US = 24 * 3600 * 1000000


def wait_move(daemon, feed, **wanted):
    def look():
        state = daemon.api("/api/v1/feeds/" + feed)[1]
        return state if all(state.get(k) == v
                            for k, v in wanted.items()) else None
    return wait_for(look, "%s of %s" % (wanted, feed))


def a_day_goes_by(daemon):
    """What the daemon keeps was written a day earlier."""
    daemon.stop()
    store = sqlite3.connect(daemon.path("state", "wirewatch.db"))
    with store:
        store.execute("UPDATE feeds SET move_first_at = move_first_at - ?",
                      (DAY_US,))
    store.close()
    daemon.start()


def redirect_is_followed_and_told(server, daemon):
    state = wait_move(daemon, "moved", move="seen", state="up")
    check(state["moved_to"] == server.url("/new"), state)
    state = wait_move(daemon, "hijacked", move="foreign", state="up")
    check(state["moved_to"] == server.url("/evil", "localhost"), state)
    listed = daemon.cli("feeds").stdout
    check("moved to " + server.url("/new") in listed, listed)
    check("(not adopted)" in listed, listed)
    for feed in ("moved", "hijacked"):
        wait_for(lambda: daemon.api("/api/v1/feeds/" + feed)[1]["fetches"] > 3,
                 "sightings of " + feed)


def lasting_one_is_adopted_over_a_restart(server, daemon):
    a_day_goes_by(daemon)
    wait_move(daemon, "moved", move="adopted", state="up")
    asked = len([p for p, _ in server.asked if p == "/old"])
    fetches = daemon.api("/api/v1/feeds/moved")[1]["fetches"]
    wait_for(lambda: daemon.api("/api/v1/feeds/moved")[1]["fetches"]
             > fetches + 3, "fetches at the new address")
    check(len([p for p, _ in server.asked if p == "/old"]) == asked,
          "the old address is still asked")
    check(daemon.api("/api/v1/feeds/moved")[1]["url"] == server.url("/old"),
          "the configured address stays told")


def other_domain_is_not_adopted(server, daemon):
    state = wait_move(daemon, "hijacked", move="foreign", state="up")
    check(state["url"] == server.url("/theirs"), state)
    asked = len(server.asked)
    wait_for(lambda: ("/theirs" in [p for p, _ in server.asked[asked:]]),
             "the configured address to be asked")


def names_are_compared_by_their_domains(server, daemon):
    state = wait_move(daemon, "renamed", state="up", move="adopted")
    check(state["moved_to"] == server.url("/new", "www.wire.example.org"), state)
    wait_move(daemon, "sold", state="up", move="foreign")
    for _, role in daemon.roles():
        metric = 'wirewatch_role_restarts_total{role="%s",index="0"} 0\n' % role
        check(metric in daemon.api("/metrics")[1], role + " was started anew")


def dead_address_is_dropped(server, daemon):
    server.answers["/new"] = lambda _: (404, {}, b"")
    server.answers["/old"] = None
    wait_move(daemon, "moved", move=None, state="up")
    check(daemon.api("/api/v1/feeds/moved")[1]["moved_to"] is None,
          "still moved")


def main():
    tap = Tap()
    need_programs(tap)
    server = WebServer()
    server.answers["/old"] = lambda _: (
        301, {"Location": server.url("/new")}, b"")
    server.answers["/theirs"] = lambda _: (
        308, {"Location": server.url("/evil", "localhost")}, b"")
    server.answers["/renamed"] = lambda _: (
        301, {"Location": server.url("/new", "www.wire.example.org")}, b"")
    server.answers["/sold"] = lambda _: (
        301, {"Location": server.url("/evil", "wire.example.net")}, b"")
    names = NameServer()
    daemon = Daemon({
        "defaults": {"interval": "100ms"},
        "desk": {"listen": "127.0.0.1:0"},
        "fetchers": 1,
        "network": {"allow": ["127.0.0.0/8"], "resolver": names.address},
        "feeds": [{"id": "moved", "url": server.url("/old")},
                  {"id": "hijacked", "url": server.url("/theirs")},
                  {"id": "renamed",
                   "url": server.url("/renamed", "rss.wire.example.org")},
                  {"id": "sold", "url": server.url("/sold", "wire.example.org")}]})
    try:
        daemon.start()
        tap.run(redirect_is_followed_and_told, server, daemon)
        tap.run(lasting_one_is_adopted_over_a_restart, server, daemon)
        tap.run(other_domain_is_not_adopted, server, daemon)
        tap.run(names_are_compared_by_their_domains, server, daemon)
        tap.run(dead_address_is_dropped, server, daemon)
    finally:
        daemon.clear()
        server.end()
        names.stop()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())

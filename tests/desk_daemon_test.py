"""The desk and its commands in the whole daemon."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess

from harness import WIREWATCHD, Daemon, FeedServer, Tap, check, need_programs, wait_for

FEED = '<rss version="2.0"><channel><title>Wire</title>%s</channel></rss>'
ITEM = "<item><guid>%d</guid><title>%s</title><link>https://x.example/%d</link></item>"


def configuration(server):
    return {
        "defaults": {"interval": "1s"},
        "feeds": [{"id": "wire", "outlet": "Wire", "url": server.url("/wire.xml")},
                  {"id": "none", "outlet": "None", "url": server.url("/none.xml")}],
        "entities": [{"id": "macron", "names": {"en": ["Emmanuel Macron", "Macron"]}}],
        "network": {"allow": ["127.0.0.0/8"]},
        "desk": {"listen": "127.0.0.1:0"},
        "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl", "types": ["item"]}],
    }


def publish(server, *titles):
    server.put("/wire.xml", FEED % "".join(
        ITEM % (number, title, number)
        for number, title in reversed(list(enumerate(titles)))))


def feeds_show_what_fails(daemon, server):
    wait_for(lambda: daemon.api("/api/v1/feeds/none")[1]["state"] == "failing",
             "the feed that is not there to fail")
    done = daemon.cli("feeds", "--state", "failing", "--json")
    feed = json.loads(done.stdout)
    check(feed["id"] == "none" and feed["http_status"] == 404, done.stdout)
    wait_for(lambda: daemon.api("/api/v1/feeds/wire")[1]["state"] == "up", "a feed")


def an_alert_reaches_tail_search_and_api(daemon, server):
    tail = daemon.cli_start("tail", "-f", "--json")
    publish(server, "Quiet", "Macron goes to Marseille")
    line = tail.wait_line(lambda text: "Marseille" in text, "the alert")
    tail.stop()
    alert = json.loads(line)
    check(alert["entities"][0]["id"] == "macron", line)
    check(daemon.api("/api/v1/alerts?entity=macron&type=item")[1]["alerts"] == [alert],
          "the API has the same alert")
    wait_for(lambda: "Marseille" in daemon.cli("search", "marseille").stdout,
             "search to find it")
    wait_for(lambda: daemon.log_alerts() == [alert], "the log's line to be the same")


def a_refused_reload_shows_file_line_and_column(daemon, server):
    with open(daemon.path("etc", "wirewatch.yaml")) as file:
        good = file.read()
    daemon.configure("defaults: {interval: 1s}\nfeedz: []\n")
    done = daemon.cli("reload")
    check(done.returncode == 78, "exit status %d" % done.returncode)
    check("wirewatch.yaml:2:1: error: " in done.stderr, done.stderr)
    check(daemon.api("/api/v1/feeds/wire")[0] == 200, "the old one is in force")
    daemon.configure(good)
    check(daemon.cli("reload").returncode == 0, "granted")
    check(daemon.api("/api/v1/status")[1]["configuration"]["last_reload_ok"],
          "status tells it")
    daemon.configure("feedz: []\n")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "\nwirewatch_config_last_reload_successful 0\n" in
             daemon.api("/metrics")[1], "a refusal after SIGHUP to be counted")
    daemon.configure(good)
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "\nwirewatch_config_last_reload_successful 1\n" in
             daemon.api("/metrics")[1], "the next one to be granted")


def a_reload_keeps_the_counts_of_the_log(daemon, server):
    def log():
        return [sink for sink in daemon.api("/api/v1/status")[1]["sinks"]
                if sink["id"] == "log"][0]

    check(log()["delivered"] == 1, "before: %r" % log())
    check(daemon.cli("reload").returncode == 0, "granted")
    wait_for(lambda: daemon.cli("poll", "wire").returncode == 0, "a poll")
    check(log()["delivered"] == 1, "after: %r" % log())


def tail_goes_on_after_the_desk_was_killed(daemon, server):
    tail = daemon.cli_start("tail", "-f", "--json")
    # Following is seen by what it prints of an alert that is new.
    publish(server, "Quiet", "Macron goes to Marseille", "Macron leaves")
    tail.wait_line(lambda text: "leaves" in text, "the alert before", 20)
    daemon.kill_role("desk")
    publish(server, "Quiet", "Macron goes to Marseille", "Macron leaves",
            "Macron is back")
    line = tail.wait_line(lambda text: "is back" in text, "the alert", 20)
    tail.stop()
    items = [text for text in tail.lines if '"type":"item"' in text]
    check(sum("is back" in text for text in items) == 1, items)
    check(json.loads(line)["type"] == "item", line)


def readiness_follows_the_engine(daemon, server):
    wait_for(lambda: daemon.api("/readyz")[0] == 200, "readiness")
    os.kill(daemon.kill_role("engine", sig=signal.SIGSTOP), signal.SIGKILL)
    wait_for(lambda: daemon.api("/readyz")[0] == 503, "no readiness", every=0.005)
    wait_for(lambda: daemon.api("/readyz")[0] == 200, "readiness again")
    wait_for(lambda: daemon.cli("status").returncode == 0, "status")


def indexed(daemon):
    """How far the search index goes, and the items."""
    path = daemon.path("state", "wirewatch.db")
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT value, (SELECT max(id) FROM items)"
                          " FROM facts WHERE name = 'indexed'").fetchone()


def what_was_polled_once_is_searched_later(daemon, server):
    daemon.stop()
    before = indexed(daemon)
    publish(server, "Quiet", "Macron goes to Marseille", "Macron leaves",
            "Macron is back", "Macron goes to Grenoble")
    subprocess.run([WIREWATCHD, "-f", "-q", "--once"], env=daemon.environment(),
                   check=True, timeout=60)
    after = indexed(daemon)
    check(after[0] == before[0] and after[1] > before[1], "indexed %d of %d" % after)
    daemon.start()
    wait_for(lambda: "Grenoble" in daemon.cli("search", "grenoble").stdout,
             "search to find it")


def found(daemon, server, title):
    """Waits for an item of the title to be published, stored and found."""
    publish(server, "Quiet", title)
    wait_for(lambda: title in daemon.cli("search", "--items", title).stdout,
             "search to find " + title)


def a_store_that_was_removed_is_begun_anew(daemon, server):
    for name in os.listdir(daemon.path("state")):
        if name.startswith("wirewatch.db"):
            os.unlink(daemon.path("state", name))
    wait_for(lambda: any("the store was removed or replaced" in line
                         for line in daemon.lines), "the loss to be told")
    found(daemon, server, "Macron rebuilds")


def a_store_that_was_set_aside_is_read_no_more(daemon, server):
    path = daemon.path("state", "wirewatch.db")
    engine = daemon.kill_role("engine", sig=signal.SIGSTOP)
    for name in (path, path + "-wal"):
        with open(name, "r+b") as file:
            file.write(b"no database" * 800)
    os.kill(engine, signal.SIGKILL)
    wait_for(lambda: any("DAMAGED" in line for line in daemon.lines), "a new store")
    found(daemon, server, "Macron resumes")


def main():
    tap = Tap()
    need_programs(tap)
    server = FeedServer()
    publish(server, "Quiet")
    daemon = Daemon(configuration(server))
    try:
        daemon.start()
        for test in (
            feeds_show_what_fails,
            an_alert_reaches_tail_search_and_api,
            a_refused_reload_shows_file_line_and_column,
            a_reload_keeps_the_counts_of_the_log,
            tail_goes_on_after_the_desk_was_killed,
            readiness_follows_the_engine,
            what_was_polled_once_is_searched_later,
            a_store_that_was_removed_is_begun_anew,
            a_store_that_was_set_aside_is_read_no_more,
        ):
            tap.run(test, daemon, server, on_failure=daemon.diagnostics)
        daemon.stop()
    finally:
        daemon.clear()
        server.stop()
    tap.done()


main()

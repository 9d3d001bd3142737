"""wirewatch feeds add and remove, against a daemon and a feed server."""

import json
import os
import stat

from harness import Daemon, FeedServer, Tap, check, need_programs, wait_for

FEED = """<rss version="2.0"><channel><title>%s</title><language>%s</language>
<item><guid>1</guid><title>Macron in %s</title></item></channel></rss>"""
PAGE = "<html><head><title>News</title>%s</head><body>News</body></html>"
LINK = '<link rel="alternate" type="application/rss+xml" href="%s">'


def configuration(server):
    return {
        "defaults": {"interval": "1h"},
        "feeds": [{"id": "first", "url": server.url("/first.xml")}],
        "entities": [{"id": "macron", "names": {"en": ["Macron"]}}],
        "network": {"allow": ["127.0.0.0/8"]},
        "desk": {"listen": "127.0.0.1:0"},
        "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
    }


def feeds_file(daemon):
    with open(daemon.path("state", "conf.d", "feeds.yaml")) as file:
        return file.read()


def feed(daemon, feed_id):
    status, body = daemon.api("/api/v1/feeds/" + feed_id)
    return body if status == 200 else None


def a_feed_is_added_with_what_it_says_of_itself(daemon, server):
    """a feed is added with what it says of itself, and polled at once"""
    server.put("/wire.xml", FEED % ('The "Wire" &amp; Co', "fr", "Lyon"))
    done = daemon.cli("feeds", "add", server.url("/wire.xml"))
    check(done.returncode == 0, done.stderr)
    check(done.stdout == "the-wire-co-fr is added and polled\n", done.stdout)
    wait_for(lambda: feed(daemon, "the-wire-co-fr")["state"] == "up", "its poll")
    check(feed(daemon, "the-wire-co-fr")["outlet"] == 'The "Wire" & Co',
          feeds_file(daemon))
    check('language: "fr"' in feeds_file(daemon), feeds_file(daemon))
    mode = os.stat(daemon.path("state", "conf.d", "feeds.yaml")).st_mode
    check(stat.S_IMODE(mode) == 0o600, oct(mode))
    check(daemon.cli("check").returncode == 0, "check reads it, too")


def options_go_before_the_document(daemon, server):
    """options go before what the document says"""
    server.put("/opt.xml", FEED % ("ТАСС", "ru", "Tours"))
    done = daemon.cli("feeds", "add", "--id", "mine", "--outlet", "My Own",
                      "--language", "en-GB", "--json", server.url("/opt.xml"))
    check(json.loads(done.stdout)["ok"], done.stderr)
    check(feed(daemon, "mine")["outlet"] == "My Own", "outlet")
    check('language: "en-GB"' in feeds_file(daemon), feeds_file(daemon))


def what_is_there_already_is_refused(daemon, server):
    """an address or id that is there already is refused, exit 1"""
    before = feeds_file(daemon)
    done = daemon.cli("feeds", "add", server.url("/wire.xml"))
    check(done.returncode == 1, done.returncode)
    check('is there already as feed "the-wire-co-fr"' in done.stderr, done.stderr)
    server.put("/other.xml", FEED % ("The Wire", "fr", "Nantes"))
    done = daemon.cli("feeds", "add", "--id", "first", server.url("/other.xml"))
    check(done.returncode == 1 and 'a feed "first" already' in done.stderr,
          done.stderr)
    server.put("/twin.xml", FEED % ("The Wire Co", "fr", "Nantes"))
    done = daemon.cli("feeds", "add", server.url("/twin.xml"))
    check(done.stdout.startswith("the-wire-co-fr-2 is added"), done.stdout)
    check(feeds_file(daemon).startswith(before), "the rest stays")


def bad_values_are_told(daemon, server):
    """an id that the configuration would refuse is told, exit 2"""
    server.put("/bad.xml", FEED % ("Bad", "en", "Metz"))
    done = daemon.cli("feeds", "add", "--id", "no id", server.url("/bad.xml"))
    check(done.returncode == 2 and "id " in done.stderr, done.stderr)
    check(daemon.cli("feeds", "add").returncode == 64, "usage")
    check(daemon.cli("feeds", "remove").returncode == 64, "usage")


def a_page_leads_to_its_feed(daemon, server):
    """a page that names one feed leads to it"""
    server.put("/page.xml", FEED % ("Page Wire", "en", "Brest"))
    server.put("/page.html", PAGE % (LINK % "/page.xml"), "text/html")
    done = daemon.cli("feeds", "add", server.url("/page.html"))
    check(done.returncode == 0, done.stderr)
    check("names one feed: " + server.url("/page.xml") in done.stderr, done.stderr)
    check(feed(daemon, "page-wire-en")["url"] == server.url("/page.xml"), "url")


def a_page_with_several_feeds_asks_to_choose(daemon, server):
    """a page that names several feeds lists them, exit 1"""
    server.put("/many.html", PAGE % (LINK % "/a.xml" + LINK % "/b.xml"), "text/html")
    done = daemon.cli("feeds", "add", server.url("/many.html"))
    check(done.returncode == 1, done.returncode)
    check(done.stdout.split() == [server.url("/a.xml"), server.url("/b.xml")],
          done.stdout)
    check("names 2 feeds" in done.stderr, done.stderr)


def a_move_is_followed_within_its_domain(daemon, server):
    """a feed that moved is added where it is, but never at another domain"""
    server.put("/new.xml", FEED % ("New Wire", "en", "Dax"))
    done = daemon.cli("feeds", "add", "--id", "moved",
                      server.url("/redirect/301?to=/new.xml"))
    check(done.returncode == 0 and "has moved for good" in done.stderr, done.stderr)
    check(feed(daemon, "moved")["url"] == server.url("/new.xml"), "url")
    there = server.url("/new.xml").replace("127.0.0.1", "localhost")
    given = server.url("/redirect/301?to=" + there)
    done = daemon.cli("feeds", "add", "--id", "foreign", given)
    check(done.returncode == 0 and there + ", another domain" in done.stderr,
          done.stderr)
    check(feed(daemon, "foreign")["url"] == given, "url")
    for feed_id in ("moved", "foreign"):
        check(daemon.cli("feeds", "remove", feed_id).returncode == 0, feed_id)


def what_is_no_feed_is_not_added(daemon, server):
    """what is no feed, or does not come, is not added"""
    before = feeds_file(daemon)
    server.put("/none.html", PAGE % "", "text/html")
    done = daemon.cli("feeds", "add", server.url("/none.html"))
    check(done.returncode == 2 and "not added" in done.stderr, done.stderr)
    done = daemon.cli("feeds", "add", server.url("/missing.xml"))
    check(done.returncode == 1 and "404" in done.stderr, done.stderr)
    check(feeds_file(daemon) == before, "nothing changed")


def a_refused_reload_puts_the_file_back(daemon, server):
    """when the configuration is refused the file is as before"""
    before = feeds_file(daemon)
    good = configuration(server)
    daemon.configure({**good, "feedz": []})
    server.put("/back.xml", FEED % ("Back", "en", "Pau"))
    done = daemon.cli("feeds", "add", "-c", daemon.path("etc", "good.yaml"),
                      server.url("/back.xml"))
    check(done.returncode == 78, "no such file: %d" % done.returncode)
    with open(daemon.path("etc", "good.yaml"), "w") as file:
        json.dump(good, file)
    done = daemon.cli("feeds", "add", "-c", daemon.path("etc", "good.yaml"),
                      server.url("/back.xml"))
    check(done.returncode == 1 and "feedz" in done.stderr, done.stderr)
    wait_for(lambda: feeds_file(daemon) == before, "the file to be put back")
    check(feed(daemon, "back-en") is None, "not added")
    daemon.configure(good)
    check(daemon.cli("reload").returncode == 0, "reload")


def a_file_that_is_too_large_is_left_alone(daemon, server):
    """a file too large to be edited is refused, and not kept open"""
    path = daemon.path("state", "conf.d", "feeds.yaml")
    before = feeds_file(daemon)
    with open(path, "a") as file:
        file.write("# %s\n" % ("x" * (5 << 20)))
    done = daemon.cli("feeds", "add", server.url("/back.xml"))
    check(done.returncode == 1 and "larger than 4 MiB" in done.stderr, done.stderr)
    (engine, _), = daemon.roles("engine")
    folder = "/proc/%d/fd" % engine
    check(path not in [os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder)], "open still")
    with open(path, "w") as file:
        file.write(before)


def feeds_are_removed_and_comments_stay(daemon, server):
    """a feed is removed by its id; comments and other lines stay"""
    path = daemon.path("state", "conf.d", "feeds.yaml")
    with open(path, "a") as file:
        file.write("  # kept by hand\n")
    done = daemon.cli("feeds", "remove", "mine")
    check(done.returncode == 0 and done.stdout == "mine is removed\n", done.stderr)
    check(feed(daemon, "mine") is None, "gone")
    check("# kept by hand" in feeds_file(daemon) and "mine" not in feeds_file(daemon),
          feeds_file(daemon))
    done = daemon.cli("feeds", "remove", "first")
    check(done.returncode == 1 and "by hand" in done.stderr, done.stderr)
    for feed_id in ("the-wire-co-fr", "the-wire-co-fr-2", "page-wire-en"):
        done = daemon.cli("feeds", "remove", feed_id)
        check(done.returncode == 0, done.stderr)
    done = daemon.cli("feeds", "add", server.url("/wire.xml"))
    check(done.returncode == 0, done.stderr)


def added_feeds_are_there_after_a_restart(daemon, server):
    """what was added is there after a restart"""
    daemon.stop()
    daemon.start()
    wait_for(lambda: feed(daemon, "the-wire-co-fr"), "the feed")
    check(daemon.cli("feeds", "--json").stdout.count('"id"') == 2, "and the other")


def main():
    tap = Tap()
    need_programs(tap)
    server = FeedServer()
    server.put("/first.xml", FEED % ("First", "en", "Paris"))
    daemon = Daemon(configuration(server))
    try:
        daemon.start()
        for test in (
            a_feed_is_added_with_what_it_says_of_itself,
            options_go_before_the_document,
            what_is_there_already_is_refused,
            bad_values_are_told,
            a_page_leads_to_its_feed,
            a_page_with_several_feeds_asks_to_choose,
            a_move_is_followed_within_its_domain,
            what_is_no_feed_is_not_added,
            a_refused_reload_puts_the_file_back,
            a_file_that_is_too_large_is_left_alone,
            feeds_are_removed_and_comments_stay,
            added_feeds_are_there_after_a_restart,
        ):
            tap.run(test, daemon, server, on_failure=daemon.diagnostics)
        daemon.stop()
    finally:
        daemon.clear()
        server.stop()
    tap.done()


main()

"""wirewatch explain over a whole daemon: for each way in which an item can
fail to alert it names that way, and of one that alerted it tells the path."""

import json

import harness
from harness import Tap, check, need_programs, wait_for
from outlets import ENTITIES, Outlet

RULES = [
    {"id": "crocus", "entities": ["crocus-city-hall"], "in": ["title", "summary"],
     "level": "urgent"},
    {"id": "macron", "entities": ["macron"], "not": [{"words": ["horoscope"]}]},
]


def entities():
    """The café of that name is no city hall."""
    found = json.loads(json.dumps(ENTITIES))
    found[1]["exclude"] = ["Crocus City Hall Cafe"]
    return found


class Stage:
    def __init__(self):
        self.a, self.b = Outlet("Courier", "/a"), Outlet("Post", "/b", form="atom")
        self.old = self.a.add("Crocus City Hall years ago", hours_ago=100)
        self.server = harness.FeedServer()
        self.serve()
        self.hook = harness.Receiver()
        self.daemon = harness.Daemon({
            "defaults": {"interval": "1s", "flood": 3}, "desk": {"listen": "127.0.0.1:0"},
            "fetchers": 1, "network": {"allow": ["127.0.0.0/8"]},
            "feeds": [
                {"id": "a", "outlet": "Courier", "url": self.server.url("/a")},
                {"id": "b", "outlet": "Post", "url": self.server.url("/b")},
                {"id": "far", "outlet": "Far", "url": "http://feeds.far.example/rss",
                 "interval": "1h"},
            ],
            "entities": entities(), "rules": RULES,
            "sinks": [
                {"id": "log", "type": "log", "path": "alerts.jsonl"},
                {"id": "desk", "type": "webhook", "url": self.hook.url,
                 "types": ["item"], "secret_file": "hook.key"},
            ]})
        self.daemon.write("hook.key", "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3" + "\n")
        self.daemon.start()
        self.polled()

    def serve(self):
        for outlet in (self.a, self.b):
            outlet.serve(self.server)

    def polled(self):
        for path in ("/a", "/b"):
            seen = len(self.server.requests(path))
            self.server.requests(path, wait=seen + 2)

    def add(self, outlet, *texts):
        """Publishes an item and waits until it is stored."""
        url = outlet.add(*texts)
        self.serve()
        self.wait_item(url)
        return url

    def wait_item(self, url):
        wait_for(lambda: url in [item["url"] for item in
                                 self.daemon.api("/api/v1/items?limit=50")[1]["items"]],
                 "the item " + url)

    def explain(self, what, status):
        """The text, the JSON; the exit status is checked."""
        done = self.daemon.cli("explain", what)
        check(done.returncode == status,
              "%s: exit %d\n%s%s" % (what, done.returncode, done.stdout, done.stderr))
        return done.stdout, json.loads(self.daemon.cli("explain", what, "--json").stdout)

    def clear(self):
        self.daemon.clear()
        self.hook.stop()
        self.server.stop()


def has(text, *parts):
    for part in parts:
        check(part in text, "%r is not in\n%s" % (part, text))


def an_alert_is_followed_to_its_sinks(stage):
    url = stage.add(stage.a, "Macron visits Crocus City Hall", "He laid flowers")
    wait_for(lambda: stage.daemon.api("/api/v1/status")[1]["sinks"] and all(
        sink["waiting"] == 0 and sink["delivered"] > 0
        for sink in stage.daemon.api("/api/v1/status")[1]["sinks"]), "the deliveries")
    text, answer = stage.explain(url, 0)
    has(text, "Macron visits Crocus City Hall", "of feed a, Courier", "taken for new: ",
        "crocus is met: entity crocus-city-hall in title", "macron is met: ",
        "it alerted: number ", "crocus, macron", "log, desk")
    item = answer["items"][0]
    check(item["alerted"] and answer["alerted"], str(item))
    check([d["state"] for d in item["alerts"][0]["deliveries"]] == ["delivered"] * 2,
          str(item["alerts"]))
    same, _ = stage.explain(str(item["id"]), 0)
    check(same == text, "by its id:\n" + same)


def other_spellings_of_an_address_are_the_same(stage):
    url = stage.a.items[0]["url"]
    for other in (
        url.replace("https://", "http://www."), url + "/", url + "?utm_source=x#top",
        url + "/amp", url.replace("https://", ""),
    ):
        _, answer = stage.explain(other, 0)
        check(answer["items"][0]["url"] == url, other)
    _, answer = stage.explain(url + "0", 1)
    check(answer["items"] == [], "a longer number is another article")


def a_rule_that_is_not_met_names_its_part(stage):
    url = stage.add(stage.a, "A concert is put off", "It was planned for long",
                    "It was to be in Crocus City Hall.")
    text, _ = stage.explain(url, 1)
    has(text, "crocus is not met: entity crocus-city-hall is not mentioned in title, "
        "summary; crocus-city-hall only in content", "no alert: no rule is met",
        "macron is not met: entity macron is not mentioned")


def an_exclusion_is_named(stage):
    url = stage.add(stage.a, "Your horoscope: Macron", "Stars")
    text, _ = stage.explain(url, 1)
    has(text, "macron is not met: excluded by `not`: word horoscope in title")


def a_name_in_an_excluded_phrase_is_shown(stage):
    url = stage.add(stage.a, "Crocus City Hall Cafe opens", "Tea and cakes")
    text, _ = stage.explain(url, 1)
    has(text, "refused   \"Crocus City Hall\" in title is not crocus-city-hall: "
        "in an excluded phrase")


def what_is_old_was_no_news(stage):
    text, answer = stage.explain(stage.old, 1)
    has(text, "no alert: it was not news (", "crocus is met")
    check(answer["items"][0]["verdict"] not in (None, "new", "fresh"), str(answer))


def an_edit_shows_the_words_that_differ(stage):
    item = stage.a.items[0]
    item["title"] = "Crocus City Hall Cafe closes"
    stage.serve()
    text = wait_for(lambda: [t for t in [stage.explain(item["url"], 1)[0]]
                             if "edit at " in t], "the edit")[0]
    has(text, "title: Crocus City Hall Cafe [-opens-] {+closes+}")
    story = stage.explain(item["url"], 1)[1]["items"][0]["story"]["id"]
    has(stage.daemon.cli("story", story).stdout,
        "title: Crocus City Hall Cafe [-opens-] {+closes+}")


def copies_of_an_item_are_counted(stage):
    texts = ("Lecornu opens a bridge", "He crossed it first")
    url = stage.add(stage.a, *texts)
    for _ in range(3):
        stage.a.add(*texts)
        stage.serve()
        stage.polled()
    text = stage.daemon.cli("explain", url).stdout
    check(text.count("republished") == 1, text)
    has(text, "republished 3 times, last at 2", "with the same text under another id")


def an_edit_that_was_not_told_says_so(stage):
    url = stage.add(stage.a, "Crocus City Hall blaze: 12 are dead", "Firemen are there")
    answer = "answer    it alerted: number "
    check("edit" not in stage.explain(url, 0)[0].split(answer)[1], "before any edit")
    stage.a.items[0]["title"] = "Crocus City Hall blaze: 17 are dead"
    stage.serve()
    text = wait_for(lambda: [t for t in [stage.explain(url, 0)[0]] if "edit at " in t], "the edit")[0]
    has(text.split(answer)[1], "; its last edit did not: it brought no new name, and no rule that it meets has edits: true\n")


def the_story_that_was_told_before_is_named(stage):
    one = stage.add(stage.a, "Shoigu and Lecornu speak by telephone of the attack near Moscow",
                    "Sergey Shoigu told Sebastien Lecornu of a trail")
    two = stage.add(stage.b, "Shoigu and Lecornu speak by telephone of attack near Moscow",
                    "Sergey Shoigu told Sebastien Lecornu of a trail")
    story = stage.explain(one, 0)[1]["items"][0]["story"]
    text, answer = stage.explain(two, 0)
    check(answer["items"][0]["story"]["id"] == story["id"], "two stories:\n" + text)
    has(text, "item 2 of 2 by time, 2 outlets, ", " after Courier",
        "told before by alert %d at " % story["first_alert"]["seq"], ", of Courier",
        "story.grown", "; not to desk (by types or routes)")
    timeline = stage.daemon.cli("story", story["id"]).stdout
    has(timeline, "first by  Courier", "ahead of Post", two)


def an_item_that_only_makes_its_story_grow_says_so(stage):
    title = "Macron opens the dairy fair in Paris with a long speech"
    stage.add(stage.a, title, "He milked a cow")
    url = stage.add(stage.b, "Horoscope: " + title, "He milked a cow")
    text, _ = stage.explain(url, 0)
    has(text, "excluded by `not`: word horoscope", "story.grown",
        "answer    no rule is met; its story has grown by it: alert ")


def one_of_a_flood_was_told_in_a_digest(stage):
    words = ("museum", "harbour", "football", "volcano", "tariff")
    urls = [stage.b.add("Lecornu opens the %s" % word, "A %s" % word) for word in words]
    stage.serve()
    stage.wait_item(urls[0])
    digest = wait_for(lambda: [alert for alert in stage.daemon.log_alerts()
                               if alert["type"] == "digest"], "the digest")[0]
    texts = [stage.explain(url, 0)[0] for url in urls]
    told = [text for text in texts if "told in the digest, alert %d\n" % digest["seq"] in text]
    check(len(told) in (1, 2), "\n".join(texts))


def an_address_in_no_feed_names_the_feeds_of_its_site(stage):
    text, answer = stage.explain("https://a.example/news/4711", 1)
    has(text, "no item has this address", "up     a ")
    feed = answer["feeds"][0]
    check(feed["feed"]["id"] == "a" and feed["items_of_site"] > 3, str(feed))
    for url in ("https://www.far.example/2024/news", "far.example/x",
                "https://a.b.FAR.example:8080/x"):
        text, answer = stage.explain(url, 1)
        check([feed["feed"]["id"] for feed in answer["feeds"]] == ["far"], text)
    text, answer = stage.explain("https://elsewhere.example/x", 1)
    has(text, "no feed is read from its site")
    check(answer["feeds"] == [], text)
    text, _ = stage.explain("999999", 1)
    has(text, "there is no such item")


def bad_questions_are_refused(stage):
    for query, status in (
        ("", 400), ("item=x", 400), ("item=-1", 400), ("item=1&url=http://x/y", 400),
        ("url=", 400), ("url=https://a.example/", 400), ("url=%00", 400),
        ("url=" + "a" * 1001, 400), ("item=99999999999999999999", 400),
        ("item=9223372036854775808", 400), ("url=%27%22%3C%25_*/x", 200),
        ("url=https://%F4%8F%BF%BF/%FF", 400), ("url=////", 400), ("url=a/b", 200),
    ):
        got = stage.daemon.api("/api/v1/explain?" + query)
        check(got[0] == status, "%s: %s" % (query, got))
        check(status == 200 or got[1]["error"], query)
    check(stage.daemon.cli("explain", "https://a.example/").returncode == 2, "bad input")
    for words in ((), ("a", "b"), ("--what", "a")):
        check(stage.daemon.cli("explain", *words).returncode == 64, str(words))
    done = stage.daemon.cli("explain", "-s", "/none/none.sock", "1")
    check(done.returncode == 1 and "no daemon answers" in done.stderr, done.stderr)


def configuration_hash(stage):
    return stage.daemon.api("/api/v1/status")[1]["configuration"]["hash"]


def a_reload_changes_the_rules_that_explain(stage):
    url = stage.a.items[-1]["url"]
    config = json.loads(open(stage.daemon.path("etc", "wirewatch.yaml")).read())
    config["rules"] = [{"id": "shoigu-only", "entities": ["shoigu"]}]
    before = configuration_hash(stage)
    stage.daemon.configure(config)
    check(stage.daemon.cli("reload").returncode == 0, "reload")
    check(configuration_hash(stage) != before, "the hash of the files")
    text, _ = stage.explain(url, 1)
    has(text, "shoigu-only is not met: entity shoigu is not mentioned",
        "crocus-city-hall is met")


def main():
    tap = Tap()
    need_programs(tap)
    stage = Stage()
    try:
        for test in (
            an_alert_is_followed_to_its_sinks,
            other_spellings_of_an_address_are_the_same,
            a_rule_that_is_not_met_names_its_part,
            an_exclusion_is_named,
            a_name_in_an_excluded_phrase_is_shown,
            an_edit_shows_the_words_that_differ,
        an_edit_that_was_not_told_says_so,
            what_is_old_was_no_news,
            the_story_that_was_told_before_is_named,
            an_item_that_only_makes_its_story_grow_says_so,
            one_of_a_flood_was_told_in_a_digest,
            an_address_in_no_feed_names_the_feeds_of_its_site,
            bad_questions_are_refused,
            a_reload_changes_the_rules_that_explain,
        ):
            tap.run(test, stage, on_failure=stage.daemon.diagnostics)
    finally:
        stage.clear()
    tap.done()


main()

"""WebSub in the whole daemon, beside a hub written by the specification."""

import http.client
import json
import re
import shutil
from datetime import datetime

from harness import Daemon, FeedServer, Tap, check, need_programs, wait_for
from hub import Certificate, Hub

FEED = """<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>
<title>Wire</title>%s%s</channel></rss>"""
LINKS = '<a:link rel="hub" href="%s"/><a:link rel="self" href="%s"/>'
ITEM = "<item><guid>%s</guid><title>Macron %s</title></item>"


class World:
    """A feed server, hubs and a daemon that polls once an hour: what comes
    quicker was brought."""

    def __init__(self):
        self.certificate = Certificate()
        self.server = FeedServer()
        self.hub = Hub(self.certificate)
        self.clear_hub = Hub()
        self.feeds = {}
        self.daemon = None

    def topic(self, name):
        return self.server.url("/%s.xml" % name)

    def document(self, name, *titles):
        links = ""
        if self.feeds[name] is not None:
            links = LINKS % (self.feeds[name].url, self.topic(name))
        return FEED % (links, "".join(ITEM % (t, t) for t in reversed(titles)))

    def add_feed(self, name, hub):
        self.feeds[name] = hub
        self.server.put("/%s.xml" % name, self.document(name, name + " begins"))

    def configuration(self, interval="1h", **more):
        return {
            "defaults": {"interval": interval},
            "feeds": [{"id": name, "url": self.topic(name)} for name in self.feeds],
            "entities": [{"id": "macron", "names": {"en": ["Macron"]}}],
            "network": {"allow": ["127.0.0.0/8"],
                        "ca_file": self.certificate.file},
            "desk": {"listen": "127.0.0.1:0"},
            "websub": {"callback": "https://public.example/hubs/"},
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
            **more,
        }

    def start(self):
        if self.daemon is None:
            self.daemon = Daemon(self.configuration())
        self.daemon.start()
        self.lead_hubs()

    def listen(self):
        return self.daemon.api("/api/v1/status")[1]["listen"]

    def lead_hubs(self):
        """As a proxy would: from the public address to the desk."""
        desk = "http://%s/websub/" % self.listen()
        for hub in (self.hub, self.clear_hub):
            hub.rewrite = lambda url: re.sub("https://.*/hubs/", desk, url)

    def reload(self, **more):
        self.daemon.configure(self.configuration(**more))
        done = self.daemon.cli("reload")
        check(done.returncode == 0, done.stderr)

    def websub(self, name):
        return self.daemon.api("/api/v1/feeds/" + name)[1]["websub"]

    def metric(self, name):
        text = "\nwirewatch_%s " % name
        return int(self.daemon.api("/metrics")[1].split(text)[1].split("\n")[0])

    def wait_state(self, name, state):
        return wait_for(lambda: (self.websub(name) or {}).get("state") == state,
                        "%s to be %s" % (name, state), 20)

    def wait_alert(self, title, seconds=10.0):
        wait_for(lambda: self.count(title) > 0, "an alert of " + title, seconds)

    def count(self, title):
        return sum(alert["type"] == "item" and
                   alert["item"]["title"] == "Macron " + title
                   for alert in self.daemon.log_alerts())

    def polls(self, name):
        return len(self.server.requests("/%s.xml" % name))


def a_feed_that_names_a_hub_is_subscribed(world):
    """a feed that names a hub is subscribed there, with a secret, over https"""
    world.wait_state("wire", "active")
    form = world.hub.requests[0]
    check(form["hub.mode"] == "subscribe" and
          form["hub.topic"] == world.topic("wire"), form)
    check(form["hub.callback"].startswith("https://public.example/hubs/"), form)
    check(len(form["hub.callback"].rsplit("/", 1)[1]) >= 32, "an unguessable path")
    check(len(form["hub.secret"]) >= 32 and int(form["hub.lease_seconds"]) > 0, form)
    check(world.hub.verified == [("subscribe", 200, True)], world.hub.verified)
    check(world.websub("wire")["lease_until"] is not None, "a lease")
    shown = world.daemon.cli("feeds").stdout
    check("active" in shown and "HUB" in shown, shown)


def what_a_hub_brings_is_alerted(world):
    """what a hub brings is alerted though no poll is due"""
    polls = world.polls("wire")
    content = world.document("wire", "wire begins", "pushed").encode()
    check(world.hub.deliver(world.topic("wire"), content) == 200, "taken")
    world.wait_alert("pushed")
    for method in ("sha384", "sha512"):
        content = world.document("wire", method).encode()
        world.hub.deliver(world.topic("wire"), content, method)
        world.wait_alert(method)
    check(world.count("pushed") == 1, "once")
    check(world.polls("wire") == polls, "without a poll")
    wait_for(lambda: world.websub("wire")["pushes"] == 3, "three to be counted")


def a_wrong_signature_is_taken_and_thrown_away(world):
    """a wrong, weak or missing signature is answered 2xx, counted, and ignored"""
    topic = world.topic("wire")
    content = world.document("wire", "forged").encode()
    secret = world.hub.subscription(topic).secret
    for signature in ("sha256=" + "0" * 64, "sha256=", "md5=0", " "):
        check(world.hub.deliver(topic, content, signature=signature) == 200,
              signature)
    check(world.hub.deliver(topic, content, "sha1") == 200, "sha1")
    world.hub.subscription(topic).secret = None
    check(world.hub.deliver(topic, content) == 200, "no signature")
    world.hub.subscription(topic).secret = secret
    content = world.document("wire", "after the forged").encode()
    world.hub.deliver(topic, content)
    world.wait_alert("after the forged")
    check(world.count("forged") == 0, "ignored")
    wait_for(lambda: world.metric("websub_forged_total") == 6, "all to be counted")


def only_what_was_asked_is_confirmed(world):
    """only what was asked for is confirmed"""
    form = world.hub.requests[0]
    check(not world.hub.verify(form), "again, unasked")
    check(not world.hub.verify({**form, "hub.mode": "unsubscribe"}), "to leave")
    check(not world.hub.verify(form, topic="https://other.example/"), "topic")
    check(not world.hub.verify({**form, "hub.callback":
                                form["hub.callback"][:-1] + "g"}), "path")
    check(all(status == 404 for _, status, _ in world.hub.verified[1:]),
          world.hub.verified)
    for query in ({}, {"mode": "subscribe"}, {"mode": "%", "topic": "\udcff"}):
        query = {name: value.encode("utf-8", "surrogateescape")
                 for name, value in query.items()}
        check(world.hub.ask(form["hub.callback"], **query)[0] == 404, query)
    check(world.websub("wire")["state"] == "active", "still")


def the_callback_opens_nothing_else(world):
    """behind the public name there is the callback and nothing else"""
    host, port = world.listen().rsplit(":", 1)

    def ask(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        try:
            connection.request(method, path, body,
                               {"Host": "public.example", **headers})
            return connection.getresponse().status
        finally:
            connection.close()

    check(ask("GET", "/api/v1/feeds") == 421, "the API")
    check(ask("GET", "/websub/") == 404, "no token")
    check(ask("POST", "/websub/" + "0" * 40, b"x") == 404, "unknown token")
    check(ask("POST", "/websub/" + "0" * 40, b"x" * 100000) == 413, "long")
    callback = world.hub.requests[0]["hub.callback"]
    token = callback.rsplit("/", 1)[1]
    check(ask("PUT", "/websub/" + token, b"x") == 405, "method")
    check(ask("POST", "/websub/" + token, b"x" * (3 << 20)) == 413, "too long")
    big = FEED % ("", (ITEM % ("big", "big")) + " " * (1 << 20))
    check(world.hub.deliver(world.topic("wire"), big.encode(),
                            Expect="100-continue") == 200, "1 MiB")
    world.wait_alert("big")
    chunked = FEED % ("", (ITEM % ("chunked", "chunked")) + " " * (1 << 20))
    check(world.hub.deliver(world.topic("wire"), chunked.encode(),
                            chunk=60000) == 200, "1 MiB in chunks")
    world.wait_alert("chunked")
    check(ask("POST", "/websub/" + token, iter([b"x" * 1000] * 3000)) == 413,
          "too long in chunks")
    check(ask("POST", "/websub/" + "0" * 40, iter([b"x"] * 100)) == 404,
          "unknown token, in chunks")


def a_broken_push_has_the_feed_polled(world):
    """content that cannot be read has the feed polled at once"""
    polls = world.polls("wire")
    world.server.put("/wire.xml", world.document("wire", "behind the broken"))
    world.hub.deliver(world.topic("wire"), b"<html>no feed</html>")
    world.wait_alert("behind the broken")
    check(world.polls("wire") == polls + 1, "polled once")


def a_hub_without_tls_gives_hints_only(world):
    """a hub without TLS gets no secret, and what it brings is a hint to poll"""
    world.add_feed("clear", world.clear_hub)
    world.reload()
    world.wait_state("clear", "active")
    check("hub.secret" not in world.clear_hub.requests[0], "no secret")
    polls = world.polls("clear")
    world.server.put("/clear.xml", world.document("clear", "polled"))
    forged = world.document("clear", "injected").encode()
    check(world.clear_hub.deliver(world.topic("clear"), forged) == 200, "taken")
    world.wait_alert("polled")
    for _ in range(5):
        world.clear_hub.deliver(world.topic("clear"), forged)
    check(world.count("injected") == 0, "not believed")
    check(world.polls("clear") == polls + 1, "one poll for many hints")


def a_denial_is_heeded(world):
    """a denial is heeded, then and later"""
    world.hub.policy = "deny"
    world.add_feed("denied", world.hub)
    world.reload()
    world.wait_state("denied", "denied")
    world.hub.policy = "verify"
    topic = world.topic("wire")
    callback = world.hub.subscription(topic).callback
    check(world.hub.ask(callback, mode="denied", topic="http://x/")[0] == 404,
          "of another topic")
    check(world.hub.deny(topic, callback) == 200, "heard")
    world.wait_state("wire", "denied")
    check(any("not for <you>" in line for line in world.daemon.lines),
          "the reason is in the log")


def a_refusal_says_why(world):
    """what a hub refuses is told with its reason"""
    world.hub.policy = "refuse"
    world.add_feed("refused", world.hub)
    world.reload()
    wait_for(lambda: any("feed refused: its hub" in line and "HTTP 400: unknown"
                         in line for line in world.daemon.lines), "the reason", 20)
    check(world.websub("refused")["state"] == "pending", "asked again later")
    world.hub.policy = "verify"


def a_hub_that_moved_is_followed(world):
    """a hub is followed where 307 and 308 lead, but not out of TLS"""
    world.hub.moved = {"/": (307, "/new"), "/new": (308, world.hub.url + "newer")}
    world.add_feed("followed", world.hub)
    world.reload()
    world.wait_state("followed", "active")
    check(world.websub("followed")["hub"] == world.hub.url, "the hub that is named")
    for name, status, target in (("outside", 307, world.clear_hub.url),
                                 ("seen", 303, world.hub.url + "new")):
        world.hub.moved = {"/": (status, target)}
        world.add_feed(name, world.hub)
        world.reload()
        refusal = "feed %s: its hub %s refuses: HTTP %d" % (name, world.hub.url, status)
        wait_for(lambda: any(refusal in line for line in world.daemon.lines), refusal, 20)
        for hub in (world.hub, world.clear_hub):
            check(not any(form["hub.topic"] == world.topic(name)
                          for form in hub.requests), "led to " + hub.url)
    world.hub.moved = {}


def a_lease_is_renewed_in_time(world):
    """a lease is renewed before it runs out"""
    world.hub.lease_s = 12  # the engine looks each second
    world.add_feed("renewed", world.hub)
    world.reload()
    world.wait_state("renewed", "active")
    topic = world.topic("renewed")

    def renewals():
        return sum(form["hub.topic"] == topic for form in world.hub.requests)

    wait_for(lambda: renewals() >= 2, "a renewal", 30)
    check(world.websub("renewed")["state"] == "active", "all the time")
    world.hub.policy = "silent"
    world.wait_state("renewed", "pending")
    wait_for(lambda: any("did not renew the lease" in line
                         for line in world.daemon.lines), "the log to tell")
    world.hub.policy = "verify"
    world.hub.lease_s = 600


def a_restart_keeps_subscriptions(world):
    """a restart of the daemon keeps subscription, path and secret"""
    world.add_feed("kept", world.hub)
    world.reload()
    world.wait_state("kept", "active")
    topic, requests = world.topic("kept"), len(world.hub.requests)
    world.daemon.stop()
    world.start()
    check(world.websub("kept")["state"] == "active" or
          world.wait_state("kept", "active"), "active")
    check(not any(form["hub.topic"] == topic
                  for form in world.hub.requests[requests:]), "not asked again")
    wait_for(lambda: world.hub.deliver(
        topic, world.document("kept", "after the restart").encode()) == 200, "a push")
    world.wait_alert("after the restart")
    world.daemon.kill_role("desk")
    content = world.document("kept", "after the desk").encode()

    def delivered():
        try:
            world.lead_hubs()  # the port is another one
            return world.hub.deliver(topic, content) == 200
        except OSError:
            return False

    wait_for(delivered, "a push to the next desk", 20)
    world.wait_alert("after the desk")


def who_leaves_is_unsubscribed(world):
    """a feed that leaves the configuration is unsubscribed"""
    topic, subscription = world.topic("kept"), world.hub.subscription(world.topic("kept"))
    content = world.document("kept", "for nobody").encode()
    world.hub.policy = "silent"
    del world.feeds["kept"]
    world.reload()
    form = wait_for(lambda: next((form for form in world.hub.requests
                                  if form["hub.topic"] == topic and
                                  form["hub.mode"] == "unsubscribe"), None),
                    "the request", 20)
    check(form["hub.callback"] == subscription.callback, form)
    check(not {"hub.secret", "hub.lease_seconds"} & set(form), form)
    check(world.hub.deliver(topic, content) == 200, "meanwhile, taken")
    check(world.hub.verify(form), "confirmed")
    check(world.hub.subscription(topic) is None, "gone")
    callback = subscription.callback
    wait_for(lambda: world.hub.ask(callback, "POST", content)[0] == 404, "404 at last")
    check(world.count("for nobody") == 0, "thrown away")
    world.hub.policy = "verify"


def a_feed_that_changes_hubs_is_subscribed_at_the_new_one(world):
    """a feed that names another hub is subscribed there, and leaves the old one"""
    topic = world.topic("moving")
    for hub in (world.hub, world.clear_hub, None):
        left = world.feeds.get("moving")
        if left is world.hub:
            left.policy = "silent"
        world.add_feed("moving", hub)
        if left is None:
            world.reload()
        else:
            check(world.daemon.cli("poll", "moving").returncode == 0, "poll")
        if hub is not None:
            hub.wait_subscription(topic)
            wait_for(lambda: world.websub("moving")["hub"] == hub.url and
                     world.websub("moving")["state"] == "active", "it to be shown")
        if left is world.hub:  # takes its time, over a reload
            form = wait_for(lambda: next((form for form in left.requests
                                          if form["hub.topic"] == topic and
                                          form["hub.mode"] == "unsubscribe"), None),
                            "the old one to be asked", 20)
            world.reload()
            check(left.verify(form), "not to be left any more")
            left.policy = "verify"
        if left is not None:
            wait_for(lambda: left.subscription(topic) is None, "the old one to be left")
    wait_for(lambda: world.websub("moving") is None, "none to be shown")
    del world.feeds["moving"]


def a_callback_that_moves_is_told_to_hubs(world):
    """another public address is told to hubs at once, and the old one forgotten"""
    topic = world.topic("settled")
    world.add_feed("settled", world.hub)
    world.reload()
    old = world.hub.wait_subscription(topic)
    world.reload(websub={"callback": "https://elsewhere.example/hubs/"})
    new = wait_for(lambda: next((s for s in world.hub.subscriptions.values()
                                 if s.topic == topic and s is not old), None),
                   "another subscription", 20)
    check(new.callback == old.callback.replace("public", "elsewhere"), new.callback)
    del world.hub.subscriptions[topic, old.callback]
    content = world.document("settled", "brought elsewhere").encode()
    check(world.hub.deliver(topic, content) == 200, "taken")
    world.wait_alert("brought elsewhere")
    world.reload(websub={"callback": "https://elsewhere.example/hubs/"}, fetchers=1)
    check(world.hub.deliver(topic, content) == 200, "taken again")
    check(sum(form["hub.topic"] == topic for form in world.hub.requests) == 2,
          "asked though nothing has moved")
    del world.feeds["settled"]


def seconds_of(date):
    return datetime.fromisoformat(date[:-1]).timestamp()


def polls_are_rarer_while_a_hub_brings(world):
    """polls get rarer once a hub has proved itself, and as ever when it fails"""
    world.add_feed("net", world.hub)
    world.daemon.configure(world.configuration(interval="500ms"))
    check(world.daemon.cli("reload").returncode == 0, "reload")
    world.wait_state("net", "active")

    def pause():
        feed = world.daemon.api("/api/v1/feeds/net")[1]
        return seconds_of(feed["next_fetch"]) - seconds_of(feed["last_fetch"])

    world.hub.deliver(world.topic("net"),
                      world.document("net", "proof").encode())
    world.wait_alert("proof")
    wait_for(lambda: pause() > 3, "rarer polls")
    world.server.put("/net.xml", world.document("net", "not brought"))
    world.wait_alert("not brought", 20)
    wait_for(lambda: pause() < 1, "polls as ever", 20)
    world.hub.deliver(world.topic("net"),
                      world.document("net", "proof again").encode())
    world.wait_alert("proof again")
    wait_for(lambda: pause() > 3, "rarer polls again")
    world.feeds["net"] = None
    world.server.put("/net.xml", world.document("net", "not brought"))
    wait_for(lambda: pause() < 1, "polls as ever without a hub", 20)


TESTS = (
    a_feed_that_names_a_hub_is_subscribed,
    what_a_hub_brings_is_alerted,
    a_wrong_signature_is_taken_and_thrown_away,
    only_what_was_asked_is_confirmed,
    the_callback_opens_nothing_else,
    a_broken_push_has_the_feed_polled,
    a_hub_without_tls_gives_hints_only,
    a_refusal_says_why,
    a_hub_that_moved_is_followed,
    a_lease_is_renewed_in_time,
    a_denial_is_heeded,
    a_restart_keeps_subscriptions,
    who_leaves_is_unsubscribed,
    a_feed_that_changes_hubs_is_subscribed_at_the_new_one,
    a_callback_that_moves_is_told_to_hubs,
    polls_are_rarer_while_a_hub_brings,
)


def main():
    tap = Tap()
    need_programs(tap)
    if shutil.which("openssl") is None:
        tap.skip_all("openssl is not installed")
    world = World()
    world.add_feed("wire", world.hub)
    try:
        world.start()
        for test in TESTS:
            tap.run(test, world, on_failure=world.daemon.diagnostics)
        world.daemon.stop()
    finally:
        world.daemon.clear()
        world.server.stop()
        world.hub.stop()
        world.clear_hub.stop()
        shutil.rmtree(world.certificate.folder)
    tap.done()


main()

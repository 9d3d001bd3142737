"""rssCloud in the whole daemon, beside a cloud written by its walkthrough."""

from cloud import Cloud
from harness import Daemon, FeedServer, Tap, check, need_programs, wait_for

FEED = """<rss version="2.0"><channel><title>Wire</title>%s%s</channel></rss>"""
ITEM = "<item><guid>%s</guid><title>Macron %s</title></item>"
PUBLIC = "https://public.example/hubs/"


class World:
    """A feed server, a cloud and a daemon that polls once an hour: what comes
    quicker was told by the cloud."""

    def __init__(self):
        self.server = FeedServer()
        self.cloud = Cloud()
        self.feeds = []
        self.daemon = None

    def url(self, name):
        return self.server.url("/%s.xml" % name)

    def put(self, name, *titles, element=None):
        items = "".join(ITEM % (t, t) for t in reversed(titles))
        self.server.put("/%s.xml" % name,
                        FEED % (element or self.cloud.element(), items))

    def configuration(self, callback=PUBLIC):
        return {
            "defaults": {"interval": "1h"},
            "feeds": [{"id": name, "url": self.url(name)} for name in self.feeds],
            "entities": [{"id": "macron", "names": {"en": ["Macron"]}}],
            "network": {"allow": ["127.0.0.0/8"]},
            "desk": {"listen": "127.0.0.1:0"},
            "websub": {"callback": callback},
            "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
        }

    def start(self):
        self.daemon = Daemon(self.configuration())
        self.daemon.start()
        desk = "http://%s/websub/" % self.daemon.api("/api/v1/status")[1]["listen"]
        public = PUBLIC.replace("example/", "example:443/")
        self.cloud.rewrite = lambda url: url.replace(public, desk)

    def add(self, name, **more):
        self.feeds.append(name)
        self.put(name, name + " begins", **more)
        if self.daemon is not None:
            self.daemon.configure(self.configuration())
            done = self.daemon.cli("reload")
            check(done.returncode == 0, done.stderr)

    def websub(self, name):
        return self.daemon.api("/api/v1/feeds/" + name)[1]["websub"]

    def wait_state(self, name, state):
        wait_for(lambda: (self.websub(name) or {}).get("state") == state,
                 "%s to be %s" % (name, state), 20)

    def wait_log(self, words):
        wait_for(lambda: any(words in line for line in self.daemon.lines), words)

    def told(self, title):
        return any(alert["type"] == "item" and alert["item"]["title"] ==
                   "Macron " + title for alert in self.daemon.log_alerts())


def a_feed_with_a_cloud_is_subscribed(world):
    """a feed that names a cloud is subscribed there by HTTP POST"""
    world.wait_state("wire", "active")
    form = world.cloud.requests[0]
    check(form["url1"] == world.url("wire") and form["notifyProcedure"] == "",
          form)
    check((form["protocol"], form["domain"], form["port"]) ==
          ("https-post", "public.example", "443"), form)
    check(form["path"].startswith("/hubs/") and len(form["path"]) >= 38, form)
    check(world.cloud.answers == [(200, True)], world.cloud.answers)
    check(world.websub("wire")["hub"].startswith("rsscloud+http://"),
          world.websub("wire"))


def a_notification_has_the_feed_polled(world):
    """what a cloud tells has the feed polled at once"""
    world.put("wire", "wire begins", "told")
    check(world.cloud.notify(world.url("wire")) == 200, "taken")
    wait_for(lambda: world.told("told"), "the news")
    world.cloud.notify(world.url("wire"))
    check(len(world.server.requests("/wire.xml")) == 2, "not for each word")


def only_what_was_asked_is_confirmed(world):
    """a cloud is confirmed what was asked of it, once, and no other"""
    callback = world.cloud.callbacks[world.url("wire")]
    check(not world.cloud.verify(callback, world.url("wire")), "again")
    world.cloud.policy = "forge"
    world.add("forged")
    world.wait_log("feed forged: its hub rsscloud+http")
    check(world.cloud.answers[-1] == (404, False), world.cloud.answers)
    check(world.websub("forged")["state"] == "pending", "not subscribed")


def a_refusal_says_why(world):
    """what a cloud refuses with status 200 is told with its reason"""
    world.cloud.policy = "refuse"
    world.add("refused")
    world.wait_log("no such")
    check(world.websub("refused")["state"] == "pending", "asked again later")
    world.cloud.policy = "verify"


def other_protocols_are_left_alone(world):
    """a cloud that wants XML-RPC is not asked"""
    requests = len(world.cloud.requests)
    world.add("old", element=world.cloud.element("xml-rpc"))
    world.add("new")
    world.wait_state("new", "active")
    wait_for(lambda: world.daemon.api("/api/v1/feeds/old")[1]["state"] == "up",
             "its poll")
    check(world.websub("old") is None, "no hub")
    check(len(world.cloud.requests) == requests + 1, "asked")


def who_leaves_lets_the_lease_run_out(world):
    """a feed that leaves asks nothing of its cloud"""
    requests = len(world.cloud.requests)
    world.feeds.remove("wire")
    world.add("last")
    world.wait_state("last", "active")
    check(len(world.cloud.requests) == requests + 1, world.cloud.requests[-1])


def main():
    tap = Tap()
    need_programs(tap)
    world = World()
    world.add("wire")
    try:
        world.start()
        for test in (
            a_feed_with_a_cloud_is_subscribed,
            a_notification_has_the_feed_polled,
            only_what_was_asked_is_confirmed,
            a_refusal_says_why,
            other_protocols_are_left_alone,
            who_leaves_lets_the_lease_run_out,
        ):
            tap.run(test, world, on_failure=world.daemon.diagnostics)
        world.daemon.stop()
    finally:
        world.daemon.clear()
        world.server.stop()
        world.cloud.stop()
    tap.done()


main()

#!/usr/bin/env python3
"""A reload puts everything into force that the configuration and the files that
it names say. Prints TAP.
"""
import datetime
import http.client
import os
import shutil
import socket
import sys
import threading

from harness import (Daemon, FeedServer, Syslog, Tap, check, need_programs, wait_for,
                     webhook_is_genuine)
from outlets import Outlet
from servers import FEED, NameServer, WebServer, free_port, make_certificate

ALL = ("engine", "fetcher", "courier", "desk")


def configuration(server, **changes):
    config = {
        "defaults": {"interval": "1h"},
        "desk": {"listen": "127.0.0.1:0"},
        "fetchers": 2,
        "feeds": [{"id": "news", "url": server.url("/news"), "interval": "100ms"}],
        "network": {"allow": ["127.0.0.0/8"], "host_spacing": "0"},
        "entities": [{"id": "macron", "names": ["Macron"]}],
        "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"},
                  {"id": "hook", "type": "webhook", "url": server.url("/hook/reload"),
                   "secret_file": "hook.key", "types": ["item"]}],
    }
    for name, value in changes.items():
        config[name] = {**config[name], **value} if name == "network" else value
    return config


class World:
    def __init__(self):
        self.server = FeedServer()
        self.outlet = Outlet("News", "/news")
        self.outlet.add("Old news", hours_ago=30)
        self.outlet.serve(self.server)
        self.told = 0  # that the hook got and a test has seen
        self.daemon = Daemon(configuration(self.server))
        self.daemon.write("hook.key", "first secret")
        os.chmod(self.daemon.path("etc", "hook.key"), 0o600)
        self.daemon.start()
        wait_for(lambda: self.feed("news").get("last_success"), "the first poll")

    def reload(self, **changes):
        """Reloads with these changes; returns what the command printed."""
        self.before = {kind: self.pids(kind) for kind in ALL}
        self.daemon.configure(configuration(self.server, **changes))
        done = self.daemon.cli("reload")
        check(done.returncode == 0, done.stderr)
        check(done.stdout == "the new configuration is in force\n", done.stdout)

    def refuse(self, word, **changes):
        self.daemon.configure(configuration(self.server, **changes))
        done = self.daemon.cli("reload")
        check(done.returncode == 78, "status %d" % done.returncode)
        check(word in done.stderr, done.stderr)

    def pids(self, *kinds):
        return sorted(pid for pid, role in self.daemon.roles() if role in kinds)

    def replaced(self, *kinds):
        """Which of the processes are other ones after what was reloaded last."""
        return {kind for kind in kinds if self.pids(kind) != self.before[kind]}

    def feed(self, name):
        return self.daemon.api("/api/v1/feeds/" + name)[1]

    def publish(self, title):
        self.outlet.add("Macron: " + title)
        self.outlet.serve(self.server)

    def hooks(self, count):
        """That many webhooks more, and no other."""
        hooks = self.server.hooks("reload", after=self.told, wait=count)
        check(len(hooks) == count, "%d webhooks, not %d" % (len(hooks), count))
        self.told += count
        return hooks

    def listen(self):
        return self.daemon.api("/api/v1/status")[1]["listen"]

    def clear(self):
        self.daemon.stop()
        self.daemon.clear()
        self.server.stop()


# ---- the address of page and API ---------------------------------------------


def answers(address):
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()


def listen_moves(world):
    """the page moves to another address, under the same process"""
    before, events = world.pids("desk"), world.daemon.events()
    old, new = world.listen(), "127.0.0.1:%d" % free_port()
    page = http.client.HTTPConnection(old, timeout=20)
    page.request("GET", "/api/v1/events")
    stream = page.getresponse()
    check(stream.status == 200, "events over TCP")
    world.reload(desk={"listen": new})
    check(world.listen() == new, world.listen())
    check(answers(new) and not answers(old), "the old address, or not the new one")
    stream.read()  # to its end, after which a page connects again
    check(world.pids("desk") == before, "the desk was restarted")
    check(events.thread.is_alive(), "the command line's events were cut off")
    events.stop()


def listen_widens_and_narrows(world):
    """the page moves from one address of a port to all of them, and back"""
    port = free_port()
    for address in ("127.0.0.1:%d", "0.0.0.0:%d", "127.0.0.2:%d", "[::]:%d", "127.0.0.1:%d"):
        world.reload(desk={"listen": address % port})
        check(world.listen() == address % port, world.listen())
        own = "127.0.0.2:%d" if "127.0.0.2" in address else "127.0.0.1:%d"
        check(answers(own % port), "%s does not answer" % address)
    check(not answers("127.0.0.2:%d" % port), "it still listens on more")


def taken_port_is_refused(world):
    """an address that another program has is refused, and nothing changes"""
    old, before = world.listen(), world.pids("desk", "fetcher")
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = "127.0.0.1:%d" % other.getsockname()[1]
        world.refuse("cannot listen on %s: Address already in use; another program" % taken,
                     desk={"listen": taken}, fetchers=1)
    check(world.listen() == old and answers(old), "the old address is gone")
    check(world.pids("desk", "fetcher") == before, "something else changed")
    world.refuse("cannot listen on 192.0.2.1:8610: Cannot assign requested address; "
                 "this host does not have the address", desk={"listen": "192.0.2.1:8610"})
    check(answers(old), "the old address is gone")


def listen_goes_off_and_on(world):
    old = world.listen()
    world.reload(desk={"listen": "off"})
    check(world.listen() is None and not answers(old), "it still listens")
    world.reload(desk={"listen": old})
    check(world.listen() == old and answers(old), "it does not listen again")


def new_desk_has_the_moved_address(world):
    """a desk that is started anew has the address of the last reload"""
    old = world.listen()
    killed = world.daemon.kill_role("desk")
    check(answers(old), "the address did not wait for the new desk")
    wait_for(lambda: world.pids("desk") not in ([], [killed]) and
             world.daemon.cli("status").returncode == 0, "a new desk")
    check(world.listen() == old, world.listen())


# ---- feeds --------------------------------------------------------------------


def one_feed_changes_and_no_other(world):
    """a reload that changes one feed, or the address of the page, disturbs no other feed"""
    server = FeedServer("-n", "300")
    feeds = [{"id": "f%d" % i, "url": server.url("/f/%d.xml" % i)} for i in range(300)]

    def turns():
        return {feed["id"]: when(feed["next_fetch"]) for feed in
                world.daemon.api("/api/v1/feeds?limit=1000")[1]["feeds"]}

    def when(date):
        return datetime.datetime.fromisoformat(date.replace("Z", "+00:00")).timestamp()

    try:
        world.reload(feeds=feeds)
        wait_for(lambda: all(feed.get("last_success") for feed in
                             world.daemon.api("/api/v1/feeds?limit=1000")[1]["feeds"]),
                 "a poll of each")
        before = turns()
        feeds[7]["interval"] = "30m"
        world.reload(feeds=feeds, desk={"listen": "127.0.0.1:%d" % free_port()})
        feeds.append({"id": "new", "url": server.url("/f/0.xml?new")})
        world.reload(feeds=feeds)
        wait_for(lambda: world.feed("new").get("last_success"), "a poll of the new one")
        after = turns()
        changed = {name for name, at in before.items() if abs(after[name] - at) > 1}
        check(changed == {"f7"}, "other turns: %s" % changed)
        for i in range(300):
            asked = server.requests("/f/%d.xml" % i)
            check(len(asked) == (2 if i == 0 else 1), "f%d: %d polls" % (i, len(asked)))
    finally:
        world.reload()
        server.stop()


def mended_address_is_tried_soon(world):
    """a feed that failed is polled soon after its address was mended"""
    feed = {"id": "mended", "url": world.server.url("/status/404")}
    world.reload(feeds=[feed])
    wait_for(lambda: world.feed("mended").get("failures"), "a failure")
    feed["url"] = world.server.url("/news")
    world.reload(feeds=[feed])
    wait_for(lambda: world.feed("mended").get("last_success"), "a poll")
    check(not world.feed("mended").get("failures"), "it is still failing")
    world.reload()


def old_address_is_not_heard_any_more(world):
    """what an address answers after it was replaced does not count for the new one"""
    come = threading.Semaphore(0)
    release = {"/a": threading.Event(), "/b": threading.Event()}

    def slow(status, headers):
        def answer(request):
            come.release()
            release[request.path].wait()
            return status, headers, FEED
        return answer

    server = WebServer({"/a": slow(200, {"Content-Type": "text/xml", "ETag": '"old"',
                                         "Last-Modified": "Sun, 01 Nov 2020 00:00:00 GMT"}),
                        "/b": slow(410, {})})
    feeds = [{"id": name, "url": server.url("/" + name)} for name in ("a", "b")]
    try:
        world.reload(feeds=feeds)
        come.acquire()
        come.acquire()
        for feed in feeds:
            feed["url"] = server.url("/new-" + feed["id"])
        world.reload(feeds=feeds)
        for event in release.values():
            event.set()
        for feed in feeds:
            wait_for(lambda: world.feed(feed["id"]).get("last_success"), "a poll at the new address")
            check(world.feed(feed["id"])["health"] == "up", "health of " + feed["id"])
            asked = [headers for path, headers in server.asked if path == "/new-" + feed["id"]][0]
            check(not {"If-None-Match", "If-Modified-Since"} & set(asked.keys()),
                  "validators of the old address were sent: %s" % asked)
    finally:
        for event in release.values():
            event.set()
        world.reload()
        server.end()


def level_of_messages_is_taken_over(world):
    """the level of messages holds for the parent, too"""
    world.reload(log={"level": "error"})
    begun = len(world.daemon.lines)
    world.reload(log={"level": "error"})
    world.reload()

    def lines():
        return [line for line in world.daemon.lines[begun:] if "configuration: " in line]

    wait_for(lines, "the line of the last reload")
    check(len(lines()) == 1, lines())


# ---- what a role opens before its sandbox -------------------------------------


def same_configuration_replaces_nobody(world):
    for changes in ({}, {}, {"defaults": {"interval": "2h"}}):
        world.reload(**changes)
        check(not world.replaced(*ALL), world.replaced(*ALL))


def resolver_is_taken_over(world):
    ignorant, knowing = NameServer(knows=False), NameServer()
    port = world.server.port
    feeds = [{"id": "named", "url": "http://feed.example:%d/news" % port, "interval": "200ms"}]
    try:
        world.reload(feeds=feeds, network={"resolver": ignorant.address})
        check(world.replaced(*ALL) == {"fetcher", "courier"}, world.replaced(*ALL))
        wait_for(lambda: world.feed("named").get("failures"), "a failure")
        world.reload(feeds=feeds, network={"resolver": knowing.address})
        world.daemon.cli("poll", "named")
        wait_for(lambda: world.feed("named").get("last_success"), "a success")
        world.reload(feeds=feeds, network={"resolver": knowing.address})
        check(not world.replaced(*ALL), world.replaced(*ALL))
    finally:
        world.reload()
        ignorant.stop()
        knowing.stop()


def certificates_are_read_anew(world):
    """a file of certificates that changed under its name is read anew"""
    right, wrong = world.daemon.path("right.pem"), world.daemon.path("wrong.pem")
    make_certificate(right)
    make_certificate(wrong)
    server = WebServer(certificate=right)
    used = world.daemon.path("etc", "ca.pem")
    feeds = [{"id": "secure", "url": server.url("/feed"), "interval": "200ms"}]
    for changes in (
            {"feeds": feeds, "network": {"ca_file": "ca.pem"}},
            {"feeds": [{**feeds[0], "id": "own", "ca_file": "ca.pem"}]}):
        name = changes["feeds"][0].get("id")
        shutil.copy(wrong + ".cert", used)
        world.reload(**changes)
        wait_for(lambda: world.feed(name).get("failures"), "a failure")
        shutil.copy(right + ".cert", used)
        world.reload(**changes)
        check(world.replaced("engine", "desk") == set(), "more than need be")
        world.daemon.cli("poll", name)
        wait_for(lambda: world.feed(name).get("last_success"), "a success")
        # and a connection that is kept alive does not outlive the trust
        shutil.copy(wrong + ".cert", used)
        world.reload(**changes)
        fetches = world.feed(name)["fetches"]
        wait_for(lambda: world.feed(name)["fetches"] > fetches + 1, "two more")
        check(world.feed(name).get("failures"), "it is still trusted")
    world.reload()
    server.end()


def secret_is_read_anew(world):
    """a file of a secret that changed is read anew, and nobody is replaced"""
    for secret in ("second secret", "third secret"):
        world.daemon.write("hook.key", secret)
        world.reload()
        check(not world.replaced(*ALL), world.replaced(*ALL))
        world.publish("signed with the " + secret)
        check(webhook_is_genuine(world.hooks(1)[0], secret), "signed with another secret")


def log_in_a_new_folder_is_written(world):
    folders = [world.daemon.path("elsewhere-%d" % i) for i in (1, 2)]
    for number, folder in enumerate(folders):
        os.mkdir(folder)
        more = {"id": "more-%d" % number, "type": "log", "path": folder + "/more.jsonl"}
        world.reload(sinks=configuration(world.server)["sinks"] + [more])
        check(world.replaced(*ALL) == {"engine"}, world.replaced(*ALL))
        world.publish("for the log in " + folder)
        world.hooks(1)
        wait_for(lambda: any(folder in alert["item"]["title"] for alert in
                             world.daemon.log_alerts(more["path"])), "the line")
    os.mkdir(world.daemon.path("logs", "inside"))
    for path in (folder + "/another.jsonl", "inside/more.jsonl"):
        log = {"id": "log-" + path.split("/")[-2], "type": "log", "path": path}
        world.reload(sinks=configuration(world.server)["sinks"] + [more, log])
        check(not world.replaced(*ALL), "for %s in a folder that is open" % path)
        world.publish("for the log at " + path)
        world.hooks(1)
        wait_for(lambda: any(path in alert["item"]["title"] for alert in
                             world.daemon.log_alerts(path)), "the line")
    world.reload()


def poll_under_way_is_done_again(world):
    """a poll that a fetcher had under way when it was replaced is done again"""
    release, come = threading.Event(), threading.Semaphore(0)

    def slow(request):
        come.release()
        release.wait()
        return 200, {"Content-Type": "text/xml"}, FEED

    server, names = WebServer({"/slow": slow}), NameServer()
    feeds = [{"id": "slow", "url": server.url("/slow")}]
    try:
        world.reload(feeds=feeds)
        come.acquire()
        world.reload(feeds=feeds, network={"resolver": names.address})
        come.acquire()
        release.set()
        wait_for(lambda: world.feed("slow").get("last_success"), "the answer")
        check(not world.feed("slow").get("failures"), "a failure was counted")
    finally:
        release.set()
        world.reload()
        server.end()
        names.stop()


def replacements_lose_nothing(world):
    """news that come while roles are replaced are told once, and nobody is blamed"""
    names = NameServer()
    folder = world.daemon.path("elsewhere-3")
    os.mkdir(folder)
    more = {"id": "more", "type": "log", "path": folder + "/more.jsonl"}
    for i in range(6):
        world.publish("report %d" % i)
        world.reload(
            network={"resolver": names.address} if i % 2 else {},
            sinks=configuration(world.server)["sinks"] + ([more] if i % 3 == 0 else []))
        check("fetcher" in world.replaced(*ALL) or i == 0, "nothing was replaced")
    titles = [hook["body"] for hook in world.hooks(6)]
    for i in range(6):
        check(sum("report %d\"" % i in title for title in titles) == 1, "report %d" % i)
    status = world.daemon.api("/api/v1/status")[1]
    check(all(role["restarts"] == 0 for role in status["roles"]),
          "restarts were counted: %s" % status["roles"])
    check(all(not sink.get("attempts_failed") for sink in status["sinks"]), status["sinks"])
    check(not world.feed("news").get("failures"), "a failure was counted")
    check(not any(alert["type"].startswith("feed.") for alert in world.daemon.log_alerts()),
          "an alert about a feed")
    check(not any(word in line for line in world.daemon.lines for word in
                  ("exited with", "killed", "cut off", "on the bench", "not delivered")),
          world.daemon.diagnostics())
    names.stop()


def sink_that_becomes_another_loses_nothing():
    """what a webhook had not taken goes to the syslog sink of the same id"""
    syslog, server = Syslog(), FeedServer("-H")
    outlet = Outlet("News", "/news")
    outlet.add("Old news", hours_ago=30)
    outlet.serve(server)
    server.program_hook("reload", "hang*9")
    daemon = Daemon(configuration(server), command=syslog.command)
    try:
        daemon.write("hook.key", "secret")
        os.chmod(daemon.path("etc", "hook.key"), 0o600)
        daemon.start()
        server.requests("/news", wait=2)
        outlet.add("Macron one")
        outlet.add("Macron two")
        outlet.serve(server)
        check(server.hooks("reload", wait=1), "the webhook was not tried")
        daemon.configure(configuration(server, sinks=[
            {"id": "hook", "type": "syslog", "types": ["item"]}]))
        check(daemon.cli("reload").returncode == 0, "reload")
        for title in ("one", "two"):
            wait_for(lambda: [x for x in syslog.lines() if "Macron " + title in x],
                     "%s in syslog" % title)
        check(daemon.stop() == 0, "it did not end well")
    finally:
        daemon.clear()
        server.stop()
        syslog.stop()


TESTS = (
    listen_moves,
    listen_widens_and_narrows,
    taken_port_is_refused,
    listen_goes_off_and_on,
    one_feed_changes_and_no_other,
    mended_address_is_tried_soon,
    old_address_is_not_heard_any_more,
    level_of_messages_is_taken_over,
    same_configuration_replaces_nobody,
    resolver_is_taken_over,
    certificates_are_read_anew,
    secret_is_read_anew,
    log_in_a_new_folder_is_written,
    poll_under_way_is_done_again,
    replacements_lose_nothing,
    new_desk_has_the_moved_address,
)


def connected(servers):
    """How many connections to these sockets are open."""
    names = set()
    for server in servers:
        host, port = server.getsockname()
        names.add("%08X:%04X" % (
            int.from_bytes(socket.inet_aton(host), sys.byteorder), port))
    with open("/proc/net/tcp") as file:
        rows = [line.split() for line in file][1:]
    return sum(row[2] in names and row[3] == "01" for row in rows)


def connections_stay_within_the_descriptors():
    """after a reload, too, a fetcher has no more connections than descriptors allow"""
    servers = [socket.create_server(("127.0.0.%d" % (n + 2), 0)) for n in range(90)]
    most = (128 - 64) * 9 // 10
    feeds = [{"id": "feed-%d" % n, "url": "http://%s:%d/" % server.getsockname()}
             for n, server in enumerate(servers)]
    config = {"feeds": feeds, "fetchers": 1, "desk": {"listen": "off"},
              "network": {"allow": ["127.0.0.0/8"]}}
    daemon = Daemon(config, command=["sh", "-c", 'ulimit -n 128; exec "$0" "$@"'])
    try:
        daemon.start()
        wait_for(lambda: connected(servers) == most, "as many connections as may be")
        for fresh in ("1h", "2h"):
            daemon.configure({**config, "defaults": {"fresh": fresh}})
            done = daemon.cli("reload")
            check(done.returncode == 0, done.stderr)
        check(connected(servers) <= most, "%d connections" % connected(servers))
    finally:
        daemon.clear()
        for server in servers:
            server.close()


def main():
    tap = Tap()
    need_programs(tap)
    world = World()
    try:
        for test in TESTS:
            tap.run(test, world, on_failure=world.daemon.diagnostics)
    finally:
        world.clear()
    if Syslog.missing():
        tap.skip("a sink that becomes another", Syslog.missing())
    else:
        tap.run(sink_that_becomes_another_loses_nothing)
    tap.run(connections_stay_within_the_descriptors)
    tap.done()


if __name__ == "__main__":
    main()

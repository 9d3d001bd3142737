#!/usr/bin/env python3
"""How feeds are reached: proxies, headers, passwords, certificates, versions
of IP; and who does not get to hear of them."""
import json
import os
import subprocess
import sys
import tempfile

from harness import (Daemon, Tap, WIREWATCH, check, need_programs, wait_for)
from servers import (HttpProxy, SocksProxy, WebServer, make_certificate,
                     make_expired_certificate)

DEAD_PROXY = "http://127.0.0.1:9"
PASSWORD = "correct horse"
TOKEN = "staple-battery"
BASIC = "Basic ZGVzazpjb3JyZWN0IGhvcnNl"


class Place:
    """A folder with a configuration for `wirewatch fetch`."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            k: v for k, v in os.environ.items()
            if not k.endswith("_DIRECTORY") and "proxy" not in k.lower()}
        self.write("agency.password", PASSWORD + "\n")
        self.write("agency.token", TOKEN + "\n")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o600)

    def fetch(self, url, feed=None, defaults=None, allow=("127.0.0.0/8",),
              environment=None, network=None):
        config = {"defaults": defaults or {},
                  "network": dict({"allow": list(allow),
                                   "resolver": "127.0.0.1:9"},
                                  **(network or {})),
                  "feeds": [dict({"id": "feed", "url": url}, **(feed or {}))]}
        self.write("wirewatch.yaml", json.dumps(config))
        return subprocess.run(
            [WIREWATCH, "fetch", "-c",
             os.path.join(self.folder, "wirewatch.yaml"), url],
            env=dict(self.environment, **(environment or {})),
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60)

    def expect(self, status, *arguments, **options):
        result = self.fetch(*arguments, **options)
        check(result.returncode == status, "exit status %d, not %d\n%s"
              % (result.returncode, status, result.stderr))
        return result


def headers_and_agent_are_sent(place, server):
    place.expect(0, server.url("/h"),
                 {"headers": ["Accept-Language: ru", "Accept: text/xml"],
                  "user_agent": "own/1"},
                 {"headers": ["X-All: 1"], "user_agent": "all/1"})
    headers = server.headers("/h")
    check(headers["Accept-Language"] == "ru", headers)
    check(headers.get_all("Accept") == ["text/xml"], headers)
    check(headers["User-Agent"] == "own/1", headers)
    check(headers["X-All"] is None, "a feed's headers replace the defaults'")
    place.expect(0, server.url("/h"), {}, {"headers": ["X-All: 1"]})
    check(server.headers("/h")["X-All"] == "1", "the defaults' headers")


def passwords_and_tokens_are_sent(place, server):
    place.expect(0, server.url("/a"),
                 {"auth": {"user": "desk",
                           "password_file": "agency.password"}})
    check(server.headers("/a")["Authorization"] == BASIC, "Basic")
    place.expect(0, server.url("/a"),
                 {"auth": {"bearer_file": "agency.token"}})
    check(server.headers("/a")["Authorization"] == "Bearer " + TOKEN,
          "Bearer")


def secrets_do_not_follow_to_another_origin(place, server):
    # another port, another host, and back again by a stranger's word
    stranger = WebServer()
    home = server.url("/home")
    server.answers["/leave"] = lambda _: (
        302, {"Location": stranger.url("/stranger")}, b"")
    server.answers["/host"] = lambda _: (
        301, {"Location": server.url("/other", "localhost")}, b"")
    server.answers["/stay"] = lambda _: (302, {"Location": "/home"}, b"")
    stranger.answers["/back"] = lambda _: (302, {"Location": home}, b"")
    server.answers["/round"] = lambda _: (
        302, {"Location": stranger.url("/back")}, b"")
    feed = {"auth": {"user": "desk", "password_file": "agency.password"},
            "headers": ["X-Key: mine"]}
    for path, receiver, end, told in (
            ("/stay", server, "/home", True),
            ("/leave", stranger, "/stranger", False),
            ("/host", server, "/other", False),
            ("/round", server, "/home", False)):
        place.expect(0, server.url(path), feed)
        check(server.headers(path)["X-Key"] == "mine", path)
        headers = receiver.headers(end)
        check((headers["Authorization"] == BASIC) == told
              and (headers["X-Key"] == "mine") == told,
              "%s: %s" % (path, headers))
        check(told or "Authorization" not in headers, path)
    stranger.end()


def own_certificates_are_trusted_by_their_feed_alone(place, server):
    path = os.path.join(place.folder, "server.pem")
    make_certificate(path)
    secure = WebServer(certificate=path)
    place.expect(1, secure.url("/c"))
    place.expect(0, secure.url("/c"), {"ca_file": "server.pem.cert"})
    result = place.expect(78, secure.url("/c"), {"ca_file": "agency.token"})
    check("no certificate (PEM)" in result.stderr, result.stderr)
    place.expect(0, secure.url("/c"), network={"ca_file": "server.pem.cert"})
    result = place.expect(78, secure.url("/c"), network={"ca_file": "none.cert"})
    check("none.cert: No such file" in result.stderr, result.stderr)
    secure.end()


def certificates_of_another_host_or_time_are_refused(place, server):
    for name, make in (
            ("other.pem", lambda path: make_certificate(path, "feed.example")),
            ("address.pem", lambda path: make_certificate(path, "127.0.0.2")),
            ("old.pem", make_expired_certificate)):
        path = os.path.join(place.folder, name)
        make(path)
        secure = WebServer(certificate=path)
        for trusted in ({"feed": {"ca_file": name + ".cert"}},
                        {"network": {"ca_file": name + ".cert"}}):
            result = place.expect(1, secure.url("/c"), **trusted)
            check("certificate" in result.stderr, result.stderr)
        check(secure.asked == [], "%s: %s" % (name, secure.asked))
        secure.end()


def daemon_trusts_them_for_their_feed_alone(place, server):
    # on a connection that is kept alive, too
    path = os.path.join(place.folder, "server.pem")
    secure = WebServer(certificate=path)
    daemon = Daemon({
        "defaults": {"interval": "100ms"},
        "desk": {"listen": "127.0.0.1:0"},
        "fetchers": 1,
        "network": {"allow": ["127.0.0.0/8"], "host_spacing": "0"},
        "feeds": [
            {"id": "own", "url": secure.url("/own"), "ca_file": "server.cert"},
            {"id": "plain", "url": secure.url("/plain")}]})
    with open(path + ".cert") as file:
        daemon.write("server.cert", file.read())
    try:
        daemon.start()

        def feed(name):
            return daemon.api("/api/v1/feeds/" + name)[1]

        wait_for(lambda: feed("own").get("fetches", 0) > 3, "fetches")
        failures = feed("plain").get("failures", 0)
        wait_for(lambda: feed("plain").get("failures", 0) > failures + 1,
                 "failures")
        check({path for path, _ in secure.asked} == {"/own"}, secure.asked)
    finally:
        daemon.clear()
        secure.end()


def only_the_wanted_version_of_ip_is_used(place, server):
    place.expect(0, server.url("/v"), {"ip": 4})
    result = place.expect(1, server.url("/v"), {"ip": 6})
    check("no address of the version" in result.stderr, result.stderr)
    place.expect(1, server.url("/v", "localhost"), {"ip": 6},
                 allow=["127.0.0.0/8", "::1"])


def http_proxy_is_used(place, server, proxy, secure):
    through = {"proxy": "http://127.0.0.1:%d" % proxy.port,
               "ca_file": "server.pem.cert"}
    place.expect(0, server.url("/p"), through)
    check(proxy.asked[-1] == "GET " + server.url("/p"), proxy.asked)
    place.expect(0, secure.url("/p"), through)
    check(proxy.asked[-1] == "CONNECT 127.0.0.1:%d" % secure.port,
          proxy.asked)
    place.expect(1, server.url("/p"), {"proxy": DEAD_PROXY})
    place.expect(0, server.url("/p"), {"proxy": "none"},
                 {"proxy": DEAD_PROXY})


def socks_proxy_is_used(place, server, proxy):
    there = "127.0.0.1:%d" % proxy.port
    place.expect(0, server.url("/s", "localhost"),
                 {"proxy": "socks5://" + there})
    check(proxy.asked[-1] == "127.0.0.1", proxy.asked)
    # only the proxy knows the name, and there is no name server here
    place.expect(0, server.url("/s", "hidden.onion"),
                 {"proxy": "socks5h://" + there})
    check(proxy.asked[-1] == "hidden.onion", proxy.asked)
    place.expect(1, server.url("/s", "hidden.onion"),
                 {"proxy": "socks5://" + there})


def proxy_opens_no_way_inside(place, server, http, socks):
    # the proxy itself may be anywhere; what is asked of it may not
    for proxy in ("http://127.0.0.1:%d" % http.port,
                  "socks5://127.0.0.1:%d" % socks.port,
                  "socks5h://127.0.0.1:%d" % socks.port):
        del http.asked[:], socks.asked[:]
        for host in ("127.0.0.1", "127.1", "0x7f.1", "2130706433",
                     "[::ffff:7f00:1]", "10.0.0.1", "169.254.169.254"):
            result = place.expect(1, server.url("/x", host),
                                  {"proxy": proxy}, allow=[])
            check("network.allow" in result.stderr, result.stderr)
        if "socks5h" not in proxy:
            place.expect(1, server.url("/x", "localhost"), {"proxy": proxy},
                         allow=[])
        check(not http.asked and not socks.asked, "the proxy was asked")
        # a public address goes through it
        place.expect(0, server.url("/x", "1.1.1.1"), {"proxy": proxy},
                     allow=[])


def environment_counts_only_when_asked_for(place, server, proxy):
    there = "http://127.0.0.1:%d" % proxy.port
    url = server.url("/e")
    for name in ("http_proxy", "all_proxy", "ALL_PROXY"):
        place.expect(0, url, environment={name: DEAD_PROXY})
        del proxy.asked[:]
        place.expect(0, url, {"proxy": "environment"},
                     environment={name: there})
        check(len(proxy.asked) == 1, name + " is not obeyed")
    place.expect(0, url, {}, {"proxy": "environment"},
                 environment={"http_proxy": DEAD_PROXY,
                              "no_proxy": "example.org, 127.0.0.1"})
    place.expect(1, url, {}, {"proxy": "environment"},
                 environment={"http_proxy": DEAD_PROXY,
                              "no_proxy": "27.0.0.1"})


def mistakes_are_told(place, server):
    for feed, word in (
            ({"proxy": "ftp://x:1"}, "socks5h://"),
            ({"proxy": "http://a:b@x:1"}, "user name"),
            ({"headers": ["Nonsense"]}, "a colon and a value"),
            ({"headers": ["Host: x"]}, "that wirewatch sets"),
            ({"headers": ["authorization: x"]}, "`auth`"),
            ({"auth": {"user": "desk"}}, "password_file"),
            ({"auth": {"user": "a:b", "password_file": "agency.password"}},
             "colon"),
            ({"auth": {"bearer_file": "no-such"}}, "cannot read"),
            ({"ip": 5}, "4")):
        result = place.expect(78, server.url("/m"), feed)
        check(word in result.stderr, result.stderr)


def daemon_sends_them_and_tells_nobody(place, server, proxy):
    server.answers["/locked"] = lambda request: (
        (200, {"Content-Type": "text/xml"}, b"<rss><channel/></rss>")
        if request.headers["Authorization"] == BASIC else (401, {}, b""))
    daemon = Daemon({
        "defaults": {"interval": "100ms"},
        "log": {"level": "debug"},
        "desk": {"listen": "127.0.0.1:0"},
        "network": {"allow": ["127.0.0.0/8"]},
        "feeds": [
            {"id": "locked", "url": server.url("/locked"),
             "proxy": "http://127.0.0.1:%d" % proxy.port,
             "auth": {"user": "desk", "password_file": "agency.password"}},
            {"id": "open", "url": server.url("/open")}]})
    daemon.write("agency.password", PASSWORD)
    try:
        daemon.start()

        def fetched(feed):
            return daemon.api("/api/v1/feeds/" + feed)[1].get("fetches", 0) > 1

        wait_for(lambda: fetched("locked") and fetched("open"), "fetches")
        told = json.dumps([daemon.api("/api/v1/feeds"),
                           daemon.api("/api/v1/status")])
        daemon.stop()
        check(server.headers("/locked")["Authorization"] == BASIC, "locked")
        check("Authorization" not in server.headers("/open"), "open")
        told += daemon.diagnostics(10000)
        for word in (PASSWORD, BASIC[6:]):
            check(word not in told, "%r was told" % word)
    finally:
        daemon.clear()


def main():
    tap = Tap()
    need_programs(tap)
    server, proxy, socks = WebServer(), HttpProxy(), SocksProxy()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(folder)
        tap.run(headers_and_agent_are_sent, place, server)
        tap.run(passwords_and_tokens_are_sent, place, server)
        tap.run(secrets_do_not_follow_to_another_origin, place, server)
        tap.run(own_certificates_are_trusted_by_their_feed_alone, place,
                server)
        tap.run(certificates_of_another_host_or_time_are_refused, place,
                server)
        tap.run(daemon_trusts_them_for_their_feed_alone, place, server)
        tap.run(only_the_wanted_version_of_ip_is_used, place, server)
        secure = WebServer(certificate=os.path.join(folder, "server.pem"))
        tap.run(http_proxy_is_used, place, server, proxy, secure)
        tap.run(socks_proxy_is_used, place, server, socks)
        tap.run(proxy_opens_no_way_inside, place, server, proxy, socks)
        tap.run(environment_counts_only_when_asked_for, place, server, proxy)
        tap.run(mistakes_are_told, place, server)
        tap.run(daemon_sends_them_and_tells_nobody, place, server, proxy)
        secure.end()
    for each in (server, proxy, socks):
        each.end()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())

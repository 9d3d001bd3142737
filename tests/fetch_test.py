#!/usr/bin/env python3
"""wirewatch fetch: what it prints, and how it exits."""
import json
import os
import subprocess
import sys
import tempfile

from harness import FeedServer, Tap, WIREWATCH, check, need_programs

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Wire</title><link>http://wire.example/</link>
<item><title>One</title><link>/1</link><guid>1</guid></item></channel></rss>
"""


def run(*args):
    environ = {k: v for k, v in os.environ.items()
               if not k.endswith("_DIRECTORY")}
    environ["http_proxy"] = "http://127.0.0.1:9/"  # not ours to obey
    return subprocess.run([WIREWATCH, *args], env=environ,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)


def expect(config, url, status, *words):
    result = run("fetch", "-c", config, url)
    check(result.returncode == status,
          "%s: exit status %d\n%s" % (url, result.returncode, result.stderr))
    for word in words:
        check(word in result.stderr, "%s: no %r in\n%s"
              % (url, word, result.stderr))
    if status != 0:
        check(result.stdout == "", "%s: something on stdout" % url)
    return result


def prints_what_parse_prints(server, config, folder):
    server.put("/wire.xml", FEED)
    url = server.url("/wire.xml")
    fetched = expect(config, url, 0, "status: 200", "etag: ", "bytes: ")
    path = os.path.join(folder, "wire.xml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(FEED)
    parsed = run("parse", "--url", url, "--content-type",
                 "application/rss+xml", path)
    check(fetched.stdout == parsed.stdout, "%s\nis not\n%s"
          % (fetched.stdout, parsed.stdout))
    item = json.loads(fetched.stdout)["items"][0]
    check(item["title"] == "One", "title")


def passwords_of_netrc_are_not_sent(server, config, folder):
    with open(os.path.join(folder, ".netrc"), "w", encoding="utf-8") as file:
        file.write("machine 127.0.0.1 login me password secret\n"
                   "default login me password secret\n")
    os.chmod(file.name, 0o600)
    server.put("/netrc.xml", FEED)
    os.environ["HOME"] = folder
    os.environ["NETRC"] = file.name
    expect(config, server.url("/netrc.xml"), 0)
    headers = server.requests("/netrc.xml")[0]["headers"]
    check("authorization" not in {name.lower() for name in headers},
          "headers %s" % headers)


def private_addresses_are_refused_without_a_configuration(server):
    result = run("fetch", server.url("/wire.xml"))
    check(result.returncode == 1, "exit status %d" % result.returncode)
    check("network.allow" in result.stderr, result.stderr)


def what_is_no_feed_exits_2(server, config):
    server.put("/page.html", "<!DOCTYPE html><html><body>Hi</body></html>",
               "text/html")
    server.put("/empty.xml", "", "text/xml")
    for path in ("/page.html", "/empty.xml", "/gzip/corrupt", 
                 "/bomb/one?megabytes=20"):
        expect(config, server.url(path), 2, "problem: ")


def what_cannot_be_had_exits_1(server, config):
    expect(config, server.url("/status/404"), 1, "error: HTTP 404 Not Found")
    expect(config, server.url("/status/429?retry_after=60"), 1,
           "retry-after: 60")
    expect(config, server.url("/chain/6"), 1, "more than 5 redirects")
    expect(config, server.url("/redirect/302?to=file:///etc/passwd"), 1,
           "error: ")
    expect(config, server.url("/raw/"), 1, "no HTTP")
    expect(config, "https" + server.url("/")[4:], 1, "error: ")
    expect(config, "no-address", 1, "error: ")


def redirects_are_told(server, config):
    expect(config, server.url("/chain/2?code=301"), 0, "redirects: 2",
           "moved permanently to: " + server.url("/chain/0"))


def usage_and_configuration_have_their_statuses(folder):
    check(run("fetch").returncode == 64, "no address")
    check(run("fetch", "a", "b").returncode == 64, "two addresses")
    path = os.path.join(folder, "broken.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("network: {allwo: []}\n")
    result = run("fetch", "-c", path, "http://127.0.0.1/")
    check(result.returncode == 78, "exit status %d" % result.returncode)
    check("allwo" in result.stderr, result.stderr)


def main():
    tap = Tap()
    need_programs(tap)
    server = FeedServer()
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "wirewatch.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write('network: {allow: ["127.0.0.0/8"]}\n')
        tap.run(prints_what_parse_prints, server, config, folder)
        tap.run(passwords_of_netrc_are_not_sent, server, config, folder)
        tap.run(private_addresses_are_refused_without_a_configuration, server)
        tap.run(what_is_no_feed_exits_2, server, config)
        tap.run(what_cannot_be_had_exits_1, server, config)
        tap.run(redirects_are_told, server, config)
        tap.run(usage_and_configuration_have_their_statuses, folder)
    server.stop()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""How long news takes from a WebSub hub's push to the webhook received.

COUNT items (default 500), every PAUSE_MS (default 20), on 20 feeds that hubs
bring over loopback: signature, parsing, matching, one synced commit, signed
webhook. Beside it, in turn with it, the same by hand: a POST that is written
to a file, synced, and posted on, by a program that does nothing else.

usage: bench/websub.py [COUNT [PAUSE_MS]]    (needs a build; BUILDDIR)
"""

import http.client
import http.server
import json
import os
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(
    0,
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"),
)
import harness
from hub import Certificate, Hub

FEEDS = 20
SECRET = "websub benchmark secret"
FEED = """<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>
<title>%s</title><a:link rel="hub" href="%s"/><a:link rel="self" href="%s"/>
%s</channel></rss>"""
ITEM = "<item><guid>%s</guid><title>Macron %s</title><link>https://x.example/%s\
</link><description>%s</description></item>"


class ByHand:
    """Takes a POST, writes and syncs its body, posts it on to the receiver."""

    def __init__(self, folder, target):
        url = urllib.parse.urlsplit(target)
        fd = os.open(os.path.join(folder, "hand"), os.O_CREAT | os.O_WRONLY)
        onward = http.client.HTTPConnection(url.hostname, url.port)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                os.write(fd, body)
                os.fdatasync(fd)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                onward.request("POST", url.path, body)
                onward.getresponse().read()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.server_port)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def push(self, body):
        self.connection.request("POST", "/", body)
        self.connection.getresponse().read()


def document(server, hub, feed, *names):
    topic = server.url("/%d.xml" % feed)
    return FEED % ("Outlet %d" % feed, hub.url, topic, "".join(
        ITEM % (name, name, name, "Text of the item. " * 20) for name in names))


def start(server, receiver, certificate, hub):
    for feed in range(FEEDS):
        server.put("/%d.xml" % feed, document(server, hub, feed, "old-%d" % feed))
    daemon = harness.Daemon({
        "defaults": {"interval": "1h"},
        "feeds": [{"id": "feed-%d" % feed, "url": server.url("/%d.xml" % feed)}
                  for feed in range(FEEDS)],
        "entities": [{"id": "macron", "names": {"en": ["Macron"]}}],
        "network": {"allow": ["127.0.0.0/8"], "ca_file": certificate.file},
        "desk": {"listen": "127.0.0.1:0"},
        "websub": {"callback": "https://public.example/"},
        "sinks": [{"id": "desk", "type": "webhook", "url": receiver.url,
                   "secret_file": "hook.key", "types": ["item"]}],
    })
    daemon.write("hook.key", SECRET)
    os.chmod(daemon.path("etc", "hook.key"), 0o600)
    daemon.start()
    listen = daemon.api("/api/v1/status")[1]["listen"]
    hub.rewrite = lambda url: url.replace(
        "https://public.example", "http://%s/websub" % listen)
    harness.wait_for(lambda: len(hub.subscriptions) == FEEDS,
                     "all subscriptions", 60)
    return daemon


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def report(name, delays):
    print("%-28s p50 %7.1f ms   p99 %7.1f ms   max %7.1f ms" % (
        name, 1000 * percentile(delays, 0.50), 1000 * percentile(delays, 0.99),
        1000 * max(delays)))


def push_all(server, hub, hand, count, pause_s):
    """Pushes in turn through the daemon and by hand; returns when each began."""
    pushed, pushed_by_hand = {}, {}
    pause = threading.Event()
    for number in range(count):
        feed = number % FEEDS
        name = "item-%d" % number
        body = document(server, hub, feed, name).encode()
        pushed[name] = time.time()
        hub.deliver(server.url("/%d.xml" % feed), body)
        pause.wait(pause_s / 2)
        pushed_by_hand[name] = time.time()
        hand.push(json.dumps({"hand": name, "text": body.decode()}).encode())
        pause.wait(pause_s / 2)
    return pushed, pushed_by_hand


def received(hooks):
    """When each item came: by webhook, by hand."""
    times, by_hand = {}, {}
    for hook in hooks:
        body = json.loads(hook["body"])
        if "hand" in body:
            by_hand[body["hand"]] = hook["at"]
        else:
            name = body["data"]["item"]["title"].split()[-1]
            times.setdefault(name, hook["at"])
    return times, by_hand


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    pause_s = float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.02
    server = harness.FeedServer("-q")
    receiver = harness.Receiver()
    certificate = Certificate()
    hub = Hub(certificate, lease_s=86400)
    folder = tempfile.mkdtemp(prefix="wirewatch-bench-")
    hand = ByHand(folder, receiver.url)
    daemon = start(server, receiver, certificate, hub)
    try:
        pushed, by_hand = push_all(server, hub, hand, count, pause_s)
        harness.wait_for(
            lambda: all(name in received(list(receiver.taken))[0]
                        for name in pushed), "all webhooks", 60, 0.5)
        times, hand_times = received(list(receiver.taken))
        report("push -> webhook received",
               [times[name] - at for name, at in pushed.items()])
        report("POST, fdatasync, POST by hand",
               [hand_times[name] - at for name, at in by_hand.items()])
        daemon.stop()
    finally:
        daemon.clear()
        server.stop()
        receiver.stop()
        hub.stop()
        hand.server.shutdown()
        shutil.rmtree(certificate.folder)
        shutil.rmtree(folder)


main()

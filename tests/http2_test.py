#!/usr/bin/env python3
"""HTTP/2 against nghttpd: many feeds of one host on one connection."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from harness import Daemon, Tap, check, need_programs, wait_for
from servers import FEED, free_port, make_certificate

FEEDS = 200


class Http2Server:
    """nghttpd with FEEDS feeds; counts connections by its log."""

    def __init__(self, folder):
        self.folder = folder
        self.pem = os.path.join(folder, "server.pem")
        make_certificate(self.pem)
        for i in range(FEEDS):
            with open(os.path.join(folder, "%d.xml" % i), "wb") as file:
                file.write(FEED.replace(b"One", b"Item %d" % i))
        self.log = open(os.path.join(folder, "log"), "w+")
        self.port = free_port()
        self.process = subprocess.Popen(
            ["nghttpd", "-v", "--address=127.0.0.1", "-d", folder,
             str(self.port), self.pem, self.pem + ".cert"],
            stdout=self.log, stderr=subprocess.STDOUT)
        wait_for(lambda: "listen 127.0.0.1" in self.text(), "nghttpd")

    def text(self):
        with open(self.log.name) as file:
            return file.read()

    def connections(self):
        return len(set(re.findall(r"\[id=(\d+)\]", self.text())))

    def requests(self):
        return len(re.findall(r":path: /\d+\.xml", self.text()))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def many_feeds_share_one_connection(server, daemon):
    wait_for(lambda: all(
        feed["state"] == "up" and feed["fetches"] >= 2
        for feed in daemon.api("/api/v1/feeds?limit=1000")[1]["feeds"]),
        "two fetches of each feed", 30)
    check(server.requests() >= 2 * FEEDS, "requests: %d" % server.requests())
    check(server.connections() == 1,
          "%d connections for %d requests" % (server.connections(),
                                              server.requests()))
    print("# %d requests on %d connection" % (server.requests(),
                                               server.connections()))


def main():
    tap = Tap()
    need_programs(tap)
    if shutil.which("nghttpd") is None:
        tap.skip_all("no nghttpd (package nghttp2-server)")
    with tempfile.TemporaryDirectory() as folder:
        server = Http2Server(folder)
        daemon = Daemon({
            "defaults": {"interval": "1s"},
            "desk": {"listen": "127.0.0.1:0"},
            "network": {"allow": ["127.0.0.0/8"],
                        "ca_file": server.pem + ".cert",
                        "host_spacing": "1ms"},
            "feeds": [{"id": "f%d" % i,
                       "url": "https://127.0.0.1:%d/%d.xml" % (server.port, i)}
                      for i in range(FEEDS)]})
        try:
            daemon.start()
            tap.run(many_feeds_share_one_connection, server, daemon)
        finally:
            daemon.clear()
            server.stop()
    tap.done()


if __name__ == "__main__":
    sys.exit(main())

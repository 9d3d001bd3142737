#!/usr/bin/env python3
"""Serves the sample feeds on loopback and lets them grow.

usage: serve.py [--port PORT] [--every SECONDS]

Prints its port. Each feed stands at /ID.xml; an item of items.json is published
every so many seconds with the time of the day, and when all were, the next
round begins. Answers with ETag and Last-Modified, and 304 to who knows them.
"""

import argparse
import datetime
import email.utils
import hashlib
import html
import http.server
import json
import os
import threading
import time

WINDOW = 20  # items in a feed
FIRST = 6  # items there at the start

RSS = """<?xml version="1.0" encoding="{charset}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>{name}</title>
<link>https://{id}.example/</link>
<description>{name}</description>
<language>{language}</language>
{items}</channel>
</rss>
"""

RSS_ITEM = """<item>
<title>{title}</title>
<link>{url}</link>
<guid isPermaLink="false">{guid}</guid>
<pubDate>{date}</pubDate>
<description>{summary}</description>
<content:encoded><![CDATA[<p>{content}</p>]]></content:encoded>
</item>
"""

ATOM = """<?xml version="1.0" encoding="{charset}"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">
<title>{name}</title>
<id>https://{id}.example/</id>
<link href="https://{id}.example/"/>
<updated>{date}</updated>
{items}</feed>
"""

ATOM_ENTRY = """<entry>
<title>{title}</title>
<id>{guid}</id>
<link rel="alternate" href="{url}"/>
<published>{date}</published>
<updated>{date}</updated>
<summary>{summary}</summary>
<content type="html">{content}</content>
</entry>
"""


class Feed:
    """One outlet's items, the newest first."""

    def __init__(self, outlet):
        self.outlet = outlet
        self.items = []
        self.changed = time.time()
        self.document = b""
        self.etag = ""

    def add(self, item, number, at):
        slug = "%s-%d" % (self.outlet["id"], number)
        url = "https://%s.example/news/%d" % (self.outlet["id"], number)
        self.items.insert(0, dict(item, guid=slug, url=url, at=at))
        del self.items[WINDOW:]
        self.render()

    def render(self):
        rss = self.outlet["form"] == "rss"
        items = "".join(self.render_item(item, rss) for item in self.items)
        text = (RSS if rss else ATOM).format(
            items=items,
            date=datetime.datetime.now(datetime.timezone.utc).isoformat(),
            **self.outlet
        )
        self.document = text.encode(
            self.outlet["charset"], errors="xmlcharrefreplace"
        )
        self.etag = '"%s"' % hashlib.sha256(self.document).hexdigest()[:16]
        self.changed = time.time()

    @staticmethod
    def render_item(item, rss):
        at = item["at"]
        fields = {
            key: html.escape(value)
            for key, value in item.items()
            if isinstance(value, str)
        }
        if rss:
            fields["content"] = item["content"]
            return RSS_ITEM.format(
                date=email.utils.format_datetime(at), **fields
            )
        fields["content"] = html.escape("<p>%s</p>" % item["content"])
        return ATOM_ENTRY.format(date=at.isoformat(), **fields)


class Newsroom:
    """All feeds, and the order in which their items come."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            samples = json.load(file)
        self.feeds = {
            outlet["id"]: Feed(outlet) for outlet in samples["outlets"]
        }
        self.items = samples["items"]
        self.next = 0
        self.lock = threading.Lock()
        now = datetime.datetime.now(datetime.timezone.utc)
        for age in range(FIRST, 0, -1):
            self.publish(now - datetime.timedelta(minutes=11 * age))
        for feed in self.feeds.values():
            feed.render()

    def publish(self, at=None):
        item = self.items[self.next % len(self.items)]
        self.next += 1
        with self.lock:
            self.feeds[item["outlet"]].add(
                {key: item[key] for key in ("title", "summary", "content")},
                self.next,
                at or datetime.datetime.now(datetime.timezone.utc),
            )

    def grow(self, every):
        while True:
            time.sleep(every)
            self.publish()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    newsroom = None

    def do_GET(self):
        name = self.path.lstrip("/").removesuffix(".xml")
        feed = self.newsroom.feeds.get(name)
        if feed is None:
            self.send_error(404)
            return
        with self.newsroom.lock:
            document, etag, changed = feed.document, feed.etag, feed.changed
        known = self.headers.get("If-None-Match") == etag
        self.send_response(304 if known else 200)
        self.send_header("ETag", etag)
        self.send_header("Last-Modified", email.utils.formatdate(changed, usegmt=True))
        if not known:
            kind = feed.outlet["form"]
            self.send_header("Content-Type", "application/%s+xml" % kind)
            self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        if not known:
            self.wfile.write(document)

    def log_message(self, *arguments):
        pass


def main():
    parser = argparse.ArgumentParser(description="serve growing sample feeds")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--every", type=float, default=4.0)
    options = parser.parse_args()
    folder = os.path.dirname(os.path.abspath(__file__))
    Handler.newsroom = Newsroom(os.path.join(folder, "items.json"))
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", options.port), Handler
    )
    server.daemon_threads = True
    print(server.server_port, flush=True)
    threading.Thread(
        target=Handler.newsroom.grow, args=(options.every,), daemon=True
    ).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


main()

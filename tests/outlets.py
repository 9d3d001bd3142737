"""Outlets of the end-to-end tests: feeds written in the manner of RSS 2.0,
Atom, and RSS in windows-1251. The facts are those of news reports, the
sentences are the project's own."""

import datetime
import email.utils
import html

RSS = """<?xml version="1.0" encoding="%(charset)s"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>%(title)s</title><link>%(home)s</link>
<description>%(title)s</description>
%(items)s</channel></rss>
"""

RSS_ITEM = """<item><title>%(title)s</title><link>%(url)s</link>
<guid isPermaLink="false">%(id)s</guid><pubDate>%(date)s</pubDate>
<description>%(summary)s</description>
<content:encoded><![CDATA[<p>%(content)s</p>]]></content:encoded></item>
"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>%(title)s</title>
<id>%(home)s</id><link href="%(home)s"/><updated>%(date)s</updated>
%(items)s</feed>
"""

ATOM_ENTRY = """<entry><title type="html">%(title)s</title><id>%(id)s</id>
<link rel="alternate" href="%(url)s"/><published>%(date)s</published>
<updated>%(date)s</updated><summary>%(summary)s</summary>
<content type="html">%(content)s</content></entry>
"""


class Outlet:
    """A feed that grows; items are the newest first, at most `window`."""

    def __init__(self, name, path, form="rss", charset="utf-8", window=300):
        self.name = name
        self.path = path
        self.form = form
        self.charset = charset
        self.window = window
        self.items = []
        self.count = 0

    def add(self, title, summary="", content="", hours_ago=0.0):
        """Adds an item; returns its address."""
        self.count += 1
        url = "https://%s.example/news/%d" % (self.path.strip("/"), self.count)
        when = datetime.datetime.now(datetime.timezone.utc)
        when -= datetime.timedelta(hours=hours_ago)
        self.items.insert(
            0,
            {
                "id": "%s-%d" % (self.path.strip("/"), self.count),
                "url": url,
                "title": title,
                "summary": summary,
                "content": content,
                "when": when,
            },
        )
        del self.items[self.window:]
        return url

    def document(self):
        rss = self.form == "rss"
        items = "".join(self._item(item, rss) for item in self.items)
        fields = {
            "title": self.name,
            "home": "https://%s.example/" % self.path.strip("/"),
            "charset": self.charset,
            "items": items,
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        }
        return ((RSS if rss else ATOM) % fields).encode(self.charset)

    def _item(self, item, rss):
        fields = {
            key: html.escape(value) if isinstance(value, str) else value
            for key, value in item.items()
        }
        if rss:
            fields["date"] = email.utils.format_datetime(item["when"])
            fields["content"] = item["content"]
            return RSS_ITEM % fields
        fields["date"] = item["when"].isoformat()
        fields["content"] = html.escape("<p>%s</p>" % item["content"])
        return ATOM_ENTRY % fields

    @property
    def content_type(self):
        kind = "rss" if self.form == "rss" else "atom"
        return "application/%s+xml; charset=%s" % (kind, self.charset)

    def serve(self, server):
        server.put(self.path, self.document(), self.content_type)


def three_outlets():
    """The outlets of the mission, each with items older than a day."""
    a = Outlet("Courier of the East", "/a")
    b = Outlet("Western Post", "/b", form="atom")
    c = Outlet("Северный вестник", "/c", charset="windows-1251")
    for hours in (70, 50, 30):
        a.add(
            "Macron receives guests at the palace",
            "An evening without speeches.",
            "Nothing was said of Shoigu.",
            hours_ago=hours,
        )
        b.add("Crocus City Hall is remembered", hours_ago=hours)
        c.add("Шойгу посетил завод", "Коротко.", hours_ago=hours)
    return a, b, c


ENTITIES = [
    {
        "id": "macron",
        "type": "person",
        "names": {
            "en": ["Emmanuel Macron", "Macron"],
            "ru": ["Эмманюэль Макрон", "Макрон"],
        },
    },
    {
        "id": "crocus-city-hall",
        "type": "place",
        "names": {"en": ["Crocus City Hall"], "ru": ["Крокус Сити Холл"]},
    },
    {
        "id": "shoigu",
        "type": "person",
        "names": {
            "en": ["Sergey Shoigu", "Shoigu"],
            "ru": ["Сергей Шойгу", "Шойгу"],
        },
    },
    {
        "id": "lecornu",
        "type": "person",
        "names": {"en": ["Sebastien Lecornu", "Lecornu"]},
    },
]

RULES = [
    {
        "id": "crocus",
        "entities": ["crocus-city-hall"],
        "in": ["title", "summary"],
        "level": "urgent",
    }
]

#!/usr/bin/env python3
"""Generates feeds as news wires publish them; the same seed, the same bytes.

  gen_feeds.py feeds FOLDER N [--seed S] [--min-kb 10] [--max-kb 300]
  gen_feeds.py names FILE N       N names of people and companies, one a line
  gen_feeds.py text FILE MB       plain text of the same vocabulary

Feed i is FOLDER/i.xml; sizes are log-uniform between the bounds. By i mod 10:
0-3 RSS 2.0 with content:encoded, 4-6 plain RSS 2.0, 7-9 Atom. By i mod 5:
0, 2, 4 English, 1, 3 Russian; i mod 25 == 13 is RSS in windows-1251. A text
mentions name k about as often as 1/k, so that a list of the first names is
hit often and its tail rarely.
"""
import argparse
import html
import math
import os
import random
import time
from email.utils import formatdate

from feed_words import (EN_COMPANIES, EN_ENDINGS, EN_FIRST, EN_SYLLABLES,
                        EN_WORDS, RU_COMPANIES, RU_ENDINGS, RU_FIRST,
                        RU_SYLLABLES, RU_WORDS)

BASE_TIME = 1_790_000_000  # all dates count back from here
NAMES_TOP = 100_000
RARE_WORDS = 6_000
SENTENCES = 24_000

RSS_HEAD = """<?xml version="1.0" encoding="{charset}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" \
xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:atom="http://www.w3.org/2005/Atom" \
xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>{title}</title>
<link>https://{host}/</link>
<description>{about}</description>
<language>{language}</language>
<lastBuildDate>{rss_date}</lastBuildDate>
<atom:link href="https://{host}/rss.xml" rel="self" \
type="application/rss+xml"/>
<ttl>10</ttl>
"""
RSS_ITEM = """<item>
<title>{title}</title>
<link>{link}</link>
<guid isPermaLink="false">{host}-{guid}</guid>
<pubDate>{rss_date}</pubDate>
<dc:creator><![CDATA[{author}]]></dc:creator>
<category>{tag}</category>
<category>{tag2}</category>
<description>{description}</description>
"""
RSS_CONTENT = """<content:encoded><![CDATA[{content}]]></content:encoded>
<media:content url="https://img.example/{image:x}.jpg" medium="image" \
width="1200" height="675"/>
"""
ATOM_HEAD = """<?xml version="1.0" encoding="{charset}"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">
<title>{title}</title>
<subtitle type="text">{about}</subtitle>
<id>tag:{host},2026:feed</id>
<link rel="self" type="application/atom+xml" href="https://{host}/atom.xml"/>
<link rel="alternate" type="text/html" href="https://{host}/"/>
<updated>{atom_date}</updated>
"""
ATOM_ENTRY = """<entry>
<title type="html">{title}</title>
<link rel="alternate" type="text/html" href="{link}"/>
<id>tag:{host},2026:{guid}</id>
<published>{atom_date}</published>
<updated>{atom_updated}</updated>
<author><name>{author}</name></author>
<category term="{tag}"/>
<summary type="text">{summary}</summary>
<content type="html">{content}</content>
</entry>
"""


def name_of(k):
    """Name k: Latin when even, Cyrillic when odd; each third a company."""
    rng = random.Random(k * 2654435761 + 12345)
    syllables, endings, first = ((EN_SYLLABLES, EN_ENDINGS, EN_FIRST)
                                 if k % 2 == 0 else
                                 (RU_SYLLABLES, RU_ENDINGS, RU_FIRST))
    middle = rng.choice(syllables) if rng.random() < .5 else ""
    last = (rng.choice(syllables) + middle + rng.choice(endings)).capitalize()
    if k % 3 != 0:
        return rng.choice(first) + " " + last
    if k % 2 == 0:
        return last + " " + rng.choice(EN_COMPANIES)
    return last + rng.choice(RU_COMPANIES)


class Language:
    """Vocabulary with the frequencies of prose, and a pool of sentences."""

    def __init__(self, code, seed):
        russian = code == "ru"
        rng = random.Random("%s-%d" % (code, seed))
        self.code = code
        self.first_names = RU_FIRST if russian else EN_FIRST
        self.quotes = "«%s»" if russian else "\u201c%s\u201d"
        self.words = list(dict.fromkeys(RU_WORDS if russian else EN_WORDS))
        self.tags = self.words[60:300]
        # Rare made-up words give the size of vocabulary, and so the
        # compressibility, of news.
        syllables = RU_SYLLABLES if russian else EN_SYLLABLES
        endings = RU_ENDINGS if russian else EN_ENDINGS
        for _ in range(RARE_WORDS):
            stem = "".join(rng.choices(syllables, k=rng.randint(1, 2)))
            self.words.append(stem + rng.choice(endings))
        self.weights, total = [], 0.0
        for i in range(len(self.words)):
            total += 1.0 / (i + 12)
            self.weights.append(total)
        self.pool = [self.sentence(rng) for _ in range(SENTENCES)]

    def sentence(self, rng):
        out = rng.choices(self.words, cum_weights=self.weights,
                          k=rng.randint(7, 22))
        dice = rng.random()
        if dice < .30:
            k = int(math.exp(rng.random() * math.log(NAMES_TOP))) - 1
            name = name_of(k // 2 * 2 + (self.code == "ru"))
            out.insert(rng.randrange(len(out)), name)
        elif .5 < dice < .62:
            at = rng.randrange(1, len(out) - 1)
            out[at] = self.quotes % out[at].capitalize()
        elif dice > .75:
            number = ("%.1f%%" % (rng.random() * 30) if dice > .85
                      else str(rng.randint(2, 9999)))
            out.insert(rng.randrange(1, len(out)), number)
        if rng.random() < .6:
            out[rng.randrange(2, len(out) - 1)] += ","
        text = " ".join(out)
        return text[0].upper() + text[1:] + "."

    def title(self, rng):
        words = rng.choice(self.pool).rstrip(".").replace(",", "").split()
        return " ".join(words[:11])

    def paragraphs(self, rng, size):
        """HTML of about size bytes of UTF-8."""
        count = max(1, size // (215 if self.code == "ru" else 110))
        sentences = rng.choices(self.pool, k=count)
        out = []
        while sentences:
            k = rng.randint(2, 4)
            text = html.escape(" ".join(sentences[:k]), quote=False)
            del sentences[:k]
            if rng.random() < .2:
                text += (' <a href="https://wire%d.example/story/%08x'
                         '?a=1&amp;b=2">%s</a>'
                         % (rng.randrange(90), rng.getrandbits(32),
                            html.escape(self.title(rng))))
            if rng.random() < .1:
                text = "<strong>%s</strong>" % text
            out.append("<p>%s</p>" % text)
        if rng.random() < .5:
            out.insert(0, '<img src="https://img.example/%x.jpg" alt="%s" '
                          'width="640" height="360" />'
                       % (rng.getrandbits(40), html.escape(self.title(rng))))
        return "\n".join(out)


def atom_date(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


class Feed:
    """What feed i is to be: kind, language, charset, items and their size."""

    def __init__(self, i, languages, options):
        self.rng = rng = random.Random(options.seed * 1_000_003 + i)
        self.host = "feed%d.example" % i
        self.kind = "full" if i % 10 < 4 else "rss" if i % 10 < 7 else "atom"
        self.charset = "utf-8"
        code = "ru" if i % 5 in (1, 3) else "en"
        if i % 25 == 13:
            self.charset, code = "windows-1251", "ru"
            self.kind = "rss" if self.kind == "atom" else self.kind
        self.language = languages[code]
        size = int(math.exp(rng.uniform(math.log(options.min_kb * 1000),
                                        math.log(options.max_kb * 1000))))
        overhead = {"full": 900, "rss": 620, "atom": 780}[self.kind]
        if self.kind == "rss":
            size = min(size, 120_000)
            self.items = max(20, min(100, size // 1100))
        else:
            self.items = max(20, min(rng.randint(20, 100),
                                     size // (overhead + 100)))
        self.content = max(60, size // self.items - overhead)
        if self.charset != "utf-8":
            self.content *= 2  # one byte a letter once encoded

    def item(self, at):
        rng, language = self.rng, self.language
        guid = "%08x" % rng.getrandbits(32)
        lead = rng.choice(language.pool) + " " + rng.choice(language.pool)
        summary = html.escape(lead, quote=False)
        description = summary
        if rng.random() < .3:
            description = "<![CDATA[<p>%s</p>]]>" % lead
        size = int(self.content * rng.uniform(.4, 1.6))
        content = ("" if self.kind == "rss"
                   else language.paragraphs(rng, size))
        if self.kind == "atom":
            content = html.escape(content, quote=False)
        link = ("https://%s/news/%s/%s.html?utm_source=rss&amp;utm_medium=feed"
                % (self.host, atom_date(at)[:10].replace("-", "/"), guid))
        return dict(title=html.escape(language.title(rng), quote=False),
                    link=link, host=self.host, guid=guid,
                    rss_date=formatdate(at), atom_date=atom_date(at),
                    atom_updated=atom_date(at + 60),
                    author=rng.choice(language.first_names),
                    tag=rng.choice(language.tags),
                    tag2=rng.choice(language.tags), summary=summary,
                    description=description, content=content,
                    image=rng.getrandbits(40))

    def document(self):
        rng, language = self.rng, self.language
        at = BASE_TIME - rng.randrange(3600)
        head = dict(charset=self.charset, language=language.code,
                    title=html.escape(language.title(rng)), host=self.host,
                    about=html.escape(rng.choice(language.pool)),
                    rss_date=formatdate(at), atom_date=atom_date(at))
        out = [(ATOM_HEAD if self.kind == "atom" else RSS_HEAD).format(**head)]
        for _ in range(self.items):
            at -= rng.randrange(30, 3000)
            item = self.item(at)
            if self.kind == "atom":
                out.append(ATOM_ENTRY.format(**item))
                continue
            out.append(RSS_ITEM.format(**item))
            if self.kind == "full":
                out.append(RSS_CONTENT.format(**item))
            out.append("</item>\n")
        out.append("</feed>\n" if self.kind == "atom"
                   else "</channel>\n</rss>\n")
        return "".join(out).encode(self.charset, "xmlcharrefreplace")


def write_feeds(options):
    languages = {c: Language(c, options.seed) for c in ("en", "ru")}
    os.makedirs(options.out, exist_ok=True)
    total = items = 0
    for i in range(options.n):
        feed = Feed(i, languages, options)
        data = feed.document()
        with open(os.path.join(options.out, "%d.xml" % i), "wb") as f:
            f.write(data)
        total += len(data)
        items += feed.items
    print("%d feeds, %d items, %d bytes, %.1f kB a feed"
          % (options.n, items, total, total / max(1, options.n) / 1000))


def write_names(options):
    names, k = {}, 0
    while len(names) < options.n:
        name = name_of(k)
        k += 1
        if k > 40 * options.n + 10_000:
            name += " %d" % k  # there are only so many
        names[name] = True
    with open(options.out, "w", encoding="utf-8") as f:
        f.writelines(name + "\n" for name in names)


def write_text(options):
    languages = [Language(c, options.seed) for c in ("en", "ru")]
    rng = random.Random(options.seed)
    left = options.n * 1_000_000
    with open(options.out, "wb") as f:
        while left > 0:
            pool = languages[rng.random() < .4].pool
            line = (" ".join(rng.choices(pool, k=12)) + "\n").encode()
            f.write(line)
            left -= len(line)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("feeds", "names", "text"))
    parser.add_argument("out")
    parser.add_argument("n", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--min-kb", type=int, default=10)
    parser.add_argument("--max-kb", type=int, default=300)
    options = parser.parse_args()
    {"feeds": write_feeds, "names": write_names,
     "text": write_text}[options.what](options)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Prints a made-up stream of news items as JSON Lines, in time order, for
`wirewatch group`: story_stream.py ITEMS [--hours H] [--seed S].

Words are syllables drawn by Zipf's law; a story has words, names and numbers of
its own, which its items use among words of the language. Names are written in
Latin or Cyrillic letters. Some items are in Chinese, in capitals, or carry
apostrophes, marks and dashes."""
import argparse
import datetime
import json
import random

LATIN = "ba be bi bo da de do fa ga go ka ko la le li lo ma me mi na ne ni no pa po ra re ri ro sa se ta te ti to va ve za".split()
CYRILLIC = "ба бе би бо да де до фа га го ка ко ла ле ли ло ма ме ми на не ни но па по ра ре ри ро са се та те ти то ва ве за".split()
TAILS = {"en": ["n", "s", "r", "ing", "tion", "ly", "", "", "é"], "ru": ["й", "ть", "ов", "ами", "ение", "", "", "ый", "ё"]}
STOPS = {"en": "the a of to in on for with and as is at by from that will".split(),
         "ru": "в на и не что с по для из к от за при после как о".split()}
HAN = "北京上海政府总统会议经济发展国际新闻报道部长警方袭击选举法院天气火灾地震"
START = datetime.datetime(2024, 4, 4, tzinfo=datetime.timezone.utc)


class Language:
    """Words of one language, the frequent ones first."""
    def __init__(self, rng, code, size=30000):
        syllables = LATIN if code == "en" else CYRILLIC
        self.rng, self.code, self.size = rng, code, size
        self.words = ["".join(rng.choices(syllables, k=rng.choice((1, 2, 2, 3, 3, 4)))) + rng.choice(TAILS[code])
                      for _ in range(size)]

    def word(self):
        if self.rng.random() < .35:
            return self.rng.choice(STOPS[self.code])
        return self.words[int(self.size ** self.rng.random()) - 1]


class Story:
    def __init__(self, rng, languages):
        self.rng = rng
        self.names = [rng.choices(range(len(LATIN)), k=rng.choice((2, 3, 3, 4))) for _ in range(rng.randint(1, 4))]
        self.numbers = [str(rng.choice((rng.randint(2, 30), rng.randint(100, 5000), 2024))) for _ in range(rng.randint(0, 3))]
        self.words = {code: [rng.choice(language.words) for _ in range(rng.randint(6, 14))]
                      for code, language in languages.items()}
        self.codes = rng.choice((["en"], ["en"], ["ru"], ["en", "ru"]))

    def name(self, code):
        syllables = LATIN if code == "en" else CYRILLIC
        return "".join(syllables[i] for i in self.rng.choice(self.names)).capitalize()

    def word(self, language):
        pick = self.rng.random()
        if pick < .2:
            return self.name(language.code) + self.rng.choice(("", "", "'s", "’s") if language.code == "en" else ("",))
        if pick < .28 and self.numbers:
            return self.rng.choice(self.numbers)
        if pick < .55:
            return self.rng.choice(self.words[language.code])
        return language.word()


def sentence(rng, words):
    for i in range(1, len(words) - 1):
        if rng.random() < .06:
            words[i] += rng.choice((",", ":", " —", "."))
        if words[i].endswith("."):
            words[i + 1] = words[i + 1].capitalize()
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def item(rng, story, languages):
    if rng.random() < .02:
        return {"language": "zh", "title": "".join(rng.choices(HAN, k=12)), "summary": "".join(rng.choices(HAN, k=60))}
    language = languages[rng.choice(story.codes)]
    title = sentence(rng, [story.word(language) for _ in range(rng.randint(5, 12))])
    summary = sentence(rng, [story.word(language) for _ in range(rng.randint(0, 55))]) if rng.random() < .95 else ""
    style = rng.random()
    if style < .05:
        title = title.title()
    elif style < .08:
        title = title.upper()
    elif style < .12:
        title = "“" + title + "”"
    made = {"language": language.code, "title": title, "summary": summary}
    if rng.random() < .1:
        made["text"] = summary + " " + summary[::-1]
    return made


def stream(count, hours, seed):
    rng = random.Random(seed)
    languages = {code: Language(rng, code) for code in ("en", "ru")}
    live = []
    for number in range(count):
        if not live or rng.random() < .4:
            live.append(Story(rng, languages))
            del live[:-500]
        at = START + datetime.timedelta(hours=hours * number / count)
        made = item(rng, rng.choice(live[-200:]), languages)
        made.update(id="item-%d" % number, feed="feed-%d" % rng.randint(1, 40), url="https://news.example/%d" % number,
                    date_published=at.isoformat(timespec="seconds").replace("+00:00", "Z"))
        yield made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("items", type=int)
    parser.add_argument("--hours", type=float, default=72)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for made in stream(options.items, options.hours, options.seed):
        print(json.dumps(made, ensure_ascii=False))


if __name__ == "__main__":
    main()

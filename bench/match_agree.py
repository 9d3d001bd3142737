#!/usr/bin/env python3
"""How far `wirewatch match` agrees with the recipe's own statement of itself,
a slow reference in Python, mention by mention.

usage: match_agree.py MATCH_PY [TEXTS [SEED [own]]]     (in the build folder)

The reference takes the endings from our endings.tsv, or, with `own`, from its
own tables: then what ours have more shows with a +, what they have less (the
adjectives beside Rusko in three languages) with a -.

Makes up names (every suffix of endings.tsv, those of the catalog, print as it
comes) and TEXTS texts in ten languages out of sentences that are on the
machine (translations of programs), with forms of the names in them: capitals,
hyphens, quotes, apostrophes, numerals, initials, lines in capitals, texts
without any. Runs both with the language told and not told. Prints each
difference and a line of JSON; exits with 1 below 99.9%.
"""
import collections
import glob
import gettext
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TABLES = os.path.join(HERE, '..', 'feeds', 'match', 'endings.tsv')
CATALOG = os.path.join(HERE, '..', 'feeds', 'catalog', '*.yaml')
LANGUAGES = 'bg cs hr pl ru sk sl uk de en'.split()
CYRILLIC = ('bg', 'ru', 'uk')
TYPES = {'person': 'PER', 'place': 'LOC', 'organisation': 'ORG'}
RECIPE = 'gen --cap mix --acr --suffix --gap'.split()
# Runs the reference with the tables of endings.tsv.
WITH_TABLES = """
import os, runpy, sys
tables, sys.argv = sys.argv[1], sys.argv[2:]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
import forms
ours = {}
for line in open(tables, encoding='utf-8'):
    if not line.startswith('# ') and line.strip():
        language, suffix, strip, ends = line.rstrip('\\n').split('\\t')
        ours.setdefault(language, {}).setdefault(suffix, []).append(
            (int(strip), ['' if e == '0' else e for e in ends.split()]))
forms.TABLES.update(ours)
runpy.run_path(sys.argv[0], run_name='__main__')
"""

NAMES = {
    'person': """Асия Биби|Сергей Шойгу|Шойгу|Пётр Порошенко|Дмитрий Песков
Олена Зеленська|Ілля Пономаренко|Д'Артаньян|Бойко Борисов|Румен Радев
О'Нил|Theresa May|Donald Tusk|Andrzej Duda|Mateusz Morawiecki|Borut Pahor
Jean-Claude Juncker|Małgorzata Kidawa-Błońska|Petr Pavel|Miloš Zeman|Babiš
Zuzana Čaputová|Robert Fico|Kolinda Grabar-Kitarović|Andrej Plenković|Janša
Conor O'Neill|Kim Jong-un|Angela Merkel|Ursula von der Leyen|Jiří Němec
Константин Богомолов|Ангела Меркель|Борис Джонсон|Нана Болотина|Лев Термен
Анна Ахматова|Кличко|Василь Голобородько|Хан|Ван Ли|Елизавета II|Karol III
Папа Бенедикт XVI|Jan Paweł II|Ли Си Цын|Мохаммед бин Салман|Роман Гусь""",
    'place': """Київ|Прага|Слов'янськ|Северная Ирландия|Ирландия|Орёл|Бучач
Нью-Йорк|Санкт-Петербург|St. Petersburg|New York|Белия дом|Велико Търново
Włochy|Niemcy|Łódź|Bielsko-Biała|Hradec Králové|Bílý dům|Česko|Irsko|Praha
Slovenska Bistrica|Ljubljana|Ptuj|Črna gora|Banská Bystrica|Zvolen|Zagreb
Rijeka|Straßburg|Österreich|Côte d'Ivoire|Île-de-France|Череповец|Керчь
Ханты|Бали|Кремль|Чикаго|Токио|Сочи|Черкаси|Чернівці|Січ|Шклов|Видин""",
    'organisation': """НАТО|ЕС|ООН|ВОЗ|МИД|ФСБ|ЦРУ|КПРФ|НАБУ|СБУ|ДПС|ГЕРБ
NATO|EU|UN|WHO|US|BP|CIA|FBI|BBC|ČSSD|ANO|PiS|PO|SDS|HDZ|SMER|UEFA|OPEC
Европейский союз|Європейський Союз|Unia Europejska|Evropská unie|Sejm|Duma
Gazprom|Газпром|Ryanair|Nord Stream|Nord Stream 2|Северный поток — 2|Bild
Северный поток|Крокус Сити Холл|Аль-Каида|24 часа|Би-би-си|Sky News|Sport24
еврозона|твиттер|iPhone|G7|COVID-19|Ковид-19|Boeing 737 MAX|The Guardian
Агробанк|Gazeta Wyborcza|Česká televize|Delo|Rada Evropy|Johnson & Johnson
AT&T|Procter and Gamble|Роскосмос|Слуга народу|БЮТ|ДПСС|Ту-154|1+1|Пятёрочка""",
}
# Before a suffix, to make a word that inflects with it.
HEADS = {'C': 'вар голом стел дубр кан морот пелаг рин сотк тамер ум бр'.split(),
         'L': 'var golom stel dubr kan morot pelag rin sotk tamer um br'.split()}
INITIALS = {'C': ['А.', 'В. В.', 'К.', 'Кужугетович', 'Сергеевна', 'Ильич',
                  'Іванівна', 'Петровичем', 'Андреевной'],
            'L': ['A.', 'H. W.', 'J.', 'F']}
# Not U+02BC in Latin words: there the reference has it in the word, match
# parts the ending from it as from the others.
APOSTROPHES = "'’`"
GLUE = [' ', ' ', ' ', ' ', '-', '‑', ' — ', '\u00a0', ', ', '. ', '/', '·',
        ' «', '" ', '\n', ': ', ' & ', '’', '(', '\u00ad', '. \n', '\t', '  ']
TAIL = ['', '', '', '', ',', '.', '!', '»', '"', ')', ':', '…', '-', "'s", '’s',
        '-то', '-го', "'а", '’om', 'у', 'ja', '\u200b', '2', '_', '<br>',
        '&nbsp;', '&quot;', '\ufeff']


def script_of(text):
    return 'C' if re.search('[\u0400-\u052f]', text) else 'L'


class Forms:
    """The endings of endings.tsv, loosely: a word's forms and what is near."""

    def __init__(self):
        self.rules = collections.defaultdict(list)
        with open(TABLES, encoding='utf-8') as file:
            for line in file:
                if not line.startswith('# ') and line.strip():
                    language, suffix, strip, ends = line.rstrip('\n').split(
                        '\t')
                    self.rules[language].append(
                        (suffix, int(strip),
                         ['' if e == '0' else e for e in ends.split()]))

    def suffixes(self, language):
        return [suffix for suffix, _, _ in self.rules[language]
                if suffix[0] != '#']

    def inflect(self, rng, word, language):
        low = word.lower()
        rules = [r for r in self.rules[language]
                 if r[0][0] == '#' or low.endswith(r[0])]
        if not rules or word.isupper() and len(word) < 6:
            ends = rng.choice(self.rules[language] or [('', 0, [''])])[2]
            return word + rng.choice(ends)
        suffix, strip, ends = max(
            rng.sample(rules, min(len(rules), 2)), key=lambda r: len(r[0]))
        return word[:len(word) - strip] + rng.choice(ends)


def made_up_names(rng, forms):
    seen = set()
    for language in LANGUAGES:
        script = 'C' if language in CYRILLIC else 'L'
        for suffix in forms.suffixes(language):
            for _ in range(4):
                word = (rng.choice(HEADS[script]) + suffix).capitalize()
                if rng.random() < .3:
                    word = rng.choice(HEADS[script]).capitalize() + 'а ' + word
                if word not in seen:
                    seen.add(word)
                    yield rng.choice(list(TYPES)), word, language


def catalog_names():
    for path in sorted(glob.glob(CATALOG)):
        kind = 'other'
        for line in open(path, encoding='utf-8'):
            if line.startswith('    type: '):
                kind = line.split()[1]
            found = re.match(r'      ([a-z]{2}): \[(.*)\]', line)
            if found and kind in TYPES:
                for name in found[2].split(', '):
                    if '"' not in name and "'" not in name:
                        yield kind, name, found[1]


def make_entities(rng, forms):
    names = [(kind, name, 'ru' if script_of(name) == 'C' else 'en')
             for kind, lines in NAMES.items()
             for name in lines.replace('\n', '|').split('|')]
    names += list(catalog_names()) + list(made_up_names(rng, forms))
    entities = []
    for number, (kind, name, language) in enumerate(names):
        entities.append({'id': 'e%d' % number, 'type': kind,
                         'names': {language: [name]}})
    return entities


def sentences(language):
    """What programs say in the language, some thousand lines; in English it
    is what German ones translate."""
    found = set()
    for path in sorted(glob.glob('/usr/share/locale/%s/LC_MESSAGES/*.mo'
                                 % language.replace('en', 'de'))):
        try:
            with open(path, 'rb') as file:
                catalog = gettext.GNUTranslations(file)._catalog
        except (OSError, ValueError, IndexError):
            continue
        for key, text in catalog.items():
            text = key if language == 'en' else text
            if isinstance(text, str) and 30 < len(text) < 400 and \
                    text.isprintable():
                found.add(text)
        if len(found) > 20000:
            break
    return sorted(found)


class Writer:
    def __init__(self, rng, forms, entities, language):
        self.rng, self.forms, self.language = rng, forms, language
        self.names = [(e['type'], name) for e in entities
                      for names in e['names'].values() for name in names]
        script = 'C' if language in CYRILLIC else 'L'
        self.own = [n for n in self.names if script_of(n[1]) == script]
        self.background = sentences(language)

    def word(self, word):
        """A word of a name, in some form and case."""
        rng, chance = self.rng, self.rng.random()
        # Not short ones: match inflects more of them in longer names.
        if len(word) > 3 and rng.random() < .6:
            table = self.language if rng.random() < .8 else rng.choice(
                LANGUAGES)
            word = self.forms.inflect(rng, word, table)
        if chance < .05:
            return word.upper()
        if chance < .1:
            return word.lower()
        if chance < .12:
            return word.capitalize()
        if chance < .15:
            return word + rng.choice(APOSTROPHES) + rng.choice(
                ['a', 'em', 'а', 'у', 's', 'om', 'ом', 'овым'])
        if chance < .16:
            at = rng.randrange(len(word) + 1)
            return word[:at] + rng.choice(
                ['\u00ad', '\u0301', '\u200b', '\u2060']) + word[at:]
        if chance < .17:
            at = rng.randrange(len(word) + 1)
            return word[:at] + rng.choice('аиоaeoй’') + word[at:]
        return word

    def mention(self):
        rng = self.rng
        kind, name = rng.choice(
            self.own if rng.random() < .7 else self.names)
        words = re.split(r'[ -]', name)
        out = self.word(words[0])
        for k, word in enumerate(words[1:]):
            glue = ' ' if rng.random() < .8 else rng.choice(GLUE)
            if kind == 'person' and rng.random() < .1:
                glue += rng.choice(INITIALS[script_of(name)]) + ' '
            out += glue + (self.word(word) if rng.random() < .95 else '')
        if rng.random() < .2:
            out = rng.choice('«"„“‘(<[-') + out
        return out + rng.choice(TAIL)

    def sentence(self):
        rng = self.rng
        words = rng.choice(self.background).split(' ')
        for _ in range(rng.randrange(4)):
            words.insert(rng.choice([0, rng.randrange(len(words) + 1),
                                     len(words)]), self.mention())
        text = rng.choice(['', '', '', '<p>', '— ']) + ' '.join(words)
        return text.upper() if rng.random() < .05 else text

    def text(self):
        rng = self.rng
        text = ''.join(self.sentence() + rng.choice([' ', '\n', '\n\n', '. '])
                       for _ in range(rng.choice([1, 2, 6, 12])))
        if rng.random() < .1:
            text = text.lower()
        return text


def longest(mentions):
    """Of overlapping mentions of one entity the longest, as match tells."""
    kept = []
    for entity, start, length in sorted(
            mentions, key=lambda m: (m[0], m[1], -m[2])):
        if not kept or kept[-1][0] != entity or \
                kept[-1][1] + kept[-1][2] <= start:
            kept.append((entity, start, length))
        elif length > kept[-1][2]:
            kept[-1] = (entity, start, length)
    return set(kept)


def run(command):
    found = collections.defaultdict(set)
    out = subprocess.run(command, check=True, capture_output=True,
                         env=dict(os.environ, PYTHONIOENCODING='utf-8'))
    for line in out.stdout.decode().splitlines():
        one = json.loads(line)
        found[os.path.basename(one['file'])].add(
            (one['entity'], one['offset'], one['length']))
    return {name: longest(told) for name, told in found.items()}


def compare(paths, theirs, ours, told, counts):
    for path in paths:
        name = os.path.basename(path)
        text = open(path, 'rb').read()
        a, b = theirs.get(name, set()), ours.get(name, set())
        counts['mentions'] += len(a | b)
        counts['agreed'] += len(a & b)
        for mark, only in (('-', a - b), ('+', b - a)):
            for entity, start, length in sorted(only, key=lambda m: m[1]):
                around = text[max(0, start - 40):start + length + 40]
                print('%s %s %s %s [%s] in %r' % (
                    mark, told or 'und', name, entity,
                    text[start:start + length].decode(),
                    around.decode(errors='replace')))


def main():
    reference = [sys.executable, '-c', WITH_TABLES, TABLES, sys.argv[1]]
    if sys.argv[4:] == ['own']:
        reference = [sys.executable, sys.argv[1]]
    texts = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    forms = Forms()
    entities = make_entities(rng, forms)
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, 'entities.json')
        plain = os.path.join(folder, 'plain.json')
        json.dump({'entities': entities}, open(config, 'w'))
        json.dump([{'id': e['id'], 'type': TYPES[e['type']], 'names': [
            {'name': name, 'lang': language}
            for language, names in e['names'].items() for name in names]}
            for e in entities], open(plain, 'w'))
        for language in LANGUAGES:
            writer = Writer(rng, forms, entities, language)
            paths = []
            for number in range(texts // len(LANGUAGES)):
                paths.append(os.path.join(folder, '%s%d' % (language, number)))
                with open(paths[-1], 'w', encoding='utf-8') as file:
                    counts['characters'] += file.write(writer.text())
            for told in (language, ''):
                theirs = run([*reference, *RECIPE, '--entities', plain,
                              *(['--lang', told] if told else []),
                              *paths])
                ours = run(['./wirewatch', 'match', '-c', config,
                            *(['--language', told] if told else []), '--',
                            *paths])
                compare(paths, theirs, ours, told, counts)
    share = counts['agreed'] / max(counts['mentions'], 1)
    print(json.dumps({'names': len(entities), 'characters': counts['characters'],
                      'mentions': counts['mentions'],
                      'differences': counts['mentions'] - counts['agreed'],
                      'agreement': round(share, 5)}))
    return share < .999


if __name__ == '__main__':
    sys.exit(main())

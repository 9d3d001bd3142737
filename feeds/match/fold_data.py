#!/usr/bin/env python3
"""Writes fold_data.c: what becomes of every character when text is folded.

usage: fold_data.py > fold_data.c

Run by hand when Python's Unicode data is newer than the committed table.
A character's entry is its class in the low 8 bits (enum fold_class) and above
them the distance to its folded form, or, with FOLD_EXPANDS, an index into
fold_expansions (0: nothing is left of it).
"""
import sys
import unicodedata

PAGE = 128
LOW = 0x800
LETTER, MARK, UPPER, LOWER, DIGIT, NOSPACE, EXPANDS = 1, 2, 4, 8, 16, 32, 64

# Letters that Unicode keeps apart and names in the news do not.
ALIKE = {'ł': 'l', 'đ': 'd', 'ø': 'o', 'ı': 'i', 'ð': 'd', 'þ': 'th',
         'ß': 'ss', 'æ': 'ae', 'œ': 'oe',
         'ё': 'е', 'ѐ': 'е', 'ѝ': 'и', 'ґ': 'г', 'ў': 'у',
         'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا',
         'ى': 'ي', 'ی': 'ي', 'ې': 'ي', 'ئ': 'ي', 'ؤ': 'و', 'ة': 'ه',
         'ک': 'ك', 'گ': 'ك', 'ـ': '', 'ˈ': '', 'ʼ': ''}
INVISIBLE = '\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'
JOINERS = '\u00ad\u200b\u200c\u200d\u2060'      # may stand inside a word
NOSPACES = ((0x0e00, 0x0eff), (0x1000, 0x109f), (0x1780, 0x17ff),
            (0x3040, 0x30ff), (0x3400, 0x9fff))


def fold(char):
    out = ''
    for c in unicodedata.normalize('NFKC', char).casefold():
        if c in ALIKE:
            out += ALIKE[c]
        elif '\u0300' <= c <= '\u036f' or c in INVISIBLE:
            pass
        elif c < '\u0080' or '\u0400' <= c <= '\u052f':
            out += c
        else:
            bare = ''.join(x for x in unicodedata.normalize('NFKD', c)
                           if not unicodedata.combining(x))
            out += ''.join(ALIKE.get(x, x) for x in bare)
    return unicodedata.normalize('NFC', out)


def classes(char):
    code = ord(char)
    kind = 0
    if char.isalnum():
        kind |= LETTER
        if char.isupper():
            kind |= UPPER
        elif char.islower() or unicodedata.category(char) == 'Lt':
            kind |= LOWER
        if char.isdigit():
            kind |= DIGIT
    elif (unicodedata.category(char) in ('Mn', 'Mc') and
          0x300 <= code < 0x10000) or char in JOINERS:
        kind |= MARK
    if any(a <= code <= b for a, b in NOSPACES):
        kind |= NOSPACE
    return kind


expansions = {'': 0}


def entry(code):
    if 0xd800 <= code < 0xe000:
        return 0
    char = chr(code)
    kind = classes(char)
    if not kind & (LETTER | MARK):
        return kind
    folded = fold(char)
    if len(folded) == 1:
        return kind | (ord(folded) - code & 0xffffff) << 8
    index = expansions.setdefault(folded, len(expansions))
    return kind | EXPANDS | index << 8


def low(code):
    """0: no part of a word; 1: look closer; else the folded letter, with
    0x8000 where the character counts as a capital."""
    word = entry(code)
    if not word & (LETTER | MARK):
        return 0
    if word & EXPANDS or not word & LETTER:
        return 1
    folded = code + ((word >> 8) - (1 << 24) if word >> 31 else word >> 8)
    return folded | (0x8000 if word & (UPPER | DIGIT) else 0)


def pairs():
    """Cyrillic letters that keep their mark, as letter, mark, composed."""
    for code in range(0x400, 0x530):
        parts = unicodedata.normalize('NFD', chr(code))
        if len(parts) == 2:
            letter, mark = fold(parts[0]), ord(parts[1])
            composed = fold(chr(code))
            if composed != letter:
                yield ord(letter), mark, ord(composed)


def table(name, kind, values, form):
    print('\nconst %s = {' % (kind % name))
    line = '   '
    for value in values:
        item = ' ' + form % value + ','
        if len(line) + len(item) > 78:
            print(line)
            line = '   '
        line += item
    print(line + '\n};')


def main():
    pages, index = {}, []
    for base in range(0, 0x110000, PAGE):
        row = tuple(entry(code) for code in range(base, base + PAGE))
        index.append(pages.setdefault(row, len(pages)))
    print('/*\n * Folding of every character, written by fold_data.py from '
          'Unicode %s.\n * Not to be edited by hand.\n */' %
          unicodedata.unidata_version)
    print('/* clang-format off */')
    print('#include "match/fold_data.h"')
    table('fold_low[FOLD_LOW]', 'uint16_t %s', map(low, range(LOW)), '0x%x')
    table('fold_index[0x110000 / FOLD_PAGE]', 'uint8_t %s', index, '%d')
    table('fold_pages[][FOLD_PAGE]', 'uint32_t %s',
          (('{%#x' if i == 0 else '%#x}' if i == PAGE - 1 else '%#x') % v
           for row in pages for i, v in enumerate(row)), '%s')
    start, offsets, units = 0, [], []
    for text in expansions:
        encoded = text.encode('utf-16-le')
        offsets.append(start)
        units += [encoded[i] | encoded[i + 1] << 8
                  for i in range(0, len(encoded), 2)]
        start = len(units)
    offsets.append(start)
    table('fold_expansions[]', 'uint16_t %s', units, '0x%x')
    table('fold_expansion_at[]', 'uint16_t %s', offsets, '%d')
    composed = sorted(set(pairs()))
    table('fold_composed[FOLD_COMPOSED][3]', 'uint16_t %s', composed,
          '{0x%x, 0x%x, 0x%x}')
    print('pages %d expansions %d composed %d' %
          (len(pages), len(expansions), len(composed)), file=sys.stderr)


main()

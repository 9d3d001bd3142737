#!/usr/bin/env python3
"""Writes what the program knows of characters, from Python's Unicode data:
letter_table.py table > feeds/text/letter_table.c
letter_table.py fold > feeds/match/fold_data.c

Run by hand when that data is newer than the committed files. With --check TOP
it compares both instead, and exits 77 (skip) when this Python has another
version of Unicode than they were made with."""
import os
import re
import sys
import unicodedata

BLOCK = 32
END = 0x32000  # no letters or digits beyond
LOW = 0x800
BREVE = "\u0306"
COMPATIBILITY = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))  # kept as they are

# enum letter_flag
WORD, UPPER, DIGIT, BROKEN, NONSPACING = 1, 2, 4, 8, 16
# enum fold_class
LETTER, MARK, CAPITAL, LOWER, NUMBER, NOSPACE, EXPANDS = 1, 2, 4, 8, 16, 32, 64

# Letters that Unicode keeps apart and names in the news do not.
ALIKE = {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ð": "d", "þ": "th",
         "ß": "ss", "æ": "ae", "œ": "oe",
         "ё": "е", "ѐ": "е", "ѝ": "и", "ґ": "г", "ў": "у",
         "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
         "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
         "ک": "ك", "گ": "ك", "ـ": "", "ˈ": "", "ʼ": ""}
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
APOSTROPHE = "\u02bc"  # a letter to Unicode; fold_next knows what it does
JOINERS = "\u00ad\u200b\u200c\u200d\u2060"  # may stand inside a word
NOSPACES = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF),
            (0x3040, 0x30FF), (0x3400, 0x9FFF))


def within(code, ranges):
    return any(low <= code <= high for low, high in ranges)


def plain(char):
    """Lower case without marks; whether a breve (a word break) follows."""
    marks = unicodedata.normalize("NFD", char.lower().replace("ё", "е"))
    kept = [c for c in marks if unicodedata.category(c) != "Mn"]
    base = unicodedata.normalize("NFC", "".join(c for c in kept if c.isalnum()))
    assert len(base) == 1, hex(ord(char))
    return base, BREVE in marks or not kept[-1].isalnum()


def letter(code):
    """(plain minus code, flags) as struct letter_record has them."""
    char = chr(code)
    if unicodedata.category(char) == "Mn":
        return 0, BROKEN * (char == BREVE) | NONSPACING
    if not char.isalnum():
        return 0, 0
    if within(code, COMPATIBILITY):
        return 0, WORD
    base, breaks = plain(char)
    return (ord(base) - code, WORD | UPPER * char.isupper() |
            DIGIT * base.isdigit() | BROKEN * breaks)


def fold(char):
    """The letters that stand for a character in names and texts."""
    out = ""
    for c in unicodedata.normalize("NFKC", char).casefold():
        if c in ALIKE:
            out += ALIKE[c]
        elif "\u0300" <= c <= "\u036f" or c in INVISIBLE:
            pass
        elif c < "\u0080" or "\u0400" <= c <= "\u052f":
            out += c
        else:
            bare = "".join(x for x in unicodedata.normalize("NFKD", c)
                           if not unicodedata.combining(x))
            out += "".join(ALIKE.get(x, x) for x in bare)
    return unicodedata.normalize("NFC", out)


def classes(char):
    code, kind = ord(char), 0
    if char == APOSTROPHE:
        return 0
    category = unicodedata.category(char)
    if char.isalnum():
        kind |= LETTER | NUMBER * char.isdigit()
        if char.isupper():
            kind |= CAPITAL
        elif char.islower() or category == "Lt":
            kind |= LOWER
    elif char in JOINERS or (category in ("Mn", "Mc") and
                             0x300 <= code < 0x10000):
        kind |= MARK
    return kind | NOSPACE * within(code, NOSPACES)


expansions = {"": 0}


def entry(code):
    """Its class and above that the distance to its folded letter, or with
    EXPANDS the place of its letters among the expansions."""
    kind = classes(chr(code))
    if not kind & (LETTER | MARK):
        return kind
    folded = fold(chr(code))
    if len(folded) == 1:
        return kind | (ord(folded) - code & 0xFFFFFF) << 8
    return kind | EXPANDS | expansions.setdefault(folded, len(expansions)) << 8


def record(code):
    if 0xD800 <= code < 0xE000:
        return 0, 0, 0
    return letter(code) + (entry(code),)


def low(code):
    """0: no part of a word; 1: look closer; else the folded letter, with
    0x8000 where the character counts as a capital."""
    word = entry(code)
    if not word & (LETTER | MARK):
        return 0
    if word & EXPANDS or not word & LETTER:
        return 1
    distance = (word >> 8) - (word >> 31 << 24)
    return code + distance | 0x8000 * bool(word & (CAPITAL | NUMBER))


def composed():
    """Cyrillic letters that keep their mark, as letter, mark, composed."""
    found = set()
    for code in range(0x400, 0x530):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) == 2 and fold(chr(code)) != fold(parts[0]):
            both = fold(parts[0]) + parts[1] + fold(chr(code))
            found.add(tuple(map(ord, both)))
    return sorted(found)


def array(name, values, form="%d"):
    """The definition in lines of at most 80 columns."""
    lines, line = ["", "const %s = {" % name], ""
    for value in values:
        text = form % value + ","
        if len(line) + len(text) > 71:
            lines.append("\t" + line)
            line = ""
        line += text
    return "\n".join(lines + ["\t" + line, "};", ""])


def table():
    records, blocks, index = {}, {}, []
    for start in range(0, END, BLOCK):
        block = tuple(records.setdefault(record(c), len(records))
                      for c in range(start, start + BLOCK))
        index.append(blocks.setdefault(block, len(blocks)))
    return (array("struct letter_record letter_records[]", records,
                  "{%d,%d,%#x}") +
            array("uint16_t letter_blocks[]", (c for b in blocks for c in b)) +
            array("uint16_t letter_index[LETTER_END / LETTER_BLOCK]", index))


def fold_data():
    for code in range(END):  # finds all expansions, in order
        record(code)
    units, offsets = [], []
    for text in expansions:
        encoded = text.encode("utf-16-le")
        offsets.append(len(units))
        units += [encoded[i] | encoded[i + 1] << 8
                  for i in range(0, len(encoded), 2)]
    return (array("uint16_t fold_low[FOLD_LOW]", map(low, range(LOW)), "%#x") +
            array("uint16_t fold_expansions[]", units, "%#x") +
            array("uint16_t fold_expansion_at[]", offsets + [len(units)]) +
            array("uint16_t fold_composed[FOLD_COMPOSED][3]", composed(),
                  "{%#x, %#x, %#x}"))


FILES = {"table": ("feeds/text/letter_table.c", "text/letter_table.h", table),
         "fold": ("feeds/match/fold_data.c", "match/fold_data.h", fold_data)}


def source(which):
    _, header, write = FILES[which]
    return """/*
 * Written by feeds/text/letter_table.py from Unicode %s: do not edit.
 */
/* clang-format off */
#include "%s"
%s""" % (unicodedata.unidata_version, header, write())


def check(top):
    for which, (path, _, _) in FILES.items():
        with open(os.path.join(top, path), encoding="utf-8") as file:
            text = file.read()
        made_with = re.search(r"from Unicode ([0-9.]+):", text).group(1)
        if made_with != unicodedata.unidata_version:
            return 77
        if text != source(which):
            return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        sys.exit(check(sys.argv[2]))
    sys.stdout.write(source(sys.argv[1]))

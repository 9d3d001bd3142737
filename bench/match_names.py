#!/usr/bin/env python3
"""Names and news text for bench/match: made up, the same for a given seed.

usage: match_names.py names COUNT | text BYTES NAMES

Names are a line each: persons with and without a given name, organisations,
acronyms, places, half of them Russian. Text is English and Russian news, a
line an item of 300 to 1,200 bytes, with a name about every 60 words.
"""
import random
import sys

from feed_words import EN_WORDS, RU_WORDS

GIVEN_EN = """James Mary Robert Linda David Susan Peter Anna Thomas Laura Marco
Elena Pierre Claire Hans Ingrid Carlos Maria Omar Leila Kenji Yuki Ivan Olga
Viktor Irina Andrei Natalia Joseph Karen Daniel Nancy Paul Emma Mark Sofia
Steven Chloe Andrew Zoe George Alice Kevin Grace Brian Helen""".split()
GIVEN_RU = """Александр Мария Сергей Анна Дмитрий Елена Андрей Ольга Алексей
Наталья Иван Ирина Михаил Татьяна Николай Светлана Владимир Юлия Павел Марина
Виктор Людмила Олег Галина Юрий Вера Игорь Надежда Пётр Софья""".split()
ORG_EN = ('Bank Group Council Institute Party Union Energy Airlines Motors '
          'Foundation').split()
ORG_RU = ('Банк Группа Совет Институт Партия Союз Завод Фонд Комитет '
          'Центр').split()
HEAD_EN = 'b br c ch d dr f g gr h j k kr l m n p pr r s st t tr v w z'.split()
HEAD_RU = 'б бр в г гр д др ж з к кр л м н п пр р с ст т тр ф х ч ш'.split()
BODY_EN = 'an el or in ar on ev al os ir um ek'.split()
BODY_RU = 'ан ел ор ин ар он ев ал ос ир ум ек'.split()
END_EN = 'son ton ley er man field ski ov ez i ard well berg is o a'.split()
END_RU = 'ов ев ин ский енко ов ова ина ко ян швили ец ль ия'.split()


def made_up(rng, russian):
    heads, bodies, ends = ((HEAD_RU, BODY_RU, END_RU) if russian else
                           (HEAD_EN, BODY_EN, END_EN))
    word = rng.choice(heads) + rng.choice(bodies)
    if rng.random() < .7:
        word += rng.choice(heads) + rng.choice(bodies)
    return (word + rng.choice(ends)).capitalize()


def name(rng):
    russian = rng.random() < .5
    kind = rng.random()
    word = made_up(rng, russian)
    if kind < .45:
        return rng.choice(GIVEN_RU if russian else GIVEN_EN) + ' ' + word
    if kind < .65:
        return word
    if kind < .8:
        return word + ' ' + rng.choice(ORG_RU if russian else ORG_EN)
    if kind < .85:
        letters = 'АБВГДКЛМНОПРСТ' if russian else 'ABCDEFGIKLMNOPRST'
        return ''.join(rng.choice(letters) for _ in range(rng.randint(3, 5)))
    return word + ('ск' if russian and rng.random() < .5 else '')


def names(count):
    rng = random.Random(1)
    found = {}
    while len(found) < count:
        found[name(rng)] = True
    return list(found)


def line(rng, known):
    words = RU_WORDS if rng.random() < .5 else EN_WORDS
    out, size, start = [], 0, True
    while size < rng.randint(300, 1200):
        if rng.random() < 1 / 60:
            word = known[int(rng.random() ** 4 * len(known))]
        elif rng.random() < .4:
            word = words[int(rng.random() ** 2 * 20)]
        else:
            word = rng.choice(words)
        if rng.random() < .03:
            word = str(rng.randint(1, 2030))
        if start or rng.random() < .08:
            word = word[0].upper() + word[1:]
        start = rng.random() < .06
        out.append(word + ('.' if start else ',' if rng.random() < .06
                           else ''))
        size += len(out[-1].encode()) + 1
    return ' '.join(out)


def main():
    if sys.argv[1] == 'names':
        print('\n'.join(names(int(sys.argv[2]))))
        return
    rng = random.Random(2)
    known = open(sys.argv[3], encoding='utf-8').read().splitlines()
    size = 0
    while size < int(sys.argv[2]):
        text = line(rng, known)
        size += len(text.encode()) + 1
        print(text)


main()

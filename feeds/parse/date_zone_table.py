#!/usr/bin/env python3
"""Writes date_zone_table.c from the system's zoneinfo: `date_zone_table.py > date_zone_table.c`.

Only the rule in force of each zone is taken, as the POSIX string at the end of
its file has it: feeds tell of today."""
import re
import textwrap
import zoneinfo

# Names for a zone and its summer time in one, as newsrooms write them.
SHORT = {"at": "America/Halifax", "et": "America/New_York", "ct": "America/Chicago",
         "mt": "America/Denver", "pt": "America/Los_Angeles"}
POSIX = re.compile(r"(?:<[^>]+>|[A-Za-z]+)([-+0-9:]+)(?:(?:<[^>]+>|[A-Za-z]+)([-+0-9:]*),(.*),(.*))?$")


def minutes(text):
    """Minutes of "[-]h[:mm]"."""
    hours, _, rest = text.lstrip("+-").partition(":")
    return (int(hours) * 60 + int(rest or 0)) * (-1 if text.startswith("-") else 1)


def change(text, shift):
    """(month, week or 0 for the last, weekday, minute in standard time) of "Mm.w.d/time"."""
    day, _, time = text.partition("/")
    month, week, weekday = map(int, day[1:].split("."))
    return month, week % 5, weekday, minutes(time or "2") - shift


def rule(name):
    """(offset in minutes, (begin, end) of summer time or None); None: not to be told."""
    with open("/usr/share/zoneinfo/" + name, "rb") as file:
        match = POSIX.match(file.read().rsplit(b"\n", 2)[1].decode())
    standard = -minutes(match[1])
    if match[3] is None:
        return standard, None
    summer = -minutes(match[2]) if match[2] else standard + 60
    if not (match[3].startswith("M") and match[4].startswith("M")):
        return None
    if summer - standard == -60:  # Dublin's standard time is that of summer
        return summer, (change(match[4], 60), change(match[3], 0))
    return (standard, (change(match[3], 0), change(match[4], 60))) if summer - standard == 60 else None


def main():
    groups = {}
    names = {name: name for name in zoneinfo.available_timezones() if re.fullmatch("[A-Za-z_]+(/[A-Za-z_]+)+", name)}
    for name, zone in {**names, **SHORT}.items():
        if rule(zone) is not None:
            groups.setdefault(rule(zone), []).append(name.lower())
    changes = sorted({summer for _, summer in groups if summer})
    print("/*\n * Zones by their IANA names. Written by date_zone_table.py.\n */")
    print('#include "parse/date_zone_table.h"\n')
    print("/* clang-format off */")
    print("const struct date_summer date_summers[] = {\n\t{{0, 0, 0, 0}, {0, 0, 0, 0}},")
    for begin, end in changes:
        print("\t{{%d, %d, %d, %d}, {%d, %d, %d, %d}}," % (begin + end))
    print("};\n\nconst struct date_zone date_zones[] = {")
    for (offset, summer), zones in sorted(groups.items(), key=lambda group: (group[0][0], str(group[0][1]))):
        print("\t{%d, %d," % (offset, changes.index(summer) + 1 if summer else 0))
        lines = textwrap.wrap(" ".join(sorted(zones)), 60)
        print("\n".join('\t    "%s "' % line for line in lines) + "},")
    print("};\n\nconst size_t date_zones_len =\n    sizeof(date_zones) / sizeof(date_zones[0]);")
    print("/* clang-format on */")


main()

#!/usr/bin/env python3
"""The claims of the layout: includes go down only, no role knows another,
each library stays behind its door."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import check

ROLES = ("courier", "desk", "engine", "fetcher", "parent")
# Folders of headers, from the bottom up; a folder may include those of its
# own layer and of the layers below.
PURE = ("base", "text", "parse", "match", "rule", "story")
SHARED = ("frame", "store")

# Which sources may include a library's header.
DOORS = {
    r"sqlite3\.h": r"daemon/store/",
    r"libxml/": r"feeds/parse/",
    r"curl/curl\.h": r"daemon/(frame/curl_loop|courier/|fetcher/|cli/)",
    r"yaml\.h": r"daemon/frame/config",
    r"seccomp\.h": r"daemon/frame/sandbox",
}


def sources():
    """(path, what it includes) of every .c and .h of the programs."""
    for top in ("daemon", "feeds", "include"):
        for folder, _, names in os.walk(os.path.join(harness.SRCDIR, top)):
            for name in sorted(names):
                if not name.endswith((".c", ".h")):
                    continue
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                yield (
                    os.path.relpath(path, harness.SRCDIR),
                    re.findall(r'^#include [<"]([^>"]+)[>"]', text, re.M),
                )


def folder_of(path):
    """The role or module of a source: "courier", "frame", "text" ..."""
    parts = path.split(os.sep)
    return parts[1] if len(parts) > 2 else ""


def wrong_includes(is_wrong):
    return [
        "%s includes %s" % (path, include)
        for path, includes in sources()
        for include in includes
        if is_wrong(path, folder_of(path), include)
    ]


def feed_code_uses_nothing_of_the_daemon():
    wrong = wrong_includes(
        lambda path, folder, include: folder in PURE
        and include.split("/")[0] in SHARED + ROLES + ("cli",)
    )
    check(not wrong, "\n".join(wrong))


def what_roles_share_knows_no_role():
    wrong = wrong_includes(
        lambda path, folder, include: folder in SHARED
        and include.split("/")[0] in ROLES + ("cli",)
        and "/" in include
    )
    check(not wrong, "\n".join(wrong))


def no_role_includes_a_header_of_another():
    wrong = wrong_includes(
        lambda path, folder, include: folder in ROLES
        and include.split("/")[0] in ROLES
        and not include.startswith(folder + "/")
    )
    check(not wrong, "\n".join(wrong))


def libraries_stay_behind_their_doors():
    wrong = [
        "%s includes %s" % (path, include)
        for path, includes in sources()
        for include in includes
        for library, door in DOORS.items()
        if re.match(library, include)
        and not re.match(door, path.replace("include/", "daemon/"))
        and not re.match(door, path.replace("include/", "feeds/"))
    ]
    check(not wrong, "\n".join(wrong))


def files_stay_below_a_thousand_lines():
    """no file is longer than 1,000 lines, but tables"""
    long = []
    for path, _ in sources():
        with open(os.path.join(harness.SRCDIR, path), encoding="utf-8") as file:
            length = sum(1 for _ in file)
        if length > 1000 and not re.search(r"(table|data|schema)", path):
            long.append("%s: %d lines" % (path, length))
    check(not long, "\n".join(long))


tap = harness.Tap()
for test in (
    feed_code_uses_nothing_of_the_daemon,
    what_roles_share_knows_no_role,
    no_role_includes_a_header_of_another,
    libraries_stay_behind_their_doors,
    files_stay_below_a_thousand_lines,
):
    tap.run(test)
tap.done()

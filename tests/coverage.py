#!/usr/bin/env python3
"""Line coverage of feeds/ by its tests, corpora and fuzz replays, file by file.

  tests/coverage.py [BUILD]

Builds below BUILD/coverage (default: ./coverage) with gcc's --coverage, runs
the tests, and asks gcov. Exits 1 when the whole is below 92%."""
import collections
import json
import os
import subprocess
import sys

TARGET = 92.0  # % of all lines
FILE_TARGET = 90.0  # below it a file is marked
SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TESTS = """base_test golden_test golden_property_test html_test json_test
    keys_test match_cases_test match_test opml_test parser_test rule_test story_test url_test
    utf8_test websub_test websub_replay date_replay encoding_replay match_replay parser_replay
    story_replay text_replay url_replay match_cli_test.py group_test.py"""


def build(folder):
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(os.path.join(folder, "Makefile")):
        subprocess.check_call([os.path.join(SOURCE, "configure"), "-q", "CFLAGS=-O0 -g --coverage"], cwd=folder)
    subprocess.check_call(["make", "-s", "-j", str(os.cpu_count()), "all"], cwd=folder)


def run_tests(folder):
    for name in counts(folder):
        os.remove(name)
    tests = " ".join("tests/" + name for name in TESTS.split())
    subprocess.check_call(["make", "-s", "-j", str(os.cpu_count()), "check", "TESTS=" + tests], cwd=folder)


def counts(folder):
    """The files in which the programs left their counts."""
    return [os.path.join(path, name) for path, _, names in os.walk(os.path.join(folder, "feeds"))
            for name in names if name.endswith(".gcda")]


def lines_of(folder):
    """{file: {line: how often it ran}}"""
    lines = collections.defaultdict(collections.Counter)
    for name in counts(folder):
        report = subprocess.check_output(["gcov", "-t", "-j", name], cwd=folder, stderr=subprocess.DEVNULL)
        for file in json.loads(report)["files"]:
            path = os.path.relpath(os.path.join(folder, file["file"]), SOURCE)
            if not path.startswith("feeds/"):
                continue
            for line in file["lines"]:
                lines[path][line["line_number"]] += line["count"]
    return lines


def main():
    folder = os.path.join(os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "."), "coverage")
    build(folder)
    run_tests(folder)
    lines = lines_of(folder)
    covered = total = 0
    for path, hits in sorted(lines.items()):
        hit = sum(count > 0 for count in hits.values())
        share = 100 * hit / len(hits)
        missed = [str(line) for line, count in sorted(hits.items()) if count == 0]
        print("%6.1f%% %5d %s%s" % (share, len(hits), path,
                                    ": not lines " + " ".join(missed) if share < FILE_TARGET else ""))
        covered += hit
        total += len(hits)
    share = 100 * covered / total
    print("%6.1f%% %5d feeds/ in all (target %.0f%%)" % (share, total, TARGET))
    return share < TARGET


sys.exit(main())

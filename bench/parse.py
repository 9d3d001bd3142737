#!/usr/bin/env python3
"""MB/s of turning feed documents into items, on one core, beside the peers.

  bench/parse.py [--documents 1200] [--runs 5]

Generates a corpus (bench/gen_feeds.py, fixed seed), runs bench/parsebench over
it, and then sfeed and python3-feedparser where they are installed (Debian:
sfeed, python3-feedparser). Peers are measured by their CPU time; sfeed is one
process a document, as its own scripts run it, so the time of starting one
that reads an empty document is taken off.
"""
import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILDDIR", ".")
SLOW_DOCUMENTS = 100  # of the corpus, for python3-feedparser

FEEDPARSER = """
import sys, time, feedparser
start = time.process_time()
for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        feedparser.parse(file.read())
print(time.process_time() - start)
"""


def child_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sfeed_seconds(paths):
    start = child_seconds()
    for path in paths:
        with open(path, "rb") as document:
            subprocess.run(["sfeed"], stdin=document,
                           stdout=subprocess.DEVNULL, check=False)
    return child_seconds() - start


def report(name, size, seconds):
    print(f"{name:<34} {size / 1e6 / seconds:7.1f} MB/s")


def measure_sfeed(paths, runs):
    size = sum(os.path.getsize(path) for path in paths)
    if not shutil.which("sfeed"):
        print("sfeed is not installed")
        return
    seconds = [sfeed_seconds(paths) - sfeed_seconds([os.devnull] * len(paths))
               for _ in range(runs)]
    report("sfeed", size, statistics.median(seconds))


def measure_feedparser(paths):
    size = sum(os.path.getsize(path) for path in paths)
    python = "/usr/bin/python3"  # that of Debian's packages
    if not os.path.exists(python):
        python = sys.executable
    answer = subprocess.run([python, "-c", FEEDPARSER, *paths],
                            capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        report("python3-feedparser", size, float(answer.stdout))
    else:
        print("python3-feedparser is not installed")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1200)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(HERE, "gen_feeds.py"),
                        "feeds", folder, str(options.documents)], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([os.path.join(BUILD, "bench", "parsebench"), folder,
                        str(options.runs)], check=True)
        paths = [os.path.join(folder, f"{i}.xml")
                 for i in range(options.documents)]
        measure_sfeed(paths, options.runs)
        measure_feedparser(paths[:SLOW_DOCUMENTS])


if __name__ == "__main__":
    main()

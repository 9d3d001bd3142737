#!/usr/bin/env python3
"""How quickly `wirewatch group` answers, JSON in and out, and what memory an
item takes: story_bench.py WIREWATCH [LIVE...] (default 3500 35000).

For each LIVE the window is filled with so many items of story_stream.py, then
as many more are timed while the oldest leave. Beside it stands `jq -c .id`'s
rate on the same lines, where jq is installed. Rates are per second of CPU, so
that a busy machine does little harm."""
import json
import os
import shutil
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from story_stream import stream

TIMED_MAX = 35000


class Program:
    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def feed(self, lines):
        self.process.stdin.write(b"".join(lines))
        self.process.stdin.flush()

    def answer(self, lines):
        """Sends lines and reads as many answers; CPU seconds taken."""
        begun = self.cpu_s()
        sender = threading.Thread(target=self.feed, args=(lines,))
        sender.start()
        for _ in lines:
            self.process.stdout.readline()
        sender.join()
        return self.cpu_s() - begun

    def cpu_s(self):
        with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def jq_rate(lines):
    if shutil.which("jq") is None:
        return None
    program = Program("jq", "--unbuffered", "-c", ".id")
    rate = len(lines) / program.answer(lines)
    program.close()
    return rate


def measure(wirewatch, live):
    timed = min(live, TIMED_MAX)
    items = stream(live + timed, 72 * (live + timed) / live, 9)
    lines = [json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in items]
    program = Program(wirewatch, "group")
    program.answer(lines[:1])  # all of the program is in memory then
    empty = program.resident()
    program.answer(lines[1:live])
    cpu_s = program.answer(lines[live:])
    print("%7d live: %6.0f items/s, %4.0f bytes an item in the window"
          % (live, timed / cpu_s, (program.resident() - empty) / live), flush=True)
    program.close()
    return lines[live:]


def main():
    wirewatch = sys.argv[1]
    lines = []
    for live in [int(arg) for arg in sys.argv[2:]] or [3500, 35000]:
        lines = measure(wirewatch, live)
    rate = jq_rate(lines)
    if rate is not None:
        print("jq -c .id on the same lines: %6.0f items/s" % rate)


if __name__ == "__main__":
    main()

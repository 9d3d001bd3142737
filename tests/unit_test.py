#!/usr/bin/env python3
"""The unit file: systemd's own judgement of it. Prints TAP."""
import os
import re
import shutil
import subprocess
import tempfile

SRCDIR = os.environ.get("SRCDIR", os.getcwd())
FETCHERS = 256  # as many as the configuration takes
EXPOSURE = 15  # tenths; a higher score is a failure


def main():
    if shutil.which("systemd-analyze") is None:
        print("1..0 # SKIP systemd-analyze is not installed")
        return
    with open(os.path.join(SRCDIR, "systemd/wirewatchd.service.in")) as file:
        unit = file.read()
    unit = unit.replace("@bindir@", "/bin").replace("@sbindir@", "/bin")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "wirewatchd.service")
        with open(path, "w") as file:
            file.write(unit)
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--no-pager",
             "--threshold=%d" % EXPOSURE, path],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    tasks = int(re.search(r"^TasksMax=(\d+)$", unit, re.M).group(1))
    print("1..2")
    for line in done.stdout.splitlines()[-1:]:
        print("# " + line)
    print("%s 1 - exposure is at most %.1f" % (
        "ok" if done.returncode == 0 else "not ok", EXPOSURE / 10))
    print("%s 2 - there is room for all fetchers and a few roles more" % (
        "ok" if tasks >= FETCHERS + 16 else "not ok"))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The tables of characters are what this Python's Unicode data gives."""
import os
import subprocess
import sys

top = os.environ["SRCDIR"]
script = os.path.join(top, "feeds", "text", "letter_table.py")
status = subprocess.call([sys.executable, script, "--check", top])
print("1..1")
if status == 77:
    print("ok 1 - # SKIP this Python has another version of Unicode")
else:
    print("%s 1 - tables_are_unicode" % ("ok" if status == 0 else "not ok"))

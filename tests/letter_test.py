#!/usr/bin/env python3
"""feeds/text/letter_table.c is what this Python's Unicode data gives."""
import os
import subprocess
import sys

folder = os.path.join(os.environ["SRCDIR"], "feeds", "text")
status = subprocess.call([sys.executable, os.path.join(folder, "letter_table.py"),
                          "--check", os.path.join(folder, "letter_table.c")])
print("1..1")
if status == 77:
    print("ok 1 - # SKIP this Python has another version of Unicode")
else:
    print("%s 1 - letter_table_is_unicode" % ("ok" if status == 0 else "not ok"))

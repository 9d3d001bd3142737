#!/bin/sh
# How fast names are found, with 100 to 100,000 of them, beside folding alone,
# Vectorscan's literals over folded text, and grep -F. Run in the build folder:
# ../bench/match.sh [MEGABYTES]. Prints a line of JSON for each number of names;
# match_to_X is our speed over X's in the same run, few: our own with 100 names.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
grep -q "define HAVE_HYPERSCAN" config.h ||
	echo "match.sh: no Vectorscan lane: install libvectorscan-dev, configure again" >&2

python3 "$here/match_names.py" names 5000 >"$work/names"
python3 "$here/match_names.py" text "${1:-8}000000" "$work/names" >"$work/text"
python3 "$here/match_names.py" names 100 >"$work/few"
for count in 100 1000 5000 10000 100000; do
	python3 "$here/match_names.py" names $count >"$work/names"
	./bench/matchspeed "$work/names" "$work/text" "$work/few" 7 \
		>"$work/speed"
	cat "$work/speed"
	[ $count != 5000 ] || cp "$work/speed" "$work/speed_5000"
done

# grep's best case: the very letters, no forms, no words; processor time, with
# its start-up, of 5,000 names.
python3 "$here/match_names.py" names 5000 >"$work/names"
python3 - "$work" <<'END'
import json, os, resource, subprocess, sys

work = sys.argv[1]
grep = ['grep', '-F', '-o', '-f', work + '/names', work + '/text']
found = subprocess.run(grep, env=dict(os.environ, LC_ALL='C'),
                       capture_output=True, check=True).stdout
took = resource.getrusage(resource.RUSAGE_CHILDREN)
speed = os.path.getsize(work + '/text') / 1e6 / (took.ru_utime + took.ru_stime)
match = json.load(open(work + '/speed_5000'))['match_mb_s']
print(json.dumps({'names': 5000, 'grep_mb_s': round(speed),
                  'grep_found': found.count(b'\n'),
                  'match_to_grep': round(match / speed, 2)}))
END

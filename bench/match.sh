#!/bin/sh
# How fast names are found, with 100 to 100,000 of them, beside folding alone,
# Vectorscan's literals (when built with it) and grep -F. Run in the build
# folder: ../bench/match.sh [MEGABYTES]. Prints a line of JSON each.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1

python3 "$here/match_names.py" names 5000 >"$work/names"
python3 "$here/match_names.py" text "${1:-8}000000" "$work/names" >"$work/text"
for count in 100 1000 5000 10000 100000; do
	python3 "$here/match_names.py" names $count >"$work/names"
	./bench/matchspeed "$work/names" "$work/text" 7
done
# grep's best case: the very letters, no forms, no words.
python3 "$here/match_names.py" names 5000 >"$work/names"
start=$(date +%s%N)
found=$(LC_ALL=C grep -F -o -f "$work/names" "$work/text" | wc -l)
end=$(date +%s%N)
size=$(wc -c <"$work/text")
echo "{\"names\": 5000, \"grep_mb_s\": $((size * 1000 / (end - start))), \"grep_found\": $found}"

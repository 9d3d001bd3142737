#!/bin/bash
# check.sh: all tests, in lanes; ends with the line `N passed, N failed`.
# Called by `bootstrap check`, in the top folder, with everything installed.
#
#   plain      gcc, warnings are errors, make check
#   sanitized  the same tests under AddressSanitizer and UBSan
#   fuzz       each fuzz target for a share of FUZZ_SECONDS (60), clang;
#              unless that is given, left out (as one test skipped) when
#              900 s are gone before
set -u
cd "$(dirname "$0")/.."
top=$PWD
jobs=$(nproc)
passed=0 failed=0 skipped=0

# configured FOLDER ARGUMENT...: configures build/FOLDER when that is due.
configured() {
	local folder=build/$1
	shift
	mkdir -p "$folder"
	[ "$folder/Makefile" -nt configure ] ||
		(cd "$folder" && "$top/configure" -q "$@")
}

# count FOLDER NAME: adds up the results that automake left, shows failures.
count() {
	local results p f s
	results=$(find "build/$1/tests" -name '*.trs' -exec cat {} +)
	p=$(grep -c '^:test-result: X*PASS' <<<"$results")
	f=$(grep -cE '^:test-result: (FAIL|XPASS|ERROR)' <<<"$results")
	s=$(grep -c '^:test-result: SKIP' <<<"$results")
	grep -E '^(FAIL|XPASS|ERROR|SKIP): ' "build/$1.log" | sed 's/^/  /'
	echo "$2: $p passed, $f failed, $s skipped, $SECONDS s so far"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# broken NAME LOG: a lane that did not even build counts as a failure.
broken() {
	echo "$1: did not build:"
	grep -E 'error|warning|undefined|\*\*\*' "$2" | head -n 30
	failed=$((failed + 1))
}

# lane FOLDER NAME ARGUMENT...: configure, build, make check.
lane() {
	local folder=$1 name=$2 log=build/$1.log
	shift 2
	configured "$folder" "$@" >"$log" 2>&1 &&
		make -C "build/$folder" -j"$jobs" all >>"$log" 2>&1 ||
		{
			broken "$name" "$log"
			return
		}
	find "build/$folder/tests" -name '*.trs' -delete 2>/dev/null
	make -C "build/$folder" -j"$((jobs * 2))" check >>"$log" 2>&1
	count "$folder" "$name"
}

# fuzz: every target of the build, side by side on all cores.
fuzz() {
	local log=build/fuzz.log target targets seconds name
	if [ -z "${FUZZ_SECONDS:-}" ] && [ "$SECONDS" -gt 900 ]; then
		echo "fuzz: left out, $SECONDS s are gone"
		skipped=$((skipped + 1))
		return
	fi
	configured fuzz --enable-fuzzers CC=clang-14 CFLAGS='-O1 -g' \
		>"$log" 2>&1 &&
		make -C build/fuzz -j"$jobs" fuzzers >>"$log" 2>&1 ||
		{
			broken fuzz "$log"
			return
		}
	targets=$(find build/fuzz/tests -maxdepth 2 -name '*_fuzz' -type f)
	[ -n "$targets" ] || return 0
	seconds=$((${FUZZ_SECONDS:-60} * jobs / $(wc -w <<<"$targets")))
	for target in $targets; do
		name=$(basename "$target" _fuzz)
		mkdir -p "build/fuzz/corpus/$name"
		echo "$target -max_total_time=$((seconds < 2 ? 2 : seconds))" \
			"-max_len=65536 -timeout=10 -rss_limit_mb=1024" \
			"-artifact_prefix=build/fuzz/$name- -verbosity=0" \
			"build/fuzz/corpus/$name" \
			"$(ls -d tests/data/fuzz/"$name" 2>/dev/null)"
	done | xargs -P "$jobs" -I{} sh -c \
		'{} >build/fuzz/$$.log 2>&1 && echo pass || { echo fail; tail -n 40 build/fuzz/$$.log >&2; }' \
		>build/fuzz/results
	passed=$((passed + $(grep -c pass build/fuzz/results)))
	failed=$((failed + $(grep -c fail build/fuzz/results)))
	echo "fuzz: $(wc -w <<<"$targets") targets, $SECONDS s so far"
}

mkdir -p build
if ! autoreconf -i >build/autoreconf.log 2>&1; then
	cat build/autoreconf.log
	exit 1
fi
lane plain plain --enable-werror CFLAGS='-O2 -g'
lane sanitized sanitized --enable-sanitizers CFLAGS='-O1 -g'
fuzz
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

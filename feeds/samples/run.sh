#!/bin/sh
# run.sh BUILD: shows wirewatch at work, in this terminal. Serves the sample
# feeds on loopback, runs the daemon in BUILD/run with them and some real
# outlets, and prints where the desk is, how the feeds are, and alerts as they
# come. Ctrl-C ends it all.
set -eu
build=$(cd "${1:?usage: run.sh BUILD}" && pwd)
samples=$(cd "$(dirname "$0")" && pwd)
run=$build/run
FEEDS_WAIT=15 # seconds for the first polls, before the table is printed
READY_WAIT=5  # seconds for its processes to meet

rm -rf "$run"
mkdir -p "$run/etc" "$run/state" "$run/logs" "$run/socket"
export CONFIGURATION_DIRECTORY="$run/etc" STATE_DIRECTORY="$run/state" \
	LOGS_DIRECTORY="$run/logs" RUNTIME_DIRECTORY="$run/socket"
server= daemon= tail=

# Ends a process that was started here, and waits for it.
end() {
	[ -n "$1" ] || return 0
	kill "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

stop() {
	trap '' INT TERM
	end "$tail"
	end "$daemon"
	end "$server"
	printf '\nwirewatch: stopped; state, logs and configuration are in %s\n' \
		"$run"
	exit "$1"
}

fail() {
	echo "wirewatch: $1" >&2
	tail -n 20 "$run/daemon.log" >&2 || :
	stop 1
}

is_running() {
	kill -0 "$1" 2>/dev/null
}

# until_true SECONDS COMMAND...: waits until the command succeeds.
until_true() {
	left=$(($1 * 5))
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] && is_running "$daemon" || return 1
		sleep 0.2
	done
}

feeds_were_polled() {
	"$build/wirewatch" feeds --json >"$run/feeds.json" 2>/dev/null &&
		! grep -q '"state":"waiting"' "$run/feeds.json"
}

# Its exit status is 1 while no news comes through; then it has printed, too.
daemon_answers() {
	is_ready || [ -s "$run/status" ]
}

is_ready() {
	"$build/wirewatch" status >"$run/status" 2>/dev/null
}

# The desk's port, or 0 (any) where something has it.
choose_listen() {
	python3 -c 'import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    s.bind(("127.0.0.1", 8610))
    print("127.0.0.1:8610")
except OSError:
    print("127.0.0.1:0")'
}

trap 'stop 0' INT TERM
python3 "$samples/serve.py" >"$run/port" &
server=$!
daemon=$server
until_true 10 test -s "$run/port" || fail "the sample feeds are not served"
sed -e "s/@PORT@/$(cat "$run/port")/" -e "s/@LISTEN@/$(choose_listen)/" \
	-e "s|@CATALOG@|${samples%/*}/catalog|" "$samples/wirewatch.yaml.in" >"$run/etc/wirewatch.yaml"

# In a session of its own, out of the terminal's reach: Ctrl-C ends it in order.
setsid "$build/wirewatchd" -f 2>"$run/daemon.log" &
daemon=$!
until_true 20 daemon_answers ||
	fail "the daemon does not start; its last lines:"
until_true "$READY_WAIT" is_ready || :
cat "$run/status"
echo
echo "waiting for the first polls ..."
until_true "$FEEDS_WAIT" feeds_were_polled || :
"$build/wirewatch" feeds
echo
cat <<END
In another terminal, for \`wirewatch status\`, \`search Macron\`, \`stories\`:
    export RUNTIME_DIRECTORY='$run/socket' PATH='$build':"\$PATH"

alerts, as they come (Ctrl-C ends it):
END
"$build/wirewatch" tail -n 100 -f &
tail=$!
wait "$tail" || :
fail "the daemon ended; its last lines:"

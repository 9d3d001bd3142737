"""What the end-to-end tests share: a daemon in folders of its own, the feed
server, the command line, and TAP.

Everything runs on loopback with port 0. Nothing sleeps for a fixed time: tests
wait for events, with wait_for() where there is only a state to look at.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

BUILDDIR = os.environ.get("BUILDDIR", os.getcwd())
SRCDIR = os.environ.get("SRCDIR", os.path.join(os.path.dirname(__file__), ".."))
WIREWATCHD = os.path.join(BUILDDIR, "wirewatchd")
WIREWATCH = os.path.join(BUILDDIR, "wirewatch")
FEEDSERVER = os.path.join(BUILDDIR, "bench", "feedserver")
# How many times longer than on a quick, idle machine to wait.
SLOW = float(os.environ.get("SLOW", "6"))


def is_sanitized():
    """Whether the programs are built with a sanitizer."""
    with open(os.path.join(BUILDDIR, "config.status"), encoding="utf-8") as file:
        return "-fsanitize=address" in file.read()


class Failed(Exception):
    """A check that did not hold; the message says which."""


def check(condition, message):
    if not condition:
        raise Failed(message)


def same(got, want, what):
    check(got == want, "%s: got %r, not %r" % (what, got, want))


def wait_for(look, what, seconds=10.0, every=0.02):
    """Looks until look() is true and returns what it returned."""
    end = time.monotonic() + seconds * SLOW
    while True:
        result = look()
        if result:
            return result
        if time.monotonic() > end:
            raise Failed("waited %g s for %s" % (seconds * SLOW, what))
        time.sleep(every)


class Tap:
    """Runs tests one by one and tells how they went.

    Each is a function whose docstring, or name, is the sentence told.
    """

    def __init__(self):
        self.number = 0
        self.failed = 0

    def skip_all(self, why):
        print("1..0 # SKIP " + why, flush=True)
        sys.exit(0)

    def skip(self, name, why):
        self.number += 1
        print("ok %d - %s # SKIP %s" % (self.number, name, why), flush=True)

    def run(self, test, *args, on_failure=None):
        name = (test.__doc__ or test.__name__.replace("_", " ")).split("\n")[0]
        self.number += 1
        begun = time.monotonic()
        try:
            test(*args)
        except Exception as error:
            self.failed += 1
            print("not ok %d - %s" % (self.number, name))
            text = "" if isinstance(error, Failed) else traceback.format_exc()
            text += str(error)
            if on_failure is not None:
                text += "\n" + on_failure()
            for line in text.splitlines():
                print("# " + line)
            sys.stdout.flush()
            return False
        print("ok %d - %s" % (self.number, name))
        print("# %.1f s" % (time.monotonic() - begun), flush=True)
        return True

    def done(self):
        print("1..%d" % self.number, flush=True)
        sys.exit(1 if self.failed else 0)


def need_programs(tap, *paths):
    for path in paths or (WIREWATCHD, WIREWATCH, FEEDSERVER):
        if not os.access(path, os.X_OK):
            tap.skip_all("%s is not built" % path)


class FeedServer:
    """bench/feedserver: documents, publications, webhook receivers."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [FEEDSERVER, *options], stdout=subprocess.PIPE
        )
        line = self.process.stdout.readline().split()
        if not line:
            raise Failed("feedserver did not start")
        self.port = int(line[0])

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout
        )
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise Failed("%s %s: HTTP %d" % (method, path, answer.status))
        return content

    def put(self, path, document, content_type="application/rss+xml"):
        """Serves the document (bytes or text) at path from now on."""
        if isinstance(document, str):
            document = document.encode()
        self.request("PUT", path, document, {"Content-Type": content_type})

    def publish(self, feed, **fields):
        """Inserts an item into a feed; returns the publication's number."""
        form = urllib.parse.urlencode({"feed": feed, **fields})
        return self.request(
            "POST",
            "/control/publish",
            form,
            {"Content-Type": "application/x-www-form-urlencoded"},
        ).decode().strip()

    def program_hook(self, name, answers):
        """What /hook/NAME answers from now on: "503*3,429:2,hang,ok"."""
        query = urllib.parse.urlencode({"name": name, "answers": answers})
        self.request("POST", "/control/hook?" + query)

    def hooks(self, name, after=0, wait=0, seconds=10.0):
        """Webhooks that /hook/NAME received, from the after-th on; waits
        until there are `wait` of these."""
        return self._records("/control/hooks", "name", name, after, wait, seconds)

    def requests(self, path, after=0, wait=0, seconds=10.0):
        """Requests for a document, the same way."""
        return self._records(
            "/control/requests", "path", path, after, wait, seconds
        )

    def _records(self, control, key, value, after, wait, seconds):
        query = urllib.parse.urlencode(
            {
                key: value,
                "after": after,
                "wait": wait,
                "timeout_ms": int(seconds * SLOW * 1000),
            }
        )
        return json.loads(
            self.request("GET", control + "?" + query, timeout=seconds * SLOW + 30)
        )

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Receiver:
    """A webhook receiver: keeps what it answered with 2xx in `taken`, and all
    that came in `attempts`. `status` is what it answers from now on; 0 closes
    the connection without an answer."""

    def __init__(self, secret=None, status=200):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(dict(self.headers), body.decode())
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, address):
                pass  # a courier that was killed

        self.secret = secret
        self.status = status
        self.attempts = []
        self.taken = []
        self.forged = 0
        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        hook = {
            "at": time.time(),
            "headers": {k.lower(): v for k, v in headers.items()},
            "body": body,
        }
        if self.secret and not webhook_is_genuine(hook, self.secret):
            self.forged += 1
            return 401
        self.attempts.append(hook)
        if 200 <= self.status < 300:
            self.taken.append(hook)
        return self.status

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


RSYSLOG = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="%(socket)s" RateLimit.Interval="0")
template(name="line" type="string" string="%%syslogfacility-text%%.\
%%syslogseverity-text%% %%programname%%: %%msg%%\\n")
action(type="omfile" file="%(output)s" template="line")
"""

# Gives the command a /dev of its own whose `log` is a link to $1.
PRIVATE_DEV = """
set -e
mkdir -p "$1.dev"
mount --rbind /dev "$1.dev"
mount -t tmpfs none /dev
for name in null zero full random urandom tty; do
    [ -e "$1.dev/$name" ] || continue
    : >/dev/$name
    mount --bind "$1.dev/$name" /dev/$name
done
ln -s /proc/self/fd /dev/fd
ln -s "$1" /dev/log
shift
exec "$@"
"""


class Syslog:
    """A real rsyslogd on a socket of its own; `command` in front of a
    daemon's makes that socket its /dev/log. None of it touches the machine's
    own."""

    @staticmethod
    def missing():
        """Why there can be none, or None."""
        if shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin") is None:
            return "rsyslogd is not installed"
        probe = subprocess.run(
            ["unshare", *Syslog.UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"],
            capture_output=True,
        )
        if probe.returncode != 0:
            return "no mount namespace for a /dev/log of its own"
        return None

    UNSHARE = ["-m"] if os.geteuid() == 0 else ["-r", "-m"]

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="wirewatch-syslog-")
        self.socket = os.path.join(self.folder, "log")
        self.output = os.path.join(self.folder, "lines")
        self.command = ["unshare", *self.UNSHARE, "sh", "-c", PRIVATE_DEV]
        self.command += ["sh", self.socket]
        config = os.path.join(self.folder, "rsyslog.conf")
        with open(config, "w") as file:
            file.write(RSYSLOG % {"socket": self.socket, "output": self.output})
        self.process = subprocess.Popen(
            [
                shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin"),
                "-n",
                "-i",
                os.path.join(self.folder, "pid"),
                "-f",
                config,
            ],
            stdin=subprocess.DEVNULL,
        )
        wait_for(lambda: os.path.exists(self.socket), "rsyslogd's socket")

    def lines(self):
        try:
            with open(self.output, encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """wirewatchd in a folder of its own.

    config is a dict (written as JSON, which is YAML) or YAML text. The daemon
    is told of a notification socket, as systemd does: start() returns when it
    said READY=1.
    """

    def __init__(self, config, folder=None, command=()):
        self.folder = folder or tempfile.mkdtemp(prefix="wirewatch-")
        self.own_folder = folder is None
        self.command = list(command)  # put before the program's name
        self.process = None
        self.lines = []  # of its diagnostics
        for name in ("etc", "state", "logs", "run", "credentials"):
            os.makedirs(self.path(name), exist_ok=True)
        self.configure(config)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def configure(self, config):
        text = config if isinstance(config, str) else json.dumps(config)
        with open(self.path("etc", "wirewatch.yaml"), "w") as file:
            file.write(text)

    def write(self, name, content):
        """Writes a file beside the configuration: a secret, an OPML."""
        with open(self.path("etc", name), "w") as file:
            file.write(content)

    def environment(self):
        env = dict(os.environ)
        env.update(
            STATE_DIRECTORY=self.path("state"),
            LOGS_DIRECTORY=self.path("logs"),
            RUNTIME_DIRECTORY=self.path("run"),
            CONFIGURATION_DIRECTORY=self.path("etc"),
            CREDENTIALS_DIRECTORY=self.path("credentials"),
            NOTIFY_SOCKET=self.path("run", "notify"),
        )
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            env.pop(name, None)
        return env

    def start(self, *options, seconds=20.0):
        path = self.path("run", "notify")
        if os.path.exists(path):
            os.unlink(path)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(path)
        self.process = subprocess.Popen(
            [*self.command, WIREWATCHD, "-f", *options],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        threading.Thread(
            target=self._collect, args=(self.process.stderr,), daemon=True
        ).start()
        notify.settimeout(0.2)
        self.notify = notify
        self.notices, self.notices_read = [], 0
        threading.Thread(
            target=self._collect_notices, args=(notify,), daemon=True
        ).start()
        self.wait_notify("READY=1", seconds)

    def wait_notify(self, word, seconds=20.0):
        """Waits for a message to systemd that holds the word and that no
        earlier call has seen."""

        def look():
            while self.notices_read < len(self.notices):
                self.notices_read += 1
                if word in self.notices[self.notices_read - 1]:
                    return True
            if self.process.poll() is not None:
                raise Failed(
                    "the daemon ended with %d" % self.process.returncode
                )
            return False

        wait_for(look, word + " from the daemon", seconds)

    def _collect_notices(self, notify):
        while True:
            try:
                self.notices.append(notify.recv(4096).decode())
            except socket.timeout:
                continue
            except OSError:
                return  # closed

    def _collect(self, stream):
        for line in stream:
            self.lines.append(line.decode(errors="replace").rstrip("\n"))
        stream.close()

    def roles(self, kind=None):
        """Processes of the daemon: [(pid, role)], by what they run as."""
        found = []
        for pid in children_of(self.process.pid):
            words = command_line(pid)
            if "--role" in words[:-1]:
                role = words[words.index("--role") + 1]
                if kind is None or role == kind:
                    found.append((pid, role))
        return found

    def kill_role(self, kind, which=0, sig=signal.SIGKILL):
        """Ends a role's process; returns its pid, or None when it is away."""
        pids = sorted(pid for pid, _ in self.roles(kind))
        if not pids:
            return None
        pid = pids[which % len(pids)]
        try:
            os.kill(pid, sig)
        except ProcessLookupError:
            return None
        return pid

    def kill_all(self):
        """kill -9 of the parent and every role."""
        pids = [pid for pid, _ in self.roles()]
        self.process.kill()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        wait_for(
            lambda: not any(is_running(pid) for pid in pids),
            "the roles to be gone",
        )
        self.notify.close()

    def stop(self, seconds=15.0):
        """TERM; returns the exit status."""
        if self.process is None or self.process.poll() is not None:
            return None if self.process is None else self.process.returncode
        self.process.terminate()
        try:
            status = self.process.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self.kill_all()
            raise Failed("the daemon did not stop in %g s" % (seconds * SLOW))
        self.notify.close()
        return status

    def clear(self):
        """Ends it by force when it still runs, and removes the folder. What a
        sanitizer or an assertion said fails the test."""
        if self.process is not None and self.process.poll() is None:
            self.kill_all()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        faults = [
            line
            for line in self.lines
            if "Sanitizer" in line
            or "runtime error" in line
            or "Assertion" in line
        ]
        check(not faults, "\n".join(faults))

    def diagnostics(self, count=40):
        return "\n".join(self.lines[-count:])

    def api(self, path, method="GET", timeout=10.0):
        """The HTTP API over the control socket: (status, JSON or text)."""
        connection = UnixConnection(
            self.path("run", "wirewatch.sock"), timeout * SLOW
        )
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        if "json" in (answer.getheader("Content-Type") or ""):
            return answer.status, json.loads(body)
        return answer.status, body

    def cli(self, *arguments, **options):
        """Runs `wirewatch ARGUMENTS` to its end."""
        return subprocess.run(
            [WIREWATCH, *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60 * SLOW,
            **options
        )

    def cli_start(self, *arguments):
        """Starts `wirewatch ARGUMENTS` and returns its LineReader."""
        return LineReader(
            subprocess.Popen(
                [WIREWATCH, *arguments],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
            )
        )

    def events(self):
        """The live events (SSE), as a LineReader over a connection."""
        connection = UnixConnection(self.path("run", "wirewatch.sock"), None)
        connection.request("GET", "/api/v1/events")
        answer = connection.getresponse()
        check(answer.status == 200, "events: HTTP %d" % answer.status)
        return LineReader(stream=answer, close=connection.close)

    def log_alerts(self, name="alerts.jsonl"):
        """The alerts in the rolling log, rotated files left out."""
        try:
            with open(self.path("logs", name), "rb") as file:
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines[:-1]]


class LineReader:
    """Gathers lines of a process or stream as they come."""

    def __init__(self, process=None, stream=None, close=None):
        self.process = process
        self.stream = stream or process.stdout
        self.close = close
        self.lines = []
        self.thread = threading.Thread(target=self._collect, daemon=True)
        self.thread.start()

    def _collect(self):
        try:
            for line in iter(self.stream.readline, b""):
                self.lines.append(line.decode(errors="replace").rstrip("\r\n"))
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # closed

    def wait_line(self, holds, what, seconds=10.0):
        """The first line for which holds(line) is true."""
        return wait_for(
            lambda: next((line for line in list(self.lines) if holds(line)), None),
            what,
            seconds,
        )

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        if self.close is not None:
            self.close()


def command_line(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def children_of(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "null": type(None),
}


def check_schema(value, schema, where="alert"):
    """The part of JSON Schema that our schemas use."""
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    check(
        not types or any(isinstance(value, TYPES[name]) for name in types),
        "%s is %r" % (where, value),
    )
    check(value in schema.get("enum", [value]), "%s is %r" % (where, value))
    if isinstance(value, str):
        check(
            re.search(schema.get("pattern", ""), value)
            and len(value) >= schema.get("minLength", 0),
            "%s is %r" % (where, value),
        )
    elif isinstance(value, int):
        check(value >= schema.get("minimum", value), "%s: %d" % (where, value))
    elif isinstance(value, list):
        for entry in value:
            check_schema(entry, schema["items"], where + "[]")
    elif isinstance(value, dict):
        for key in schema["required"]:
            check(key in value, "%s has no %s" % (where, key))
        for key, entry in value.items():
            check(key in schema["properties"], "%s has %s" % (where, key))
            check_schema(entry, schema["properties"][key], where + "." + key)


def webhook_is_genuine(hook, secret):
    """Verifies a received webhook as a receiver would (Standard Webhooks)."""
    headers = {name.lower(): value for name, value in hook["headers"].items()}
    if secret.startswith("whsec_"):
        key = base64.b64decode(secret[len("whsec_"):])
    else:
        key = secret.encode()
    signed = "%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])
    digest = hmac.new(
        key, signed.encode() + hook["body"].encode(), hashlib.sha256
    ).digest()
    want = "v1," + base64.b64encode(digest).decode()
    age = abs(time.time() - int(headers["webhook-timestamp"]))
    return age < 300 and any(
        hmac.compare_digest(given, want)
        for given in headers["webhook-signature"].split()
    )

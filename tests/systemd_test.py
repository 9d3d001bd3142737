#!/usr/bin/env python3
"""The service under a real systemd, booted in a container.

Makes a Debian tree, installs wirewatch into it, boots it with systemd-nspawn
and looks at start, reload, restarts, watchdog and logs. Needs root, a mirror
of Debian's packages, and a kernel that lets a container boot; is skipped with
the reason where it cannot. The tree is kept in BUILDDIR for the next run.
"""
import json
import os
import shutil
import subprocess
import sys
import time

import harness

BUILDDIR = os.environ.get("BUILDDIR", os.getcwd())
SRCDIR = os.environ.get("SRCDIR", os.getcwd())
TREE = os.path.join(BUILDDIR, "tests", "systemd-tree")
PACKAGES = (
    "systemd,systemd-sysv,ca-certificates,procps,curl,"
    "libcurl4,libxml2,libevent-2.1-7,libevent-core-2.1-7,libsqlite3-0,"
    "libyaml-0-2,libjansson4,libc-ares2,libdeflate0,libseccomp2,libssl3,"
    "libpcre2-8-0,zlib1g"
)
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Test wire</title>
<link>http://127.0.0.1:8000/</link><description>t</description>%s
</channel></rss>
"""
CONFIG = """defaults: {interval: 1s, contact: test@example.org}
network: {allow: ["127.0.0.0/8"]}
feeds:
  - {id: wire, outlet: Test Wire, url: "http://127.0.0.1:8000/feed.xml"}
entities:
  - {id: macron, type: person, names: {en: [Macron]}}
sinks:
  - {id: log, type: log, path: alerts.jsonl}
"""

class Skip(Exception):
    """This machine cannot do it; says why."""


def run(*command, check=True, timeout=300, **kwargs):
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=timeout, **kwargs)
    if check and done.returncode != 0:
        raise AssertionError(
            "%s: status %d\n%s" % (command, done.returncode, done.stdout))
    return done


def wait_for(what, probe, seconds=30):
    """The probe's first true value; polls, since another system reports."""
    end = time.monotonic() + seconds * harness.SLOW
    while time.monotonic() < end:
        value = probe()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("waited in vain for " + what)


class Box:
    """A booted Debian tree."""

    def __init__(self, tree):
        self.tree = tree
        self.nspawn = None
        self.leader = None

    def build(self):
        if os.path.exists(os.path.join(self.tree, "usr/bin/systemctl")):
            return
        shutil.rmtree(self.tree, ignore_errors=True)
        done = run(
            "mmdebstrap", "--quiet", "--variant=minbase",
            "--include=" + PACKAGES, "bookworm", self.tree, check=False)
        if done.returncode != 0:
            shutil.rmtree(self.tree, ignore_errors=True)
            raise Skip("mmdebstrap failed: " + done.stdout.strip()[-300:])

    def boot(self):
        log = open(self.tree + ".log", "w")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", self.tree,
             "--machine=ww%d" % os.getpid(), "--register=no", "--keep-unit",
             "-b", "--private-network",
             "--system-call-filter=landlock_create_ruleset "
             "landlock_add_rule landlock_restrict_self"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True)
        try:
            wait_for("the container to boot", self.is_booted)
        except AssertionError:
            with open(self.tree + ".log") as boot_log:
                raise Skip("no boot: " + boot_log.read()[-300:])

    def is_booted(self):
        if self.nspawn.poll() is not None:
            raise AssertionError("nspawn ended")
        children = run("pgrep", "-P", str(self.nspawn.pid), check=False)
        if not children.stdout.strip():
            return False
        self.leader = children.stdout.split()[0]
        state = self.do("systemctl", "is-system-running", check=False)
        return state.stdout.strip() in ("running", "degraded")

    def do(self, *command, **kwargs):
        return run("nsenter", "-t", self.leader, "-a", *command, **kwargs)

    def write(self, path, text):
        whole = os.path.join(self.tree, path.lstrip("/"))
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w") as file:
            file.write(text)

    def stop(self):
        if self.nspawn is None:
            return
        if self.leader:
            try:
                self.do("systemctl", "poweroff", check=False, timeout=20)
                self.nspawn.wait(20)
            except subprocess.TimeoutExpired:
                pass
        if self.nspawn.poll() is None:
            self.nspawn.kill()
            self.nspawn.wait()


class Service:
    """wirewatchd inside the box."""

    def __init__(self, box):
        self.box = box
        self.items = 0
        self.server = None

    def forget_old_runs(self):
        for folder in ("etc/wirewatch", "var/lib/private/wirewatch",
                       "var/log/private/wirewatch", "var/log/journal"):
            shutil.rmtree(os.path.join(self.box.tree, folder),
                          ignore_errors=True)

    def install(self):
        run("make", "-s", "-C", BUILDDIR, "install",
            "DESTDIR=" + self.box.tree, "prefix=/usr", "sysconfdir=/etc",
            "localstatedir=/var", "runstatedir=/run")
        # The unit names the folders of its own build; here it is /usr.
        with open(os.path.join(SRCDIR, "systemd/wirewatchd.service.in")) as f:
            unit = f.read()
        unit = unit.replace("@bindir@", "/usr/bin")
        unit = unit.replace("@sbindir@", "/usr/sbin")
        # A short watchdog, so that the test of it is short.
        unit = unit.replace("WatchdogSec=30s", "WatchdogSec=4s")
        self.box.write("/etc/systemd/system/wirewatchd.service", unit)
        self.box.write("/etc/wirewatch/wirewatch.yaml", CONFIG)
        self.box.write("/etc/wirewatch/secrets/hook.key", "s3cret\n")
        self.write_feed()

    def serve_feed(self):
        """An HTTP server of this machine in the network of the box."""
        self.server = subprocess.Popen(
            ["nsenter", "-t", self.box.leader, "-n", sys.executable, "-m",
             "http.server", "8000", "--bind", "127.0.0.1", "--directory",
             os.path.join(self.box.tree, "srv")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("the server of the feed", lambda: self.box.do(
            "curl", "-sf", "http://127.0.0.1:8000/feed.xml",
            check=False).returncode == 0)

    def publish(self):
        self.items += 1
        self.write_feed()
        return "Macron speaks, item %d" % self.items

    def write_feed(self):
        entries = "".join(
            "<item><title>Macron speaks, item %d</title>"
            "<guid isPermaLink='false'>n%d</guid></item>" % (n, n)
            for n in range(1, self.items + 1))
        self.box.write("/srv/feed.new", FEED % entries)
        os.rename(os.path.join(self.box.tree, "srv/feed.new"),
                  os.path.join(self.box.tree, "srv/feed.xml"))

    def show(self, name):
        return self.box.do("systemctl", "show", "wirewatchd", "-P",
                           name).stdout.strip()

    def log_lines(self):
        path = os.path.join(self.box.tree,
                            "var/log/private/wirewatch/alerts.jsonl")
        if not os.path.exists(path):
            return []
        with open(path) as file:
            return [json.loads(line) for line in file]

    def item_lines(self):
        """Of the rolling log, those of items; stories have lines beside."""
        return [line for line in self.log_lines() if line["type"] == "item"]

    def journal(self):
        return self.box.do("journalctl", "-b", "-u", "wirewatchd",
                           "-o", "cat", "--no-pager").stdout

    def pid_of(self, role):
        done = self.box.do("pgrep", "-f", "wirewatchd --role %s" % role,
                           check=False)
        return done.stdout.split()[0] if done.stdout.split() else None

    def alert_arrives(self):
        title = self.publish()
        wait_for("the alert on '%s'" % title, lambda: any(
            line["item"]["title"] == title for line in self.log_lines()))


def service_starts_and_says_ready(service):
    service.serve_feed()
    done = service.box.do("systemctl", "start", "wirewatchd", check=False)
    assert done.returncode == 0, done.stdout + service.journal()
    assert service.show("ActiveState") == "active"
    wait_for("a plain status", lambda: "watching: 1 feed," in
             service.show("StatusText"))


def first_poll_is_quiet_then_items_alert(service):
    wait_for("the first poll", lambda: '"last_success":"' in service.box.do(
        "curl", "-s", "--unix-socket", "/run/wirewatch/wirewatch.sock",
        "http://localhost/api/v1/feeds", check=False).stdout)
    service.alert_arrives()
    assert len(service.item_lines()) == service.items


HOOK = """sinks:
  - {id: hook, type: webhook, secret_file: %s, url: "http://127.0.0.1:8001/hook"}
"""


def secrets_are_readable_as_credentials(service):
    service.box.write("/etc/wirewatch/conf.d/hook.yaml", HOOK % "hook.key")
    done = service.box.do("systemctl", "reload", "wirewatchd", check=False)
    assert done.returncode == 0, done.stdout + service.journal()
    os.unlink(os.path.join(service.box.tree,
                           "etc/wirewatch/conf.d/hook.yaml"))
    service.box.do("systemctl", "reload", "wirewatchd")


def new_secret_is_told_to_need_a_restart(service):
    service.box.write("/etc/wirewatch/secrets/new.key", "n3w s3cret\n")
    service.box.write("/etc/wirewatch/conf.d/hook.yaml", HOOK % "new.key")
    done = service.box.do("systemctl", "reload", "wirewatchd", check=False)
    assert done.returncode != 0, "the reload was not refused"
    assert "when it starts the service: restart it" in service.journal()
    done = service.box.do("systemctl", "restart", "wirewatchd", check=False)
    assert done.returncode == 0, done.stdout + service.journal()
    os.unlink(os.path.join(service.box.tree,
                           "etc/wirewatch/conf.d/hook.yaml"))
    service.box.do("systemctl", "reload", "wirewatchd")


def reload_takes_a_new_configuration(service):
    service.box.write("/etc/wirewatch/wirewatch.yaml", CONFIG.replace(
        "names: {en: [Macron]}", "names: {en: [Macron, Elysee]}"))
    done = service.box.do("systemctl", "reload", "wirewatchd", check=False)
    assert done.returncode == 0, done.stdout
    service.alert_arrives()


def reload_of_a_broken_configuration_is_refused(service):
    pid = service.show("MainPID")
    service.box.write("/etc/wirewatch/wirewatch.yaml", CONFIG + "typo: 1\n")
    done = service.box.do("systemctl", "reload", "wirewatchd", check=False)
    assert done.returncode != 0, "the reload was not refused"
    assert "wirewatch.yaml:9:1: error: unknown key" in service.journal()
    assert service.show("ActiveState") == "active"
    assert service.show("MainPID") == pid
    service.alert_arrives()
    service.box.write("/etc/wirewatch/wirewatch.yaml", CONFIG)


def each_killed_role_is_back(service):
    for role in ("engine", "fetcher", "courier", "desk"):
        pid = service.pid_of(role)
        service.box.do("kill", "-9", pid)
        wait_for("a new " + role, lambda: service.pid_of(role) not in
                 (None, pid), 5)
        service.alert_arrives()


def killed_parent_is_restarted(service):
    pid = service.show("MainPID")
    service.box.do("kill", "-9", pid)
    wait_for("a new parent", lambda: service.show("MainPID") not in
             ("0", pid) and service.show("ActiveState") == "active")
    service.alert_arrives()


def stopped_role_is_noticed_and_replaced(service):
    pid = service.pid_of("courier")
    service.box.do("kill", "-STOP", pid)
    wait_for("the hung courier to be replaced", lambda:
             service.pid_of("courier") not in (None, pid), 15)
    assert "no answer" in service.journal()
    service.alert_arrives()


def stopped_parent_is_killed_by_the_watchdog(service):
    pid = service.show("MainPID")
    service.box.do("kill", "-STOP", pid)
    wait_for("the watchdog", lambda: service.show("MainPID") not in
             ("0", pid) and service.show("ActiveState") == "active", 40)
    assert "Watchdog timeout" in service.journal()
    service.alert_arrives()


def journal_lines_carry_priorities(service):
    errors = service.box.do("journalctl", "-u", "wirewatchd", "-p", "err",
                            "-o", "cat", "--no-pager").stdout
    assert "killed by signal 9" in errors, errors
    infos = service.box.do("journalctl", "-u", "wirewatchd", "-p", "info",
                           "-o", "cat", "--no-pager").stdout
    assert "ready" in infos and "<6>" not in infos


def no_alert_is_lost_or_doubled(service):
    titles = [line["item"]["title"] for line in service.item_lines()]
    assert len(titles) == len(set(titles)) == service.items, titles
    seqs = [line["seq"] for line in service.log_lines()]
    assert seqs == sorted(set(seqs))


def service_stops_cleanly(service):
    service.box.do("systemctl", "stop", "wirewatchd")
    assert service.show("Result") == "success", service.show("Result")


TESTS = [
    service_starts_and_says_ready,
    first_poll_is_quiet_then_items_alert,
    secrets_are_readable_as_credentials,
    new_secret_is_told_to_need_a_restart,
    reload_takes_a_new_configuration,
    reload_of_a_broken_configuration_is_refused,
    each_killed_role_is_back,
    killed_parent_is_restarted,
    stopped_role_is_noticed_and_replaced,
    stopped_parent_is_killed_by_the_watchdog,
    journal_lines_carry_priorities,
    no_alert_is_lost_or_doubled,
    service_stops_cleanly,
]


def why_not():
    """Why this machine cannot run the tests; None when it can."""
    if os.geteuid() != 0:
        return "needs root"
    if harness.is_sanitized():
        return "the plain build covers it"
    for tool in ("mmdebstrap", "systemd-nspawn", "nsenter", "pgrep"):
        if shutil.which(tool) is None:
            return "%s is not installed" % tool
    return None


def main():
    reason = why_not()
    if reason:
        print("1..0 # SKIP " + reason)
        return
    box = Box(TREE)
    service = Service(box)
    try:
        box.build()
        service.forget_old_runs()
        service.install()
        box.boot()
        print("1..%d" % len(TESTS), flush=True)
        for number, test in enumerate(TESTS, 1):
            try:
                test(service)
                print("ok %d - %s" % (number, test.__name__), flush=True)
            except (AssertionError, KeyError, ValueError, TypeError) as error:
                for line in str(error).splitlines():
                    print("# " + line)
                for line in service.journal().splitlines()[-30:]:
                    print("# journal: " + line)
                print("not ok %d - %s" % (number, test.__name__), flush=True)
    except Skip as skip:
        print("1..0 # SKIP " + " ".join(str(skip).split()))
    finally:
        if service.server is not None:
            service.server.kill()
            service.server.wait()
        box.stop()


if __name__ == "__main__":
    sys.exit(main())

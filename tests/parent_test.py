#!/usr/bin/env python3
"""The parent and its roles as processes: restarts, the throttle, reload, stop,
diagnostics, a second instance. Prints TAP.
"""
import http.server
import json
import os
import signal
import subprocess
import threading

import harness
from harness import Daemon, check, wait_for
from servers import make_certificate

CONFIG = {
    "defaults": {"interval": "1h"},
    "desk": {"listen": "127.0.0.1:0"},
    "fetchers": 1,
    "feeds": [{"id": "a", "url": "http://127.0.0.1:9/feed.xml"}],
    "network": {"allow": ["127.0.0.0/8"]},
    "entities": [{"id": "macron", "names": ["Macron"]}],
}
ROLES = ("engine", "fetcher", "courier", "desk")


def has_line(daemon, *words):
    return any(all(word in line for word in words) for line in daemon.lines)


def pids(daemon, role):
    return [pid for pid, _ in daemon.roles(role)]


def settle(daemon):
    wait_for(lambda: len(daemon.roles()) == len(ROLES) and
             daemon.cli("status").returncode == 0, "all roles")


def killed_roles_are_back_soon(daemon):
    for role in ROLES:
        old = pids(daemon, role)
        daemon.kill_role(role)
        wait_for(lambda: pids(daemon, role) not in ([], old),
                 "a new " + role, 2)
        wait_for(lambda: has_line(daemon, role + " 0: killed by signal 9"),
                 "the line about the " + role)
    settle(daemon)


def reload_while_roles_start_reaches_them_too(daemon):
    for role in ROLES[:3] * 3:
        daemon.kill_role(role)
        daemon.process.send_signal(signal.SIGHUP)
    check(daemon.cli("reload").returncode == 0, "reload")


def role_that_keeps_dying_is_backed_off_loudly(daemon):
    for _ in range(5):  # one of the deaths was in an earlier test
        old = wait_for(lambda: pids(daemon, "courier"), "a courier")
        daemon.kill_role("courier")
        wait_for(lambda: pids(daemon, "courier") != old, "its death")
        if has_line(daemon, "courier 0: died 5 times within 60 s"):
            break
    wait_for(lambda: has_line(daemon, "courier 0: died 5 times within 60 s",
                              "next start in 4 s"), "the loud line")
    wait_for(lambda: "backed off" in daemon.cli("status", "--json").stdout,
             "the status to say so")
    wait_for(lambda: pids(daemon, "courier"), "the courier again", 8)


def role_that_was_backed_off_takes_part_in_a_reload(daemon):
    wait_for(lambda: daemon.cli("status").returncode == 0, "all roles")
    old = pids(daemon, "courier")
    daemon.configure(dict(CONFIG, network={"resolver": "127.0.0.1:9"}))
    check(daemon.cli("reload").returncode == 0, "reload")
    check(pids(daemon, "courier") not in ([], old), "the courier is the old one")
    daemon.configure(CONFIG)
    check(daemon.cli("reload").returncode == 0, "reload")


def broken_configuration_is_refused_and_the_old_one_stays(daemon):
    before = daemon.roles()
    daemon.configure("feeds: [\n")
    done = daemon.cli("reload")
    check(done.returncode == 78, "status %d" % done.returncode)
    check("wirewatch.yaml:" in done.stderr, done.stderr)
    check(daemon.roles() == before, "roles were restarted")
    daemon.configure(CONFIG)
    check(daemon.cli("reload").returncode == 0, "the good one was refused")


def errors_of_a_file_with_a_strange_name_reach_who_asked(daemon):
    """errors of a file whose name is no text reach who asked"""
    before = pids(daemon, "desk")
    os.makedirs(daemon.path("etc", "conf.d"))
    name = os.fsencode(daemon.path("etc", "conf.d")) + b"/\xff.yaml"
    with open(name, "w") as file:
        file.write("typo: 1\n")
    done = daemon.cli("reload")
    os.unlink(name)
    check(done.returncode == 78, "status %d" % done.returncode)
    check('unknown key "typo"' in done.stderr, done.stderr)
    check(pids(daemon, "desk") == before, "the desk was restarted")


class SlowPack:
    """A pack that the loader waits for until it is given, again and again."""

    def __init__(self, daemon):
        self.path = daemon.path("etc", "slow.yaml")
        os.mkfifo(self.path)
        daemon.configure(dict(CONFIG, entities=CONFIG["entities"] +
                              [{"pack": "slow.yaml"}]))

    def _open(self):
        try:
            return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None  # nobody reads it

    def wait(self):
        self.fd = wait_for(self._open, "the loader to read")

    def give(self):
        os.write(self.fd, b"{}")
        os.close(self.fd)
        os.unlink(self.path)


def who_asks_during_a_reload_is_answered_by_the_next(daemon):
    """who asks for a reload during another is answered by the next"""
    pack, got = SlowPack(daemon), {}

    def ask(name):
        thread = threading.Thread(target=lambda: got.update(
            {name: daemon.api("/api/v1/reload", "POST")}))
        thread.start()
        return thread

    threads = [ask("first")]
    pack.wait()
    daemon.configure(dict(CONFIG, typo=1))
    threads.append(ask("second"))
    wait_for(lambda: "desk_connections 3\n" in daemon.api("/metrics")[1],
             "both to ask")
    pack.give()
    for thread in threads:
        thread.join()
    check(got["first"][0] == 200, "the first: %r" % (got["first"],))
    check(got["second"][0] == 422 and "typo" in got["second"][1]["error"],
          "the second: %r" % (got["second"],))
    daemon.configure(CONFIG)
    check(daemon.cli("reload").returncode == 0, "reload")


def requests_of_a_desk_that_died_are_forgotten(daemon):
    pack, got = SlowPack(daemon), []

    def ask():
        try:
            got.append(daemon.api("/api/v1/reload", "POST"))
        except OSError:
            got.append(None)  # it was killed

    first = threading.Thread(target=ask)
    first.start()
    pack.wait()
    daemon.kill_role("desk")
    first.join()
    wait_for(lambda: daemon.cli("status").returncode == 0, "another desk")
    daemon.configure(dict(CONFIG, typo=1))
    second = threading.Thread(target=ask)
    second.start()
    wait_for(lambda: "desk_connections 2\n" in daemon.api("/metrics")[1],
             "the second to ask")
    pack.give()
    second.join()
    check(got[0] is None and got[1][0] == 422, got)
    daemon.configure(CONFIG)
    check(daemon.cli("reload").returncode == 0, "reload")


def stop_during_a_reload_is_no_failure(daemon):
    """a stop while a configuration is read is no failure of that"""
    daemon = Daemon(CONFIG)
    try:
        daemon.start()
        pack = SlowPack(daemon)
        daemon.process.send_signal(signal.SIGHUP)
        pack.wait()
        daemon.process.send_signal(signal.SIGHUP)
        check(daemon.stop() == 0, "status is not 0")
        os.close(pack.fd)
        check(not has_line(daemon, "loader failed"), daemon.lines)
    finally:
        daemon.clear()


def a_reload_that_would_drop_everything_is_refused(daemon):
    for text, word in (("", "the configuration is empty"),
                       ("# nothing\n---\n", "the configuration is empty"),
                       (dict(CONFIG, feeds=[]), "has no feeds")):
        daemon.configure(text)
        done = daemon.cli("reload")
        check(done.returncode == 78, "status %d" % done.returncode)
        check(word in done.stderr, done.stderr)
        check(daemon.api("/api/v1/feeds/a")[0] == 200, "the feed is gone")
    daemon.configure(CONFIG)
    check(daemon.cli("reload").returncode == 0, "the good one was refused")


def many_hangups_make_few_reloads(daemon):
    def loads():
        return sum("configuration: 1 feed," in line for line in daemon.lines)

    before = loads()
    for _ in range(300):
        daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: loads() > before, "a reload")
    check(daemon.cli("reload").returncode == 0, "reload")
    check(loads() - before < 20, "%d loads for 300 signals" % loads())


def number_of_fetchers_follows_the_configuration(daemon):
    daemon.configure(dict(CONFIG, fetchers=3))
    check(daemon.cli("reload").returncode == 0, "reload")
    wait_for(lambda: len(pids(daemon, "fetcher")) == 3, "three fetchers")
    daemon.configure(CONFIG)
    check(daemon.cli("reload").returncode == 0, "reload")
    wait_for(lambda: len(pids(daemon, "fetcher")) == 1, "one fetcher")
    wait_for(lambda: daemon.api("/metrics")[1].count('role_up{role="fetcher"') == 1,
             "the others to leave the status")


def first_process_of_a_container_starts_and_stops(daemon):
    own = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-p", "-f",
           "--kill-child"]
    if subprocess.run([*own, "true"], capture_output=True).returncode != 0:
        return
    daemon = Daemon(CONFIG, command=own)
    try:
        daemon.start()
        check(daemon.cli("status").returncode in (0, 1), "no daemon")
        os.kill(harness.children_of(daemon.process.pid)[0], signal.SIGTERM)
        check(daemon.process.wait(15 * harness.SLOW) == 0, "status is not 0")
    finally:
        daemon.clear()


def odd_names_do_no_harm_to_the_desk(daemon):
    before = pids(daemon, "desk")
    for path, status in (("/api/v1/feeds/%s/remove" % ("x" * 5000), 404),
                         ("/api/v1/feeds/%ff/remove", 404),
                         ("/api/v1/feeds?id=b&url=http://b.example/%ff", 400),
                         ("/api/v1/feeds?id=b&outlet=%ff&url=http://b.example/", 400)):
        got = daemon.api(path, "POST")
        check(got[0] == status, "%.60s: %r" % (path, got))
    check(daemon.api("/api/v1/feeds/a/poll", "POST")[0] == 200, "the engine is gone")
    check(pids(daemon, "desk") == before, "the desk was restarted")


def second_instance_is_refused_with_a_clear_message(daemon):
    done = subprocess.run([harness.WIREWATCHD, "-f"], env=daemon.environment(),
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, timeout=30)
    check(done.returncode == 1, "status %d" % done.returncode)
    check("held by another wirewatchd" in done.stderr, done.stderr)
    check(daemon.cli("status").returncode == 0, "the first one suffered")


def term_stops_everything(daemon):
    roles = [pid for pid, _ in daemon.roles()]
    daemon.process.terminate()
    check(daemon.process.wait(15 * harness.SLOW) == 0, "status is not 0")
    check(not any(os.path.exists("/proc/%d" % pid) for pid in roles),
          "roles are left")
    check(not has_line(daemon, "did not stop in time"), daemon.lines[-5:])


def roles_end_with_a_killed_parent(daemon):
    daemon.start()
    roles = [pid for pid, _ in daemon.roles()]
    daemon.process.kill()
    daemon.process.wait()
    wait_for(lambda: not any(os.path.exists("/proc/%d" % pid)
                             for pid in roles), "the roles to end")


def errors_of_the_first_configuration_end_it_with_78(daemon):
    daemon.configure(dict(CONFIG, typo=1))
    for options in (["-f"], ["-t"]):
        done = subprocess.run([harness.WIREWATCHD, *options],
                              env=daemon.environment(),
                              stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=30)
        check(done.returncode == 78, "status %d" % done.returncode)
        check('unknown key "typo"' in done.stderr, done.stderr)


def errors_of_a_configuration_go_to_syslog_with_s(daemon):
    if harness.Syslog.missing():
        return
    syslog = harness.Syslog()
    try:
        daemon.configure(dict(CONFIG, typo=1))
        done = subprocess.run([*syslog.command, harness.WIREWATCHD, "-s"],
                              env=daemon.environment(),
                              stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=30)
        check(done.returncode == 78, "status %d" % done.returncode)
        check('unknown key "typo"' not in done.stderr, done.stderr)
        wait_for(lambda: any('unknown key "typo"' in line
                             for line in syslog.lines()), "the error")
    finally:
        syslog.stop()


def line_without_an_end_goes_to_syslog_in_parts(daemon):
    if harness.Syslog.missing():
        return
    syslog = harness.Syslog()
    mine, daemon.command = daemon.command, syslog.command
    try:
        daemon.configure(CONFIG)
        daemon.start("-s")
        settle(daemon)
        with open("/proc/%d/fd/2" % pids(daemon, "fetcher")[0], "w") as stream:
            stream.write("endless " * 10000)
        wait_for(lambda: sum(line.count("endless") for line in syslog.lines()) > 5000,
                 "its parts in syslog")
        daemon.stop()
    finally:
        daemon.command = mine
        syslog.stop()


def run_daemon(daemon, *options):
    return subprocess.run([harness.WIREWATCHD, "-f", *options],
                          env=daemon.environment(), stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, timeout=60)


def diagnostics_are_objects_on_demand(daemon):
    daemon.configure(dict(CONFIG, feeds=[], log={"level": "info"}))
    done = run_daemon(daemon, "--once", "--log-format", "json", "-v")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    check({"parent", "engine"} <= {line["wirewatch.role"] for line in lines},
          done.stderr)
    check("debug" in {line["log.level"] for line in lines}, "-v: " + done.stderr)
    check(all(set(line) == {"@timestamp", "log.level", "process.name", "wirewatch.role",
                            "message"} for line in lines), done.stderr)
    daemon.configure(dict(CONFIG, typo=1))
    done = run_daemon(daemon, "--log-format=json")
    check(done.returncode == 78, "status %d" % done.returncode)
    check(any('unknown key "typo"' in json.loads(line)["message"]
              for line in done.stderr.splitlines()), done.stderr)


def certificates_may_have_comments_in_any_charset(daemon):
    feed = dict(CONFIG["feeds"][0], ca_file="ca.pem")
    daemon = Daemon(dict(CONFIG, feeds=[feed],
                         network=dict(CONFIG["network"], ca_file="ca.pem")))
    path = daemon.path("etc", "ca.pem")
    make_certificate(path)
    with open(path, "rb") as file:
        pem = file.read()
    with open(path, "wb") as file:
        file.write("# Autoridad de Certificación\n".encode("latin-1") + pem)
    try:
        daemon.start()
        wait_for(lambda: daemon.api("/api/v1/feeds/a")[1].get("last_fetch"), "a poll")
        check(not has_line(daemon, "malformed"), daemon.lines)
    finally:
        daemon.stop()
        daemon.clear()


class LongWords(http.server.BaseHTTPRequestHandler):
    """Tells of a feed all that may be told of it, at full length."""
    LONG = "x" * 8100
    FEED = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
<title>%s</title><link rel="hub" href="https://hub.example/%s"/>
<link rel="self" href="https://self.example/%s"/><link rel="next"
href="https://next.example/%s"/><entry><id>1</id><title>t</title></entry></feed>
""" % ("T" * 1100, LONG, LONG, LONG)

    def do_GET(self):
        moved = self.path == "/feed"
        body = b"" if moved else self.FEED.encode()
        self.send_response(301 if moved else 200)
        if moved:
            self.send_header("Location", "/" + self.LONG)
        self.send_header("ETag", '"%s"' % ("e" * 1000))
        self.send_header("Content-Type", "application/atom+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def feed_of_many_long_words_ends_no_fetcher(daemon):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LongWords)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d/feed" % server.server_port
    daemon = Daemon(dict(CONFIG, feeds=[{"id": "a", "url": url}]))
    try:
        daemon.start()
        feed = wait_for(lambda: (lambda feed: feed.get("last_fetch") and feed)(
            daemon.api("/api/v1/feeds/a")[1]), "a poll")
        check(feed["state"] == "up" and len(feed["moved_to"]) > 8000, feed)
        check(not has_line(daemon, "killed by signal"), daemon.lines)
    finally:
        daemon.stop()
        daemon.clear()
        server.shutdown()
        server.server_close()


def fetchers_are_as_many_as_the_cores_that_may_be_used(daemon):
    core = min(os.sched_getaffinity(0))
    daemon = Daemon({name: value for name, value in CONFIG.items() if name != "fetchers"},
                    command=["taskset", "-c", str(core)])
    try:
        daemon.start()
        check(len(pids(daemon, "fetcher")) == 1, daemon.roles())
    finally:
        daemon.stop()
        daemon.clear()


def closed_standard_streams_stay_out_of_use(daemon):
    daemon = Daemon(CONFIG, command=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"])
    try:
        daemon.start()
        for pid in [daemon.process.pid] + [pid for pid, _ in daemon.roles()]:
            for fd in range(3):
                file = os.readlink("/proc/%d/fd/%d" % (pid, fd))
                check(file == "/dev/null", "%d of %d is %s" % (fd, pid, file))
        check(daemon.stop() == 0, "status is not 0")
    finally:
        daemon.clear()


def want_of_descriptors_is_told(daemon):
    daemon.configure(dict(CONFIG, feeds=[]))
    for limit in range(18, 28, 2):
        done = subprocess.run(
            ["sh", "-c", 'ulimit -n %d; exec "$0" --once' % limit, harness.WIREWATCHD],
            env=daemon.environment(), stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, timeout=60)
        check(done.returncode in (0, 1) and (
            done.returncode == 0 or "Too many open files" in done.stderr
            or "the loader failed" in done.stderr),
              "%d: status %d: %s" % (limit, done.returncode, done.stderr))


def priorities_are_for_the_journal_alone(daemon):
    daemon.configure(dict(CONFIG, feeds=[]))
    reader, writer = os.pipe()
    stream = os.fstat(writer)
    for inode, prefix in ((stream.st_ino, "<6>"), (stream.st_ino + 1, "20")):
        env = dict(daemon.environment(),
                   JOURNAL_STREAM="%d:%d" % (stream.st_dev, inode))
        subprocess.run([harness.WIREWATCHD, "--once"], env=env, timeout=60,
                       stdin=subprocess.DEVNULL, stderr=writer)
        lines = os.read(reader, 65536).decode().splitlines()
        check(any("configuration: 0 feeds" in line for line in lines), lines)
        check(all(line.startswith(prefix) for line in lines
                  if "configuration: 0" in line), lines)
    os.close(reader)
    os.close(writer)


def the_level_of_the_command_line_outweighs_the_configuration(daemon):
    daemon.configure(dict(CONFIG, feeds=[], log={"level": "debug"}))
    done = run_daemon(daemon, "--once", "-q")
    check("configuration: 0 feeds" not in done.stderr, done.stderr)
    done = run_daemon(daemon, "--once", "--log-level", "info")
    check("configuration: 0 feeds" in done.stderr and "sandbox:" not in done.stderr,
          done.stderr)
    for options in (("--log-level", "loud"), ("--log-format", "xml"),
                    ("--log-format", "json", "-s")):
        done = run_daemon(daemon, *options)
        check(done.returncode == 64 and "--log-" in done.stderr, done.stderr)


def main():
    tap = harness.Tap()
    harness.need_programs(tap, harness.WIREWATCHD, harness.WIREWATCH)
    daemon = Daemon(CONFIG)
    try:
        daemon.start()
        for test in (killed_roles_are_back_soon,
                     broken_configuration_is_refused_and_the_old_one_stays,
                     errors_of_a_file_with_a_strange_name_reach_who_asked,
                     a_reload_that_would_drop_everything_is_refused,
                     who_asks_during_a_reload_is_answered_by_the_next,
                     requests_of_a_desk_that_died_are_forgotten,
                     stop_during_a_reload_is_no_failure,
                     many_hangups_make_few_reloads,
                     number_of_fetchers_follows_the_configuration,
                     odd_names_do_no_harm_to_the_desk,
                     first_process_of_a_container_starts_and_stops,
                     second_instance_is_refused_with_a_clear_message,
                     reload_while_roles_start_reaches_them_too,
                     role_that_keeps_dying_is_backed_off_loudly,
                     role_that_was_backed_off_takes_part_in_a_reload,
                     term_stops_everything,
                     roles_end_with_a_killed_parent,
                     errors_of_the_first_configuration_end_it_with_78,
                     errors_of_a_configuration_go_to_syslog_with_s,
                     line_without_an_end_goes_to_syslog_in_parts,
                     diagnostics_are_objects_on_demand,
                     priorities_are_for_the_journal_alone,
                     feed_of_many_long_words_ends_no_fetcher,
                     certificates_may_have_comments_in_any_charset,
                     fetchers_are_as_many_as_the_cores_that_may_be_used,
                     closed_standard_streams_stay_out_of_use,
                     want_of_descriptors_is_told,
                     the_level_of_the_command_line_outweighs_the_configuration):
            tap.run(test, daemon,
                    on_failure=lambda: "\n".join(daemon.lines[-30:]))
    finally:
        daemon.stop()
    tap.done()


if __name__ == "__main__":
    main()

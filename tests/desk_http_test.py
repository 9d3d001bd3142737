"""The desk over HTTP: pages of the API, live events, limits, refusals."""

import json
import os
import socket
import stat
import threading

import harness
from harness import SLOW, Tap, check, need_programs, same, wait_for
from stage import STAGE, Stage, event_ids


def raw_exchange(stage, text, half_close=False):
    """Sends bytes over TCP and returns all that comes back."""
    with socket.create_connection(("127.0.0.1", stage.port), 20 * SLOW) as sock:
        sock.sendall(text)
        if half_close:
            sock.shutdown(socket.SHUT_WR)
        answer = b""
        while True:
            piece = sock.recv(65536)
            if not piece:
                return answer
            answer += piece


def foreign_host_names_are_misdirected(stage):
    for host in ("evil.example", "localhost.evil.example:80", "10.0.0.1"):
        status, _, body = stage.request("GET", "/api/v1/status", False, {"Host": host})
        same(status, 421, host)
        check("desk.hosts" in json.loads(body)["error"], "what to do is told")
    for host in ("localhost", "127.0.0.1:1", "[::1]:8610"):
        same(stage.request("GET", "/healthz", False, {"Host": host})[0], 200, host)


def tcp_is_for_reading_only(stage):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        status, headers, _ = stage.request(method, "/api/v1/reload", False)
        same(status, 405, method)
        same(headers["Allow"], "GET, HEAD", "Allow")
    status, headers, _ = stage.request("GET", "/api/v1/status", False)
    check(headers["Access-Control-Allow-Origin"] is None, "no CORS")
    same(stage.request("GET", "/api/v1/reload")[0], 405, "GET of an action")


def the_unix_socket_belongs_to_owner_and_group(stage):
    same(stat.S_IMODE(os.stat(stage.socket).st_mode), 0o660, "mode")


def bad_parameters_say_what_to_do(stage):
    for path, word in (
        ("/api/v1/alerts?limit=0", "1 to 1000"),
        ("/api/v1/alerts?level=high", "routine, urgent, flash"),
        ("/api/v1/alerts?colour=red", "unknown parameter"),
        ("/api/v1/items?level=flash", "unknown parameter"),
        ("/api/v1/feeds?limit=x", "must be a number"),
        ("/api/v1/events?after=x", "must be a number"),
        ("/api/v1/events?after=9223372036854775808", "must be a number"),
    ):
        status, answer = stage.get(path)
        same(status, 400, path)
        check(word in answer["error"], "%s: %s" % (path, answer["error"]))


def unknown_addresses_are_not_found(stage):
    for path in ("/nothing", "/api/v1/alerts/", "/api/v1/feeds/", "/api/v1/feeds/x"):
        same(stage.get(path)[0], 404, path)


def pages_walk_over_all_alerts_once(stage):
    stage.cue("quiet", 5000)
    path, seqs = "/api/v1/alerts?limit=700", []
    while path:
        status, page = stage.get(path)
        same(status, 200, path)
        seqs += [alert["seq"] for alert in page["alerts"]]
        path = page["next"]
    same(seqs, list(range(5000, 0, -1)), "newest first, each once")
    path, seqs = "/api/v1/alerts?after=100&limit=1000&level=urgent", []
    while path:
        page = stage.get(path)[1]
        seqs += [alert["seq"] for alert in page["alerts"]]
        path = page["next"]
    same(seqs, list(range(110, 5001, 10)), "after a cursor, oldest first")


def filters_choose_alerts_and_items(stage):
    for query, count in (
        ("feed=feed-1&limit=5", 5),
        ("feed=feed-2", 0),
        ("outlet=Outlet+1&limit=3", 3),
        ("outlet=o%C3%BCtlet+1&limit=3", 3),
        ("outlet=Outlet&limit=3", 0),
        ("entity=entity&rule=politics&type=item&limit=4", 4),
        ("entity=nobody", 0),
        ("text=report+4711", 1),
        ("since=1h&limit=2", 2),
        ("until=2001-01-01T00:00:00Z", 0),
        ("before=3", 2),
    ):
        page = stage.get("/api/v1/alerts?" + query)[1]
        same(len(page["alerts"]), count, query)
    items = stage.get("/api/v1/items?text=report+4711&content=1")[1]["items"]
    same(items[0]["title"], "Macron, report 4711", "item found by its words")
    check("content" in items[0], "content when asked for")
    items = stage.get("/api/v1/items?limit=1")[1]["items"]
    check("content" not in items[0], "no content when not")


def feeds_are_listed_in_pages(stage):
    stage.cue("feed", "feed-2", "failing", "timeout after 20 s")
    wait_for(lambda: stage.get("/api/v1/feeds?state=failing")[1]["feeds"], "state")
    page = stage.get("/api/v1/feeds?limit=2")[1]
    same([feed["id"] for feed in page["feeds"]], ["feed-1", "feed-2"], "page 1")
    same(page["feeds"][0]["state"], "waiting", "a feed nothing was told of")
    same(page["feeds"][1]["error"], "timeout after 20 s", "error")
    page = stage.get(page["next"])[1]
    same([feed["id"] for feed in page["feeds"]], ["feed-3"], "page 2")
    same(page["next"], None, "the last page")
    for query in ("outlet=Outlet+3", "outlet=OUTLET+3", "text=%C3%93UTLET+3"):
        same([feed["id"] for feed in stage.get("/api/v1/feeds?" + query)[1]["feeds"]],
             ["feed-3"], query)
    same(stage.get("/api/v1/feeds/feed-2")[1]["state"], "failing", "one feed")


def status_and_health_tell_the_state(stage):
    status, answer = stage.get("/api/v1/status")
    same(answer["ready"], True, "ready")
    same(answer["feeds"]["total"], 3, "feeds")
    same(stage.get("/readyz")[0], 200, "readyz")
    status, text = stage.get("/metrics", False)
    check('wirewatch_feed_up{feed="feed-1"} 0\n' in text, "feed_up")
    check("# TYPE wirewatch_deliver_delay_seconds histogram\n" in text, "histogram")
    check("\nwirewatch_config_hash " in text, "config_hash")


def read_events(stage, count, **how):
    reader = stage.events(**how)
    try:
        wait_for(lambda: len(event_ids(reader)) >= count, "%d events" % count, 30)
        return event_ids(reader), list(reader.lines)
    finally:
        reader.stop()


def events_resume_after_the_last_id(stage):
    ids, lines = read_events(stage, 1000, last=4000)
    same(ids, list(range(4001, 5001)), "what was missed")
    at = lines.index("id: 4001")
    same(lines[at + 1], "event: item", "the type")
    same(json.loads(lines[at + 2][6:])["seq"], 4001, "the alert")
    ids, _ = read_events(stage, 5000, path="/api/v1/events?after=0")
    same(ids, list(range(1, 5001)), "from the first")


def events_after_a_later_one_than_there_is_are_those_to_come(stage):
    newest = stage.get("/api/v1/alerts?limit=1")[1]["alerts"][0]["seq"]
    readers = [stage.events(last=last) for last in (newest + 9, 2**63, 2**64 - 2)]
    readers.append(stage.events(path="/api/v1/events?after=%d" % (2**63 - 1)))
    stage.cue("alerts", 1)
    for reader in readers:
        wait_for(lambda: event_ids(reader) == [newest + 1], "the alert to come", 30)
        reader.stop()


def items_are_told_to_those_who_ask(stage):
    asked, other = stage.events(path="/api/v1/events?items=1"), stage.events()
    stage.cue("join", 0, 1, 0, "Weather", "", "")
    asked.wait_line(lambda line: line == 'data: {"count":1}', "the event")
    check("event: items" in asked.lines, "lines %r" % asked.lines)
    same(event_ids(asked), [], "its id")
    asked.stop()
    check("event: items" not in other.lines, "told to one that did not ask")
    other.stop()


def events_come_live_and_are_never_doubled(stage):
    reader = stage.events(local=False)
    behind = stage.events(last=4990)
    for _ in range(20):
        stage.cue("alerts", 3)
    stage.cue("quiet", 2)  # committed, and the engine went before it told
    stage.cue("engine")
    want = list(range(5001, 5063))
    wait_for(lambda: len(event_ids(reader)) >= 62, "live events")
    wait_for(lambda: len(event_ids(behind)) >= 72, "events of the other")
    same(event_ids(reader), want, "live")
    same(event_ids(behind), list(range(4991, 5001)) + want, "resumed, then live")
    reader.stop()
    behind.stop()


def memory_of(stage):
    with open("/proc/%d/status" % desk_pid(stage)) as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])


def desk_pid(stage):
    pid = stage.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return int(file.read().split()[0])


def slow_followers_cost_little_and_miss_nothing(stage):
    before = memory_of(stage)
    slow = []
    for _ in range(50):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", stage.port))
        sock.sendall(b"GET /api/v1/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        slow.append(sock)
    stage.cue("alerts", 1000)
    quick = read_events(stage, 1000, last=5062)[0]
    same(len(quick), 1000, "a quick one is not held up")
    grown = memory_of(stage) - before
    check(grown < 150 * 1024 or harness.is_sanitized(), "50 slow followers took %d kB" % grown)
    data = b""
    slow[0].settimeout(20 * SLOW)
    while data.count(b"\nid: ") < 6062:
        data += slow[0].recv(1 << 20)
    ids = [int(line[4:]) for line in data.split(b"\n") if line.startswith(b"id: ")]
    same(ids, list(range(1, 6063)), "a slow one gets all in the end")
    for sock in slow:
        sock.close()


def a_thousand_slow_clients_do_not_matter(stage):
    socks = []
    for i in range(1000):
        try:
            sock = socket.create_connection(("127.0.0.1", stage.port), 2 * SLOW)
            sock.send(b"GET /api/v1/status HTTP/1.1\r\nX-Slow: ")
            socks.append(sock)
        except OSError:
            pass
    same(stage.get("/api/v1/status")[0], 200, "the command line is answered")
    same(stage.get("/api/v1/status", False)[0], 200, "a reader over TCP, too")
    text = stage.get("/metrics")[1]
    open_now = int(text.split("\nwirewatch_desk_connections ")[1].split("\n")[0])
    check(open_now <= 2 * 256, "%d connections are open" % open_now)
    for sock in socks:
        sock.close()


def heads_in_drips_end_at_their_deadline(stage):
    with socket.create_connection(("127.0.0.1", stage.port)) as sock:
        sock.settimeout(0.5)
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")

        def cut_off():
            try:
                sock.sendall(b"a")
                return sock.recv(100) == b""
            except socket.timeout:
                return False
            except OSError:
                return True

        wait_for(cut_off, "the end of the connection", 30)


def large_and_broken_requests_are_refused(stage):
    big = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10485760\r\n\r\n"
    check(b" 413 " in raw_exchange(stage, big + b"x" * 100000)[:20], "10 MB body")
    flood = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100000
    check(b" 431 " in raw_exchange(stage, flood)[:20], "header flood")
    line = b"GET /" + b"a" * 100000
    check(b" 431 " in raw_exchange(stage, line)[:20], "endless line")
    check(b" 400 " in raw_exchange(stage, b"\x16\x03\x01\r\n\r\n")[:20], "TLS")
    same(stage.get("/healthz")[0], 200, "alive")


def several_requests_share_a_connection(stage):
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = raw_exchange(stage, one * 5 + head + last, half_close=True)
    same(answer.count(b"HTTP/1.1 200 OK"), 7, "replies")
    same(answer.count(b'{"ok":true}'), 6, "bodies; none for HEAD")


def actions_answer_what_the_roles_say(stage):
    same(stage.post("/api/v1/reload"), (200, {"ok": True, "text": "done"}), "reload")
    same(stage.post("/api/v1/feeds/feed-1/poll")[0], 200, "poll")
    same(stage.post("/api/v1/feeds/none/poll")[0], 404, "poll of no feed")
    stage.cue("refuse", "wirewatch.yaml:3:5: error: unknown key")
    status, answer = stage.post("/api/v1/reload")
    same(status, 422, "refused")
    same(answer["error"], "wirewatch.yaml:3:5: error: unknown key", "why")
    same(stage.get("/api/v1/status")[1]["configuration"]["last_reload_ok"],
         False, "status tells it")
    check("wirewatch_config_last_reload_successful 0\n" in
          stage.get("/metrics")[1], "metrics tell it")
    same(stage.post("/api/v1/feeds/feed-1/poll")[0], 409, "poll refused")
    stage.cue("silent")
    got = []
    waiting = threading.Thread(
        target=lambda: got.append(stage.post("/api/v1/feeds/feed-1/poll")))
    waiting.start()
    gone = stage.connect()
    gone.request("POST", "/api/v1/feeds/feed-1/poll")
    gone.close()  # whoever leaves is forgotten

    def engine_goes():
        stage.cue("engine")
        return not waiting.is_alive()

    wait_for(engine_goes, "an answer when the engine goes")
    same(got[0][0], 503, "told so")


def the_desk_stops_when_told(stage):
    same(stage.stop(), 0, "exit status")


def main():
    tap = Tap()
    need_programs(tap, STAGE)
    stage = Stage()
    for test in (
        foreign_host_names_are_misdirected,
        tcp_is_for_reading_only,
        the_unix_socket_belongs_to_owner_and_group,
        bad_parameters_say_what_to_do,
        unknown_addresses_are_not_found,
        pages_walk_over_all_alerts_once,
        filters_choose_alerts_and_items,
        feeds_are_listed_in_pages,
        status_and_health_tell_the_state,
        events_resume_after_the_last_id,
        items_are_told_to_those_who_ask,
        events_come_live_and_are_never_doubled,
        slow_followers_cost_little_and_miss_nothing,
        a_thousand_slow_clients_do_not_matter,
        heads_in_drips_end_at_their_deadline,
        large_and_broken_requests_are_refused,
        several_requests_share_a_connection,
        actions_answer_what_the_roles_say,
        events_after_a_later_one_than_there_is_are_those_to_come,
        the_desk_stops_when_told,
    ):
        tap.run(test, stage)
    tap.done()


main()

#!/usr/bin/env python3
"""A reload puts everything into force that the configuration and the files that
it names say. Prints TAP.
"""
import http.client
import socket

from harness import Daemon, FeedServer, Tap, check, need_programs, wait_for
from servers import free_port


def configuration(server, **changes):
    config = {
        "defaults": {"interval": "1h"},
        "desk": {"listen": "127.0.0.1:0"},
        "fetchers": 2,
        "feeds": [{"id": "a", "url": server.url("/feed/0")}],
        "network": {"allow": ["127.0.0.0/8"]},
        "entities": [{"id": "macron", "names": ["Macron"]}],
        "sinks": [{"id": "log", "type": "log", "path": "alerts.jsonl"}],
    }
    config.update(changes)
    return config


class World:
    def __init__(self):
        self.server = FeedServer()
        self.daemon = Daemon(configuration(self.server))
        self.daemon.start()

    def reload(self, **changes):
        """Reloads with these changes; returns what the command printed."""
        self.daemon.configure(configuration(self.server, **changes))
        done = self.daemon.cli("reload")
        check(done.returncode == 0, done.stderr)
        check(done.stdout == "the new configuration is in force\n", done.stdout)

    def refuse(self, word, **changes):
        self.daemon.configure(configuration(self.server, **changes))
        done = self.daemon.cli("reload")
        check(done.returncode == 78, "status %d" % done.returncode)
        check(word in done.stderr, done.stderr)

    def pids(self, *kinds):
        return sorted(pid for pid, role in self.daemon.roles() if role in kinds)

    def listen(self):
        return self.daemon.api("/api/v1/status")[1]["listen"]

    def clear(self):
        self.daemon.stop()
        self.daemon.clear()
        self.server.stop()


# ---- the address of page and API ---------------------------------------------


def answers(address):
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()


def listen_moves(world):
    """the page moves to another address, under the same process"""
    before, events = world.pids("desk"), world.daemon.events()
    old, new = world.listen(), "127.0.0.1:%d" % free_port()
    page = http.client.HTTPConnection(old, timeout=20)
    page.request("GET", "/api/v1/events")
    stream = page.getresponse()
    check(stream.status == 200, "events over TCP")
    world.reload(desk={"listen": new})
    check(world.listen() == new, world.listen())
    check(answers(new) and not answers(old), "the old address, or not the new one")
    stream.read()  # to its end, after which a page connects again
    check(world.pids("desk") == before, "the desk was restarted")
    check(events.thread.is_alive(), "the command line's events were cut off")
    events.stop()


def listen_widens_and_narrows(world):
    """the page moves from one address of a port to all of them, and back"""
    port = free_port()
    for address in ("127.0.0.1:%d", "0.0.0.0:%d", "127.0.0.2:%d", "[::]:%d", "127.0.0.1:%d"):
        world.reload(desk={"listen": address % port})
        check(world.listen() == address % port, world.listen())
        own = "127.0.0.2:%d" if "127.0.0.2" in address else "127.0.0.1:%d"
        check(answers(own % port), "%s does not answer" % address)
    check(not answers("127.0.0.2:%d" % port), "it still listens on more")


def taken_port_is_refused(world):
    """an address that another program has is refused, and nothing changes"""
    old, before = world.listen(), world.pids("desk", "fetcher")
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = "127.0.0.1:%d" % other.getsockname()[1]
        world.refuse("cannot listen on %s: Address already in use; another program" % taken,
                     desk={"listen": taken}, fetchers=1)
    check(world.listen() == old and answers(old), "the old address is gone")
    check(world.pids("desk", "fetcher") == before, "something else changed")
    world.refuse("cannot listen on 192.0.2.1:8610", desk={"listen": "192.0.2.1:8610"})
    check(answers(old), "the old address is gone")


def listen_goes_off_and_on(world):
    old = world.listen()
    world.reload(desk={"listen": "off"})
    check(world.listen() is None and not answers(old), "it still listens")
    world.reload(desk={"listen": old})
    check(world.listen() == old and answers(old), "it does not listen again")


def new_desk_has_the_moved_address(world):
    """a desk that is started anew has the address of the last reload"""
    old = world.listen()
    killed = world.daemon.kill_role("desk")
    check(answers(old), "the address did not wait for the new desk")
    wait_for(lambda: world.pids("desk") not in ([], [killed]) and
             world.daemon.cli("status").returncode == 0, "a new desk")
    check(world.listen() == old, world.listen())


TESTS = (
    listen_moves,
    listen_widens_and_narrows,
    taken_port_is_refused,
    listen_goes_off_and_on,
    new_desk_has_the_moved_address,
)


def main():
    tap = Tap()
    need_programs(tap)
    world = World()
    try:
        for test in TESTS:
            tap.run(test, world, on_failure=world.daemon.diagnostics)
    finally:
        world.clear()
    tap.done()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The name servers are dead for minutes: are the feeds polled on, what does it
cost, what becomes of names that were never seen, and is there a storm at the
resolver while it is dead or when it is back?

    BUILDDIR=build bench/dns.py [-n FEEDS] [-i INTERVAL_S] [-d DEAD_S] [-t TTL_S]

Every feed has a name and an address of its own; each hundredth name is new: no
answer for it comes before the end. The healthy stretch and the dead one are of
one run. Prints one JSON object; gaps are times between two polls of a feed, in
intervals; queries are those that reach the resolver (A and AAAA count each)."""
import argparse
import asyncio
import socket
import struct
import time

import outage
from outage import Server

NEW = 100  # each so manyth name


class Resolver(asyncio.DatagramProtocol):
    """Answers queries for fN.test, unless it is dead."""
    asked, dead, knows_new, ttl = [], False, False, 60

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, query, origin):
        Resolver.asked.append(time.monotonic())
        number = int(query[14:13 + query[12]])
        if Resolver.dead or (number % NEW == 0 and not Resolver.knows_new):
            return
        question = query[12:query.index(b"\0", 12) + 5]
        found = question[-4:-2] == b"\0\1"
        answer = query[:2] + struct.pack(">HHHHH", 0x8180, 1, found, 0, 0) + question
        if found:
            answer += struct.pack(">HHHIH", 0xc00c, 1, 1, Resolver.ttl, 4) + socket.inet_aton(outage.address(number))
        self.transport.sendto(answer, origin)


def queries(since, until):
    count = sum(since <= at < until for at in Resolver.asked)
    return {"mean": round(count / (until - since), 1), "peak": outage.peak(Resolver.asked, since, until)}


async def measure(daemon, options):
    interval = options.interval
    new = range(0, options.feeds, NEW)
    known = [feed for feed in range(options.feeds) if feed % NEW]
    await asyncio.sleep(max(2 * interval, options.feeds / 50))
    calm = time.monotonic()
    await asyncio.sleep(2 * interval)
    watch = outage.Watch(daemon)
    Resolver.dead, died = True, time.monotonic()
    await watch.until(died + options.dead)
    Resolver.dead, Resolver.knows_new, healed = False, True, time.monotonic()
    back, ended = await outage.wait_back(range(options.feeds), healed, interval)
    new_back = sorted(back[feed] for feed in new)
    return {
        "feeds": options.feeds, "interval_s": interval, "dead_s": options.dead, "ttl_s": options.ttl,
        **outage.spread(outage.gaps(known, calm, died, interval), "healthy_gap_%s"),
        **outage.spread(outage.gaps(known, died, healed, interval), "dead_gap_%s"),
        **watch.figures(),
        "queries_healthy": queries(calm, died), "queries_dead": queries(died, healed),
        "queries_back": queries(healed, ended),
        "new_names": len(new), **outage.spread(sorted(back.values()), "back_%s_s", 1), **outage.spread(new_back, "new_back_%s_s", 1),
        "peak_to_mean": round(outage.peak(outage.all_polls(), healed, ended) * interval / options.feeds, 2),
        "feed_alerts": sum(alert["type"].startswith("feed.") for alert in daemon.log_alerts()),
        "log": [line for line in daemon.lines if " dns: " in line or " network: " in line],
    }


async def run(options):
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Resolver, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    Resolver.ttl = options.ttl
    await outage.run(options, measure, lambda number, at: "http://f%d.test:%d/%d" % (number, at, number),
                     {"resolver": "127.0.0.1:%d" % port})
    transport.close()


def main():
    parser = argparse.ArgumentParser()
    outage.add_options(parser)
    parser.add_argument("-d", dest="dead", type=float, default=600)
    parser.add_argument("-t", dest="ttl", type=int, default=60)
    asyncio.run(run(parser.parse_args()))


main()

#!/usr/bin/env python3
"""Servers that hang up on a connection that was kept, at the moment when they
are asked again: asked once more, and nobody is told."""
import os
import socketserver
import ssl
import struct
import sys
import tempfile

from harness import Daemon, Tap, check, need_programs, wait_for
from servers import FEED, Threaded, make_certificate

ROUNDS = 12  # libcurl by itself bears five in a handle's life
ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
          b"Content-Length: %d\r\n\r\n" % len(FEED) + FEED)
TIMED_OUT = (b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
             b"Content-Length: 0\r\n\r\n")
HEADERS, RST_STREAM, SETTINGS, GOAWAY = 1, 3, 4, 7
REFUSED_STREAM = 7


class Server(Threaded):
    """Hands its connections to serve(server, connection); hung_up: how many of
    these ended on a client that had asked something."""

    def __init__(self, serve, certificate=None):
        self.serve = serve
        self.hung_up = 0
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
            self.context.set_alpn_protocols(["h2"])
        super().__init__(("127.0.0.1", 0), _Handler)
        self.begin()

    def url(self):
        return "%s://127.0.0.1:%d/" % (
            "https" if self.context else "http", self.port)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        connection = self.request
        if self.server.context is not None:
            connection = self.server.context.wrap_socket(
                connection, server_side=True)
        self.server.serve(self.server, connection)


def read_request(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return False
        head += piece
    return True


def close_on_second(server, connection):
    if read_request(connection):
        connection.sendall(ANSWER)
        server.hung_up += read_request(connection)


def time_out_on_second(server, connection):
    if read_request(connection):
        connection.sendall(ANSWER)
        if read_request(connection):
            connection.sendall(TIMED_OUT)
            server.hung_up += 1


def read_exactly(connection, count):
    got = b""
    while len(got) < count:
        piece = connection.recv(count - len(got))
        if not piece:
            raise OSError("cut off")
        got += piece
    return got


def frame(kind, flags, stream, payload):
    return (struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) +
            struct.pack(">I", stream) + payload)


def requests_over_http2(connection):
    """The stream of each request (RFC 9113)."""
    read_exactly(connection, 24)
    connection.sendall(frame(SETTINGS, 0, 0, b""))
    while True:
        head = read_exactly(connection, 9)
        read_exactly(connection, int.from_bytes(head[:3], "big"))
        if head[3] == SETTINGS and not head[4]:
            connection.sendall(frame(SETTINGS, 1, 0, b""))
        elif head[3] == HEADERS:
            yield int.from_bytes(head[5:], "big")


def answer_stream(connection, stream):
    connection.sendall(frame(HEADERS, 4, stream, b"\x88") +  # :status 200
                       frame(0, 1, stream, FEED))


def refuse_second_stream(server, connection):
    for stream in requests_over_http2(connection):
        if stream == 1:
            answer_stream(connection, stream)
        else:
            connection.sendall(frame(RST_STREAM, 0, stream,
                                     struct.pack(">I", REFUSED_STREAM)))
            server.hung_up += 1


def go_away_at_second_stream(server, connection):
    for stream in requests_over_http2(connection):
        if stream == 1:
            answer_stream(connection, stream)
        else:
            connection.sendall(frame(GOAWAY, 0, 0, struct.pack(">II", 1, 0)))
            server.hung_up += 1
            return


def expect_quiet(serve, certificate=None):
    server = Server(serve, certificate)
    network = {"allow": ["127.0.0.0/8"], "host_spacing": "1ms"}
    if certificate is not None:
        network["ca_file"] = certificate + ".cert"
    daemon = Daemon({
        "defaults": {"interval": "100ms"},
        "desk": {"listen": "127.0.0.1:0"},
        "network": network,
        "feeds": [{"id": "feed", "url": server.url()}]})
    try:
        daemon.start()
        wait_for(lambda: server.hung_up >= ROUNDS
                 or "fetch failed" in daemon.diagnostics(), "hung up", 30)
        daemon.stop()
        check("fetch failed" not in daemon.diagnostics(),
              daemon.diagnostics())
    finally:
        daemon.clear()
        server.end()


def kept_connection_is_closed_without_an_answer():
    expect_quiet(close_on_second)


def kept_connection_was_told_of_its_timeout():
    expect_quiet(time_out_on_second)


def stream_of_http2_is_refused(certificate):
    expect_quiet(refuse_second_stream, certificate)


def server_of_http2_goes_away(certificate):
    expect_quiet(go_away_at_second_stream, certificate)


def main():
    tap = Tap()
    need_programs(tap)
    with tempfile.TemporaryDirectory() as folder:
        certificate = os.path.join(folder, "server.pem")
        make_certificate(certificate)
        tap.run(kept_connection_is_closed_without_an_answer)
        tap.run(kept_connection_was_told_of_its_timeout)
        tap.run(stream_of_http2_is_refused, certificate)
        tap.run(server_of_http2_goes_away, certificate)
    tap.done()


if __name__ == "__main__":
    sys.exit(main())

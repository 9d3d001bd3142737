"""Small servers that the feed server is not: one that tells what it was asked,
proxies (HTTP with CONNECT, SOCKS 5), a name server."""
import http.server
import os
import socket
import socketserver
import ssl
import struct
import subprocess
import tempfile
import threading

FEED = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Wire</title><link>http://wire.example/</link>
<item><title>One</title><link>/1</link><guid>1</guid></item></channel></rss>
"""


class Threaded(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, address):
        pass  # the other end went away

    @property
    def port(self):
        return self.server_address[1]

    def begin(self):
        threading.Thread(target=self.serve_forever, args=(0.02,),
                         daemon=True).start()
        return self

    def end(self):
        self.shutdown()
        self.server_close()


class WebServer(Threaded):
    """Answers by {path: answer}, where an answer is a function of the request
    that returns (status, headers, body); any other path is FEED. Keeps what it
    was asked: [(path, headers)]. newest: the newest TLS it speaks."""

    def __init__(self, answers=None, certificate=None, newest=None):
        self.answers = answers or {}
        self.asked = []
        super().__init__(("127.0.0.1", 0), _WebHandler)
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            if newest is not None:
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = newest
                context.set_ciphers("DEFAULT@SECLEVEL=0")
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self.begin()

    def url(self, path, host="127.0.0.1"):
        return "%s://%s:%d%s" % (self.scheme, host, self.port, path)

    def headers(self, path):
        """Those of the last request for the path."""
        return [h for p, h in self.asked if p == path][-1]


class _WebHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers))
        answer = self.server.answers.get(self.path)
        status, headers, body = (answer(self) if answer else
                                 (200, {"Content-Type": "text/xml"}, FEED))
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def join(a, b):
    """Bytes both ways until one end has no more."""
    def pump(source, sink):
        try:
            while True:
                piece = source.recv(65536)
                if not piece:
                    break
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    other = threading.Thread(target=pump, args=(b, a), daemon=True)
    other.start()
    pump(a, b)
    other.join()


class HttpProxy(Threaded):
    """Forwards GET and CONNECT to 127.0.0.1, whatever host is asked for.
    asked: the targets as they came."""

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), _HttpProxyHandler)
        self.begin()


class _HttpProxyHandler(socketserver.BaseRequestHandler):
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(65536)
            if not piece:
                return
            head += piece
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        self.server.asked.append(method + " " + target)
        place = target if method == "CONNECT" else target.split("/")[2]
        with socket.create_connection(
                ("127.0.0.1", int(place.rpartition(":")[2]))) as server:
            if method == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                path = "/" + target.split("/", 3)[3]
                server.sendall(head.replace(target.encode(), path.encode(), 1))
            join(self.request, server)


class SocksProxy(Threaded):
    """SOCKS 5 without passwords, to 127.0.0.1 whatever host is asked for.
    asked: the hosts as they came, names and addresses."""

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), _SocksHandler)
        self.begin()


class _SocksHandler(socketserver.BaseRequestHandler):
    def read(self, count):
        got = b""
        while len(got) < count:
            piece = self.request.recv(count - len(got))
            if not piece:
                raise OSError("cut off")
            got += piece
        return got

    def handle(self):
        self.read(self.read(2)[1])
        self.request.sendall(b"\x05\x00")
        kind = self.read(4)[3]
        if kind == 3:
            host = self.read(self.read(1)[0]).decode()
        else:
            family = socket.AF_INET if kind == 1 else socket.AF_INET6
            host = socket.inet_ntop(family, self.read(4 if kind == 1 else 16))
        port = struct.unpack(">H", self.read(2))[0]
        self.server.asked.append(host)
        with socket.create_connection(("127.0.0.1", port)) as server:
            self.request.sendall(b"\x05\x00\x00\x01" + bytes(6))
            join(self.request, server)


class NameServer:
    """Answers each query with 127.0.0.1, or with the word that there is none."""

    def __init__(self, knows=True):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.knows = knows
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            query, asker = self.socket.recvfrom(512)
            if not query:
                return
            end = query.index(b"\0", 12) + 5
            found = self.knows and query[end - 4:end - 2] == b"\0\1"  # an A record
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if found else b""
            head = struct.pack("!5H", 0x8180 if self.knows else 0x8183, 1, found, 0, 0)
            self.socket.sendto(query[:2] + head + query[12:end] + answer, asker)

    def stop(self):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


def free_port():
    """One that was free just now, for programs that cannot take port 0."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def make_certificate(path, name="127.0.0.1"):
    """A key and a certificate that signs itself, in one file."""
    kind = "IP" if name[0].isdigit() else "DNS"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=test", "-addext", "subjectAltName=%s:%s" % (kind, name),
         "-keyout", path, "-out", path + ".cert"],
        check=True, stderr=subprocess.DEVNULL)
    _add_certificate(path)


def make_expired_certificate(path):
    """As make_certificate does, but it was good in 2020 only."""
    with tempfile.TemporaryDirectory() as folder:
        request, config, index = (
            os.path.join(folder, name) for name in ("csr", "ca.cnf", "index"))
        with open(index, "w"), open(config, "w") as file:
            file.write("[ca]\ndefault_ca=own\n[own]\ndatabase=%s\n"
                       "new_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\n"
                       "policy=any\n[any]\ncommonName=supplied\n"
                       "[named]\nsubjectAltName=IP:127.0.0.1\n"
                       % (index, folder))
        for command in (
                ["req", "-new", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=test",
                 "-keyout", path, "-out", request],
                ["ca", "-batch", "-selfsign", "-notext", "-config", config,
                 "-extensions", "named", "-startdate", "20200101000000Z",
                 "-enddate", "20210101000000Z", "-keyfile", path,
                 "-in", request, "-out", path + ".cert"]):
            subprocess.run(["openssl"] + command, check=True,
                           stderr=subprocess.DEVNULL)
    _add_certificate(path)


def _add_certificate(path):
    """Adds the certificate to the file of its key."""
    with open(path, "a") as both, open(path + ".cert") as cert:
        both.write(cert.read())

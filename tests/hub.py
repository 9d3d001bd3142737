"""A WebSub hub for tests, written by the text of the W3C recommendation: it
takes subscription requests, asks back, denies, and distributes content.

It serves over TLS with a certificate of its own, or in the clear. `policy`
says what it does with the next requests; everything it hears and is answered
is kept.
"""

import hashlib
import hmac
import http.client
import http.server
import os
import secrets
import ssl
import subprocess
import tempfile
import threading
import urllib.parse

from harness import Failed, wait_for


def send_to(url, method, body=None, headers=None):
    """A request to the URL; returns status and body."""
    url = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    try:
        path = url.path + ("?" + url.query if url.query else "")
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Certificate:
    """A self-signed certificate for 127.0.0.1, which is its own authority."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="wirewatch-hub-")
        self.file = os.path.join(self.folder, "hub.pem")
        self.key = os.path.join(self.folder, "hub.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", self.key, "-out", self.file],
            check=True, capture_output=True)


class Subscription:
    def __init__(self, form):
        self.callback = form["hub.callback"]
        self.topic = form["hub.topic"]
        self.secret = form.get("hub.secret")
        self.lease_s = 0


class Hub:
    """policy: "verify" (as a hub should), "deny", "refuse" (HTTP 400),
    "silent" (takes the request and never asks back)."""

    def __init__(self, certificate=None, lease_s=600):
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path in hub.moved:
                    status, text = hub.moved[self.path][0], "over there"
                else:
                    status, text = hub.take(self.headers, body.decode())
                self.send_response(status)
                if self.path in hub.moved:
                    self.send_header("Location", hub.moved[self.path][1])
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())
                hub.after_answer()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.file, certificate.key)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True)
            scheme = "https"
        self.url = "%s://127.0.0.1:%d/" % (scheme, self.server.server_port)
        self.policy = "verify"
        self.moved = {}  # paths, as (status, where to)
        self.lease_s = lease_s
        self.rewrite = lambda callback: callback  # the public address to ours
        self.requests = []  # forms, as they came
        self.subscriptions = {}  # by topic and callback
        self.verified = []  # (mode, status, body was the challenge)
        self.due = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    # ---- requests (section 5.1) --------------------------------------------

    def take(self, headers, body):
        if headers["Content-Type"] != "application/x-www-form-urlencoded":
            return 400, "not a form"
        form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
        self.requests.append(form)
        if self.policy == "refuse":
            return 400, "unknown <topic>"
        if form.get("hub.mode") not in ("subscribe", "unsubscribe"):
            return 400, "no mode"
        if len(form.get("hub.secret", "").encode()) >= 200:
            return 400, "secret too long"
        if self.policy != "silent":
            self.due.append((self.policy, form))
        return 202, ""

    # The answer must not depend on the verification, which comes after it.
    def after_answer(self):
        while self.due:
            policy, form = self.due.pop(0)
            if policy == "deny":
                self.deny(form["hub.topic"], form["hub.callback"])
            else:
                self.verify(form)

    # ---- verification (section 5.3) ----------------------------------------

    def ask(self, callback, method="GET", body=None, headers=None, **query):
        """A request to a callback; returns status and body."""
        url = self.rewrite(callback)
        if query:
            url += "&" if "?" in url else "?"
            url += urllib.parse.urlencode(
                {"hub." + name: value for name, value in query.items()})
        return send_to(url, method, body, headers)

    def verify(self, form, **changes):
        """Asks back as for this form; returns whether it was confirmed."""
        challenge = secrets.token_urlsafe(24)
        query = {"mode": form["hub.mode"], "topic": form["hub.topic"],
                 "challenge": challenge}
        if form["hub.mode"] == "subscribe":
            query["lease_seconds"] = self.lease_s
        query.update(changes)
        status, body = self.ask(form["hub.callback"], **query)
        confirmed = 200 <= status < 300 and body == challenge
        self.verified.append((form["hub.mode"], status, confirmed))
        key = form["hub.topic"], form["hub.callback"]
        if confirmed and form["hub.mode"] == "subscribe":
            self.subscriptions[key] = Subscription(form)
        elif confirmed:
            self.subscriptions.pop(key, None)
        return confirmed

    def deny(self, topic, callback):
        status, _ = self.ask(callback, mode="denied", topic=topic,
                             reason="not for <you>")
        self.subscriptions.pop((topic, callback), None)
        return status

    # ---- distribution (section 7) ------------------------------------------

    def subscription(self, topic):
        return next((s for s in self.subscriptions.values() if s.topic == topic),
                    None)

    def wait_subscription(self, topic, seconds=15):
        return wait_for(lambda: self.subscription(topic),
                        "a subscription to " + topic, seconds)

    def deliver(self, topic, content, method="sha256", signature=None,
                content_type="application/rss+xml", chunk=0, **headers):
        """Brings the content to who subscribed, in chunks of so many bytes if
        any; returns the status."""
        subscription = self.subscription(topic)
        if subscription is None:
            raise Failed("nobody subscribed to " + topic)
        sent = {
            "Content-Type": content_type,
            "Link": '<%s>; rel="hub", <%s>; rel="self"' % (self.url, topic),
            **headers,
        }
        if subscription.secret is not None and signature is None:
            signature = "%s=%s" % (method, hmac.new(
                subscription.secret.encode(), content,
                getattr(hashlib, method)).hexdigest())
        if signature:
            sent["X-Hub-Signature"] = signature
        body = content
        if chunk:
            body = iter([content[i:i + chunk]
                         for i in range(0, len(content), chunk)])
        return self.ask(subscription.callback, "POST", body, sent)[0]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

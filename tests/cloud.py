"""An rssCloud server for tests, written by the walkthrough of rsscloud.org: it
takes requests to be notified, asks back, and notifies."""

import http.server
import secrets
import threading
import urllib.parse

from hub import send_to

RESULT = '<?xml version="1.0"?><notifyResult success="%s" msg="%s"/>'


class Cloud:
    """policy: "verify" (as a cloud should), "refuse", "forge" (asks back for
    another feed)."""

    def __init__(self):
        cloud = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                text = cloud.take(body.decode()).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.policy = "verify"
        self.rewrite = lambda callback: callback
        self.requests = []  # forms, as they came
        self.callbacks = {}  # by feed
        self.answers = []  # (status, body was the challenge) to what it asked
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def element(self, protocol="http-post"):
        return ('<cloud domain="127.0.0.1" port="%d" path="/pleaseNotify" '
                'registerProcedure="" protocol="%s"/>'
                % (self.server.server_port, protocol))

    def take(self, body):
        form = dict(urllib.parse.parse_qsl(
            body, strict_parsing=True, keep_blank_values=True))
        self.requests.append(form)
        if self.policy == "refuse":
            return RESULT % ("false", "no such &lt;feed&gt;")
        scheme = form["protocol"].split("-")[0]
        callback = "%s://%s:%s%s" % (
            scheme, form["domain"], form["port"], form["path"])
        feed = form["url1"]
        if self.policy == "forge":
            feed = "http://other.example/feed"
        if not self.verify(callback, feed):
            return RESULT % ("false", "not confirmed")
        self.callbacks[feed] = callback
        return RESULT % ("true", "thanks")

    def verify(self, callback, feed):
        challenge = secrets.token_urlsafe(24)
        status, body = send_to(self.rewrite(callback + "?" + urllib.parse.urlencode(
            {"url": feed, "challenge": challenge})), "GET")
        self.answers.append((status, body == challenge))
        return self.answers[-1] == (200, True)

    def notify(self, feed):
        """Tells who asked that the feed has changed; returns the status."""
        return send_to(self.rewrite(self.callbacks[feed]), "POST",
                       urllib.parse.urlencode({"url": feed}),
                       {"Content-Type": "application/x-www-form-urlencoded"})[0]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
